# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "vllm==0.33.0",
# ]
# ///
"""Asks a language model the requests of a job folder, by `vllm run-batch`.

    python batch.py FOLDER

In FOLDER: job.json (model, settings, SHA-256 of every input), and requests.jsonl, a batch file of OpenAI's format.
In FOLDER/out: responses.jsonl (a line a request, as vLLM writes it), state.json (what it took), and manifest.json, written last.

The model is downloaded by vLLM, or read from a folder of this machine. Answers are kept in out/checkpoints while they come: a restart asks what is
missing. This script needs nothing but Python itself; vLLM is that of this Python, or else the `vllm` of PATH.
Standard output is one JSON object a line: start, answered, checkpoint, heartbeat, stopped, done, failed; lines of vLLM's own stand between.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

JOB_FORMAT = "crossover-job-1"
OUT_FORMAT = "crossover-out-1"
HEARTBEAT_SECONDS = 15
LOOK_SECONDS = 0.1
# Between two words on how far it is.
TELL_SECONDS = 1.0
# Between two files of answers: what is lost with the machine.
CHECKPOINT_SECONDS = 30
# What vLLM has to end by itself once it is told to.
END_SECONDS = 20
# What was not answered, or by an error of the server's, is asked once more: each time the model is loaded anew.
ATTEMPTS = 2

rank = int(os.environ.get("RANK", "0"))


class JobError(Exception):
    """What whoever ordered the job can mend: what was found, and what to do."""

    def __init__(self, error: str, hint: str) -> None:
        super().__init__(error)
        self.hint = hint


class Stopped(Exception):
    """The process was told to end."""


_stdout = threading.Lock()


def emit(event: str, **values: Any) -> None:
    """One line of the log."""
    tell(json.dumps({"event": event, **values}, ensure_ascii=False, allow_nan=False))


def tell(line: str) -> None:
    with _stdout:
        print(line, flush=True)


def beat() -> None:
    while True:
        time.sleep(HEARTBEAT_SECONDS)
        emit("heartbeat")


# --- What is given ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    # GPUs that the model is split over. None: vLLM's own.
    tensor_parallel: int | None = None
    # What vLLM is given besides.
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    id: str
    # {"name", "repo", "revision"} or {"name", "path"}; requests call it by its name.
    model: dict[str, str]
    requests: int
    settings: Settings
    # Tells this job's answers from those of any other.
    fingerprint: str


def read_job(folder: Path) -> Job:
    """job.json, checked; its inputs are what their hashes say."""
    hint = "Stage the job again: its folder is written by crossover."
    try:
        text = (folder / "job.json").read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise JobError(f"{folder / 'job.json'} can't be read: {error}", hint) from error
    if found.get("format") != JOB_FORMAT or found.get("method") != "batch":
        raise JobError(f"job.json is not of a job for batch.py: format {found.get('format')!r}, method {found.get('method')!r}.", hint)
    try:
        for name, expected in found["inputs"].items():
            verify(folder / name, expected)
        unknown = sorted(set(found["settings"]) - {each.name for each in fields(Settings)})
        if unknown:
            raise JobError(f"job.json has settings that batch.py does not know: {', '.join(unknown)}.", hint)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        return Job(found["id"], found["model"], found["requests"], Settings(**found["settings"]), fingerprint)
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


def lines_of(path: Path) -> Iterator[bytes]:
    """Lines with their ends, those that are not empty. Only a line feed ends one."""
    with path.open("rb") as file:
        yield from (line for line in file if line.strip())


def id_of(line: bytes) -> str:
    return json.loads(line)["custom_id"]


# --- What is answered -------------------------------------------------------------------------------------------------------------------------


class Answers:
    """Answers that are kept in files of their own, which outlive this process, and where out/checkpoints is brought away its machine."""

    def __init__(self, folder: Path, job: Job, asked: list[str]) -> None:
        self.folder = folder
        self.open = set(asked)
        # Of vLLM's own errors the last one a request: what is told of it where it gets no answer.
        self.errors: dict[str, bytes] = {}
        self.seconds = 0.0
        self.fresh: list[bytes] = []
        mark = folder / "job.txt"
        if not mark.is_file() or mark.read_text(encoding="utf-8") != job.fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            mark.write_text(job.fingerprint, encoding="utf-8")
        for path in self.files():
            for line in lines_of(path):
                self.open.discard(id_of(line))
        clock = folder / "clock.json"
        if clock.is_file():
            self.seconds = float(json.loads(clock.read_text(encoding="utf-8"))["answering_seconds"])

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("answers-*.jsonl"))

    def take(self, line: bytes) -> None:
        """A line that vLLM wrote. One that is broken, nobody's, or another answer to the same counts for nothing."""
        try:
            found = json.loads(line)
            key = found["custom_id"]
            status = (found.get("response") or {}).get("status_code")
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        if key not in self.open:
            return
        line = line.rstrip() + b"\n"
        # A 4xx is about the request: asked again, it would be the same.
        if not isinstance(status, int) or status >= 500:
            self.errors[key] = line
            return
        self.open.discard(key)
        self.fresh.append(line)

    def take_all(self, path: Path, start: int = 0) -> int:
        """The whole lines of a file that is being written, from a place on; the place of the next one."""
        with path.open("rb") as file:
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self.take(line)
                start += len(line)
        return start

    def keep(self, seconds: float) -> None:
        """Answers since the last time as a file, whole or not at all, after the clock: rather too long than without them."""
        if not self.fresh:
            return
        self.seconds += seconds
        write_whole(self.folder / "clock.json", json.dumps({"answering_seconds": round(self.seconds, 3)}).encode())
        number = len(self.files())
        write_whole(self.folder / f"answers-{number:06d}.jsonl", b"".join(self.fresh))
        self.fresh = []
        emit("checkpoint", step=number + 1)

    def join(self, target: Path) -> None:
        """All answers as one file; of what has none what is known of it."""
        neighbor = target.with_suffix(".tmp")
        with neighbor.open("wb") as whole:
            for path in self.files():
                with path.open("rb") as part:
                    shutil.copyfileobj(part, whole)
            for key in sorted(self.open):
                none = {"custom_id": key, "response": None, "error": {"message": "vLLM wrote no answer to it"}}
                whole.write(self.errors.get(key) or json.dumps(none).encode() + b"\n")
        neighbor.replace(target)


def write_whole(path: Path, content: bytes) -> None:
    neighbor = path.with_name(f"{path.name}.tmp")
    with neighbor.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    neighbor.replace(path)


# --- vLLM -------------------------------------------------------------------------------------------------------------------------------------

_stop = threading.Event()

# What torchrun and its likes tell their processes. vLLM starts its own.
LAUNCHER = re.compile(r"^(RANK|WORLD_SIZE|LOCAL_RANK|LOCAL_WORLD_SIZE|GROUP_RANK|GROUP_WORLD_SIZE|ROLE_.*|MASTER_ADDR|MASTER_PORT|TORCHELASTIC_.*)$")
# vLLM's progress: it begins when the model is loaded.
ANSWERING = re.compile(r"\bRunning batch: +\d+%")


def vllm_command() -> list[str]:
    """How vLLM is run: that of this very Python, beside it, or of PATH."""
    if importlib.util.find_spec("vllm") is not None:
        return [sys.executable, "-m", "vllm.entrypoints.cli.main", "run-batch"]
    beside = Path(sys.executable).with_name("vllm")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("vllm")
    if found is None:
        raise JobError(
            f"vLLM is missing: {sys.executable} has no package of that name, and PATH has no program.",
            "Install it where the job runs (pip install vllm), and name that Python in --engine.",
        )
    return [found, "run-batch"]


def arguments(job: Job, asked: Path, answered: Path) -> list[str]:
    model, settings = job.model, job.settings
    return [
        *("-i", str(asked), "-o", str(answered), "--model", model.get("repo") or model["path"], "--served-model-name", model["name"]),
        *(("--revision", model["revision"]) if "revision" in model else ()),
        *(("--tensor-parallel-size", str(settings.tensor_parallel)) if settings.tensor_parallel else ()),
        *settings.arguments,
    ]


def environment() -> dict[str, str]:
    """Without what a launcher says, and without vLLM's reports of its use to its makers, unless somebody has said otherwise."""
    kept = {name: value for name, value in os.environ.items() if not LAUNCHER.match(name)}
    return {"VLLM_NO_USAGE_STATS": "1", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **kept}


class Output:
    """What vLLM says, passed on to the log, and its end kept."""

    def __init__(self, stream: Any) -> None:
        self.last: deque[str] = deque(maxlen=400)
        self.answering_since: float | None = None
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream: Any) -> None:
        for line in stream:
            text = line.rstrip()[:4000]
            if not text:
                continue
            if ANSWERING.search(text) and self.answering_since is None:
                self.answering_since = time.monotonic()
            self.last.append(text)
            # Whatever it says is no event of ours.
            tell(f" {text}" if text.startswith("{") else text)


def ask(folder: Path, job: Job, answers: Answers, command: list[str]) -> None:
    """Has vLLM asked what is open. What it answered is kept also where it fails."""
    out = folder / "out"
    # Of its own: one that was left alone by a process that was killed may still be writing.
    asked, answered = out / f"asked-{os.getpid()}.tmp", out / f"answered-{os.getpid()}.tmp"
    with asked.open("wb") as file:
        file.writelines(line.rstrip() + b"\n" for line in lines_of(folder / "requests.jsonl") if id_of(line) in answers.open)
    answered.unlink(missing_ok=True)
    began = time.monotonic()
    vllm = subprocess.Popen(
        [*command, *arguments(job, asked, answered)],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    output = Output(vllm.stdout)
    place, told = 0, job.requests - len(answers.open)
    kept_at = told_at = counted = last_at = began

    def look(is_last: bool = False) -> None:
        nonlocal place, told, told_at, last_at
        before = place
        if answered.is_file():
            place = answers.take_all(answered, place)
        now = time.monotonic()
        if place > before:
            last_at = now
        done = job.requests - len(answers.open)
        if done != told and (is_last or now - told_at >= TELL_SECONDS):
            told, told_at = done, now
            emit("answered", done=done, requests=job.requests)

    def keep() -> None:
        """Counts from when the model was loaded, or the last time, to the last answer."""
        nonlocal counted
        since = max(counted, output.answering_since or began)
        answers.keep(max(LOOK_SECONDS, last_at - since))
        counted = max(counted, last_at)

    while vllm.poll() is None:
        time.sleep(LOOK_SECONDS)
        if _stop.is_set():
            end(vllm)
        look()
        if time.monotonic() - kept_at >= CHECKPOINT_SECONDS:
            keep()
            kept_at = time.monotonic()
    output.thread.join(END_SECONDS)
    look(is_last=True)
    keep()
    for path in (asked, answered):
        path.unlink(missing_ok=True)
    if _stop.is_set():
        raise Stopped
    if vllm.returncode != 0:
        raise vllm_failure(vllm.returncode, list(output.last))


def end(vllm: subprocess.Popen[str]) -> None:
    vllm.terminate()
    try:
        vllm.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        vllm.kill()
        vllm.wait()


LESS = (
    "Give vLLM less to hold by --vllm-args, such as '--max-model-len 8192', take a smaller or quantized model, or more GPUs with "
    "'--tensor-parallel-size 2'."
)

# What vLLM 0.33 and what it stands on say as they fail; the first that fits, from the surest.
CAUSES: list[tuple[str, str, str]] = [
    (
        r"CUDA out of memory|HIP out of memory|OutOfMemoryError|No available memory for the cache blocks|larger than the available KV cache",
        "Out of memory",
        LESS,
    ),
    (
        r"is less than desired GPU memory utilization",
        "The GPU's memory is taken",
        "Another program has it: end that one, or leave it its part by --vllm-args '--gpu-memory-utilization 0.5'.",
    ),
    (
        r"Failed to infer device type|No CUDA GPUs are available|Found no NVIDIA driver|no CUDA-capable device|Device string must not be empty",
        "vLLM sees no GPU",
        "Run the job where one is: --engine-gpus 1 on a Ray cluster, srun --gres gpu:1 of Slurm, or another machine.",
    ),
    (
        r"GatedRepoError|gated repo|is restricted and you are not in the authorized list",
        "The model is gated",
        "Accept its terms on the Hub, and set HF_TOKEN where the job runs.",
    ),
    (r"401 Client Error|Invalid user token", "The Hub does not accept the token", "Set HF_TOKEN where the job runs to one that may read the model."),
    (
        r"RepositoryNotFoundError|RevisionNotFoundError|404 Client Error|Invalid repository ID or local directory|not a valid model identifier",
        "The model was not found",
        "Check its name and revision, or that its folder is on the engine's machine; a private one needs HF_TOKEN where the job runs.",
    ),
    (r"Model architectures .* are not supported", "vLLM does not compute this model", "Choose another model, or a newer vLLM."),
    (
        r"LocalEntryNotFoundError|OfflineModeIsEnabled|Max retries exceeded|Name or service not known|Temporary failure in name resolution|getaddrinfo failed",
        "The model could not be downloaded",
        "Give the machine that runs the job a way to the Hub, or name a folder of that machine as model.",
    ),
    (
        r"unrecognized arguments|error: argument|invalid choice",
        "vLLM does not take its arguments",
        "Check --vllm-args; batch.py is written for vLLM 0.33.",
    ),
    (r"No space left on device", "No space left", "Free space where the job's folder and the model's files are."),
]


def vllm_failure(code: int, last: list[str]) -> JobError:
    """Why vLLM failed, by what it said last."""
    for pattern, what, hint in CAUSES:
        found = next((line for line in reversed(last) if re.search(pattern, line)), None)
        if found is not None:
            return JobError(sentence(f"{what}: {found}"), hint)
    if code < 0:
        return JobError(f"vLLM was ended by signal {-code}, as where a machine runs out of memory.", LESS)
    said = next((line for line in reversed(last) if re.search(r"(Error|Exception)\b", line)), last[-1] if last else "it said nothing")
    return JobError(sentence(f"vLLM ended with the code {code}: {said}"), "The log has what it said.")


def sentence(text: str) -> str:
    text = text.strip()[:500]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def gpu_names() -> str:
    """The machine's GPUs as NVIDIA's driver names them."""
    try:
        found = subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=20, check=True)
        names = [line.strip() for line in found.stdout.splitlines() if line.strip()]
    except (OSError, subprocess.SubprocessError):
        names = []
    return ", ".join(names)[:500] or "a machine without NVIDIA's driver"


def vllm_version() -> str:
    try:
        return importlib.metadata.version("vllm")
    except importlib.metadata.PackageNotFoundError:
        return "that of PATH"


# --- The job ----------------------------------------------------------------------------------------------------------------------------------


def run(folder: Path) -> None:
    folder = folder.resolve()
    out = folder / "out"
    job = read_job(folder)
    out.mkdir(exist_ok=True)
    (out / "manifest.json").unlink(missing_ok=True)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: _stop.set())
    command = vllm_command()
    emit("start", job=job.id, versions={"python": platform.python_version(), "vllm": vllm_version()}, device=gpu_names())
    answers = Answers(out / "checkpoints", job, [id_of(line) for line in lines_of(folder / "requests.jsonl")])
    # What a process that was killed had not kept yet; the time of it is lost.
    for left in sorted(out.glob("answered-*.tmp")):
        answers.take_all(left)
    answers.keep(0.0)
    for left in [*out.glob("answered-*.tmp"), *out.glob("asked-*.tmp")]:
        left.unlink(missing_ok=True)
    if len(answers.open) < job.requests:
        emit("answered", done=job.requests - len(answers.open), requests=job.requests)
    for _ in range(ATTEMPTS):
        if _stop.is_set():
            raise Stopped
        if answers.open:
            ask(folder, job, answers, command)
    answers.join(out / "responses.jsonl")
    seconds = {"seconds": round(time.monotonic() - began, 3), "answering_seconds": round(answers.seconds, 3)}
    state = {"requests": job.requests, "unanswered": len(answers.open), **seconds}
    write_whole(out / "state.json", json.dumps(state, indent=2).encode() + b"\n")
    write_manifest(out, job)
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    emit("done", **seconds, unanswered=len(answers.open))


def write_manifest(out: Path, job: Job) -> None:
    paths = [out / "responses.jsonl", out / "state.json"]
    files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in paths}
    write_whole(out / "manifest.json", json.dumps({"format": OUT_FORMAT, "job": job.id, "files": files}, indent=2).encode() + b"\n")


def failure(error: Exception) -> JobError:
    """What went wrong in words for whoever ordered the job, where it is theirs to mend."""
    text = str(error).strip().splitlines()[0][:500] if str(error).strip() else type(error).__name__
    if isinstance(error, JobError):
        return error
    if getattr(error, "errno", None) == 28:
        return JobError(f"No space left: {text}", "Free space where the job's folder is.")
    return JobError(f"{type(error).__name__}: {text}", "The log has the whole traceback.")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("Usage: python batch.py FOLDER", file=sys.stderr)
        return 2
    if rank != 0:
        # A launcher has started several: one is enough, since vLLM starts its own.
        return 0
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
