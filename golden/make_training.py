"""Reference losses and gradients for src/tune/classifier.ts, by PyTorch in float64 on a tiny random BERT classifier of transformers.

    pip install torch transformers
    python golden/make_training.py

Writes golden/training.json: the configuration, the weights (representable as float32), one padded batch, the masks of dropout, and for
each case the logits, the loss and the gradient of every weight.
"""

import json
import platform
from pathlib import Path

import torch
import transformers
from torch.nn import functional
from transformers import BertConfig, BertForSequenceClassification

torch.manual_seed(11)
keep = 0.75
config = BertConfig(
    vocab_size=24, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=9,
    hidden_dropout_prob=1 - keep, attention_probs_dropout_prob=1 - keep, initializer_range=0.4, num_labels=3,
    attn_implementation="eager",
)  # fmt: skip
model = BertForSequenceClassification(config)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "LayerNorm" in name or name.endswith("bias"):
            parameter.add_(torch.randn_like(parameter) * 0.2)
model = model.double()

ids = torch.tensor([[2, 7, 9, 7, 11, 3], [2, 20, 3, 0, 0, 0], [2, 5, 9, 23, 3, 0], [2, 14, 15, 16, 17, 3]])
mask = (ids != 0).long()
labels = torch.tensor([0, 2, 1, 2])
several = torch.tensor([[1.0, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]], dtype=torch.float64)
class_weights = torch.tensor([0.5, 2.0, 1.25], dtype=torch.float64)

masks = []


def fixed_dropout(x, p=0.5, training=True, inplace=False):
    """In place of torch's: drops by a mask that is kept, in the order in which the model asks."""
    if not training:
        return x
    kept = (torch.rand(x.shape) < keep).to(x.dtype)
    masks.append(kept)
    return x * kept / keep


functional.dropout = fixed_dropout


def mean_logits():
    """The classifier on the mean of the tokens, as sentence encoders are pooled."""
    hidden = model.bert(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.double().unsqueeze(-1)
    return model.classifier((hidden * weights).sum(1) / weights.sum(1))


def pooled_logits():
    return model(input_ids=ids, attention_mask=mask).logits


def case(logits, loss):
    model.zero_grad()
    loss.backward()
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {
        "logits": logits.tolist(),
        "loss": loss.item(),
        "gradients": {name: [float(f"{value:.12g}") for value in g.flatten().tolist()] for name, g in gradients.items()},
    }


model.eval()
cases = {}
logits = pooled_logits()
cases["plain"] = case(logits, functional.cross_entropy(logits, labels))
logits = pooled_logits()
weighted = functional.cross_entropy(logits, labels, weight=class_weights, label_smoothing=0.1)
cases["weighted and smoothed"] = case(logits, weighted)
logits = mean_logits()
cases["several labels, mean"] = case(logits, functional.binary_cross_entropy_with_logits(logits, several))
model.train()
logits = pooled_logits()
cases["dropout"] = case(logits, functional.cross_entropy(logits, labels))

content = {
    "versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__},
    "config": json.loads(config.to_json_string()),
    "weights": {name: {"shape": list(p.shape), "data": p.flatten().tolist()} for name, p in model.named_parameters()},
    "ids": ids.tolist(),
    "mask": mask.tolist(),
    "labels": labels.tolist(),
    "several": several.tolist(),
    "classWeights": class_weights.tolist(),
    "keep": keep,
    "dropped": [{"shape": list(m.shape), "kept": "".join(str(int(v)) for v in m.flatten().tolist())} for m in masks],
    "cases": cases,
}
path = Path(__file__).parent / "training.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes, {len(masks)} masks: {[list(m.shape) for m in masks]}")
