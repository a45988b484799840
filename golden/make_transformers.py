"""Reference values for src/transformers/: what Python's transformers and datasets make of the same calls.

    pip install torch transformers datasets accelerate
    python golden/make_transformers.py     (needs golden/tiny-bert/ and golden/classifier-<family>/)

Writes golden/transformers.json: defaults of TrainingArguments, token ids, the rows that map, filter, shuffle, select and train_test_split
give, pipeline answers, and for three settings of Trainer on tiny models the loss, learning rate and gradient norm of every step, in a fixed
order of rows and without dropout.
"""

import json
import platform
import tempfile
from pathlib import Path

import accelerate
import datasets
import pyarrow
import torch
import transformers
from datasets import Dataset
from datasets.table import InMemoryTable
from transformers import (
    AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainerCallback, TrainingArguments, pipeline,
)  # fmt: skip

datasets.disable_progress_bars()
here = Path(__file__).parent
names = [
    "num_train_epochs", "max_steps", "per_device_train_batch_size", "per_device_eval_batch_size", "gradient_accumulation_steps",
    "learning_rate", "lr_scheduler_type", "warmup_steps", "weight_decay", "max_grad_norm", "label_smoothing_factor", "seed",
    "train_sampling_strategy", "eval_strategy", "eval_steps", "logging_strategy", "logging_steps", "logging_first_step", "save_strategy",
    "save_steps", "load_best_model_at_end", "metric_for_best_model", "disable_tqdm",
]  # fmt: skip
texts = [
    "My card has not arrived yet.", "refund", "", "Where is the parcel? The parcels are late!", "password, please " * 12, "  Naïve\tCafé 123\n",
]  # fmt: skip
words = "my the card order parcel refund has not arrived yet is late where please login password".split()


def dataset_of(columns):
    """A dataset whose fingerprint is given, so that `datasets` need not pickle anything to make one."""
    return Dataset(InMemoryTable(pyarrow.table(columns)), fingerprint="given")


def defaults():
    values = TrainingArguments(output_dir="unused").to_dict()
    return {name: values[name] for name in names}


def token_cases(folder):
    tokenizer = AutoTokenizer.from_pretrained(here / folder)
    cases = []
    for options in [
        {}, {"padding": True, "truncation": True}, {"truncation": True, "max_length": 7}, {"padding": "max_length", "max_length": 90},
    ]:  # fmt: skip
        encoded = tokenizer(texts, **options)
        columns = {name: encoded[name] for name in ["input_ids", "attention_mask"]}
        cases.append({"options": options, **columns})
    return {"folder": folder, "maxLength": tokenizer.model_max_length, "padTokenId": tokenizer.pad_token_id, "cases": cases}


def rows(count, start):
    """Texts of 2 to 12 words and a class that follows from their words: no random numbers."""
    made = {"text": [], "label": []}
    for i in range(start, start + count):
        own = [words[(i * 7 + k * k * 3 + k) % len(words)] for k in range(2 + (i * 5) % 11)]
        made["text"].append(" ".join(own))
        made["label"].append(0 if "refund" in own else 1 if "login" in own or "password" in own else 2)
    return made


def dataset_cases():
    # Numbers of rows as they come from a file, two batches and a half.
    dataset = dataset_of({"text": [f"text {i}" for i in range(25)], "label": [i % 3 for i in range(25)]})
    mapped = dataset.map(lambda batch: {"of": [len(batch["text"])] * len(batch["text"]), "label": [7 * x for x in batch["label"]]},
                         batched=True, batch_size=10, new_fingerprint="mapped")  # fmt: skip
    split = dataset.train_test_split(test_size=0.3, seed=5, train_new_fingerprint="train", test_new_fingerprint="test")
    return {
        "mapped": mapped.to_list(),
        "columns": mapped.column_names,
        "shuffled": dataset.shuffle(seed=42, new_fingerprint="shuffled").select(range(8), new_fingerprint="selected")["text"][:],
        "filtered": dataset.shuffle(seed=7, new_fingerprint="shuffled").filter(lambda row: row["label"] != 1, new_fingerprint="filtered")["text"][:],
        "split": {name: part["text"][:] for name, part in split.items()},
    }


class Record(TrainerCallback):
    """Every step with all its digits."""

    def __init__(self):
        self.log = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.log.append({name: value for name, value in logs.items() if not name.endswith(("runtime", "per_second", "flos"))} | {"step": state.global_step})


def training(folder, settings):
    train, test = rows(36, 0), rows(13, 100)
    tokenizer = AutoTokenizer.from_pretrained(here / folder)

    def tokenized(columns):
        return dataset_of({**columns, **tokenizer(columns["text"], padding=True, truncation=True)})

    none = {"attention_dropout": 0.0, "dropout": 0.0, "seq_classif_dropout": 0.0} if "distilbert" in folder else {
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    model = AutoModelForSequenceClassification.from_pretrained(here / folder, **none)
    record = Record()
    with tempfile.TemporaryDirectory() as output:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=output, train_sampling_strategy="sequential", logging_steps=1, save_strategy="no", use_cpu=True,
                disable_tqdm=True, report_to=[], **settings,
            ),
            train_dataset=tokenized(train),
            eval_dataset=tokenized(test),
            compute_metrics=lambda p: {"accuracy": float((p.predictions.argmax(-1) == p.label_ids).mean())},
            callbacks=[record],
        )  # fmt: skip
        trainer.train()
        predicted = trainer.predict(trainer.eval_dataset)
    return {
        "folder": folder, "settings": settings, "train": train, "test": test, "log": record.log,
        "logits": predicted.predictions.tolist(), "testLoss": predicted.metrics["test_loss"],
    }  # fmt: skip


def pipeline_cases(folder):
    classify = pipeline("text-classification", str(here / folder), device="cpu")
    some = [texts[0], texts[3], "refund"]
    return {
        "folder": folder, "texts": some, "best": classify(some), "one": classify(some[0]), "all": classify(some, top_k=None),
        "two": classify(some[0], top_k=2),
    }  # fmt: skip


content = {
    "versions": {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
        "datasets": datasets.__version__, "accelerate": accelerate.__version__,
    },
    "defaults": defaults(),
    "tokens": [token_cases("tiny-bert"), token_cases("classifier-distilbert")],
    "texts": texts,
    "datasets": dataset_cases(),
    "trainings": [
        training("classifier-distilbert", {
            "num_train_epochs": 2, "per_device_train_batch_size": 4, "learning_rate": 1e-3, "weight_decay": 0.01, "warmup_steps": 2,
            "eval_strategy": "epoch",
        }),
        training("classifier-bert", {
            "max_steps": 10, "per_device_train_batch_size": 3, "gradient_accumulation_steps": 2, "learning_rate": 2e-3,
            "lr_scheduler_type": "cosine", "warmup_steps": 0.25, "label_smoothing_factor": 0.1, "max_grad_norm": 0.5, "eval_strategy": "steps",
            "eval_steps": 5,
        }),
        training("classifier-roberta", {
            "num_train_epochs": 1.5, "per_device_train_batch_size": 8, "learning_rate": 5e-4, "lr_scheduler_type": "constant_with_warmup",
            "warmup_steps": 3, "max_grad_norm": 0, "eval_strategy": "epoch",
        }),
    ],
    "pipelines": [pipeline_cases("classifier-distilbert"), pipeline_cases("classifier-electra")],
}  # fmt: skip
path = here / "transformers.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes")
