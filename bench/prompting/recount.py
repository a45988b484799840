"""Counts the recorded answers of sms-spam by itself, with nothing but the standard library: python recount.py FOLDER

Prints one JSON object: by model the counts, shares, costs and a digest of the ids that were answered right. It shares no code with the tables it
checks; prices are typed in from OpenAI's price list (USD a million tokens: input, output, half of both through the Batch API).
"""

import csv
import gzip
import hashlib
import json
import math
import sys
from fractions import Fraction
from pathlib import Path

PRICES = {
    "gpt-3.5-turbo-0125": ("0.5", "1.5"),
    "gpt-5-nano": ("0.05", "0.4"),
    "gpt-5-mini": ("0.25", "2"),
    "gpt-5": ("1.25", "10"),
}
LABELS = ("ham", "spam")


def digest(ids):
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def wilson(right, n, z=1.959963984540054):
    """Wilson's score interval (1927) of a share, at 95 %."""
    share = right / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return [(middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)]


def main(folder):
    with open(folder / "messages.csv", encoding="utf-8", newline="") as file:
        truth = {row["id"]: row["label"] for row in csv.DictReader(file)}
    counted = {}
    for model, (price_in, price_out) in PRICES.items():
        answers = {}
        tokens_in = tokens_out = cached = 0
        with gzip.open(folder / f"openai-batch-output.{model}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                body = record["response"]["body"]
                answers[record["custom_id"]] = body["choices"][0]["message"]["content"].strip().lower()
                usage = body["usage"]
                tokens_in += usage["prompt_tokens"]
                tokens_out += usage["completion_tokens"]
                cached += usage["prompt_tokens_details"]["cached_tokens"]
        assert cached == 0, "cached input has a price of its own"
        right = [id for id, label in truth.items() if answers.get(id) == label]
        malformed = [id for id, answer in answers.items() if answer not in LABELS]
        usd = (Fraction(price_in) * tokens_in + Fraction(price_out) * tokens_out) / 10**6
        low, high = wilson(len(right), len(truth))
        counted[model] = {
            "rows": len(truth),
            "missing": sum(id not in answers for id in truth),
            "malformed": len(malformed),
            "right": len(right),
            "accuracy": len(right) / len(truth),
            "low": low,
            "high": high,
            "answeredAccuracy": len(right) / (len(answers) - len(malformed)),
            "inputTokens": tokens_in,
            "outputTokens": tokens_out,
            "usdPerThousand": float(1000 * usd / len(answers)),
            "batchUsdPerThousand": float(500 * usd / len(answers)),
            "rightIds": digest(right),
            "malformedIds": digest(malformed),
        }
    json.dump(counted, sys.stdout)


main(Path(sys.argv[1]))
