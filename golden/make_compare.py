"""Reference values for src/compare, from scikit-learn and SciPy.

    python golden/make_compare.py

writes golden/compare.json. Takes about a minute. An answer of `None` (no label could be had) is given to scikit-learn as
a class outside `labels=`, which is how a prediction of no label looks there.
"""

import itertools
import json
import platform
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
rng = np.random.default_rng(20261122)


def average(truth, answers, labels, kind):
    p, r, f, _ = metrics.precision_recall_fscore_support(truth, answers, labels=labels, average=kind, zero_division=0)
    return {"precision": p, "recall": r, "f1": f}


def single_label(name, label_count, truth, answers):
    labels = list(range(label_count))
    none = label_count  # outside `labels`
    coded = [none if a is None else a for a in answers]
    p, r, f, s = metrics.precision_recall_fscore_support(truth, coded, labels=labels, average=None, zero_division=0)
    case = {
        "name": name,
        "labelCount": label_count,
        "truth": list(truth),
        "answers": list(answers),
        "accuracy": metrics.accuracy_score(truth, coded),
        "perLabel": [
            {"precision": p[k], "recall": r[k], "f1": f[k], "support": int(s[k])} for k in labels
        ],
        # Over the labels that occur in the truth: one that nobody could be asked about has no score.
        "macro": average(truth, coded, sorted(set(truth)), "macro"),
        "weighted": average(truth, coded, labels, "weighted"),
        "micro": average(truth, coded, labels, "micro"),
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, coded),
        "confusion": metrics.confusion_matrix(truth, coded, labels=labels + [none])[:label_count].tolist(),
    }
    if none not in coded:  # scikit-learn would make an extra class of it
        case["mcc"] = metrics.matthews_corrcoef(truth, coded)
    return case


def noisy(truth, label_count, right, none=0.0):
    answers = []
    for t in truth:
        u = rng.random()
        answers.append(None if u < none else int(t) if u < none + right else int(rng.integers(label_count)))
    return answers


def single_label_cases():
    uneven = rng.choice(6, size=300, p=[0.45, 0.25, 0.15, 0.1, 0.05, 0.0]).tolist()
    return [
        single_label("docstring of precision_score", 3, [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]),
        single_label("docstring of balanced_accuracy_score", 2, [0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1]),
        single_label("docstring of classification_report", 3, [0, 1, 2, 2, 2], [0, 0, 2, 2, 1]),
        single_label("unequal classes, one absent from the truth", 6, uneven, noisy(uneven, 6, 0.7)),
        single_label("with rows that got no answer", 6, uneven, noisy(uneven, 6, 0.6, 0.15)),
        single_label("one class answered always", 2, [0, 0, 0, 1, 1], [0, 0, 0, 0, 0]),
        single_label("everything right", 3, [0, 1, 2, 1], [0, 1, 2, 1]),
    ]


def multi_label_case():
    truth = (rng.random((60, 5)) < [0.5, 0.3, 0.2, 0.1, 0.0]).astype(int)
    answers = np.where(rng.random(truth.shape) < 0.8, truth, rng.integers(0, 2, truth.shape))
    answers[7] = truth[7] = 0
    sets = lambda m: [np.flatnonzero(row).tolist() for row in m]  # noqa: E731
    f1 = lambda kind, labels=None: metrics.f1_score(truth, answers, labels=labels, average=kind, zero_division=0)  # noqa: E731
    present = np.flatnonzero(truth.any(axis=0)).tolist()
    mccs = [metrics.matthews_corrcoef(truth[:, k], answers[:, k]) for k in range(5)]
    return {
        "labelCount": 5,
        "truth": sets(truth),
        "answers": sets(answers),
        "subsetAccuracy": metrics.accuracy_score(truth, answers),
        "hammingLoss": metrics.hamming_loss(truth, answers),
        "microF1": f1("micro"),
        "macroF1": f1("macro", present),
        "weightedF1": f1("weighted"),
        "samplesF1": f1("samples"),
        "f1": f1(None).tolist(),
        "meanMcc": float(np.mean(mccs)),
    }


def probability_cases():
    rows, labels = 150, 4
    truth = rng.integers(0, labels, rows)
    logits = rng.normal(size=(rows, labels)) + 2 * np.eye(labels)[truth]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    p[0] = 0  # one sure mistake: clipped, not infinite
    p[0, (truth[0] + 1) % labels] = 1
    top = p.argmax(axis=1)
    confidence = p.max(axis=1)
    # 15 bins of 10 rows: without ties, quantile bins are the equal-mass bins.
    shown, claimed = calibration_curve((top == truth).astype(int), confidence, n_bins=15, strategy="quantile")
    several = (rng.random((40, 3)) < [0.5, 0.3, 0.2]).astype(int)
    chances = rng.random((40, 3))
    scores = np.round(rng.normal(size=80), 1)  # rounded, so that there are ties
    positive = rng.random(80) < 1 / (1 + np.exp(-scores))
    return {
        "singleLabel": {
            "truth": truth.tolist(),
            "probabilities": p.tolist(),
            "logLoss": metrics.log_loss(truth, p, labels=range(labels)),
            "brier": metrics.brier_score_loss(truth, p, labels=range(labels), scale_by_half=False),
            "ece": float(np.mean(np.abs(shown - claimed))),
        },
        "multiLabel": {
            "truth": [np.flatnonzero(row).tolist() for row in several],
            "probabilities": chances.tolist(),
            "logLoss": sum(metrics.log_loss(several[:, k], chances[:, k]) for k in range(3)),
            "brier": sum(metrics.brier_score_loss(several[:, k], chances[:, k]) for k in range(3)),
        },
        "auroc": {
            "scores": scores.tolist(),
            "isPositive": positive.tolist(),
            "value": metrics.roc_auc_score(positive, scores),
        },
    }


def distributions():
    zs = [-38.0, -12.5, -7.2, -7.0, -3.3, -1.959963984540054, -0.5, 0.0, 0.1, 1.0, 2.7, 6.5, 8.5]
    ps = [1e-300, 1e-20, 1e-9, 0.001, 0.0249, 0.025, 0.2, 0.5, 0.77, 0.975, 0.999999]
    binomials = [
        (0, 10, 0.5), (3, 7, 0.5), (16, 40, 0.3), (480, 1000, 0.5), (49_000, 100_000, 0.5), (498_000, 1_000_000, 0.5),
        (499_990, 1_000_000, 0.5), (30, 1_000_000, 2e-5), (7, 7, 0.9), (650_500, 1_000_000, 0.65),
    ]
    pairs = [(6, 1), (1, 6), (0, 0), (5, 5), (12, 3), (0, 5), (120, 90), (5_200, 4_800), (50_300, 49_700), (501_500, 498_500)]
    mcnemar = []
    for b, c in pairs:
        n, fewer = b + c, min(b, c)
        exact = min(1.0, 2 * stats.binom.cdf(fewer, n, 0.5)) if n else 1.0
        mid = min(1.0, 2 * stats.binom.cdf(fewer, n, 0.5) - stats.binom.pmf(fewer, n, 0.5)) if n else 1.0
        mcnemar.append({"onlyA": b, "onlyB": c, "exact": exact, "midP": mid})
    return {
        "normalCdf": [[z, stats.norm.cdf(z)] for z in zs],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in ps],
        "tQuantile": [
            [p, degrees, stats.t.ppf(p, degrees)]
            for p, degrees in [(0.975, 1), (0.975, 1.3), (0.025, 4.7), (0.975, 19), (0.995, 3), (0.8, 59.5), (0.975, 99_999)]
        ],
        "binomial": [
            {"k": k, "n": n, "p": p, "logPmf": stats.binom.logpmf(k, n, p), "cdf": stats.binom.cdf(k, n, p)}
            for k, n, p in binomials
        ],
        "mcnemar": mcnemar,
    }


def sign_flip_case():
    """Every one of the 2^n ways to put signs to the differences."""
    differences = [3, -1, 2, 2, 0, 1, -1, 4, 1, -2, 3, 1]
    observed = abs(sum(differences))
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product([1, -1], repeat=len(differences))]
    beyond = np.mean([s > observed for s in sums])
    level = np.mean([s == observed for s in sums])
    return {"differences": differences, "midP": float(beyond + level / 2)}


def interval(data, statistic, **options):
    """The interval's ends: of 100,000 resamples, and the standard deviation of what 9,999 give with other seeds."""
    run = lambda n, seed: stats.bootstrap(  # noqa: E731
        data, statistic, n_resamples=n, method="BCa", vectorized=True, batch=200, rng=np.random.default_rng(seed), **options
    ).confidence_interval
    best = run(99_999, 0)
    others = np.array([run(9_999, seed) for seed in range(1, 11)])
    return {"low": best.low, "high": best.high, "deviation": others.std(axis=0, ddof=1).tolist()}


def mean_interval(values):
    """SciPy's t interval of a mean."""
    ends = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    return {"low": ends.low, "high": ends.high}


def jackknife(units, statistic, sizes):
    """The t interval from the scores without each unit, with as many degrees of freedom as Kish's effective sample size less one."""
    everything = np.arange(units)
    values = np.array([statistic(np.delete(everything, unit)) for unit in everything])
    error = np.sqrt((units - 1) * values.var())
    degrees = sizes.sum() ** 2 / (sizes**2).sum() - 1
    half = stats.t.ppf(0.975, degrees) * error
    value = statistic(everything)
    return {"low": value - half, "high": value + half}


def bootstrap_cases():
    rows = 200
    truth = rng.choice(3, size=rows, p=[0.7, 0.2, 0.1])
    a = np.array(noisy(truth, 3, 0.9))
    b = np.array(noisy(truth, 3, 0.75))
    right = (a == truth).astype(float) - (b == truth).astype(float)

    def macro(answers, index):
        """Macro-F1 of rows drawn over all rows, over the classes that were drawn."""
        t, p = truth[index], answers[index]
        total, present = 0.0, 0
        for k in range(3):
            support = (t == k).sum(axis=-1)
            tp = ((t == k) & (p == k)).sum(axis=-1)
            total = total + np.where(support > 0, 2 * tp / np.maximum(1, (p == k).sum(axis=-1) + support), 0)
            present = present + (support > 0)
        return total / present

    def macro_statistic(index, axis=-1):
        return macro(a, index)

    def macro_difference(index):
        return macro(a, index) - macro(b, index)

    groups = np.repeat(np.arange(50), rng.multinomial(150, np.ones(50) / 50) + 1)[:rows]
    group_sums = lambda values: np.array([values[groups == g].sum() for g in range(50)])  # noqa: E731
    counts = np.array([(groups == g).sum() for g in range(50)])

    def ratio(index, sums):
        return sums[index].sum(axis=-1) / counts[index].sum(axis=-1)

    return {
        "labelCount": 3,
        "truth": truth.tolist(),
        "a": a.tolist(),
        "b": b.tolist(),
        "groups": groups.tolist(),
        "accuracyOfA": interval(((a == truth).astype(float),), np.mean),
        "groupedAccuracyOfA": interval((np.arange(50),), lambda index, axis=-1: ratio(index, group_sums(a == truth))),
        "macroF1OfA": interval((np.arange(rows),), macro_statistic),
        "accuracyDifference": mean_interval(right),
        "groupedAccuracyDifference": jackknife(50, lambda index: ratio(index, group_sums(right)), counts),
        "macroF1Difference": jackknife(rows, macro_difference, np.ones(rows)),
    }


def permutation_case(case):
    truth, a, b = (np.array(case[key]) for key in ("truth", "a", "b"))
    keep = slice(0, 60)
    truth, a, b = truth[keep], a[keep], b[keep]

    def macro(answers):
        total = 0.0
        for k in range(3):
            tp = ((answers == k) & (truth == k)).sum(axis=-1)
            total = total + 2 * tp / ((answers == k).sum(axis=-1) + (truth == k).sum())
        return total / 3

    result = stats.permutation_test(
        (a, b),
        lambda x, y, axis=-1: np.abs(macro(x) - macro(y)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=199_999,
        alternative="greater",
        batch=2000,
        rng=np.random.default_rng(5),
    )
    return {"rows": 60, "pValue": result.pvalue}


def power_cases():
    """Power of both tests by summing over all tables, with scipy.stats.binom."""
    cases = []
    for only_a, only_b, rows in [(0.0225, 0.0025, 500), (0.30, 0.28, 1000), (0.06, 0.04, 2000), (0.1, 0.05, 60)]:
        share, discordant = only_a / (only_a + only_b), only_a + only_b
        power = {"exact": 0.0, "mid-p": 0.0}
        for m in range(1, rows + 1):
            weight = stats.binom.pmf(m, rows, discordant)
            if weight < 1e-14:
                continue
            k = np.arange(m + 1)
            fewer = np.minimum(k, m - k)
            exact = np.minimum(1, 2 * stats.binom.cdf(fewer, m, 0.5))
            mid = np.where(2 * k == m, 1, exact - stats.binom.pmf(fewer, m, 0.5))
            for name, p in (("exact", exact), ("mid-p", mid)):
                power[name] += weight * stats.binom.pmf(k, m, share)[p <= 0.05].sum()
        cases.append({"onlyA": only_a, "onlyB": only_b, "rows": rows, "power": power})
    return cases


def main():
    bootstrap = bootstrap_cases()
    golden = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "singleLabel": single_label_cases(),
        "multiLabel": multi_label_case(),
        "probabilities": probability_cases(),
        "distributions": distributions(),
        "signFlip": sign_flip_case(),
        "bootstrap": bootstrap,
        "permutation": permutation_case(bootstrap),
        "power": power_cases(),
    }
    path = Path(__file__).parent / "compare.json"
    path.write_text(json.dumps(golden, default=lambda x: x.item()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
