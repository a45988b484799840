"""Counts a cascade again from a run's rows, with nothing but the standard library: python cascade.py RUN_FOLDER CASCADE_JSON

CASCADE_JSON is what `crossover cascade RUN --json` printed: its pair and its aim are taken from it, and every number is computed anew from
predictions.jsonl and measurements.jsonl. Shares no code with what it checks. Prints a line a number, and ends with exit code 1 where one differs.
Accuracy alone: rows with one label. Intervals are checked against a bootstrap of this script's own, within a quarter of their width.
"""

import hashlib
import json
import math
import random
import sys
from pathlib import Path

folder = Path(sys.argv[1])
told = json.loads(Path(sys.argv[2]).read_text())
manifest = json.loads((folder / "run.json").read_text())
task, assumed = manifest["task"], manifest["assumptions"]
differing = 0


def lines(name):
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


rows, heads = lines("predictions.jsonl"), lines("measurements.jsonl")
held = max((head["trainSize"] for head in heads if head["split"] == "validation" and "experiment" not in head), default=0)
size = {"test": task["trainRows"], "validation": held}


def missing(row):
    return row.get("failure") in ("unasked", "missing", "error") or (row.get("failure") == "refused" and row.get("refusedBy") == "host")


def is_of(line, approach, split, seed):
    return line["approach"] == approach and line["split"] == split and line["trainSize"] == size[split] and line["seed"] == seed and "experiment" not in line


seed = min(head["seed"] for head in heads if head["approach"] == told["small"] and head["split"] == "test")
seeds = {head["seed"] for head in heads if head["approach"] == told["small"] and head["split"] == "test" and "experiment" not in head and head["trainSize"] == task["trainRows"]}
if len(seeds) > 1 or task["isMultiLabel"]:
    sys.exit("This script counts runs with one seed and one label a row.")


def outcomes(approach, split):
    return {row["id"]: row for row in rows if is_of(row, approach, split, seed)}


def price(approach):
    """USD a row: billed, the mean where it was not; by the clock otherwise."""
    own = [row for row in rows if is_of(row, approach, "test", seed) and row.get("failure") != "unasked"]
    billed = [row["costUsd"] for row in own if "costUsd" in row]
    if billed:
        share = assumed.get("llmPrice", 1)
        mean = share * sum(billed) / len(billed)
        return lambda row: mean if row.get("costUsd") is None else share * row["costUsd"]
    seconds = next(head for head in heads if is_of(head, approach, "test", seed))["predictCost"]["seconds"]
    each = assumed["usdPerMachineHour"] / 3600 * seconds / len(own) / assumed["utilization"]
    return lambda row: each


def log_probabilities(row):
    total = sum(row["scores"].values())
    return {label: math.log(max(score / total, 2**-52)) for label, score in row["scores"].items()}


def temperature():
    """The one that makes the validation rows likeliest, by ternary search over its logarithm; None where there are none, or it has no limit."""
    own = [row for row in outcomes(told["small"], "validation").values() if not missing(row) and row["answer"] is not None]
    if len(own) < 20:
        return None
    logs = [(log_probabilities(row), row["truth"][0]) for row in own]

    def loss(log_t):
        t, total = math.exp(log_t), 0
        for each, truth in logs:
            top = max(each.values())
            total += math.log(sum(math.exp((value - top) / t) for value in each.values())) - (each[truth] - top) / t
        return total

    low, high = -3.0, 3.0
    for _ in range(80):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return None if abs(low) > 2.998 else math.exp(low)


heat = temperature()


def confidence(row):
    if row["answer"] is None:
        return -math.inf
    if "scores" not in row:
        return row["confidence"]["value"]
    if heat is None:
        return row["scores"][row["answer"][0]]
    logs = log_probabilities(row)
    top = max(logs.values())
    powers = {label: math.exp((value - top) / heat) for label, value in logs.items()}
    return powers[row["answer"][0]] / sum(powers.values())


small_price, llm_price = price(told["small"]), price(told["llm"])


def pairs(split):
    small, llm = outcomes(told["small"], split), outcomes(told["llm"], split)
    found = []
    for name, own in small.items():
        other = llm.get(name)
        if other is None or missing(own) or missing(other):
            continue
        kept = own["answer"] == own["truth"]
        found.append({
            "unit": f"group:{own['group']}" if "group" in own else f"row:{name}", "sure": confidence(own), "small": kept,
            "llm": other["answer"] == other["truth"], "handed": other["answer"] == other["truth"] if other["answer"] is not None else kept,
            "usd": small_price(own), "more": llm_price(other),
        })
    return found


def choose(own):
    """The threshold that suits the aim; infinity hands every row on."""
    levels = sorted({row["sure"] for row in own if row["sure"] > -math.inf})
    thresholds = [0.0] + [(a + b) / 2 if (a + b) / 2 > a else b for a, b in zip(levels, levels[1:])] + [math.inf]
    ordered = sorted(own, key=lambda row: row["sure"])
    n, at, best = len(own), 0, None
    right, usd = sum(row["small"] for row in own), sum(row["usd"] for row in own)
    gain_of_all = sum(row["handed"] - row["small"] for row in own) / n
    first = None
    for threshold in thresholds:
        while at < n and ordered[at]["sure"] < threshold:
            right += ordered[at]["handed"] - ordered[at]["small"]
            usd += ordered[at]["more"]
            at += 1
        score, share = right / n, at / n
        first = share if first is None else first
        aim = told["aim"]
        if aim["kind"] == "score":
            if score >= aim["least"] - 1e-12:
                return threshold
            worth = score
        elif aim["kind"] == "cost":
            worth = score if 1000 * usd / n <= aim["mostUsdPerThousand"] else -1
        else:
            worth = score - max(0, (share - first) * gain_of_all)
        if best is None or worth > best[0] + 1e-12:
            best = (worth, threshold)
    return best[1]


def show(name, counted, reported, tolerance=1e-6):
    global differing
    same = counted == reported if reported is None or counted is None else abs(counted - reported) <= tolerance
    differing += not same
    print(f"{'same  ' if same else 'DIFFER'} {name}: {counted if counted is None else f'{counted:.6f}'}" + ("" if same else f", reported {reported}"))


test, validation = pairs("test"), pairs("validation")
n = len(test)
if len(validation) >= 100:
    threshold = choose(validation)
    cuts = [threshold] * n
    basis = "validation"
else:
    threshold, basis = choose(test), "cross-fitted"
    names = sorted({row["unit"] for row in test}, key=lambda name: (hashlib.sha256(name.encode()).digest()[:4], name))
    fold = {name: place % 10 for place, name in enumerate(names)}
    by_fold = [choose([row for row in test if fold[row["unit"]] != own]) for own in range(10)]
    cuts = [by_fold[fold[row["unit"]]] for row in test]
out = [row["sure"] < cut for row, cut in zip(test, cuts)]
share = sum(out) / n
print(f"       {told['small']}, then {told['llm']}: {n} rows, threshold by {basis}")
assert basis == told["basis"]["kind"]
show("rows", n, told["rows"])
show("temperature", heat, (told["calibration"] or {}).get("temperature"), 1e-4)
# The temperature is found by two searches: the threshold is that of the same two rows, to as many digits as they agree.
show("threshold", None if math.isinf(threshold) else threshold, told["threshold"], 1e-4)
show("share handed on", share, told["escalated"]["value"])
right = {
    "cascade": [row["handed"] if own else row["small"] for row, own in zip(test, out)],
    "small": [row["small"] for row in test],
    "llm": [row["llm"] for row in test],
}
handed = [row["handed"] for row in test]
policies = told["policies"]
for name, own in right.items():
    show(f"accuracy of {name}", sum(own) / n, policies[name]["accuracy"]["value"])
show("accuracy at random", (1 - share) * sum(right["small"]) / n + share * sum(handed) / n, policies["random"]["accuracy"])
usd = {
    "small": [1000 * row["usd"] for row in test],
    "llm": [1000 * row["more"] for row in test],
    "cascade": [1000 * (row["usd"] + own * row["more"]) for row, own in zip(test, out)],
}
for name, own in usd.items():
    show(f"USD per 1,000 of {name}", sum(own) / n, policies[name]["usdPerThousand"]["value"])
show("USD per 1,000 at random", sum(usd["small"]) / n + share * sum(usd["llm"]) / n, policies["random"]["usdPerThousand"])

# Intervals: a percentile bootstrap over units.
draw = random.Random(1)
units = {}
for place, row in enumerate(test):
    units.setdefault(row["unit"], []).append(place)
units = list(units.values())


def difference(places, other):
    count = len(places)
    own = sum(right["cascade"][i] for i in places) / count
    if other != "random":
        return own - sum(right[other][i] for i in places) / count
    part = sum(out[i] for i in places) / count
    return own - (1 - part) * sum(right["small"][i] for i in places) / count - part * sum(handed[i] for i in places) / count


drawn = {"small": [], "llm": [], "random": []}
for _ in range(1000):
    places = [i for unit in draw.choices(units, k=len(units)) for i in unit]
    for other, values in drawn.items():
        values.append(difference(places, other))
for other, values in drawn.items():
    reported = told["differences"][other]["accuracy"]
    values.sort()
    show(f"gain over {other}", difference(range(n), other), reported["value"])
    width = max(reported["high"] - reported["low"], 1e-9)
    for end, counted in (("low", values[24]), ("high", values[974])):
        show(f"  its {end} end", counted, reported[end], width / 4)
sys.exit(1 if differing else 0)
