"""Reference values for src/tune/lora/lora-graph.ts and lora-files.ts, by PEFT on a tiny random BERT classifier of transformers, in float64.

    pip install torch transformers peft
    python golden/make_lora.py

Writes golden/lora.json: configuration, weights and adapters (representable as float32), one padded batch, logits, loss, the gradients of
all that LoRA trains, and what PEFT writes: its configuration and the names and shapes of its tensors.
"""

import json
import platform
import tempfile
from pathlib import Path

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from torch.nn import functional
from transformers import BertConfig, BertForSequenceClassification

torch.manual_seed(12)
config = BertConfig(
    vocab_size=24, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=9,
    initializer_range=0.4, num_labels=3, attn_implementation="eager",
)  # fmt: skip
base = BertForSequenceClassification(config)
lora = LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=4, lora_dropout=0.0, target_modules="all-linear")
weights = {name: {"shape": list(p.shape), "data": p.flatten().tolist()} for name, p in base.named_parameters()}
model = get_peft_model(base, lora)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "lora_B" in name:  # At the start they are 0, and A would have no gradient.
            parameter.copy_(torch.randn_like(parameter) * 0.3)
model = model.double().eval()

ids = torch.tensor([[2, 7, 9, 7, 11, 3], [2, 20, 3, 0, 0, 0], [2, 5, 9, 23, 3, 0], [2, 14, 15, 16, 17, 3]])
mask = (ids != 0).long()
labels = torch.tensor([0, 2, 1, 2])
logits = model(input_ids=ids, attention_mask=mask).logits
loss = functional.cross_entropy(logits, labels)
loss.backward()
trained = {name: p for name, p in model.named_parameters() if p.requires_grad}

with tempfile.TemporaryDirectory() as folder:
    model.float().save_pretrained(folder)
    saved = {name: list(tensor.shape) for name, tensor in load_file(f"{folder}/adapter_model.safetensors").items()}
    saved_config = json.loads((Path(folder) / "adapter_config.json").read_text())

content = {
    "versions": {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "peft": peft.__version__,
    },
    "config": json.loads(config.to_json_string()),
    "weights": weights,
    "r": 2,
    "alpha": 4,
    "ids": ids.tolist(),
    "mask": mask.tolist(),
    "labels": labels.tolist(),
    "trained": {name: {"shape": list(p.shape), "data": p.flatten().tolist()} for name, p in trained.items()},
    "trainedParameters": sum(p.numel() for p in trained.values()),
    "logits": logits.tolist(),
    "loss": loss.item(),
    "gradients": {name: [float(f"{v:.10g}") for v in p.grad.flatten().tolist()] for name, p in trained.items()},
    "saved": saved,
    "savedConfig": saved_config,
}
path = Path(__file__).parent / "lora.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
