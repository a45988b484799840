"""The source article's first program with transformers.Trainer, timed from outside: python article.py MODEL DATA SEED PADDING

PADDING is "written": as the article has it, each text padded to the longest of a thousand, which is the model's 512 tokens; "dynamic": to
the longest of its batch; or "grouped": that with rows of a length together, the fastest that the library offers, though batches are then no
longer drawn at random. DATA has train and test as JSON lines.
"""

import json
import sys

import numpy as np
from datasets import load_dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
    set_seed,
)

model_name, data, seed, padding = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
dynamic = padding != "written"
set_seed(seed)
names = ["neg", "pos"]
dataset = load_dataset("json", data_files={split: f"{data}/{split}.jsonl.gz" for split in ("train", "test")})
# The same rows as ours are taken before the work on texts, in both programs alike.
dataset["train"] = dataset["train"].shuffle(seed=42).select(range(1000))
dataset["test"] = dataset["test"].shuffle(seed=42).select(range(500))

tokenizer = AutoTokenizer.from_pretrained(model_name)
model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=2)


def tokenize(batch):
    encoded = tokenizer(batch["text"], padding=not dynamic, truncation=True, max_length=512)
    return {**encoded, "label": [names.index(label) for label in batch["label"]]}


dataset = dataset.map(tokenize, batched=True)
arguments = TrainingArguments(
    output_dir="results",
    num_train_epochs=1,
    per_device_train_batch_size=8,
    eval_strategy="epoch",
    save_strategy="no",
    report_to="none",
    disable_tqdm=True,
    seed=seed,
    train_sampling_strategy="group_by_length" if padding == "grouped" else "random",
)
trainer = Trainer(
    model=model,
    args=arguments,
    train_dataset=dataset["train"],
    eval_dataset=dataset["test"],
    data_collator=DataCollatorWithPadding(tokenizer) if dynamic else None,
    compute_metrics=lambda p: {"accuracy": float(np.mean(np.argmax(p.predictions, -1) == p.label_ids))},
)
trainer.train()
print(json.dumps({"accuracy": trainer.state.log_history[-2]["eval_accuracy"]}))
