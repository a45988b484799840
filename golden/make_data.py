"""Reference values for `data/` and `lib/numpy-permutation.ts`: writes golden/data.json.

Needs numpy, datasets (with pyarrow) and cleanlab. Run from the repository's root: python golden/make_data.py
"""

import hashlib
import json
import random
import unicodedata
from pathlib import Path

import cleanlab
import datasets
import numpy as np
import pyarrow as pa
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from datasets.table import InMemoryTable


def permutation(n: int, seed: int) -> dict:
    order = np.random.default_rng(seed).permutation(n).tolist()
    # Fingerprints are given, so that `datasets` need not pickle anything to make them.
    rows = datasets.Dataset(InMemoryTable(pa.table({"row": list(range(n))})), fingerprint="rows")
    shuffled = rows.shuffle(seed=seed, keep_in_memory=True, new_fingerprint="shuffled")["row"][:]
    assert shuffled == order, "datasets no longer shuffles by NumPy's permutation"
    return {
        "length": n,
        "seed": seed,
        "first": order[:10],
        "last": order[-10:],
        "sha256": hashlib.sha256(",".join(map(str, order)).encode()).hexdigest(),
    }


def near_duplicates(seed: int) -> dict:
    """Texts that are edited copies of one another, and their clusters by the definition: all pairs, sets of character 5-grams."""
    draw = random.Random(seed)
    words = [
        "".join(draw.choice("bcdfglmnprst") + draw.choice("aeiou") for _ in range(draw.randint(1, 4))) for _ in range(400)
    ]
    texts = []
    for _ in range(60):
        base = [draw.choice(words) for _ in range(draw.choice([4, 8, 20, 60]))]
        texts.append(" ".join(base))
        for _ in range(draw.randint(0, 3)):
            copy = [draw.choice(words) if draw.random() < draw.choice([0, 0.03, 0.1]) else word for word in base]
            texts.append(draw.choice(["{}", "{}!", "  {} ", "{}\n"]).format(" ".join(copy)).replace(" ", draw.choice([" ", "  "])))
            if draw.random() < 0.3:
                texts[-1] = texts[-1].upper()
    draw.shuffle(texts)

    def grams(text: str) -> set:
        key = " ".join(unicodedata.normalize("NFKC", text).lower().split())
        return {key[i : i + 5] for i in range(len(key) - 4)} or {key}

    sets = [grams(text) for text in texts]
    cluster = list(range(len(texts)))
    closest_below, closest_above = 0.0, 1.0
    for i, a in enumerate(sets):
        for j in range(i):
            similarity = len(a & sets[j]) / len(a | sets[j])
            if similarity >= 0.7:
                closest_above = min(closest_above, similarity)
                old, new = cluster[i], cluster[j]
                cluster = [min(old, new) if c in (old, new) else c for c in cluster]
            else:
                closest_below = max(closest_below, similarity)
    groups = [[i for i, c in enumerate(cluster) if c == root] for root in sorted(set(cluster))]
    return {
        "texts": texts,
        "groups": [group for group in groups if len(group) > 1],
        "closestBelow": closest_below,
        "closestAbove": closest_above,
    }


def label_errors(classes: int, rows: int, noise: float, seed: int) -> dict:
    draw = np.random.default_rng(seed)
    truth = draw.integers(classes, size=rows)
    given = np.where(draw.random(rows) < noise, draw.integers(classes, size=rows), truth)
    logits = draw.normal(size=(rows, classes)) + 2.5 * np.eye(classes)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    probabilities = np.round(probabilities, 5)
    probabilities[:, 0] += 1 - probabilities.sum(1)
    ranked = find_label_issues(
        given, probabilities, filter_by="prune_by_noise_rate", return_indices_ranked_by="normalized_margin", n_jobs=1
    )
    return {
        "classes": classes,
        "given": given.tolist(),
        "probabilities": [[round(float(p), 6) for p in row] for row in probabilities],
        "joint": compute_confident_joint(given, probabilities, calibrate=True).tolist(),
        "ranked": ranked.tolist(),
    }


strange = ["  A\tB\nC ", "Ｆｕｌｌ　width", "ﬁne “quotes”", "ÀÉ e\u0301", "½ ² ①", "ǅ ǆ", "a\u00a0b\u2003c"]

golden = {
    "versions": {
        "numpy": np.__version__,
        "datasets": datasets.__version__,
        "cleanlab": cleanlab.__version__,
        "unicode": unicodedata.unidata_version,
    },
    "permutations": [
        permutation(n, seed)
        for n, seed in [(1, 0), (2, 0), (10, 42), (100, 1), (1000, 42), (25_000, 42), (25_000, 0), (65_536, 7), (65_537, 2**32 + 5), (40_000, 2**53 - 1)]
    ],
    "nearDuplicates": near_duplicates(7),
    "labelErrors": [label_errors(3, 150, 0.15, 1), label_errors(5, 300, 0.25, 2), label_errors(4, 80, 0.0, 3)],
    "windows1252": bytes(b for b in range(32, 256) if b not in (0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D)).decode("cp1252"),
    "textKeys": [[text, " ".join(unicodedata.normalize("NFKC", text).lower().split())] for text in strange],
}
Path(__file__).with_name("data.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")
