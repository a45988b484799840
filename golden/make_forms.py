"""Reference values for src/prompt/forms, from NumPy and SciPy.

    python golden/make_forms.py

writes golden/forms.json: batch calibration as its paper has it (Zhou et al. 2023, arXiv 2309.17249, equations 3 and 4: the logarithm of the mean probability of a
class over the batch, subtracted from each text's log-probability), and the minimum of the penalized likelihood of one slope and a bias a label by BFGS, which
knows no derivatives of ours.
"""

import json
import platform
from pathlib import Path

import numpy as np
import scipy
from scipy import optimize, special

rng = np.random.default_rng(20261129)
BIAS_DEVIATION, SCALE_DEVIATION = 1.0, 10.0


def case(rows, labels, spread):
    """Log-probabilities that lean to some labels, with truths that they tell something of."""
    truths = rng.integers(labels, size=rows)
    lean = rng.normal(0, 2, labels)
    values = rng.normal(0, 1, (rows, labels)) + lean + 1.5 * np.eye(labels)[truths]
    return spread * values, truths


def batch(values):
    probabilities = special.softmax(values, axis=1)
    prior = probabilities.mean(axis=0)
    calibrated = special.softmax(values - np.log(prior), axis=1)
    return {"biases": (-np.log(prior)).tolist(), "probabilities": calibrated.tolist()}


def penalized(values, truths, has_biases):
    labels = values.shape[1]

    def loss(at):
        biases = at[1:] if has_biases else np.zeros(labels)
        logits = at[0] * values + biases
        nll = (special.logsumexp(logits, axis=1) - logits[np.arange(len(truths)), truths]).sum()
        return nll + (biases**2).sum() / (2 * BIAS_DEVIATION**2) + at[0] ** 2 / (2 * SCALE_DEVIATION**2)

    start = np.concatenate([[1.0], np.zeros(labels)]) if has_biases else np.array([1.0])
    found = optimize.minimize(loss, start, method="BFGS", options={"gtol": 1e-9, "maxiter": 10_000})
    biases = found.x[1:] if has_biases else np.zeros(labels)
    return {"scale": float(found.x[0]), "biases": biases.tolist(), "loss": float(found.fun)}


cases = []
for rows, labels, spread in [(48, 2, 1.0), (48, 8, 1.0), (30, 5, 0.3), (12, 20, 1.0)]:
    values, truths = case(rows, labels, spread)
    cases.append(
        {
            "values": values.tolist(),
            "truths": truths.tolist(),
            "batch": batch(values),
            "scaleAlone": penalized(values, truths, False),
            "withBiases": penalized(values, truths, True),
        }
    )

out = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
    "cases": cases,
}
Path(__file__).with_name("forms.json").write_text(json.dumps(out) + "\n")
