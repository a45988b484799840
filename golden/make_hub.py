"""Writes golden/hub.json: the cache that huggingface_hub makes of golden/tiny-bert, downloaded from a small hub on loopback.

Kept are the folder's paths with where links lead and what small files say (no file of the model itself), and what the library says of
names, revisions and etags. Run from anywhere; needs huggingface_hub alone.
"""

import hashlib
import json
import os
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

GOLDEN = Path(__file__).parent
FILES = {path.name: path.read_bytes() for path in sorted((GOLDEN / "tiny-bert").iterdir())}
IS_LARGE = {name: name.endswith(".safetensors") for name in FILES}
REVISION = "refs/pr/3"


def git_sha1(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def pointer(content):
    sha256 = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(content)}\n".encode()


def etag(name):
    return hashlib.sha256(FILES[name]).hexdigest() if IS_LARGE[name] else git_sha1(FILES[name])


# As test/servers/hub.ts names a commit.
COMMIT = hashlib.sha1(b"".join(f"{name}\0{etag(name)}\0".encode() for name in FILES)).hexdigest()


class Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        path = unquote(urlsplit(self.path).path)
        if "/revision/" in path:
            siblings = [{"rfilename": name} for name in FILES]
            return self.send(json.dumps({"id": "org/tiny", "sha": COMMIT, "siblings": siblings}).encode(), {})
        if "/tree/" in path:
            return self.send(json.dumps([self.entry(name) for name in FILES]).encode(), {})
        name = path.split("/")[-1]
        headers = {"ETag": f'"{etag(name)}"', "X-Repo-Commit": COMMIT}
        if IS_LARGE[name]:
            headers |= {"X-Linked-Etag": f'"{etag(name)}"', "X-Linked-Size": str(len(FILES[name]))}
        return self.send(FILES[name], headers)

    do_GET = do_HEAD = answer

    def entry(self, name):
        content = FILES[name]
        if not IS_LARGE[name]:
            return {"type": "file", "path": name, "size": len(content), "oid": git_sha1(content)}
        lfs = {"oid": etag(name), "size": len(content), "pointerSize": len(pointer(content))}
        return {"type": "file", "path": name, "size": len(content), "oid": git_sha1(pointer(content)), "lfs": lfs}

    def send(self, body, headers):
        self.send_response(200)
        for key, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def read_tree(root):
    """Path -> where a link leads, or what a file of the cache says; of the model's own files only that they are there."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = {"link": os.readlink(path)}
        elif path.is_file():
            is_blob = path.parent.name == "blobs"
            found[name] = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} if is_blob else {"text": path.read_text()}
    return found


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HF_HOME": home, "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HUB_DISABLE_TELEMETRY": "1"}
        for name in ("HF_TOKEN", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "XDG_CACHE_HOME"):
            os.environ.pop(name, None)
        import huggingface_hub
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils import validate_repo_id

        for revision in ("main", REVISION):
            huggingface_hub.snapshot_download("org/tiny", revision=revision)
        tree = read_tree(Path(home) / "hub")
        # Locks are empty files that stay; the tag has a comment of its own.
        tree = {name: entry for name, entry in tree.items() if not name.startswith((".locks/", "CACHEDIR"))}

        def is_valid(repo_id):
            try:
                validate_repo_id(repo_id)
                return True
            except HFValidationError:
                return False

        ids = ["bert-base-uncased", "org/name", "a", "Foo-BAR_foo.bar123", "123", "a/b/c", "foo--bar", "foo..bar", "foo.git", ".hidden"]
        ids += ["trailing-", "-leading", "trailing.", "under_", "_under", "sp ace", "caf\u00e9", "org/", "/name", "", "x" * 96, "x" * 97, "a@b"]
        golden = {
            "versions": {"huggingface_hub": huggingface_hub.__version__},
            "commit": COMMIT,
            "revision": REVISION,
            "tree": tree,
            "ids": {repo_id: is_valid(repo_id) for repo_id in ids},
        }
    server.shutdown()
    (GOLDEN / "hub.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
