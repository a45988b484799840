#!/usr/bin/env python3
"""A stand-in for the program `vllm`: `vllm run-batch -i IN -o OUT --model MODEL …`, whose model answers by a word of the text.

What it is to do comes by VLLM_FAKE (modes between commas), and what it was told goes to the file VLLM_FAKE_LOG, a line a call. Lines of its output are
those of vLLM 0.33 (vllm/entrypoints/launchers/run_batch.py), progress too.
"""

import json
import os
import signal
import sys
import time

modes = [mode for mode in os.environ.get("VLLM_FAKE", "").split(",") if mode]
words = sys.argv[1:]
options = dict(zip(words[1::2], words[2::2], strict=False))

fatal = {
    "oom": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB",
    "cache": "ValueError: To serve at least one request with the model's max seq len (131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (3.1 GiB).",
    "taken": "ValueError: Free memory on device cuda:0 (2.0/23.6 GiB) on startup is less than desired GPU memory utilization (0.9, 21.3 GiB).",
    "no-gpu": "RuntimeError: Failed to infer device type, please set the environment variable `VLLM_LOGGING_LEVEL=DEBUG`",
    "gated": "OSError: You are trying to access a gated repo.\n401 Client Error. Cannot access gated repo for url https://huggingface.co/tiny/model",
    "unknown": "ValueError: Invalid repository ID or local directory specified: 'tiny/model'.\nPlease verify the following requirements:",
    "arguments": "vllm run-batch: error: unrecognized arguments: --max-model-length 8192",
}

with open(options["-i"], encoding="utf-8") as file:
    requests = [json.loads(line) for line in file]
if "VLLM_FAKE_LOG" in os.environ:
    told = {"words": words, "ids": [request["custom_id"] for request in requests], "stats": os.environ.get("VLLM_NO_USAGE_STATS"), "rank": os.environ.get("RANK")}
    with open(os.environ["VLLM_FAKE_LOG"], "a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")



def is_alone():
    """Whether no other of its kind runs: two would not fit on one GPU."""
    mark = os.environ.get("VLLM_FAKE_LOG", options["-o"]) + ".busy"
    try:
        before = int(open(mark, encoding="utf-8").read())
        os.kill(before, 0)
        # One that was killed may be on record still, where no init process sees to it.
        with open(f"/proc/{before}/stat", encoding="utf-8") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] != "Z":
                return False
        raise ValueError
    except (OSError, ValueError):
        with open(mark, "w", encoding="utf-8") as busy:
            busy.write(str(os.getpid()))
        return True


if not is_alone():
    modes.append("taken")

print("INFO [run_batch.py:31] vLLM batch processing API version 0.33.0", file=sys.stderr)
print('{"event": "done", "seconds": 1}')
for mode, text in fatal.items():
    if mode in modes:
        print(f"Traceback (most recent call last):\n{text}\nRuntimeError: Engine core initialization failed. See root cause above.", file=sys.stderr)
        sys.exit(1)
time.sleep(float(os.environ.get("VLLM_FAKE_LOADING", "0")))
print(f"Running batch:   0% Completed | 0/{len(requests)} [00:00<?, ?req/s]", file=sys.stderr)


def line(request, status=200, body=None, error=None):
    response = {"status_code": status, "request_id": "vllm-batch-1", "body": body}
    return json.dumps({"id": "vllm-1", "custom_id": request["custom_id"], "response": response, "error": error}) + "\n"


def answer(request):
    body = request["body"]
    assert (request["method"], request["url"]) == ("POST", "/v1/chat/completions")
    assert body["model"] == options["--served-model-name"], body["model"]
    text = next(message["content"] for message in reversed(body["messages"]) if message["content"].startswith("<text-"))
    label = "refund" if "money" in text else "login"
    said = json.dumps({"label": label}) if "response_format" in body else label
    choice = {"index": 0, "message": {"role": "assistant", "content": said, "reasoning": None}, "logprobs": None, "finish_reason": "stop"}
    if body.get("logprobs"):
        choice["logprobs"] = {"content": [{"token": said, "logprob": -0.25, "bytes": None, "top_logprobs": [{"token": said, "logprob": -0.25, "bytes": None}]}]}
    usage = {"prompt_tokens": 50, "total_tokens": 55, "completion_tokens": 5}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice], "usage": usage}


def refused(code, kind, message, param=None):
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


with open(options["-o"], "w", encoding="utf-8") as out:
    for number, request in enumerate(requests):
        text = json.dumps(request["body"]["messages"])
        limit = request["body"].get("max_completion_tokens") or request["body"].get("max_tokens") or 0
        if "short" in modes and limit > 2048:
            message = f"max_completion_tokens={limit} cannot be greater than max_model_len=2048. Please request fewer output tokens."
            out.write(line(request, 400, error=refused(400, "BadRequestError", message, "max_completion_tokens")))
        elif "refuses-3" in modes and number == 3:
            out.write(line(request, 400, error=refused(400, "BadRequestError", "Input length (9000) exceeds model's maximum context length (4096).")))
        elif "fails-3" in modes and number == min(3, len(requests) - 1):
            out.write(line(request, 500, error=refused(500, "InternalServerError", "EngineCore encountered an issue")))
        elif "loses-2" in modes and number == min(2, len(requests) - 1):
            continue
        elif "breaks-1" in modes and number == 1 and len(requests) > 2:
            out.write('{"id": "vllm-1", "custom_id": "' + "\n")
        else:
            out.write(line(request, body=answer(request)))
            if "repeats" in modes:
                out.write(line(request, body=answer(request)))
        out.flush()
        print(f"Running batch: {100 * (number + 1) // len(requests):3d}% Completed | {number + 1}/{len(requests)} [00:00<00:00, 1req/s]", file=sys.stderr)
        if "dies-after-3" in modes and number == 2:
            out.write(line(request, body=answer(request))[:40])
            out.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        gate = os.environ.get("VLLM_FAKE_GATE")
        while gate is not None and number == 2 and not os.path.exists(gate):
            time.sleep(0.02)
