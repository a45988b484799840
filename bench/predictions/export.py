"""A saved classifier with its ONNX file as PyTorch's exporter writes it, as a user of transformers.js has it: python export.py MODEL TO

The file that is saved with a classifier here computes less (decisions/0010); both are compared. Needs `pip install onnx`.
"""

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification

source, target = Path(sys.argv[1]), Path(sys.argv[2])
model = AutoModelForSequenceClassification.from_pretrained(source, attn_implementation="eager").eval()
(target / "onnx").mkdir(parents=True, exist_ok=True)
for file in source.iterdir():
    if file.is_file():
        shutil.copy(file, target / file.name)
tokens = torch.ones(2, 16, dtype=torch.long)
names = ["input_ids", "attention_mask", "token_type_ids"]
torch.onnx.export(
    model,
    (tokens, tokens, torch.zeros_like(tokens)),
    target / "onnx" / "model.onnx",
    input_names=names,
    output_names=["logits"],
    dynamic_axes={**{name: {0: "batch", 1: "sequence"} for name in names}, "logits": {0: "batch"}},
    dynamo=False,
    opset_version=17,
)
