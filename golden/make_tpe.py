"""Reference values for src/prompt/optimizers/tpe.ts, by the Parzen estimator of Optuna's TPESampler(multivariate=True) over categories.

    pip install optuna
    python golden/make_tpe.py

Writes golden/tpe.json: for some observations of two categories the density of every pair of choices, and how many trials count as good.
"""

import json
import platform
from itertools import product
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_gamma, default_weights

sizes = [3, 4]
space = {name: CategoricalDistribution(list(range(size))) for name, size in zip("ab", sizes)}
parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True, {})
cases = [[], [[2, 1]], [[0, 0], [0, 3]], [[0, 0], [1, 2], [1, 2], [2, 3], [0, 1]]]


def densities(trials):
    columns = np.array(trials, dtype=int).reshape(-1, 2).T
    estimator = _ParzenEstimator(dict(zip("ab", columns)), space, parameters)
    pairs = list(product(*map(range, sizes)))
    samples = dict(zip("ab", np.array(pairs).T))
    return [{"choices": pair, "density": float(f"{p:.12g}")} for pair, p in zip(pairs, np.exp(estimator.log_pdf(samples)))]


result = {
    "versions": {"python": platform.python_version(), "optuna": optuna.__version__},
    "sizes": sizes,
    "cases": [{"trials": trials, "densities": densities(trials)} for trials in cases],
    "good": [{"trials": n, "good": default_gamma(n)} for n in (0, 1, 9, 10, 11, 27, 300)],
}
Path(__file__).with_name("tpe.json").write_text(json.dumps(result) + "\n")
