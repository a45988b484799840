"""Reference values for src/compare/curves, from SciPy and NumPy.

    python golden/make_curves.py

writes golden/curves.json. Learning curves are fitted by scipy.optimize.least_squares from many starts, with the bounds of
`curve-families.ts`: the best of them is taken for the global minimum.
"""

import json
import platform
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import least_squares

rng = np.random.default_rng(20261129)

SHAPES = {
    "pow3": lambda n, a, b, c, d: a - b * n**-c,
    "pow4": lambda n, a, b, c, d: a - b * (n + d) ** -c,
    "mmf4": lambda n, a, b, c, d: a - b / (1 + (n / d) ** c),
}


def fit(family, sizes, scores, weights):
    shape = SHAPES[family]
    shift = [np.log(sizes[0] / 100), np.log(10 * sizes[-1])]
    lower = np.array([0, 0, np.log(0.01), shift[0]])
    upper = np.array([1, 1e3, np.log(3), shift[1]])
    # The rise is searched for as that at the smallest size: b alone may be 1e8 where the curve is shifted by thousands of rows.
    fall = lambda n, c, d: -shape(n, 0, 1, np.exp(c), np.exp(d))  # noqa: E731
    curve = lambda n, p: p[0] - p[1] * fall(n, p[2], p[3]) / fall(sizes[0], p[2], p[3])  # noqa: E731
    residuals = lambda p: np.sqrt(weights) * (scores - curve(sizes, p))  # noqa: E731
    best = None
    for exponent in np.linspace(lower[2], upper[2], 9)[1:-1]:
        for start in np.linspace(*shift, 8)[1:-1] if family != "pow3" else [np.mean(shift)]:
            for method in ("trf", "dogbox"):
                tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "max_nfev": 2000}
                found = least_squares(residuals, [0.9, 0.5, exponent, start], bounds=(lower, upper), method=method, **tight)
                if best is None or found.cost < best.cost:
                    best = found
    a, b, c, d = best.x
    parameters = [a, b / fall(sizes[0], c, d), np.exp(c), 0.0 if family == "pow3" else np.exp(d)]
    at = [sizes[0], sizes[-1], 2 * sizes[-1], 8 * sizes[-1]]
    return {
        "parameters": parameters,
        "error": 2 * best.cost,
        "scores": [[n, float(np.clip(shape(n, *parameters), 0, 1))] for n in at],
    }


def case(name, sizes, scores, runs):
    sizes, scores = np.array(sizes, float), np.array(scores, float)
    weights = sizes * runs
    return {
        "name": name,
        "sizes": sizes.tolist(),
        "scores": scores.tolist(),
        "runs": runs,
        "fits": {family: fit(family, sizes, scores, weights) for family in SHAPES},
    }


def noisy(shape, sizes, parameters, deviation):
    n = np.array(sizes, float)
    return np.clip(SHAPES[shape](n, *parameters) + rng.normal(0, deviation, n.size), 0, 1)


def curves():
    doubling = [16 * 2**k for k in range(9)]
    return [
        case("a power law, exactly", doubling, noisy("pow3", doubling, (0.95, 1.2, 0.5, 0), 0), 3),
        case("a power law with noise", doubling, noisy("pow3", doubling, (0.92, 2.0, 0.6, 0), 0.01), 5),
        case("a sigmoid with noise", doubling, noisy("mmf4", doubling, (0.9, 0.8, 1.4, 200), 0.01), 3),
        case("a shifted power law with noise", doubling, noisy("pow4", doubling, (0.97, 8.0, 0.7, 60), 0.005), 1),
        case("still rising: the ceiling is the bound", doubling[:6], noisy("pow3", doubling[:6], (1.4, 1.6, 0.12, 0), 0.003), 3),
        case("five sizes", [20, 60, 200, 600, 2000], [0.41, 0.55, 0.68, 0.74, 0.785], 3),
        # Fine-tuned Llama-2-7B on BANKING77 and TREC, means of seeds (arXiv 2405.00200).
        case("BANKING77, published", [32, 128, 512, 2048, 8192], [0.166, 0.428, 0.533, 0.779, 0.916], 1),
        case("TREC, published", [32, 128, 512, 2048, 8192], [0.655, 0.822, 0.913, 0.960, 0.973], 1),
    ]


def data_advantage(sizes_a, scores_a, sizes_b, scores_b):
    """Le Scao & Rush (2021): the mean horizontal distance of two rising curves over 1,000 heights that both reach."""
    low, high = max(scores_a[0], scores_b[0]), min(scores_a[-1], scores_b[-1])
    heights = np.linspace(low, high, 1000)
    return float(np.mean(np.interp(heights, scores_a, sizes_a) - np.interp(heights, scores_b, sizes_b)))


def advantages():
    cases = [
        ([10, 50, 100, 500], [0.5, 0.6, 0.75, 0.9], [10, 50, 100, 500], [0.6, 0.7, 0.8, 0.92]),
        ([16, 64, 256, 1024, 4096], [0.3, 0.5, 0.7, 0.8, 0.85], [16, 128, 1024], [0.62, 0.66, 0.83]),
    ]
    return [
        {"baseline": list(zip(a, x)), "better": list(zip(b, y)), "rows": data_advantage(a, x, b, y)} for a, x, b, y in cases
    ]


def main():
    golden = {
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "curves": curves(),
        "dataAdvantage": advantages(),
    }
    path = Path(__file__).parent / "curves.json"
    path.write_text(json.dumps(golden, default=lambda x: x.item()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
