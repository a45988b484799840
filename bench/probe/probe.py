"""Chooses C with scikit-learn's LogisticRegressionCV, on demand: python probe.py FOLDER N_JOBS

FOLDER has the features, labels, folds and Cs that `compare.ts` wrote. One line on stdin is one search; the answer has its seconds, those of
processor time, and what was found. With N_JOBS 1 the products have two threads, with 2 each process has one.
"""

import json
import os
import sys
import time
import warnings

folder, jobs = sys.argv[1], int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(2 // jobs)

import numpy as np
from sklearn.linear_model import LogisticRegressionCV

warnings.filterwarnings("ignore", category=FutureWarning)
task = json.load(open(f"{folder}/task.json"))
features = np.fromfile(f"{folder}/features.f64").reshape(-1, task["columns"])
labels, folds = np.array(task["labels"]), np.array(task["folds"])
splits = [(np.where(folds != k)[0], np.where(folds == k)[0]) for k in range(folds.max() + 1)]


def used():
    """Seconds of processor time, of children that have ended too."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


print("ready", flush=True)
for _ in sys.stdin:
    start, before = time.perf_counter(), used()
    # The tolerance is scikit-learn's own; its limit of 100 iterations would end some fits early.
    model = LogisticRegressionCV(
        Cs=task["Cs"], cv=splits, scoring="neg_log_loss", solver="lbfgs", tol=1e-4, max_iter=5000, n_jobs=jobs, refit=False
    ).fit(features, labels)
    seconds = time.perf_counter() - start
    if jobs > 1:
        # Its processes go on waiting for work; what they used is counted when they have ended.
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
    print(json.dumps({"seconds": seconds, "processorSeconds": used() - before, "C": float(np.ravel(model.C_)[0])}), flush=True)
