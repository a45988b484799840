"""Looks for a run's crossovers again from its predictions: python crossovers.py RUN_FOLDER   (needs numpy)

Shares no code with what it checks. For each pair of results.json it takes the test rows that both have an outcome of, draws them (or their groups) 4,000 times, and
reads off, in the logarithm of the labels, from where on the tuned approach is likelier than not to score more. That number must be within a
factor of 1.25 of the run's, or out of sight on the same side, and the run's 90 % interval, which knows of seeds too, must not be narrower than the one of
rows alone by more than a factor of 1.25 at either end. Exit code 1 where it is otherwise.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
results = json.loads((folder / "results.json").read_text())
runs = {}
groups = {}
for line in (folder / "predictions.jsonl").read_text().splitlines():
    row = json.loads(line)
    if row["split"] != "test" or "experiment" in row:
        continue
    failure = row.get("failure")
    gone = failure in ("missing", "error") or (failure == "refused" and row.get("refusedBy") == "host")
    right = row["answer"] is not None and set(row["answer"]) == set(row["truth"])
    runs.setdefault(row["approach"], {}).setdefault((row["trainSize"], row["seed"]), {})[row["id"]] = None if gone else float(right)
    groups[row["id"]] = row.get("group") or row["id"]

rng = np.random.default_rng(7)
STEPS, DRAWS = 8, 4000
differing = 0


def curve_of(approach, ids):
    sizes = sorted({size for size, _ in runs[approach]})
    means = [np.mean([[run[i] for i in ids] for (s, _), run in runs[approach].items() if s == size], axis=0) for size in sizes]
    return sizes, np.array(means)


def reached(grid, shares, wanted):
    at = len(grid)
    while at > 0 and shares[at - 1] >= wanted:
        at -= 1
    if at == len(grid):
        return math.inf
    if at == 0:
        return 0.0
    share = (wanted - shares[at - 1]) / (shares[at] - shares[at - 1])
    return grid[at - 1] * (grid[at] / grid[at - 1]) ** share


def told(value, side):
    return value if value is not None else (0.0 if side == "before" else math.inf)


def agree(a, b, factor):
    if a in (0.0, math.inf) or b in (0.0, math.inf):
        return a == b
    return max(a / b, b / a) <= factor


for pair in results.get("crossovers", []):
    found = pair["found"]
    if found["kind"] != "crossover" or pair["metric"] != "accuracy":
        continue
    own = [run for name in (pair["tuned"], pair["prompted"]) for run in runs[name].values()]
    ids = [i for i in own[0] if all(run[i] is not None for run in own)]
    sizes, ours = curve_of(pair["tuned"], ids)
    other_sizes, theirs = curve_of(pair["prompted"], ids)
    if len(other_sizes) > 1:
        continue
    names = sorted({groups[i] for i in ids})
    place = {name: k for k, name in enumerate(names)}
    member = np.array([place[groups[i]] for i in ids])
    per_group = np.array([np.bincount(member, weights=row, minlength=len(names)) for row in np.vstack([ours, theirs])])
    counts = np.bincount(member, minlength=len(names))
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    scores = drawn @ per_group.T / (drawn @ counts)[:, None]
    difference = scores[:, :-1] - scores[:, -1:]
    grid = [sizes[i] * (sizes[i + 1] / sizes[i]) ** (k / STEPS) for i in range(len(sizes) - 1) for k in range(STEPS)] + [sizes[-1]]
    at = np.array([np.interp(np.log(grid), np.log(sizes), row) for row in difference])
    shares = (at > 1e-12).mean(axis=0) + 0.5 * (np.abs(at) <= 1e-12).mean(axis=0)
    here = [reached(grid, shares, wanted) for wanted in (0.5, 0.05, 0.95)]
    labels = found["labels"]
    there = [told(labels[end], labels["side"].get(end)) for end in ("value", "low", "high")]
    fine = len(ids) == found["rows"] and agree(here[0], there[0], 1.25) and there[1] <= here[1] * 1.25 and there[2] * 1.25 >= here[2]
    differing += not fine
    show = lambda values: " ".join("before" if v == 0 else "after" if v == math.inf else f"{v:.0f}" for v in values)
    print(f"{'ok    ' if fine else 'DIFFERS'} {pair['tuned']} over {pair['prompted']}: here {show(here)}; there {show(there)}; {len(ids)} rows")
print(f"{differing} differ")
sys.exit(1 if differing else 0)
