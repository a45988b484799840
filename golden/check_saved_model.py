"""Loads saved classifiers in Python, as their users do, and compares the logits with those that were written beside them.

    python golden/check_saved_model.py FOLDER...     (needs torch, transformers and sentence-transformers)

Those with modules.json are loaded by sentence-transformers, the others by AutoModelForSequenceClassification and by the pipeline.

A folder has `expected.json`: {"texts": [...], "logits": [[...], ...]}. The largest difference, relative to the larger of 1 and the
expected number, must be below 1e-4, one text at a time and padded to the longest; weights that are missing or left over fail the check. The
last line is JSON: the largest difference of each folder. Exits with 1 where a folder fails.
"""

import json
import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

worst = {}
failed = False
for folder in map(Path, sys.argv[1:]):
    expected = json.loads((folder / "expected.json").read_text())
    texts, logits = expected["texts"], torch.tensor(expected["logits"])
    if (folder / "modules.json").exists():
        found = torch.tensor(SentenceTransformer(str(folder), device="cpu").encode(texts))
        worst[folder.name] = {"modules": float(((found - logits).abs() / logits.abs().clamp(min=1)).max())}
        failed = failed or not worst[folder.name]["modules"] < 1e-4
        continue
    model, loading = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    problems = {kind: sorted(map(str, names)) for kind, names in loading.items() if names}
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def run(batch):
        with torch.no_grad():
            return model.eval()(**tokenizer(batch, truncation=True, padding=True, return_tensors="pt")).logits

    found = {"alone": torch.cat([run([text]) for text in texts]), "padded": run(texts)}
    differences = {how: float(((rows - logits).abs() / logits.abs().clamp(min=1)).max()) for how, rows in found.items()}

    # The pipeline's labels and scores, from the model's own problem_type.
    is_multi_label = model.config.problem_type == "multi_label_classification"
    probabilities = logits.sigmoid() if is_multi_label else logits.softmax(-1)
    classify = pipeline("text-classification", model=str(folder), device="cpu", top_k=None)
    for row, answers in zip(probabilities, classify(texts, truncation=True), strict=True):
        by_label = {answer["label"]: answer["score"] for answer in answers}
        scores = torch.tensor([by_label[model.config.id2label[k]] for k in range(len(row))])
        differences["pipeline"] = max(differences.get("pipeline", 0), float((scores - row).abs().max()))

    worst[folder.name] = differences
    # Written so that a NaN fails.
    if problems or not all(value < 1e-4 for value in differences.values()):
        failed = True
        print(f"{folder}: {problems} {differences}", file=sys.stderr)
print(json.dumps(worst))
sys.exit(1 if failed else 0)
