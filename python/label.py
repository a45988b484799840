# /// script
# requires-python = ">=3.10"
# dependencies = [
#   "torch==2.13.0",
#   "transformers==5.24.0",
#   "safetensors==0.8.0",
# ]
# ///
"""Labels the rows of a job folder with a tuned model.

    python label.py FOLDER
    torchrun --nproc-per-node 2 label.py FOLDER

In FOLDER: job.json (settings, SHA-256 of every input), rows.jsonl (id, text), and model/, a folder of transformers with a classifier.
In FOLDER/out: predictions.jsonl (id, logits; in the order of the rows), and manifest.json, written last.

Rows are read as they are needed and never held all at once. They go by chunks, each a file in out/checkpoints: a restart does those that are missing.
Standard output is one JSON object a line: start, labelled, checkpoint, heartbeat, stopped, done, failed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

JOB_FORMAT = "crossover-job-1"
OUT_FORMAT = "crossover-out-1"
HEARTBEAT_SECONDS = 15
# What goes through the model at once, padding included.
TOKENS_PER_PASS = {"cpu": 4096, "cuda": 65536}

rank = int(os.environ.get("RANK", "0"))
processes = int(os.environ.get("WORLD_SIZE", "1"))


class JobError(Exception):
    """What whoever ordered the job can mend: what was found, and what to do."""

    def __init__(self, error: str, hint: str) -> None:
        super().__init__(error)
        self.hint = hint


class Stopped(Exception):
    """The process was told to end."""


_stdout = threading.Lock()


def emit(event: str, **values: Any) -> None:
    """One line of the log. Of several processes the first one speaks, and any that fails."""
    if rank != 0 and event != "failed":
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
    # The longest text in tokens. None: as many as the tokenizer says.
    max_tokens: int | None = None
    rows_per_chunk: int = 10_000
    tokens_per_pass: int | None = None
    # "bf16" is several times as fast on a GPU; its probabilities differ in the third digit.
    precision: str = "float32"


@dataclass(frozen=True)
class Job:
    id: str
    rows: int
    settings: Settings
    # Tells this job's chunks from those of any other.
    fingerprint: str


def read_job(folder: Path) -> Job:
    """job.json, checked; its inputs are what their hashes say."""
    hint = "Stage the job again: its folder is written by crossover."
    try:
        text = (folder / "job.json").read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise JobError(f"{folder / 'job.json'} can't be read: {error}", hint) from error
    if found.get("format") != JOB_FORMAT or found.get("method") != "label":
        raise JobError(f"job.json is not of a job for label.py: format {found.get('format')!r}, method {found.get('method')!r}.", hint)
    try:
        for name, expected in found["inputs"].items():
            verify(folder / name, expected)
        unknown = sorted(set(found["settings"]) - {each.name for each in fields(Settings)})
        if unknown:
            raise JobError(f"job.json has settings that label.py does not know: {', '.join(unknown)}.", hint)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        return Job(found["id"], found["rows"], Settings(**found["settings"]), fingerprint)
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


def chunks_of(path: Path, size: int) -> Iterator[list[str]]:
    """The lines of a file, so many at a time."""
    with path.open(encoding="utf-8") as file:
        while lines := list(islice(file, size)):
            yield lines


# --- The model --------------------------------------------------------------------------------------------------------------------------------


class Classifier:
    """Texts to logits."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        import torch
        from transformers import AutoTokenizer

        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if torch.cuda.is_available() else torch.device("cpu")
        if settings.precision not in ("float32", "bf16"):
            raise JobError(f"The precision is {settings.precision!r}; label.py has float32 and bf16.", "Choose one of these.")
        self.dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.tokenizer.truncation_side = "right"
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        pad = self.tokenizer.pad_token_id
        self.pad_id = config.get("pad_token_id") if pad is None else pad
        self.max_tokens = settings.max_tokens or min(self.tokenizer.model_max_length, config.get("max_position_embeddings", 8192), 8192)
        self.tokens_per_pass = settings.tokens_per_pass or TOKENS_PER_PASS[self.device.type]
        # A classifier on pooled states that no class of transformers computes has no name of a class.
        pooling = config.get("crossover", {}).get("pooling") if not config.get("architectures") else None
        self.model = (pooled_classifier(folder, pooling, len(config["id2label"])) if pooling else class_of_its_own(folder, self.pad_id)).eval()
        self.model.to(self.device, self.dtype)

    def logits(self, texts: list[str]) -> Iterator[list[float]]:
        """In the order given. Computed longest first."""
        import torch

        ids = [found or [self.pad_id] for found in self.tokenizer(texts, truncation=True, max_length=self.max_tokens)["input_ids"]]
        order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
        found: dict[int, list[float]] = {}
        start = 0
        with torch.inference_mode():
            while start < len(order):
                size = max(1, self.tokens_per_pass // len(ids[order[start]]))
                part = order[start : start + size]
                start += size
                width = len(ids[part[0]])
                tokens = torch.tensor([ids[row] + [self.pad_id] * (width - len(ids[row])) for row in part], device=self.device)
                mask = torch.tensor([[1] * len(ids[row]) + [0] * (width - len(ids[row])) for row in part], device=self.device)
                logits = self.model(input_ids=tokens, attention_mask=mask).logits.float().tolist()
                found.update(zip(part, logits, strict=True))
                check_stop()
        return (found[row] for row in range(len(ids)))


def class_of_its_own(folder: Path, pad_id: int) -> Any:
    import torch
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    model.config.pad_token_id = pad_id
    return model


def pooled_classifier(folder: Path, pooling: str, labels: int) -> Any:
    """One linear layer on the pooled states of the tokens, brought to mean 0 and variance 1."""
    import torch
    from safetensors import safe_open
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    classifier = torch.nn.Linear(encoder.config.hidden_size, labels)
    with safe_open(folder / "model.safetensors", "pt") as file:
        classifier.load_state_dict({name: file.get_tensor(f"classifier.{name}") for name in ("weight", "bias")})

    class PooledClassifier(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.classifier = encoder, classifier

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            if pooling == "mean":
                weights = attention_mask.unsqueeze(-1).to(states.dtype)
                vectors = (states * weights).sum(1) / weights.sum(1)
            elif pooling == "cls":
                vectors = states[:, 0]
            else:
                vectors = states[torch.arange(len(states)), attention_mask.sum(1) - 1]
            vectors = torch.nn.functional.layer_norm(vectors, vectors.shape[-1:], eps=1e-12)
            return SequenceOutput(self.classifier(vectors))

    return PooledClassifier()


@dataclass
class SequenceOutput:
    logits: Any


# --- The job ----------------------------------------------------------------------------------------------------------------------------------

_stop = threading.Event()


def check_stop() -> None:
    if _stop.is_set():
        raise Stopped


def label_chunk(classifier: Classifier, lines: list[str], path: Path) -> None:
    """A file with the answers to some rows, whole or not at all."""
    rows = [json.loads(line) for line in lines]
    neighbor = path.with_suffix(".tmp")
    with neighbor.open("w", encoding="utf-8") as file:
        for row, logits in zip(rows, classifier.logits([row["text"] for row in rows]), strict=True):
            # Nine digits tell every float32 from any other.
            file.write(json.dumps({"id": row["id"], "logits": [float(f"{x:.9g}") for x in logits]}, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    neighbor.replace(path)


def own_chunks(folder: Path, fingerprint: str) -> None:
    """Removes the chunks of another job. Of several processes the first one does, and the others wait."""
    mark = folder / "job.txt"
    while not mark.is_file() or mark.read_text(encoding="utf-8") != fingerprint:
        if rank == 0:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            mark.write_text(fingerprint, encoding="utf-8")
        else:
            time.sleep(0.1)


def run(folder: Path) -> None:
    out = folder / "out"
    checkpoints = out / "checkpoints"
    job = read_job(folder)
    if rank == 0:
        out.mkdir(exist_ok=True)
        (out / "manifest.json").unlink(missing_ok=True)
    own_chunks(checkpoints, job.fingerprint)

    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: _stop.set())
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    versions = {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__}
    emit("start", job=job.id, versions=versions, device=device, threads=torch.get_num_threads())
    classifier = Classifier(folder / "model", job.settings)

    size = job.settings.rows_per_chunk
    paths = [checkpoints / f"chunk-{number:06d}.jsonl" for number in range(-(-job.rows // size))]
    done = labelled = 0
    labelling = time.monotonic()
    for number, lines in enumerate(chunks_of(folder / "rows.jsonl", size)):
        check_stop()
        # Several processes take the chunks in turn.
        if number % processes == rank and not paths[number].is_file():
            label_chunk(classifier, lines, paths[number])
            labelled += len(lines)
            emit("checkpoint", step=number + 1)
        done += len(lines)
        speed = labelled * processes / max(1e-9, time.monotonic() - labelling)
        emit("labelled", done=done, rows=job.rows, rows_per_second=round(speed, 2))
    if rank != 0:
        return
    while not all(path.is_file() for path in paths):
        check_stop()
        time.sleep(0.2)
    join_chunks(paths, out / "predictions.jsonl")
    write_manifest(out, job)
    shutil.rmtree(checkpoints, ignore_errors=True)
    emit("done", seconds=round(time.monotonic() - began, 3), rows=job.rows)


def join_chunks(paths: Iterable[Path], target: Path) -> None:
    neighbor = target.with_suffix(".tmp")
    with neighbor.open("wb") as whole:
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, whole)
    neighbor.replace(target)


def write_manifest(out: Path, job: Job) -> None:
    path = out / "predictions.jsonl"
    files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size}}
    neighbor = out / "manifest.json.tmp"
    neighbor.write_text(json.dumps({"format": OUT_FORMAT, "job": job.id, "files": files}, indent=2) + "\n", encoding="utf-8")
    neighbor.replace(out / "manifest.json")


def failure(error: Exception) -> JobError:
    """What went wrong in words for whoever ordered the job, where it is theirs to mend."""
    text = str(error).strip().splitlines()[0][:500] if str(error).strip() else type(error).__name__
    if isinstance(error, JobError):
        return error
    if isinstance(error, MemoryError) or "out of memory" in str(error) or "can't allocate memory" in str(error):
        return JobError(f"Out of memory: {text}", "Take a smaller maximum of tokens, or a larger machine.")
    if getattr(error, "errno", None) == 28:
        return JobError(f"No space left: {text}", "Free space where the job's folder is.")
    if isinstance(error, ModuleNotFoundError):
        return JobError(f"A package is missing: {text}", "Install what the first lines of label.py list; `uv run label.py FOLDER` does so by itself.")
    return JobError(f"{type(error).__name__}: {text}", "The log has the whole traceback.")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("Usage: python label.py FOLDER", file=sys.stderr)
        return 2
    threading.Thread(target=beat, daemon=True).start()
    try:
        run(Path(arguments[0]))
    except Stopped:
        emit("stopped")
        return 128 + signal.SIGTERM
    except Exception as error:
        if not isinstance(error, JobError):
            traceback.print_exc()
        told = failure(error)
        emit("failed", error=str(told), hint=told.hint)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
