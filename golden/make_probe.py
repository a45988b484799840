"""Reference values for the probe's parts: scikit-learn's logistic regression on small seeded problems, its class weights,
and SciPy's L-BFGS-B on the Rosenbrock function, the best F1 over thresholds. Writes probe.json beside this file.

    python golden/make_probe.py        (numpy, scipy, scikit-learn)
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize, rosen, rosen_der
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils.class_weight import compute_class_weight

rng = np.random.default_rng(20261122)


def features(rows: int, columns: int) -> np.ndarray:
    """Rounded, so that the JSON is short and both sides start from the same numbers."""
    return np.round(rng.normal(size=(rows, columns)), 3)


def clusters(rows: int, columns: int, classes: int, distance: float, skew: float = 1.0):
    """Rows around one random center a class; later classes are rarer by `skew`. Every class occurs."""
    share = skew ** np.arange(classes)
    y = np.concatenate([np.arange(classes), rng.choice(classes, size=rows - classes, p=share / share.sum())])
    centers = rng.normal(size=(classes, columns)) * distance
    return np.round(features(rows, columns) + centers[y], 3), y


def unit(x: np.ndarray) -> np.ndarray:
    """Rows of length 1, as embeddings have it."""
    return np.round(x / np.linalg.norm(x, axis=1, keepdims=True), 4)


def tight(**options) -> LogisticRegression:
    return LogisticRegression(solver="lbfgs", tol=1e-12, max_iter=100_000, **options)


def case(name: str, x: np.ndarray, y: np.ndarray, new: np.ndarray, c: float, class_weight: str | None = None) -> dict:
    model = tight(C=c, class_weight=class_weight).fit(x, y)
    return {
        "name": name,
        "C": c,
        "classWeight": class_weight or "none",
        "features": x.tolist(),
        "labels": y.tolist(),
        "newFeatures": new.tolist(),
        "probabilities": model.predict_proba(np.vstack([x, new])).tolist(),
    }


def multi_label_case() -> dict:
    x = features(60, 5)
    y = (x @ rng.normal(size=(5, 4)) + rng.normal(size=(60, 4)) > 0.7).astype(int)
    new = features(5, 5)
    model = OneVsRestClassifier(tight(C=3.0)).fit(x, y)
    return {
        "C": 3.0,
        "features": x.tolist(),
        "labels": [np.flatnonzero(row).tolist() for row in y],
        "newFeatures": new.tolist(),
        "probabilities": model.predict_proba(np.vstack([x, new])).tolist(),
    }


cases = []
x, y = clusters(40, 4, 2, 0.7)
cases.append(case("two classes", x, y, features(5, 4), 1.0))
cases.append(case("two classes, balanced weights", *clusters(50, 3, 2, 0.6, skew=0.2), features(5, 3), 5.0, "balanced"))
x, y = clusters(60, 5, 3, 0.7)
cases.append(case("three classes", x, y, features(5, 5), 10.0))
x, y = clusters(120, 6, 8, 1.0, skew=0.75)
cases.append(case("eight classes of different size, balanced weights", x, y, features(5, 6), 2.0, "balanced"))
x, y = clusters(12, 30, 3, 0.5)
cases.append(case("fewer rows than features", x, y, features(5, 30), 1.0))
x, y = clusters(30, 3, 3, 8.0)
cases.append(case("separable classes, weak penalty", x, y, features(5, 3), 1000.0))
x, y = clusters(40, 4, 3, 0.7)
x[:, 2] = 5.0
new = features(5, 4)
new[:, 2] = 5.0
cases.append(case("a constant feature", x, y, new, 1.0))
x, y = clusters(80, 16, 4, 0.6)
cases.append(case("rows of length 1, strong penalty", unit(x), y, unit(features(5, 16)), 0.01))
x, y = clusters(80, 16, 4, 0.6)
cases.append(case("rows of length 1, weak penalty", unit(x), y, unit(features(5, 16)), 300.0))

labels = [0, 0, 0, 2, 2, 5, 0, 2, 0, 0]
weights = compute_class_weight("balanced", classes=np.array([0, 2, 5]), y=np.array(labels))

start = [1.3, 0.7, 0.8, 1.9, 1.2]
found = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", options={"gtol": 1e-10, "ftol": 1e-15})



def threshold_case(rows: int, share: float, digits: int) -> dict:
    """The best F1 over all thresholds; few digits make ties."""
    truth = rng.random(rows) < share
    truth[0] = True
    p = np.round(np.clip(rng.normal(0.3 + 0.3 * truth, 0.25), 0, 1), digits)
    precision, recall, _ = precision_recall_curve(truth, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    return {"probabilities": p.tolist(), "truth": truth.tolist(), "bestF1": float(f1.max())}


golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "logisticRegression": cases,
    "multiLabel": multi_label_case(),
    "balancedClassWeights": {"labels": labels, "weights": {"0": weights[0], "2": weights[1], "5": weights[2]}},
    "thresholds": [threshold_case(12, 0.5, 1), threshold_case(60, 0.3, 2), threshold_case(200, 0.05, 3)],
    "rosenbrock": {"start": start, "point": found.x.tolist(), "value": float(found.fun)},
}
Path(__file__).with_name("probe.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
