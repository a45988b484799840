"""Recounts a run's missing rows, scores and contrasts from its predictions.jsonl, and holds them against its results.json.

    python3 bench/prompting/recount_run.py runs/NAME

Knows nothing of the project's code: a row is missing where a recording lacks it, the service failed, or the host's filter refused; every other
row without an answer is wrong. Single label, one seed. Exit code 1 where a number differs by more than 1e-9.
"""

import json
import sys
from math import comb
from pathlib import Path

run = Path(sys.argv[1])
results = json.loads((run / "results.json").read_text())
rows = {}
for line in (run / "predictions.jsonl").read_text().splitlines():
    row = json.loads(line)
    if row["split"] == "test" and row["trainSize"] == results["task"]["trainRows"]:
        rows.setdefault(row["approach"], {})[row["id"]] = row

missing = lambda row: row.get("failure") in ("missing", "error") or (row.get("failure") == "refused" and row.get("refusedBy") == "host")
right = lambda row: row["answer"] is not None and set(row["answer"]) == set(row["truth"])
worst = 0.0


def check(what, said, counted):
    global worst
    worst = max(worst, abs(said - counted))
    print(f"{'ok ' if abs(said - counted) <= 1e-9 else 'NOT'}  {what}: {said:.6f} said, {counted:.6f} counted")


def mid_p(a, b):
    n, k = a + b, min(a, b)
    if n == 0 or a == b:
        return 1.0
    pmf = [comb(n, i) / 2**n for i in range(k + 1)]
    return min(1.0, 2 * sum(pmf) - pmf[k])


for summary in results["summaries"]:
    name = summary["approach"]
    own = rows[name].values()
    present = [row for row in own if not missing(row)]
    check(f"{name} rows missing", summary.get("missing", {}).get("rows", 0), len(own) - len(present))
    check(f"{name} accuracy", summary["accuracy"]["value"], sum(map(right, present)) / len(present))
    if "missing" in summary:
        check(f"{name} worst case", summary["missing"]["worstCase"]["accuracy"]["value"], sum(map(right, own)) / len(own))
    labels = {label for row in present for label in row["truth"]}
    f1 = []
    for label in labels:
        true = sum(label in row["truth"] and label in (row["answer"] or []) for row in present)
        given = sum(label in (row["answer"] or []) for row in present)
        f1.append(2 * true / (given + sum(label in row["truth"] for row in present)))
    check(f"{name} macro-F1", summary["macroF1"]["value"], sum(f1) / len(f1))

for contrast in results["contrasts"]:
    if contrast["metric"] != "accuracy":
        continue
    a, b = rows[contrast["a"]], rows[contrast["b"]]
    common = [id for id in a if not missing(a[id]) and not missing(b[id])]
    only_a = sum(right(a[id]) and not right(b[id]) for id in common)
    only_b = sum(right(b[id]) and not right(a[id]) for id in common)
    name = f"{contrast['a']} - {contrast['b']}"
    check(f"{name} only first right", contrast["discordant"][0], only_a)
    check(f"{name} only second right", contrast["discordant"][1], only_b)
    check(f"{name} difference", contrast["difference"]["value"], (only_a - only_b) / len(common))
    check(f"{name} p", contrast["pValue"], mid_p(only_a, only_b))
    if "missing" in contrast:
        difference = sum(right(a[id]) - right(b[id]) for id in a) / len(a)
        check(f"{name} missing as wrong", contrast["missing"]["asWrong"]["difference"]["value"], difference)

print(f"largest difference {worst:.1e}")
sys.exit(worst > 1e-9)
