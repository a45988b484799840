"""Reference losses and gradients for src/tune/classifier/classifier.ts, by PyTorch in float64 on a tiny random BERT classifier of transformers.

    pip install torch transformers
    python golden/make_training.py

Writes golden/training.json: the configuration, the weights (representable as float32), one padded batch, the masks of dropout, and for
each case the logits, the loss and the gradient of every weight; and 20 steps of a plain training loop without dropout, with layer-wise learning
rates, whose weights and held-out losses are kept.
"""

import copy
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
    """The classifier on the standardized mean of the tokens, as sentence encoders are pooled."""
    hidden = model.bert(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.double().unsqueeze(-1)
    mean = (hidden * weights).sum(1) / weights.sum(1)
    return model.classifier(functional.layer_norm(mean, mean.shape[-1:], eps=1e-12))


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



def depth(name):
    """0 for embeddings, k + 1 for layer k, one more than the last layer for the rest."""
    if ".layer." in name:
        return int(name.split(".layer.")[1].split(".")[0]) + 1
    return 0 if ".embeddings." in name else config.num_hidden_layers + 1


def train_plainly(steps=20, warmup=2, peak=4e-3, layer_decay=0.7, weight_decay=0.05, max_norm=1.0):
    """AdamW, a linear schedule with warm-up and clipping, on the one batch again and again."""
    trained = copy.deepcopy(model).eval()
    groups = [
        {
            "params": [p],
            "lr": peak * layer_decay ** (config.num_hidden_layers + 1 - depth(name)),
            "weight_decay": weight_decay if p.ndim > 1 else 0.0,
        }
        for name, p in trained.named_parameters()
    ]
    optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.999), eps=1e-8)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, warmup, steps)
    held_ids = torch.tensor([[2, 7, 5, 3, 0], [2, 20, 9, 16, 3], [2, 23, 3, 0, 0]])
    held_labels = torch.tensor([1, 2, 0])
    losses, norms, held_losses, states = [], [], [], []
    for _ in range(steps):
        loss = functional.cross_entropy(trained(input_ids=ids, attention_mask=mask).logits, labels)
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trained.parameters(), max_norm).item())
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        with torch.no_grad():
            held = trained(input_ids=held_ids, attention_mask=(held_ids != 0).long()).logits
            held_losses.append(functional.cross_entropy(held, held_labels).item())
        states.append({name: p.detach().clone() for name, p in trained.named_parameters()})
    best = min(range(steps), key=lambda step: held_losses[step])

    def numbers(state):
        return {name: [float(f"{value:.9g}") for value in p.flatten().tolist()] for name, p in state.items()}

    return {
        "steps": steps, "warmup": warmup, "learningRate": peak, "layerDecay": layer_decay, "weightDecay": weight_decay, "maxGradNorm": max_norm,
        "heldIds": held_ids.tolist(), "heldLabels": held_labels.tolist(),
        "losses": losses, "gradNorms": norms, "heldLosses": held_losses, "bestStep": best + 1,
        "weights": numbers(states[-1]), "bestWeights": numbers(states[best]),
    }  # fmt: skip


loop = train_plainly()
print("held-out losses:", [round(loss, 4) for loss in loop["heldLosses"]], "best step:", loop["bestStep"])

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
    "loop": loop,
}
path = Path(__file__).parent / "training.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes, {len(masks)} masks: {[list(m.shape) for m in masks]}")
