"""Reference values for learning from soft labels: PyTorch's cross-entropy with probabilities as targets, and scikit-learn's logistic regression on
rows that stand there once for each label, weighted by its probability. Writes soft-labels.json beside this file.

    python golden/make_soft_labels.py        (torch, numpy, scikit-learn)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

rng = np.random.default_rng(20261129)


def shares(rows: int, labels: int) -> np.ndarray:
    """Probabilities in thousandths that sum to 1; every other row has one label for certain."""
    raw = rng.dirichlet(np.ones(labels) * 0.6, size=rows)
    found = np.round(raw, 3)
    found[:, -1] = np.round(1 - found[:, :-1].sum(axis=1), 3)
    found = np.clip(found, 0, 1)
    for row in range(0, rows, 2):
        found[row] = np.eye(labels)[int(np.argmax(found[row]))]
    return found


def regression(labels: int, c: float) -> dict:
    rows, columns = 50, 6
    x = np.round(rng.normal(size=(rows, columns)), 3)
    soft = shares(rows, labels)
    repeated = np.repeat(x, labels, axis=0)
    named = np.tile(np.arange(labels), rows)
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100_000).fit(repeated, named, sample_weight=soft.ravel())
    return {"C": c, "features": x.tolist(), "soft": soft.tolist(), "probabilities": model.predict_proba(x).tolist()}


def loss(smoothing: float) -> dict:
    logits = torch.tensor(np.round(rng.normal(size=(7, 4)), 3), requires_grad=True)
    soft = torch.tensor(shares(7, 4))
    value = functional.cross_entropy(logits, soft, label_smoothing=smoothing)
    value.backward()
    return {
        "smoothing": smoothing,
        "logits": logits.tolist(),
        "soft": soft.tolist(),
        "loss": value.item(),
        "gradient": logits.grad.tolist(),
    }


found = {
    "versions": {"torch": torch.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "regression": [regression(2, 1.0), regression(4, 10.0)],
    "crossEntropy": [loss(0.0), loss(0.1)],
}
Path(__file__).with_name("soft-labels.json").write_text(json.dumps(found) + "\n")
