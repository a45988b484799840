"""Times predictions of a saved classifier with transformers' pipeline, on demand: python predictions.py MODEL TEXTS BATCH

One line on stdin is one pass over all texts (a JSON list in the file TEXTS); the answer has the seconds and the labels.
"""

import json
import sys
import time

import torch
from transformers import pipeline

torch.set_num_threads(2)
classify = pipeline("text-classification", model=sys.argv[1], device="cpu", dtype=torch.float32)
texts = json.load(open(sys.argv[2], encoding="utf8"))
batch = int(sys.argv[3])
# Rows of a length together, as a careful user would: the order of the answers is restored.
order = sorted(range(len(texts)), key=lambda i: len(texts[i]))

print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    found = classify([texts[i] for i in order], batch_size=batch, truncation=True)
    labels = [None] * len(texts)
    for i, answer in zip(order, found):
        labels[i] = answer["label"]
    print(json.dumps({"seconds": time.perf_counter() - start, "labels": labels}), flush=True)
