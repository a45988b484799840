"""Reference values for src/compare/cascade and the isotonic part of src/compare/calibration, from scikit-learn and SciPy.

    python golden/make_cascade.py

writes golden/cascade.json. Curves are scikit-learn's IsotonicRegression(out_of_bounds="clip"), exact intervals SciPy's binomtest, the test against
random escalation a count over SciPy's multivariate hypergeometric distribution, folds hashlib's SHA-256. The cascade is computed here from its
definition in decisions/0058, row by row.
"""

import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(20261129)


def isotonic(claims, hits, asked):
    model = IsotonicRegression(out_of_bounds="clip").fit(claims, hits)
    return {
        "claims": list(map(float, claims)), "hits": [bool(hit) for hit in hits],
        "claimed": model.X_thresholds_.tolist(), "observed": model.y_thresholds_.tolist(),
        "asked": list(map(float, asked)), "values": model.predict(np.array(asked)).tolist(),
    }


smooth = rng.uniform(size=200)
rounded = rng.choice([0.5, 0.8, 0.9, 0.95, 1.0], size=120)
isotonics = [
    isotonic(smooth, rng.uniform(size=200) < smooth**2, rng.uniform(size=30)),
    isotonic(rounded, rng.uniform(size=120) < rounded - 0.2, [0, 0.5, 0.85, 0.97, 1]),
    isotonic(np.array([0.3, 0.3, 0.3]), np.array([1, 0, 1]), [0, 0.3, 1]),
    isotonic(np.array([0.9, 0.5, 0.1]), np.array([0, 0, 1]), [0, 0.4, 1]),
]

exact = []
for successes, trials in [(0, 20), (20, 20), (8, 10), (1, 149), (6, 1239), (700, 2000)]:
    interval = stats.binomtest(successes, trials).proportion_ci(0.95, "exact")
    upper = stats.binomtest(successes, trials, alternative="less").proportion_ci(0.95, "exact").high
    exact.append({"successes": successes, "trials": trials, "low": float(interval.low), "high": float(interval.high), "upper": float(upper)})


def two_sided(better, worse, rest, escalated, gained, lost):
    above = below = 0.0
    for a in range(better + 1):
        for b in range(worse + 1):
            c = escalated - a - b
            if 0 <= c <= rest:
                p = stats.multivariate_hypergeom.pmf([a, b, c], [better, worse, rest], escalated)
                above += p * (a - b >= gained - lost)
                below += p * (a - b <= gained - lost)
    return float(min(1, 2 * min(above, below)))


escalations = [
    {"better": b, "worse": w, "rest": r, "escalated": e, "gained": g, "lost": l, "p": two_sided(b, w, r, e, g, l)}
    for b, w, r, e, g, l in [(8, 5, 87, 20, 7, 0), (8, 5, 87, 20, 1, 2), (0, 0, 30, 5, 0, 0), (15, 15, 20, 25, 9, 8), (30, 10, 400, 40, 12, 1), (3, 0, 2, 5, 3, 0)]
]

names = [f"row:{i}" for i in range(23)] + ["group:größe", "group:größe", "group:b", "row:日本"]
words = {name: int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") for name in names}
place = {name: i % 4 for i, name in enumerate(sorted(set(names), key=lambda name: (words[name], name)))}
folds = {"units": names, "folds": 4, "fold": [place[name] for name in names]}

# A cascade, cross-fitted in ten folds, from its definition.
rows = 400
sure = np.round(1 - 0.5 * rng.uniform(size=rows) ** 3, 3)
small = rng.uniform(size=rows) < sure
llm = rng.uniform(size=rows) < 0.94
usd = np.round(0.001 * (0.5 + rng.uniform(size=rows)), 6)
ids = [f"row-{i}" for i in range(rows)]


def choose(keep, aim):
    best = None
    levels = np.unique(sure[keep])
    thresholds = [0.0] + [(a + b) / 2 for a, b in zip(levels, levels[1:])] + [np.inf]
    for threshold in thresholds:
        out = sure[keep] < threshold
        score = np.where(out, llm[keep], small[keep]).mean()
        share = out.mean()
        chance = share * (llm[keep].mean() - small[keep].mean())
        price = 1000 * (usd[keep] * out).mean()
        if aim == "trade":
            worth = score - max(0, chance)
        elif aim == "score":
            if score >= 0.93 - 1e-12:
                return threshold
            worth = score
        else:
            worth = score if price <= 0.1 + 1e-12 else -1
        if best is None or worth > best[0] + 1e-12:
            best = (worth, threshold)
    return best[1]


order = sorted(range(rows), key=lambda i: (int.from_bytes(hashlib.sha256(f"row:{ids[i]}".encode()).digest()[:4], "big"), ids[i]))
fold = np.empty(rows, int)
for at, i in enumerate(order):
    fold[i] = at % 10
cascades = []
for aim in ("trade", "score", "cost"):
    out = np.zeros(rows, bool)
    for own in range(10):
        out[fold == own] = sure[fold == own] < choose(fold != own, aim)
    right = np.where(out, llm, small)
    threshold = choose(np.ones(rows, bool), aim)
    chance = out.mean() * llm.mean() + (1 - out.mean()) * small.mean()
    cascades.append({
        "aim": aim, "threshold": None if np.isinf(threshold) else float(threshold), "share": float(out.mean()), "accuracy": float(right.mean()),
        "usd": float(1000 * (usd * out).mean()), "random": float(chance),
    })

golden = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "isotonic": isotonics, "exact": exact, "escalations": escalations, "folds": folds,
    "cascade": {"sure": sure.tolist(), "small": small.tolist(), "llm": llm.tolist(), "usd": usd.tolist(), "found": cascades},
}
path = Path(__file__).with_name("cascade.json")
path.write_text(json.dumps(golden, ensure_ascii=False) + "\n")
