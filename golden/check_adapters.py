"""Loads adapters that `tune:lora` wrote with PEFT, and compares them with the merged model beside them. Prints the largest difference of logits.

    pip install torch transformers peft
    python golden/check_adapters.py BASE SAVED

BASE is the folder that was fine-tuned (of a family whose own head is used: `golden/classifier-distilbert`), SAVED what was written:
the merged model, with the adapters in `adapter/`.
"""

import sys

import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification

base, saved = sys.argv[1:]
merged = AutoModelForSequenceClassification.from_pretrained(saved).eval()
labels = merged.config.num_labels
model = AutoModelForSequenceClassification.from_pretrained(
    base, num_labels=labels, ignore_mismatched_sizes=True, dtype=torch.float32
)
adapted = PeftModel.from_pretrained(model, f"{saved}/adapter").eval()
ids = torch.randint(5, 20, (4, 9), generator=torch.Generator().manual_seed(1))
with torch.no_grad():
    difference = (adapted(input_ids=ids).logits - merged(input_ids=ids).logits).abs().max().item()
print(f"largest difference of logits: {difference:.1e}")
sys.exit(difference > 1e-5)
