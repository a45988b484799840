"""Counts a run's scores and differences again from its predictions, with nothing but the standard library: python recount.py RUN_FOLDER

Shares no code with what it checks. Prints a line for each number that it counted and found in results.json, and ends with exit code 1 where one of
them differs by more than 1e-9. Intervals and p-values of macro-F1 are drawn at random and are not counted again; those of accuracy are, where rows have no
groups and each approach has one seed.
"""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path

TOLERANCE = 1e-9
differing = 0


def missing(row):
    """Rows that say nothing of an approach: not recorded, failed for good, or refused by the host's filter."""
    failure = row.get("failure")
    return failure in ("missing", "error") or (failure == "refused" and row.get("refusedBy") == "host")


def right(row):
    return row["answer"] is not None and set(row["answer"]) == set(row["truth"])


def accuracy(rows):
    return sum(map(right, rows)) / len(rows)


def macro_f1(rows, labels):
    """The mean F1 over the labels that have a row. An answer with another label, or none, is wrong for the true label."""
    scores = []
    for label in labels:
        support = sum(label in row["truth"] for row in rows)
        if support == 0:
            continue
        answered = sum(label in (row["answer"] or []) for row in rows)
        hits = sum(label in row["truth"] and label in (row["answer"] or []) for row in rows)
        scores.append(2 * hits / (support + answered))
    return sum(scores) / len(scores)


def mcnemar_mid_p(b, c):
    """Mid-p of McNemar's exact test: twice the binomial tail less one point probability, at most 1."""
    n, k = b + c, min(b, c)
    if n == 0:
        return 1.0
    weights = [math.comb(n, i) for i in range(k + 1)]
    return min(1.0, (2 * sum(weights) - weights[-1]) / 2**n)


def check(what, counted, reported):
    global differing
    same = reported is not None and abs(counted - reported) <= TOLERANCE
    differing += not same
    print(f"{'same  ' if same else 'DIFFER'} {what}: {counted!r}" + ("" if same else f", reported {reported!r}"))


def main(folder):
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    labels = results["task"]["labels"]
    runs = defaultdict(lambda: defaultdict(list))
    with open(folder / "predictions.jsonl", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            is_main = row["trainSize"] == results["task"]["trainRows"] and "experiment" not in row
            if row["split"] == "test" and is_main:
                runs[row["approach"]][row["seed"]].append(row)
    of = {"accuracy": accuracy, "macroF1": lambda rows: macro_f1(rows, labels)}

    def mean(approach, metric, places):
        seeds = runs[approach].values()
        return sum(of[metric]([rows[i] for i in places]) for rows in seeds) / len(seeds)

    def present(*approaches):
        lists = [rows for approach in approaches for rows in runs[approach].values()]
        return [i for i in range(len(lists[0])) if not any(missing(rows[i]) for rows in lists)]

    for summary in results["summaries"]:
        name = summary["approach"]
        places = present(name)
        everything = range(summary["testRows"])
        for metric in of:
            check(f"{metric} of {name} on {len(places)} rows", mean(name, metric, places), summary[metric]["value"])
            if "missing" in summary:
                worst = summary["missing"]["worstCase"][metric]["value"]
                check(f"{metric} of {name}, missing as wrong", mean(name, metric, everything), worst)
    for contrast in results["contrasts"]:
        a, b, metric = contrast["a"], contrast["b"], contrast["metric"]
        if metric not in of:
            continue
        places = present(a, b)
        what = f"{metric} of {a} less {b} on {len(places)} rows"
        check(what, mean(a, metric, places) - mean(b, metric, places), contrast["difference"]["value"])
        [first_a, *more_a], [first_b, *more_b] = runs[a].values(), runs[b].values()
        only_a = sum(right(first_a[i]) and not right(first_b[i]) for i in places)
        only_b = sum(right(first_b[i]) and not right(first_a[i]) for i in places)
        check(f"only {a} right, beside {b}", only_a, contrast["discordant"][0])
        check(f"only {b} right, beside {a}", only_b, contrast["discordant"][1])
        if metric == "accuracy" and not more_a and not more_b and not any("group" in row for row in first_a):
            check(f"p of {what}", mcnemar_mid_p(only_a, only_b), contrast["pValue"])
    print(f"{differing} differ")
    return 1 if differing else 0


sys.exit(main(Path(sys.argv[1])))
