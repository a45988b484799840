"""Counts a run's bills of a month again from its rows, with nothing but the standard library: python bills.py RUN_FOLDER [RESULTS_JSON]

Shares no code with what it checks. RESULTS_JSON, as `crossover view RUN -o results.json` with other assumptions writes it, stands in for the run's own.
Prints a line for each bill, and ends with exit code 1 where one differs by a cent or more, or a break-even is not where the two cost the same.
"""

import json
import math
import sys
from pathlib import Path

HOURS, MONTHS = 730, 12
folder = Path(sys.argv[1])
results = json.loads(Path(sys.argv[2] if len(sys.argv) > 2 else folder / "results.json").read_text())
assumed = results["assumptions"]
train_rows = results["task"]["trainRows"]
differing = 0


def lines(name):
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def is_main(line):
    return line["split"] == "test" and line["trainSize"] == train_rows and "experiment" not in line


heads = [head for head in lines("measurements.jsonl") if is_main(head)]
rows = [row for row in lines("predictions.jsonl") if is_main(row)]


def before(own):
    """What came before the first request: means over seeds. Of a recording only labels that were told count."""
    recording = own[0]["facts"].get("recording")
    labels = sum(head["fitCost"]["labels"] for head in own) / len(own) if recording is None else recording["labels"] or 0
    fitting = 0
    if recording is None:
        usd = sum(head["fitCost"]["usd"] for head in own) / len(own)
        seconds = sum(head["fitCost"]["seconds"] for head in own) / len(own)
        fitting = usd + seconds / 3600 * assumed["usdPerMachineHour"]
    hours = assumed.get("personHours", {}).get(own[0]["arm"], 0)
    return labels * assumed.get("usdPerLabel", 0) + fitting + hours * assumed.get("usdPerPersonHour", 0)


def running(approach, own, way, requests):
    costs = [row["costUsd"] for row in rows if row["approach"] == approach and row.get("costUsd") is not None]
    if way in ("list", "batch"):
        price = sum(costs) / len(costs) * assumed.get("llmPrice", 1)
        return price * requests * (own[0]["facts"]["batchPriceShare"] if way == "batch" else 1)
    answered = sum(head["rows"] for head in own)
    per_second = answered / sum(head["predictCost"]["seconds"] for head in own)
    usable = per_second * assumed["utilization"]
    if way == "shared-machine":
        return requests / usable / 3600 * assumed["usdPerMachineHour"]
    machines = max(1, math.ceil(requests / (usable * 3600 * HOURS)))
    return machines * HOURS * assumed["usdPerMachineHour"]


def month(approach, way, requests):
    own = [head for head in heads if head["approach"] == approach]
    return running(approach, own, way, requests) + before(own) / MONTHS


for bill in results["money"]["bills"]:
    for each in bill["months"]:
        counted = month(bill["approach"], bill["way"], each["requests"])
        same = abs(counted - each["total"]) < 0.005
        differing += not same
        print(f"{'same  ' if same else 'DIFFER'} {bill['approach']} {bill['way']} {each['requests']}: {counted:.2f}" + ("" if same else f", reported {each['total']:.2f}"))

ways = {(bill["approach"], bill["way"]) for bill in results["money"]["bills"]}
for each in results["money"]["breakEvens"]:
    at = each["requestsPerMonth"]
    if not at:
        continue

    def way(approach):
        return "list" if (approach, "list") in ways else f"{each['machine']}-machine"

    def excess(requests):
        return month(each["tuned"], way(each["tuned"]), requests) - month(each["prompted"], way(each["prompted"]), requests)

    same = excess(at) <= 1e-6 and excess(at - 1) > -1e-6
    differing += not same
    print(f"{'same  ' if same else 'DIFFER'} break-even on a {each['machine']} machine at {at}: {excess(at - 1):.6f} to {excess(at):.6f}")

print(f"{differing} differ")
sys.exit(1 if differing else 0)
