"""Reference values for src/compare/calibration, from scikit-learn and SciPy.

    python golden/make_calibration.py

writes golden/calibration.json. Temperatures of distributions are scikit-learn's (`CalibratedClassifierCV(method="temperature")`), those of single
probabilities a logistic regression on the log-odds without intercept or penalty, whose coefficient is 1 / T. Ends of intervals are SciPy's roots
of the likelihood ratio. The area under the risk-coverage curve is the mean of scikit-learn's zero_one_loss over the first k rows.
"""

import json
import platform
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn.calibration import _TemperatureScaling
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, zero_one_loss

rng = np.random.default_rng(20261129)
half_chi_square = stats.chi2.ppf(0.95, 1) / 2


def interval(loss, best, rows):
    allowed = loss(best) + half_chi_square / rows
    ends = [optimize.brentq(lambda log: loss(log) - allowed, best, end) for end in (-3, 3)]
    return [float(np.exp(end)) for end in ends]


def distributions(name, rows, labels, true_temperature):
    logits = rng.normal(0, 2, (rows, labels))
    truth = np.array([rng.choice(labels, p=p) for p in special.softmax(logits / true_temperature, axis=1)])
    p = special.softmax(logits, axis=1)
    p = np.round(p, 6)
    p = p / p.sum(axis=1, keepdims=True)
    temperature = float(1 / _TemperatureScaling().fit(p, truth).beta_)

    def scaled(log):
        return special.softmax(np.log(p + np.finfo(float).eps) / np.exp(log), axis=1)

    def loss(log):
        return log_loss(truth, scaled(log), labels=list(range(labels)))

    return {
        "name": name,
        "probabilities": p.tolist(),
        "truth": truth.tolist(),
        "temperature": temperature,
        "interval": interval(loss, np.log(temperature), rows),
        "logLoss": {"before": loss(0), "after": loss(np.log(temperature))},
        "confidences": scaled(np.log(temperature)).max(axis=1)[:5].tolist(),
    }


def events(rows, true_temperature):
    odds = rng.normal(1, 2, rows)
    hits = rng.random(rows) < special.expit(odds / true_temperature)
    p = np.round(special.expit(odds), 6)
    x = special.logit(p).reshape(-1, 1)
    fitted = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-12, max_iter=1000).fit(x, hits)
    temperature = float(1 / fitted.coef_[0, 0])

    def loss(log):
        return log_loss(hits, special.expit(x[:, 0] / np.exp(log)))

    return {
        "probabilities": p.tolist(),
        "hits": [bool(hit) for hit in hits],
        "temperature": temperature,
        "interval": interval(loss, np.log(temperature), rows),
    }


def risk_coverage(rows):
    confidence = rng.permutation(rows) / rows
    hits = rng.random(rows) < 0.4 + 0.6 * confidence
    order = np.argsort(-confidence)
    risks = [zero_one_loss(np.ones(k), hits[order[:k]].astype(int)) for k in range(1, rows + 1)]
    return {"confidences": confidence.tolist(), "hits": [bool(h) for h in hits], "area": float(np.mean(risks)), "risks": risks}


golden = {
    "versions": {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "distributions": [
        distributions("too sure, three labels", 200, 3, 2.5),
        distributions("too unsure, five labels", 150, 5, 0.6),
        distributions("as sure as it should be, two labels", 200, 2, 1.0),
    ],
    "events": events(250, 1.8),
    "riskCoverage": risk_coverage(80),
}
path = Path(__file__).with_name("calibration.json")
path.write_text(json.dumps(golden) + "\n")
