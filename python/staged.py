"""Runs a staged job on a machine whose disk is not kept: brings its folder there, and its results away.

    python staged.py

Beside this file lie staged.json and, unless that says that it is in the storage, the job's folder as job/. The storage is a folder that this
machine shares with whoever ordered the job, or a bucket (s3://, gs://, whatever fsspec opens). In it, below the job's id:

    in/           the job's folder, where it was too large to come along, but for the model where staged.json says where that is: beside the
                  jobs' ids, since several jobs have it
    checkpoints/  copies of the job's out/checkpoints, from which this script goes on when it is run again, here or elsewhere
    out/          the job's out/ without the checkpoints, manifest.json last
    done.json     names and sizes of out/'s files: written when all of them are there

A checkpoint is one file, moved into place when it is whole. Lines of the job's output pass through; lines of our own are JSON as well.
Of Python's packages it needs none for a folder, pyarrow or fsspec (with s3fs, gcsfs or huggingface_hub) for a bucket.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar

# Between two looks for new checkpoints.
CHECKPOINT_SECONDS = 1.0
# What an orphaned job has for a last checkpoint.
ORPHAN_SECONDS = 30.0
# Of what the storage is asked for or given; the pause between attempts doubles.
ATTEMPTS = 5

Result = TypeVar("Result")


def emit(event: str, **values: Any) -> None:
    """One line of the log."""
    print(json.dumps({"event": event, **values}), flush=True)


class StorageMissing(Exception):
    """No package here opens the storage."""


class ModelMissing(Exception):
    """The storage has no model of that name."""


# --- Storage ----------------------------------------------------------------------------------------------------------------------------------


class Storage(Protocol):
    """Files by name, below one job's id."""

    def has(self, name: str) -> bool: ...

    def names(self, folder: str) -> list[str]:
        """Every file below a folder, by its name there."""

    def get(self, name: str, to: Path) -> None: ...

    def put(self, path: Path, name: str) -> None:
        """Readers find the whole file or none."""

    def remove(self, name: str) -> None: ...


class SharedFolder:
    """A folder that several machines see."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def names(self, folder: str) -> list[str]:
        return list(files_of(self.root / folder))

    def get(self, name: str, to: Path) -> None:
        shutil.copyfile(self.root / name, to)

    def put(self, path: Path, name: str) -> None:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            shutil.copyfile(path, part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)


class ArrowBucket:
    """A bucket by pyarrow, which Ray's images have."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self.filesystem, self.root = filesystem, root.rstrip("/")

    def has(self, name: str) -> bool:
        return bool(self.filesystem.get_file_info(f"{self.root}/{name}").is_file)

    def names(self, folder: str) -> list[str]:
        from pyarrow import fs

        top = f"{self.root}/{folder}"
        found = self.filesystem.get_file_info(fs.FileSelector(top, allow_not_found=True, recursive=True))
        return [info.path[len(top) + 1 :] for info in found if info.is_file]

    def get(self, name: str, to: Path) -> None:
        with self.filesystem.open_input_stream(f"{self.root}/{name}", compression=None) as source, to.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def put(self, path: Path, name: str) -> None:
        with path.open("rb") as source, self.filesystem.open_output_stream(f"{self.root}/{name}", compression=None) as stream:
            shutil.copyfileobj(source, stream, 1 << 20)

    def remove(self, name: str) -> None:
        self.filesystem.delete_file(f"{self.root}/{name}")


class FsspecBucket:
    """A bucket by fsspec and the package that it has for the scheme."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self.filesystem, self.root = filesystem, root.rstrip("/")

    def has(self, name: str) -> bool:
        self.filesystem.invalidate_cache()
        return bool(self.filesystem.isfile(f"{self.root}/{name}"))

    def names(self, folder: str) -> list[str]:
        self.filesystem.invalidate_cache()
        top = f"{self.root}/{folder}"
        try:
            return [path[len(top) + 1 :] for path in self.filesystem.find(top)]
        except FileNotFoundError:
            return []

    def get(self, name: str, to: Path) -> None:
        self.filesystem.get_file(f"{self.root}/{name}", str(to))

    def put(self, path: Path, name: str) -> None:
        target = f"{self.root}/{name}"
        self.filesystem.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        self.filesystem.put_file(str(path), target)

    def remove(self, name: str) -> None:
        self.filesystem.rm_file(f"{self.root}/{name}")


def open_storage(uri: str) -> Storage:
    """The storage at an address: a path, or a URI with its scheme."""
    scheme = uri.split("://", 1)[0]
    if scheme == uri:
        return SharedFolder(Path(uri))
    try:
        from pyarrow import fs

        if scheme in ("s3", "gs"):
            return ArrowBucket(*fs.FileSystem.from_uri(uri))
    except ImportError:
        pass
    try:
        from fsspec.core import url_to_fs

        return FsspecBucket(*url_to_fs(uri))
    except ImportError:
        package = "huggingface_hub" if scheme == "hf" else "pyarrow"
        raise StorageMissing(
            f"Python at {sys.executable} has no package that opens {scheme}:// storage. Install it where jobs run: pip install {package}"
        ) from None


def tried(work: Callable[[], Result]) -> Result:
    """What `work` gives, tried again where the storage fails for a moment."""
    for attempt in range(1, ATTEMPTS):
        try:
            return work()
        except Exception as error:
            emit("storage", attempt=attempt, error=f"{type(error).__name__}: {error}"[:300])
            time.sleep(2 ** (attempt - 1))
    return work()


def get_all(storage: Storage, folder: str, to: Path) -> int:
    """Brings all files below a folder of the storage; how many they are."""
    names = tried(lambda: storage.names(folder))
    for name in names:
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        tried(lambda name=name, path=path: storage.get(f"{folder}/{name}", path))
    return len(names)


# --- The job ----------------------------------------------------------------------------------------------------------------------------------


def files_of(folder: Path) -> dict[str, Path]:
    """Whole files below a folder by their names there."""
    return {
        str(PurePosixPath(path.relative_to(folder))): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".tmp", ".part"))
    }


class Checkpoints:
    """Keeps the storage's checkpoints as the job's are: new ones first, then without those that the job has removed."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.storage, self.folder = storage, folder
        self.kept: dict[str, tuple[int, int]] = {}

    def restore(self) -> None:
        count = get_all(self.storage, "checkpoints", self.folder)
        self.kept = {name: stamp(path) for name, path in files_of(self.folder).items()}
        if count > 0:
            emit("restored", checkpoints=count)

    def keep(self) -> None:
        """Never ends the job: what fails is tried again at the next look."""
        try:
            found = files_of(self.folder)
            for name, path in found.items():
                now = stamp(path)
                if self.kept.get(name) != now:
                    self.storage.put(path, f"checkpoints/{name}")
                    self.kept[name] = now
            for name in [name for name in self.kept if name not in found]:
                self.storage.remove(f"checkpoints/{name}")
                del self.kept[name]
        except FileNotFoundError:
            # The job has removed it meanwhile, for a later one.
            pass
        except Exception as error:
            emit("storage", error=f"{type(error).__name__}: {error}"[:300])


def stamp(path: Path) -> tuple[int, int]:
    """Changes with the file."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def keep_results(storage: Storage, out: Path) -> None:
    """Brings out/ to the storage. Who finds done.json there finds all that it names."""
    # An attempt that was thought dead, its cluster being gone, may have come to its end.
    if tried(lambda: storage.has("done.json")):
        return
    files = {name: path for name, path in files_of(out).items() if name.split("/")[0] != "checkpoints"}
    for name in sorted(files, key=lambda name: (name == "manifest.json", name)):
        tried(lambda name=name: storage.put(files[name], f"out/{name}"))
    listing = out / "done.json.tmp"
    listing.write_text(json.dumps({"files": {name: path.stat().st_size for name, path in files.items()}}), encoding="utf-8")
    tried(lambda: storage.put(listing, "done.json"))


def bring_model(storage: str, place: str, to: Path) -> None:
    """The model that several jobs have, by its place in the storage. Of a folder that this machine sees there is no need of a copy."""
    scope, name = place.split("/", 1)
    models = open_storage(f"{storage}/{scope}")
    if isinstance(models, SharedFolder):
        try:
            to.symlink_to((models.root / name).resolve(strict=True), target_is_directory=True)
            return
        except OSError:
            pass
    if get_all(models, name, to) == 0:
        raise ModelMissing(f"{storage}/{place} has no files of a model. Do both sides see the same storage?")


def command_of(plan: dict[str, Any], folder: Path) -> list[str]:
    """The job's script with its folder; by torchrun where it has several GPUs."""
    processes = plan.get("processes", 1)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)] if processes > 1 else []
    return [sys.executable, *launcher, str(folder / plan["script"]), str(folder)]


def run(plan: dict[str, Any], storage: Storage, beside: Path, folder: Path) -> int:
    """The job, from its folder to its results; its exit code."""
    if plan["inputs"] == "storage":
        get_all(storage, "in", folder)
    else:
        # Without the modes of what they are copied from: that may be a mount that nobody may write to.
        for name, path in files_of(beside).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
    if "model" in plan:
        bring_model(plan["storage"], plan["model"], folder / "model")
    out = folder / "out"
    checkpoints = Checkpoints(storage, out / "checkpoints")
    (out / "checkpoints").mkdir(parents=True, exist_ok=True)
    checkpoints.restore()
    job = subprocess.Popen(command_of(plan, folder), cwd=folder)
    # The job ends by itself when it is told to, with a last checkpoint, which is still to be kept.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: job.send_signal(number))
    parent = os.getppid()
    look = time.monotonic() + CHECKPOINT_SECONDS
    while job.poll() is None:
        time.sleep(0.1)
        if os.getppid() != parent:
            end_orphan(job)
        if time.monotonic() >= look:
            checkpoints.keep()
            look = time.monotonic() + CHECKPOINT_SECONDS
    if job.returncode == 0:
        keep_results(storage, out)
    checkpoints.keep()
    return job.returncode


def end_orphan(job: subprocess.Popen[bytes]) -> None:
    """Ends a job that nobody watches any more, as when its cluster has died: another attempt will go on from its last checkpoint."""
    emit("orphaned")
    job.terminate()
    try:
        job.wait(ORPHAN_SECONDS)
    except subprocess.TimeoutExpired:
        job.kill()
        job.wait()


def main() -> int:
    here = Path(__file__).resolve().parent
    plan = json.loads((here / "staged.json").read_text(encoding="utf-8"))
    try:
        storage = open_storage(f"{plan['storage']}/{plan['id']}")
        if tried(lambda: storage.has("done.json")):
            emit("found", id=plan["id"])
            return 0
        # Of its own: the folder that this file is in may be another attempt's as well.
        with tempfile.TemporaryDirectory(prefix="crossover-") as folder:
            code = run(plan, storage, here / "job", Path(folder))
    except (ModelMissing, StorageMissing) as error:
        emit("failed", error=str(error), hint="Then resume the run.")
        return 1
    if code < 0:
        emit("killed", signal=-code)
        return 128 - code
    return code


if __name__ == "__main__":
    sys.exit(main())
