# /// script
# requires-python = ">=3.10"
# dependencies = [
#   "torch==2.13.0",
#   "transformers==5.24.0",
#   "peft==0.21.2",
#   "accelerate==1.15.0",
#   "safetensors==0.8.0",
# ]
# ///
"""Trains a text classifier from a job folder, and answers the folder's texts with it.

    python train.py FOLDER
    torchrun --nproc-per-node 2 train.py FOLDER

In FOLDER: job.json (task, model, settings, seed, SHA-256 of every input), train.jsonl and valid.jsonl (id, text, labels), test.jsonl (id, text:
no labels are there to be learned), model/ unless job.json names a model on the Hugging Face Hub, and start.safetensors where new weights are
to begin with given numbers.

With the method "setfit" no classifier is trained: pairs.jsonl has an update a line, as pairs of rows of train.jsonl that share a label, and what is
handed back in place of logits is vectors.safetensors, with the vectors of all rows that were learned and of those of test.jsonl.

A job.json with "trial" wants no model: so many updates are timed, and the texts of test.jsonl. FOLDER/out then has trial.json alone.

In FOLDER/out: predictions.jsonl and valid-predictions.jsonl (id, logits), model/, adapter/ (LoRA), trainer_state.json, and manifest.json with
the SHA-256 of all of these, written last. FOLDER/out/checkpoints holds what a restart goes on from.

Standard output is one JSON object a line: start, step, evaluation, checkpoint, heartbeat, stopped, done, failed. Scores are computed by whoever
ordered the job, never here.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import shutil
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# Read by the tokenizers' library as it is imported: its threads and a fork do not go together.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

JOB_FORMAT = "crossover-job-1"
OUT_FORMAT = "crossover-out-1"
HEARTBEAT_SECONDS = 15
# What goes through the model at once, padding included: bounds memory. An update of more tokens is cut, and its gradients are added up.
TOKENS_PER_PASS = {"cpu": 4096, "cuda": 32768}
# Of a trial: updates that are not timed, and how long the others may take.
TRIAL_WARMUP, TRIAL_SECONDS = 2, 20.0


# --- What is told -----------------------------------------------------------------------------------------------------------------------------


class JobError(Exception):
    """What whoever ordered the job can mend: what was found, and what to do."""

    def __init__(self, error: str, hint: str) -> None:
        super().__init__(error)
        self.hint = hint


class Stopped(Exception):
    """The process was told to end. Raised only where the state of the training is whole."""


_stdout = threading.Lock()
is_first_process = os.environ.get("RANK", "0") == "0"


def emit(event: str, **values: Any) -> None:
    """One line of the log. Of several processes the first one speaks, and any that fails."""
    if not is_first_process and event != "failed":
        return
    line = json.dumps({"event": event, **values}, ensure_ascii=False, allow_nan=False)
    with _stdout:
        print(line, flush=True)


def beat() -> None:
    while True:
        time.sleep(HEARTBEAT_SECONDS)
        emit("heartbeat")


# --- What is given ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """How to train: the names and meanings of Crossover's own engine."""

    batch_size: int
    epochs: float
    min_steps: int
    schedule: str
    warmup_ratio: float
    weight_decay: float
    max_grad_norm: float
    dropout: float
    label_smoothing: float
    class_weight: str
    # None: by the size of the model, see `usual_learning_rate`.
    learning_rate: float | None = None
    # None: as many as the model and its tokenizer take.
    max_tokens: int | None = None
    # Evaluations in a row without a lower loss on the validation rows that end the training. None: all steps are taken.
    patience: int | None = None
    rank: int = 8
    alpha: float = 16
    checkpoint_seconds: float = 120
    # Of SetFit: how many tokens the texts of an update that meet may have, with their padding.
    pair_tokens: int = 4096
    tokens_per_pass: int | None = None


@dataclass(frozen=True)
class Job:
    id: str
    method: str
    labels: list[str]
    is_multi_label: bool
    # {"folder": "model"}, or {"repo": "org/name", "revision": "40 hexadecimal digits"}
    model: dict[str, str]
    # "mean", "cls" or "last": one linear layer on so pooled states, instead of the head of the family's own class.
    pooling: str | None
    seed: int
    settings: Settings
    # Updates that are timed and thrown away, to tell what the job would take. None: this is the job.
    trial: int | None
    # Tells this job's checkpoints from those of any other.
    fingerprint: str


@dataclass(frozen=True)
class Row:
    id: str
    tokens: list[int]
    # Indices of its labels.
    labels: list[int]
    # What is to be answered, a number for each label.
    target: list[float]


def read_job(folder: Path) -> Job:
    """job.json, checked; its inputs are what their hashes say."""
    hint = "Stage the job again: its folder is written by crossover."
    try:
        text = (folder / "job.json").read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise JobError(f"{folder / 'job.json'} can't be read: {error}", hint) from error
    if found.get("format") != JOB_FORMAT:
        raise JobError(f"job.json has the format {found.get('format')!r}; this train.py reads {JOB_FORMAT!r}.", hint)
    if found.get("method") not in ("full", "lora", "setfit"):
        raise JobError(f"job.json asks for the method {found.get('method')!r}; train.py has full, lora and setfit.", "Use --engine local for it.")
    try:
        for name, expected in found["inputs"].items():
            verify(folder / name, expected)
        known = {each.name for each in fields(Settings)}
        unknown = sorted(set(found["settings"]) - known)
        if unknown:
            raise JobError(f"job.json has settings that train.py does not know: {', '.join(unknown)}.", hint)
        return Job(
            id=found["id"],
            method=found["method"],
            labels=found["task"]["labels"],
            is_multi_label=found["task"]["is_multi_label"],
            model=found["model"],
            pooling=found.get("pooling"),
            seed=found["seed"],
            settings=Settings(**found["settings"]),
            trial=found.get("trial"),
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise JobError(f"job.json lacks a field, or has it in another form: {error}", hint) from error


def verify(path: Path, expected: dict[str, Any]) -> None:
    hint = "Stage the job again; if the folder was copied, copy it whole."
    if not path.is_file():
        raise JobError(f"{path} is missing.", hint)
    found = sha256(path)
    if found != expected["sha256"]:
        raise JobError(f"{path} is not the file that job.json names: its SHA-256 begins with {found[:12]}, not {expected['sha256'][:12]}.", hint)


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_rows(path: Path, job: Job, tokenize: Any) -> list[Row]:
    """The rows of a file as tokens; of the test rows there are no labels."""
    with path.open(encoding="utf-8") as file:
        stored = [json.loads(line) for line in file if line.strip()]
    index = {label: k for k, label in enumerate(job.labels)}
    rows = []
    for row, tokens in zip(stored, tokenize([row["text"] for row in stored]), strict=True):
        labels = [index[label] for label in row.get("labels", [])]
        target = row.get("soft_labels") or [float(k in labels) for k in range(len(job.labels))]
        rows.append(Row(row["id"], tokens, labels, target))
    return rows


# --- Chance -----------------------------------------------------------------------------------------------------------------------------------

MASK = 0xFFFFFFFF


class Random:
    """Crossover's stream of random numbers (src/lib/random.ts): xoshiro128**, its state filled by SplitMix32.

    The rows are dealt by it, so that the same seed deals the same batches here and there.
    """

    def __init__(self, seed: int, stream: str) -> None:
        mix = (seed & MASK) ^ (((seed >> 32) * 0x9E3779B1) & MASK)
        for letter in stream:
            mix = ((mix ^ ord(letter)) * 0x01000193) & MASK

        def split_mix() -> int:
            nonlocal mix
            mix = (mix + 0x9E3779B9) & MASK
            z = mix
            z = ((z ^ (z >> 16)) * 0x85EBCA6B) & MASK
            z = ((z ^ (z >> 13)) * 0xC2B2AE35) & MASK
            return z ^ (z >> 16)

        self.state = [split_mix() for _ in range(4)]

    def _next(self) -> int:
        a, b, c, d = self.state
        result = (b * 5) & MASK
        result = ((result << 7) | (result >> 25)) & MASK
        result = (result * 9) & MASK
        shifted = (b << 9) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = ((d << 11) | (d >> 21)) & MASK
        self.state = [a, b, c, d]
        return result

    def integer(self, below: int) -> int:
        # Rejection, so that no remainder is likelier than another.
        limit = 2**32 - 2**32 % below
        while (value := self._next()) >= limit:
            pass
        return value % below

    def shuffle(self, items: Iterable[Any]) -> list[Any]:
        shuffled = list(items)
        for i in range(len(shuffled) - 1, 0, -1):
            j = self.integer(i + 1)
            shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
        return shuffled


def epoch_updates(lengths: list[int], epoch: int, batch_size: int, seed: int) -> list[list[int]]:
    """The rows of each update of one epoch: every row once, those of a batch of similar length (src/tune/training/batches.ts)."""
    chance = Random(seed, f"batches {epoch}")
    dealt = chance.shuffle(range(len(lengths)))
    window = batch_size * 50
    grouped = [row for at in range(0, len(dealt), window) for row in longest_first(dealt[at : at + window], lengths)]
    # Shuffled again: without that every epoch would end on the shortest texts.
    return chance.shuffle(grouped[at : at + batch_size] for at in range(0, len(grouped), batch_size))


def longest_first(rows: Iterable[int], lengths: list[int]) -> list[int]:
    return sorted(rows, key=lambda row: -lengths[row])


def passes(rows: Iterable[int], lengths: list[int], tokens_per_pass: int) -> Iterator[list[int]]:
    """The rows, longest first, in parts of at most so many tokens with their padding; a longer row is a part alone."""
    ordered = longest_first(rows, lengths)
    start = 0
    while start < len(ordered):
        size = max(1, tokens_per_pass // max(1, lengths[ordered[start]]))
        yield ordered[start : start + size]
        start += size


def learning_rate_factor(schedule: str, warmup_ratio: float, steps: int, step: int) -> float:
    """What multiplies the peak in the update number `step`, from 0: transformers' `get_*_schedule_with_warmup`."""
    warmup = math.ceil(steps * warmup_ratio)
    if step < warmup:
        return step / warmup
    done, rest = step - warmup, steps - warmup
    if schedule == "linear":
        return max(0.0, (rest - done) / max(1, rest))
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * min(1, done / max(1, rest))))
    if schedule == "constant":
        return 1.0
    raise JobError(f"The schedule is {schedule!r}; train.py has constant, linear and cosine.", "Choose one of these.")


# --- The model --------------------------------------------------------------------------------------------------------------------------------


def model_source(folder: Path, job: Job) -> dict[str, Any]:
    """The arguments that say to transformers which model is meant."""
    if "folder" in job.model:
        return {"pretrained_model_name_or_path": str(folder / job.model["folder"])}
    return {"pretrained_model_name_or_path": job.model["repo"], "revision": job.model["revision"]}


def load_tokenizer(source: dict[str, Any]) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(**source)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    tokenizer.padding_side = tokenizer.truncation_side = "right"
    return tokenizer


def load_model(source: dict[str, Any], job: Job, pad_token_id: int) -> nn.Module:
    """The model with a new classifier, in float32: the trained weights are kept in full, whatever is computed in."""
    import torch
    from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(**source)
    config.num_labels = len(job.labels)
    config.id2label = dict(enumerate(job.labels))
    config.label2id = {label: k for k, label in enumerate(job.labels)}
    config.problem_type = "multi_label_classification" if job.is_multi_label else "single_label_classification"
    config.pad_token_id = pad_token_id
    set_dropout(config, job.settings.dropout)
    # A pickle is a program that runs as it is read.
    options = {**source, "config": config, "dtype": torch.float32, "use_safetensors": True}
    if job.pooling is not None:
        return pooled_classifier(AutoModel.from_pretrained(**options), job)
    # A model that was tuned for other labels keeps its body alone.
    model = AutoModelForSequenceClassification.from_pretrained(**options, ignore_mismatched_sizes=True)
    if hasattr(model, "score"):
        # Decoders come without dropout of their own.
        drop = torch.nn.Dropout(job.settings.dropout)
        model.score.register_forward_pre_hook(lambda score, inputs: (drop.train(score.training)(inputs[0]),))
    return model


def set_dropout(config: Any, rate: float) -> None:
    """One rate at all places where encoders have dropout. Language models keep theirs, which is none."""
    names = ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout", "cls_dropout")
    names += ("dropout", "attention_dropout", "seq_classif_dropout", "embedding_dropout", "mlp_dropout")
    if not hasattr(config, "num_key_value_heads"):
        for name in names:
            if hasattr(config, name):
                setattr(config, name, rate)


def pooled_classifier(encoder: nn.Module, job: Job) -> nn.Module:
    """One linear layer on the pooled states of the tokens: for models that were pre-trained to be pooled."""
    import torch

    class PooledClassifier(torch.nn.Module):
        base_model_prefix = "encoder"

        def __init__(self) -> None:
            super().__init__()
            self.config = encoder.config
            self.encoder = encoder
            self.dropout = torch.nn.Dropout(job.settings.dropout)
            self.classifier = torch.nn.Linear(encoder.config.hidden_size, len(job.labels))
            if getattr(encoder, "pooler", None) is not None:
                # Nothing reads it here.
                encoder.pooler.requires_grad_(False)

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            if job.pooling == "mean":
                weights = attention_mask.unsqueeze(-1).to(states.dtype)
                vectors = (states * weights).sum(1) / weights.sum(1)
            elif job.pooling == "cls":
                vectors = states[:, 0]
            elif job.pooling == "last":
                vectors = states[torch.arange(len(states)), attention_mask.sum(1) - 1]
            else:
                raise JobError(f"job.json asks for pooling by {job.pooling!r}; train.py has mean, cls and last.", "Choose another model.")
            # Brought to mean 0 and variance 1, as Crossover's own engine does it.
            vectors = torch.nn.functional.layer_norm(vectors, vectors.shape[-1:], eps=1e-12)
            return SequenceOutput(self.classifier(self.dropout(vectors)))

    return PooledClassifier()


@dataclass
class SequenceOutput:
    logits: Any


def head_modules(model: nn.Module) -> list[str]:
    """The layers outside of the pre-trained model: they are new, and trained whole."""
    base = model.base_model_prefix
    return [name for name, module in model.named_children() if name != base and any(True for _ in module.parameters())]


def with_adapters(model: nn.Module, job: Job) -> nn.Module:
    """The model with LoRA on every linear layer that is not new."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers.pytorch_utils import Conv1D

    head = head_modules(model)
    # An encoder's pooler counts as pre-trained with it, but no gradient reaches it where the states are pooled.
    unused = ("encoder.pooler",) if job.pooling is not None else ()
    adapted = [
        name
        for name, module in model.named_modules()
        if isinstance(module, (torch.nn.Linear, Conv1D)) and name.split(".")[0] not in head and not name.startswith(unused)
    ]
    kind = {"task_type": "SEQ_CLS"} if job.pooling is None else {}
    config = LoraConfig(
        r=job.settings.rank, lora_alpha=job.settings.alpha, lora_dropout=0.0, target_modules=adapted, modules_to_save=head, **kind
    )
    return get_peft_model(model, config)


def plain_name(name: str) -> str:
    """The name of a weight without what PEFT puts before it and into it."""
    within = name.removeprefix("base_model.model.").replace(".modules_to_save.default.", ".").replace(".default.", ".")
    # A new layer may lie in the encoder, as BERT's pooler does, and have adapters like the others.
    return within.replace(".base_layer.", ".")


def begin_with(model: nn.Module, path: Path, base: str) -> None:
    """New weights take the numbers that Crossover's own engine would begin with."""
    import torch
    from safetensors.torch import load_file

    ours = {plain_name(name): weight for name, weight in model.named_parameters() if ".original_module." not in name}
    for name, value in load_file(path).items():
        weight = ours.get(name, ours.get(f"{base}.{name}"))
        if weight is None or weight.shape != value.shape:
            found = "no such weight" if weight is None else f"one of {list(weight.shape)}, not {list(value.shape)}"
            raise JobError(f"{path.name} has {name!r}; the model has {found}.", "This is a fault of crossover: please report it.")
        with torch.no_grad():
            weight.copy_(value)


def usual_learning_rate(model: nn.Module, method: str) -> float:
    """By the size of the pre-trained part, as `tune:full` and `tune:lora` have it (src/tune/training/training-estimate.ts, lora.ts)."""
    body = getattr(model, model.base_model_prefix)
    rate = 5e-5 if sum(weight.numel() for weight in body.parameters()) < 8e7 else 2e-5
    if method == "full":
        return rate
    return rate * (25 if hasattr(model, "score") else 10)


# --- Training ---------------------------------------------------------------------------------------------------------------------------------


@dataclass
class Progress:
    """All of the state of a training that is not in tensors: plain JSON."""

    step: int = 0
    epoch: int = 0
    # The next update of the epoch.
    at: int = 0
    rows: int = 0
    tokens: int = 0
    seconds: float = 0.0
    steps: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)

    def best(self) -> dict[str, Any] | None:
        """The evaluation with the lowest loss, the first of equals; one that is no number only where there is no other."""
        best = None
        for found in self.evaluations:
            if best is None or found["loss"] < best["loss"] or math.isnan(best["loss"]):
                best = found
        return best

    def is_stale(self, patience: int | None) -> bool:
        best = self.best()
        return patience is not None and best is not None and len(self.evaluations) - 1 - self.evaluations.index(best) >= patience


class Training:
    """The loop: rows, loss and gradients, optimizer, again. Its state is kept, and a restart goes on from it."""

    def __init__(self, job: Job, model: nn.Module, rows: list[Row], valid: list[Row], pad_id: int, learning_rate: float, out: Path) -> None:
        import torch
        from accelerate import Accelerator

        use_cuda = torch.cuda.is_available()
        precision = "bf16" if use_cuda and torch.cuda.is_bf16_supported() else "no"
        self.accelerator = Accelerator(cpu=not use_cuda, mixed_precision=precision)
        self.device = self.accelerator.device
        self.job, self.rows, self.valid, self.pad_id, self.learning_rate = job, rows, valid, pad_id, learning_rate
        self.checkpoints = out / "checkpoints"
        self.model = model.to(self.device)
        self.trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        decayed = [weight for weight in self.trained.values() if weight.ndim > 1]
        others = [weight for weight in self.trained.values() if weight.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": job.settings.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW([group for group in groups if group["params"]], lr=learning_rate)
        self.tokens_per_pass = job.settings.tokens_per_pass or TOKENS_PER_PASS.get(self.device.type, TOKENS_PER_PASS["cpu"])
        self.class_weights = self.balanced_weights() if job.settings.class_weight == "balanced" and not job.is_multi_label else None
        per_epoch = math.ceil(len(rows) / job.settings.batch_size)
        self.steps = max(job.settings.min_steps, math.ceil(job.settings.epochs * per_epoch))
        self.progress = Progress()
        self.best_weights: dict[str, Tensor] | None = None
        self.stop_asked = False
        self.is_done = False
        self.kept_at = time.monotonic()
        self.told_at = 0.0

    def balanced_weights(self) -> list[float]:
        """rows / (labels present × rows with the label); 1 for a label that no row has."""
        counts = Counter(row.labels[0] for row in self.rows)
        return [len(self.rows) / (len(counts) * counts[k]) if k in counts else 1.0 for k in range(len(self.job.labels))]

    def updates_of(self, epoch: int) -> list[list[int]]:
        return epoch_updates([len(row.tokens) for row in self.rows], epoch, self.job.settings.batch_size, self.job.seed)

    def parts_of(self, update: list[int]) -> Iterable[list[int]]:
        """What goes through the model at once. Each device takes its share of the rows; the gradients are added up: the same update on any number."""
        ours = update[self.accelerator.process_index :: self.accelerator.num_processes]
        return passes(ours, [len(row.tokens) for row in self.rows], self.tokens_per_pass)

    def run(self) -> None:
        progress, settings = self.progress, self.job.settings
        before, began = progress.seconds, time.monotonic()

        updates = self.updates_of(progress.epoch)
        while True:
            progress.seconds = before + time.monotonic() - began
            is_stopped, is_due = self.agreed()
            if is_stopped:
                raise Stopped
            if self.is_to_be_evaluated(len(updates)):
                self.evaluate()
            if is_due:
                self.save()
            if progress.step >= self.steps or progress.is_stale(settings.patience):
                break
            if progress.at == len(updates):
                progress.epoch, progress.at = progress.epoch + 1, 0
                updates = self.updates_of(progress.epoch)
            self.take_step(updates[progress.at], time.monotonic() - began + before)
        self.is_done = True
        if self.best_weights is not None:
            self.load_trained(self.best_weights)

    def trial(self, updates: int, texts: list[Row]) -> dict[str, float]:
        """What an update and a text take, in seconds, by a few of each. The weights that it leaves are of no use."""
        dealt = self.updates_of(0)
        # The first ones allocate memory, and wait for a GPU that has to compile.
        for at in range(TRIAL_WARMUP):
            self.take_step(dealt[at % len(dealt)], 0.0)
        began = time.monotonic()
        taken = 0
        while taken < updates and (taken < TRIAL_WARMUP or time.monotonic() - began < TRIAL_SECONDS):
            self.take_step(dealt[(TRIAL_WARMUP + taken) % len(dealt)], 0.0)
            taken += 1
        trained = time.monotonic()
        self.answer(texts)
        answered = time.monotonic()
        return {"updates": taken, "update_seconds": (trained - began) / taken, "text_seconds": (answered - trained) / max(1, len(texts))}

    def take_step(self, update: list[int], seconds: float) -> None:
        import torch

        settings, progress = self.job.settings, self.progress
        rate = self.learning_rate * learning_rate_factor(settings.schedule, settings.warmup_ratio, self.steps, progress.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.model.train()
        loss = self.add_gradients(update)
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), settings.max_grad_norm).item()
        if not math.isfinite(loss) or not math.isfinite(norm):
            error = f"Training diverged: at step {progress.step + 1} of {self.steps} the loss was {loss}, or its gradients were not finite."
            raise JobError(error, f"The learning rate is {self.learning_rate}: try a tenth of it.")
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        progress.step += 1
        progress.at += 1
        progress.rows += len(update)
        progress.tokens += sum(len(self.rows[row].tokens) for row in update)
        taken = {"step": progress.step, "loss": loss, "learning_rate": rate, "grad_norm": norm, "rows": progress.rows, "tokens": progress.tokens}
        progress.steps.append(taken)
        if progress.step in (1, self.steps) or time.monotonic() - self.told_at >= 1:
            self.told_at = time.monotonic()
            speed = progress.rows / seconds if seconds > 0 else 0.0
            emit("step", steps=self.steps, seconds=round(seconds, 3), rows_per_second=round(speed, 2), **taken)

    def add_gradients(self, update: list[int]) -> float:
        """The loss of an update; its gradients are then in the weights, on every device the same."""
        import torch

        # What PyTorch's mean divides by: the class weights of the rows' labels; with several labels a row, rows × labels.
        weight = self.denominator(self.rows, update)
        total = torch.zeros((), device=self.device)
        for part in self.parts_of(update):
            batch = [self.rows[row] for row in part]
            with self.accelerator.autocast():
                logits = self.model(**self.tensors(batch)).logits
            loss = self.summed_loss(logits.float(), batch) / weight
            loss.backward()
            total += loss.detach()
        if self.accelerator.num_processes > 1:
            for weights in self.trained.values():
                gradient = torch.zeros_like(weights) if weights.grad is None else weights.grad
                weights.grad = self.accelerator.reduce(gradient, "sum")
            total = self.accelerator.reduce(total, "sum")
        return total.item()

    def tensors(self, batch: list[Row]) -> dict[str, Tensor]:
        """[rows, longest row], filled up at the right."""
        import torch

        width = max(len(row.tokens) for row in batch)
        ids = [row.tokens + [self.pad_id] * (width - len(row.tokens)) for row in batch]
        mask = [[1] * len(row.tokens) + [0] * (width - len(row.tokens)) for row in batch]
        return {"input_ids": torch.tensor(ids, device=self.device), "attention_mask": torch.tensor(mask, device=self.device)}

    def denominator(self, rows: list[Row], chosen: list[int]) -> float:
        if self.job.is_multi_label:
            return len(chosen) * len(self.job.labels)
        return sum(self.class_weights[rows[row].labels[0]] if self.class_weights else 1.0 for row in chosen)

    def summed_loss(self, logits: Tensor, batch: list[Row]) -> Tensor:
        """`CrossEntropyLoss(weight, label_smoothing)` or `BCEWithLogitsLoss` before they divide, for hard labels and soft ones."""
        import torch
        from torch.nn import functional

        smoothing = self.job.settings.label_smoothing
        target = torch.tensor([row.target for row in batch], device=self.device)
        if self.job.is_multi_label:
            return functional.binary_cross_entropy_with_logits(logits, target * (1 - smoothing) + smoothing / 2, reduction="sum")
        share = target * (1 - smoothing) + smoothing / len(self.job.labels)
        if self.class_weights:
            share = share * torch.tensor(self.class_weights, device=self.device)
        return -(share * functional.log_softmax(logits, -1)).sum()

    def is_to_be_evaluated(self, updates: int) -> bool:
        """After each epoch, and after the last step."""
        progress = self.progress
        if not self.valid or progress.step == 0 or (progress.evaluations and progress.evaluations[-1]["step"] == progress.step):
            return False
        return progress.at == updates or progress.step == self.steps

    def evaluate(self) -> None:
        import torch

        logits = torch.tensor(self.answer(self.valid), device=self.device)
        loss = 0.0
        for at in range(0, len(self.valid), 1024):
            loss += self.summed_loss(logits[at : at + 1024], self.valid[at : at + 1024]).item()
        loss /= self.denominator(self.valid, list(range(len(self.valid))))
        found = {"step": self.progress.step, "loss": loss}
        self.progress.evaluations.append(found)
        if math.isfinite(loss):
            emit("evaluation", **found)
        if self.progress.best() is found:
            self.best_weights = {name: weight.detach().to("cpu", copy=True) for name, weight in self.trained.items()}

    def answer(self, rows: list[Row], model: nn.Module | None = None) -> list[list[float]]:
        """The logits of each row, in float32, which another machine can compute again."""
        import torch

        model = model or self.model
        model.eval()
        found: dict[int, list[float]] = {}
        ours = range(self.accelerator.process_index, len(rows), self.accelerator.num_processes)
        with torch.inference_mode():
            for part in passes(ours, [len(row.tokens) for row in rows], self.tokens_per_pass):
                # Of several devices none leaves before the others.
                if self.stop_asked and self.accelerator.num_processes == 1:
                    raise Stopped
                logits = model(**self.tensors([rows[row] for row in part])).logits
                found.update(zip(part, logits.float().tolist(), strict=True))
        if self.accelerator.num_processes > 1:
            from accelerate.utils import gather_object

            found = dict(gather_object(list(found.items())))
        return [found[row] for row in range(len(rows))]

    def agreed(self) -> tuple[bool, bool]:
        """Whether to stop, and whether a checkpoint is due: on every device the same, or some would wait for the others for ever."""
        import torch

        signs = [self.stop_asked, is_first_process and time.monotonic() - self.kept_at >= self.job.settings.checkpoint_seconds]
        if self.accelerator.num_processes > 1:
            signs = [sign > 0 for sign in self.accelerator.reduce(torch.tensor(signs, dtype=torch.float32, device=self.device), "sum").tolist()]
        return signs[0], signs[1]

    def load_trained(self, weights: dict[str, Tensor]) -> None:
        import torch

        with torch.no_grad():
            for name, weight in self.trained.items():
                weight.copy_(weights[name])

    def save(self) -> None:
        """All that the next steps depend on. Written beside, then renamed: what is found is whole."""
        import torch

        chance = {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []}
        if self.accelerator.num_processes > 1:
            from accelerate.utils import gather_object

            chances = gather_object([chance])
        else:
            chances = [chance]
        if is_first_process:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            path = self.checkpoints / f"step-{self.progress.step:08d}.pt"
            state = {
                "fingerprint": self.job.fingerprint,
                "processes": self.accelerator.num_processes,
                "progress": asdict(self.progress),
                "weights": {name: weight.detach() for name, weight in self.trained.items()},
                "best_weights": self.best_weights,
                "optimizer": self.optimizer.state_dict(),
                "chances": chances,
            }
            with path.with_suffix(".tmp").open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())
            path.with_suffix(".tmp").replace(path)
            for other in self.checkpoints.iterdir():
                if other != path:
                    other.unlink(missing_ok=True)
        self.kept_at = time.monotonic()
        emit("checkpoint", step=self.progress.step)

    def resume(self) -> None:
        """Goes on from the last checkpoint of this very job, where there is one."""
        import torch

        for path in sorted(self.checkpoints.glob("step-*.pt"), reverse=True):
            state = torch.load(path, map_location="cpu", weights_only=True)
            # On another number of devices other units would be dropped: not the same training.
            if state["fingerprint"] != self.job.fingerprint or state["processes"] != self.accelerator.num_processes:
                continue
            self.progress = Progress(**state["progress"])
            self.load_trained(state["weights"])
            self.best_weights = state["best_weights"]
            self.optimizer.load_state_dict(state["optimizer"])
            chance = state["chances"][self.accelerator.process_index]
            torch.set_rng_state(chance["cpu"])
            if torch.cuda.is_available() and chance["cuda"]:
                torch.cuda.set_rng_state_all(chance["cuda"])
            emit("resumed", step=self.progress.step)
            return


# --- Pairs (SetFit) ---------------------------------------------------------------------------------------------------------------------------


class PairUpdate(list[int]):
    """The rows of an update, and its parts: texts that meet, since they go through the model at once."""

    def __init__(self, parts: list[list[int]]) -> None:
        super().__init__(row for part in parts for row in part)
        self.parts = parts


class PairTraining(Training):
    """Brings texts that share a label together, and others apart, as `tune:setfit` does (objectives/ in src/tune/training). Logits are vectors here."""

    def __init__(self, pairs: Path, *given: Any) -> None:
        super().__init__(*given)
        lengths, tokens = [len(row.tokens) for row in self.rows], self.job.settings.pair_tokens
        self.dealt = [PairUpdate(meeting(update, lengths, tokens)) for update in read_pairs(pairs, len(self.rows))]
        self.steps = len(self.dealt)

    def updates_of(self, epoch: int) -> list[list[int]]:
        return self.dealt

    def parts_of(self, update: PairUpdate) -> list[list[int]]:
        return update.parts[self.accelerator.process_index :: self.accelerator.num_processes]

    def denominator(self, rows: list[Row], chosen: PairUpdate) -> float:
        """The texts that meet another of their label: the mean is over these."""
        return max(1, sum(int(self.alike([rows[row] for row in part]).any(1).sum()) for part in chosen.parts))

    def summed_loss(self, logits: Tensor, batch: list[Row]) -> Tensor:
        """Of each text: the cross-entropy of finding those of its label among all others, by cosine times 20, as sentence-transformers has it."""
        import torch
        from torch.nn import functional

        unit = functional.normalize(logits, dim=1)
        # No text meets its equal.
        apart = torch.tensor([[a.tokens == b.tokens for b in batch] for a in batch], device=self.device) * -1e9
        alike = self.alike(batch).float()
        share = alike / alike.sum(1, keepdim=True).clamp(min=1)
        return -(share * functional.log_softmax(20 * unit @ unit.T + apart, -1)).sum()

    def alike(self, batch: list[Row]) -> Tensor:
        """[rows, rows]: which share a label with which other text."""
        import torch

        found = [[a.tokens != b.tokens and not set(a.labels).isdisjoint(b.labels) for b in batch] for a in batch]
        return torch.tensor(found, device=self.device)

    def vectors(self, rows: list[Row]) -> Tensor:
        """float32 [rows, width], some at a time: as lists of numbers they would be eight times as large."""
        import torch

        return torch.cat([torch.zeros(0), *(torch.tensor(self.answer(rows[at : at + 4096])) for at in range(0, len(rows), 4096))])


def read_pairs(path: Path, rows: int) -> list[list[list[int]]]:
    """A line an update: pairs of rows, by their places in train.jsonl; one alone where its label has no more."""
    hint = "Stage the job again: its folder is written by crossover."
    try:
        updates = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        places = [row for update in updates for pair in update for row in pair]
    except (OSError, ValueError, TypeError) as error:
        raise JobError(f"The method setfit needs {path}, an update a line: {error}", hint) from error
    wrong = [row for row in places if not isinstance(row, int) or not 0 <= row < rows]
    if wrong or not places:
        raise JobError(f"{path} names {f'the row {wrong[0]!r}' if wrong else 'no rows'}; train.jsonl has rows 0 to {rows - 1}.", hint)
    return updates


def meeting(pairs: list[list[int]], lengths: list[int], tokens: int) -> list[list[int]]:
    """Pairs in parts of at most so many tokens with padding, of two pairs at least: one alone teaches nothing (`cut` of pairs-objective.ts)."""
    parts: list[list[int]] = []
    for pair in pairs:
        together = [*(parts[-1] if parts else []), *pair]
        is_joined = len(together) - len(pair) < 4 or max(lengths[row] for row in together) * len(together) <= tokens
        if parts and is_joined:
            parts[-1] = together
        else:
            parts.append(list(pair))
    return parts


def without_output(model: nn.Module) -> None:
    """Takes the last layer off, and the dropout before it: the logits of the model are then the vectors that the layer would read."""
    import torch

    place = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)][-1]
    head, _, output = place.rpartition(".")
    below = model.get_submodule(head)
    setattr(below, output, torch.nn.Identity())
    for name in ("dropout", "drop"):
        drop = getattr(below, name, None)
        if drop is None:
            continue
        setattr(below, name, torch.nn.Identity())
        if isinstance(getattr(below, "dense", None), torch.nn.Linear):
            # A head in which one dropout stands before both layers keeps it before the first.
            below.dense.register_forward_pre_hook(lambda dense, inputs, drop=drop: (drop.train(dense.training)(inputs[0]),))


# --- What is handed back ----------------------------------------------------------------------------------------------------------------------


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    neighbor = path.with_name(path.name + ".tmp")
    with neighbor.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    neighbor.replace(path)


def write_logits(path: Path, rows: list[Row], logits: list[list[float]]) -> None:
    # Nine digits tell every float32 from any other.
    write_lines(path, ({"id": row.id, "logits": [float(f"{x:.9g}") for x in found]} for row, found in zip(rows, logits, strict=True)))


def write_vectors(path: Path, learned: Tensor, test: Tensor) -> None:
    """float32 [rows, width] each, in the order of train.jsonl and test.jsonl."""
    from safetensors.torch import save_file

    neighbor = path.with_name(path.name + ".tmp")
    save_file({"learned": learned.contiguous(), "test": test.contiguous()}, neighbor)
    neighbor.replace(path)


def save_model(model: nn.Module, tokenizer: Any, folder: Path) -> None:
    """A folder of transformers in one safetensors file; of pooled states, the encoder's with the layer `classifier` beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    encoder = getattr(model, "encoder", None) if type(model).__name__ == "PooledClassifier" else None
    (encoder or model).save_pretrained(folder, max_shard_size="1TB")
    if encoder is not None:
        from safetensors.torch import load_file, save_file

        path = folder / "model.safetensors"
        layer = {f"classifier.{name}": weight.detach().cpu() for name, weight in model.classifier.named_parameters()}
        save_file({**load_file(path), **layer}, path, metadata={"format": "pt"})
    tokenizer.save_pretrained(folder)


def write_state(path: Path, training: Training, predict_seconds: float, predicted: int) -> None:
    """trainer_state.json of transformers, and what its log has no names for."""
    progress, rows = training.progress, max(1, len(training.rows))
    best = progress.best()
    steps = [{**step, "epoch": step["rows"] / rows} for step in progress.steps]
    evaluations = [{"step": found["step"], "eval_loss": found["loss"]} for found in progress.evaluations if math.isfinite(found["loss"])]
    state = {
        "global_step": progress.step,
        "max_steps": training.steps,
        "best_global_step": best["step"] if best else progress.step,
        "learning_rate": training.learning_rate,
        "train_samples": len(training.rows),
        "train_runtime": progress.seconds,
        "predict_samples": predicted,
        "predict_runtime": predict_seconds,
        "trained_parameters": sum(weight.numel() for weight in training.trained.values()),
        "total_parameters": sum(weight.numel() for weight in training.model.parameters()),
        "log_history": sorted(steps + evaluations, key=lambda entry: entry["step"]),
    }
    path.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")


def write_manifest(out: Path, job: Job) -> None:
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] not in ("checkpoints", "manifest.json"))
    entries = {path.relative_to(out).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size} for path in files}
    neighbor = out / "manifest.json.tmp"
    neighbor.write_text(json.dumps({"format": OUT_FORMAT, "job": job.id, "files": entries}, indent=2) + "\n", encoding="utf-8")
    neighbor.replace(out / "manifest.json")


# --- The job ----------------------------------------------------------------------------------------------------------------------------------


def run(folder: Path) -> None:
    out = folder / "out"
    if is_first_process:
        out.mkdir(exist_ok=True)
        for stale in [out / "manifest.json", *out.glob("*.tmp")]:
            stale.unlink(missing_ok=True)
    job = read_job(folder)

    import peft
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    began = time.monotonic()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    versions = {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}
    emit("start", job=job.id, versions=versions, device=device, threads=torch.get_num_threads())

    torch.manual_seed(job.seed % 2**63 + int(os.environ.get("RANK", "0")))
    source = model_source(folder, job)
    tokenizer = load_tokenizer(source)
    model = load_model(source, job, tokenizer.pad_token_id)
    base = model.base_model_prefix
    is_setfit = job.method == "setfit"
    if is_setfit:
        without_output(model)
    learning_rate = job.settings.learning_rate or usual_learning_rate(model, job.method)
    if job.method == "lora":
        model = with_adapters(model, job)
    if (folder / "start.safetensors").is_file():
        begin_with(model, folder / "start.safetensors", base)

    max_tokens = job.settings.max_tokens or min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 8192), 8192)

    def tokenize(texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        # A text without any token is answered by the token that fills up.
        return [ids or [tokenizer.pad_token_id] for ids in tokenizer(texts, truncation=True, max_length=max_tokens)["input_ids"]]

    rows, valid, test = (read_rows(folder / name, job, tokenize) for name in ("train.jsonl", "valid.jsonl", "test.jsonl"))
    given = (job, model, rows, valid, tokenizer.pad_token_id, learning_rate, out)
    training = PairTraining(folder / "pairs.jsonl", *given) if is_setfit else Training(*given)
    if job.trial is not None:
        loading_seconds = time.monotonic() - began
        found = training.trial(job.trial, test)
        if is_first_process:
            (out / "trial.json").write_text(json.dumps({"loading_seconds": loading_seconds, **found}) + "\n", encoding="utf-8")
            write_manifest(out, job)
            emit("done", seconds=round(time.monotonic() - began, 3))
        return

    def ask_to_stop(*_: Any) -> None:
        training.stop_asked = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    training.resume()
    try:
        training.run()
        emit("predicting", rows=len(rows if is_setfit else valid) + len(test))
        whole = training.model
        if job.method == "lora":
            if is_first_process:
                training.model.save_pretrained(out / "adapter")
            whole = training.model.merge_and_unload()
        answers = [training.vectors(rows) if is_setfit else training.answer(valid, whole)]
        began_predicting = time.monotonic()
        answers.append(training.vectors(test) if is_setfit else training.answer(test, whole))
        predict_seconds = time.monotonic() - began_predicting
    except Stopped:
        if not training.is_done:
            training.save()
        emit("stopped", step=training.progress.step)
        sys.exit(128 + signal.SIGTERM)
    if not is_first_process:
        return
    if is_setfit:
        write_vectors(out / "vectors.safetensors", *answers)
    else:
        write_logits(out / "valid-predictions.jsonl", valid, answers[0])
        write_logits(out / "predictions.jsonl", test, answers[1])
    save_model(whole, tokenizer, out / "model")
    write_state(out / "trainer_state.json", training, predict_seconds, len(test))
    write_manifest(out, job)
    shutil.rmtree(training.checkpoints, ignore_errors=True)
    emit("done", seconds=round(time.monotonic() - began, 3), training_seconds=round(training.progress.seconds, 3), steps=training.progress.step)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def failure(error: Exception) -> JobError:
    """What went wrong in words for whoever ordered the job, where it is theirs to mend."""
    kinds = {type(each).__name__ for each in causes(error)}
    text = str(error).strip().splitlines()[0][:500] if str(error).strip() else type(error).__name__
    if isinstance(error, JobError):
        return error
    if isinstance(error, MemoryError) or "OutOfMemoryError" in kinds or "out of memory" in str(error) or "can't allocate memory" in str(error):
        return JobError(f"Out of memory: {text}", "Take a smaller batch or a smaller maximum of tokens, LoRA instead of all weights, or a larger machine.")
    if kinds & {"GatedRepoError"}:
        return JobError(f"The model is gated: {text}", "Accept its terms on the Hub, and set HF_TOKEN where the job runs.")
    if kinds & {"RepositoryNotFoundError", "RevisionNotFoundError", "EntryNotFoundError", "RemoteEntryNotFoundError"}:
        return JobError(f"The model was not found: {text}", "Check its name and revision; a private one needs HF_TOKEN where the job runs.")
    if kinds & {"LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectionError", "ConnectError", "ConnectTimeout", "gaierror"}:
        return JobError(f"The model could not be downloaded: {text}", "Give the machine that runs the job a way to the Hub, or name a local folder as model.")
    if isinstance(error, OSError) and getattr(error, "errno", None) == 28:
        return JobError(f"No space left: {text}", "Free space where the job's folder is.")
    if isinstance(error, ModuleNotFoundError):
        return JobError(f"A package is missing: {text}", "Install what the first lines of train.py list; `uv run train.py FOLDER` does so by itself.")
    return JobError(f"{type(error).__name__}: {text}", "The log has the whole traceback.")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("Usage: python train.py FOLDER", file=sys.stderr)
        return 2
    threading.Thread(target=beat, daemon=True).start()
    try:
        run(Path(arguments[0]))
    except Exception as error:
        if not isinstance(error, JobError):
            traceback.print_exc()
        told = failure(error)
        emit("failed", error=str(told), hint=told.hint)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
