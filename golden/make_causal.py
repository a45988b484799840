"""A tiny Llama with random weights as transformers.js loads it, and reference log-probabilities by Hugging Face's transformers.

    python golden/make_causal.py        (needs torch, transformers and onnx; writes golden/tiny-llama/ and golden/causal.json)

The folder has what a text-generation model of the Hub has for transformers.js: configuration, tokenizer with a chat template, and
onnx/model.onnx with a cache of keys and values. The references are computed by the model itself, not by its export, in float64: the natural
log-probability of whole answers after a prompt, and what greedy generation says.
"""

import json
import platform
import shutil
from pathlib import Path

import onnx
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.cache_utils import DynamicCache

here = Path(__file__).parent
folder = here / "tiny-llama"
shutil.rmtree(folder, ignore_errors=True)

# One token a byte, and special tokens: no merges, so that the folder stays small.
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
special = ["<unk>", "<|begin|>", "<|end|>"]
tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate([*special, *alphabet])}, [], unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens(special)
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<|end|>", model_max_length=2048)
fast.chat_template = (
    "{% for message in messages %}<|begin|>{{ message['role'] }}\n{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)
fast.save_pretrained(folder)

torch.manual_seed(5)
config = LlamaConfig(
    vocab_size=len(fast), hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
    max_position_embeddings=2048, initializer_range=0.6, tie_word_embeddings=True, bos_token_id=None, eos_token_id=2, pad_token_id=2,
    attn_implementation="eager",
)  # fmt: skip
model = LlamaForCausalLM(config).eval()
for parameter in model.parameters():
    # Also what begins as ones, so that none is hidden.
    parameter.data += 0.1 * torch.randn_like(parameter)
config.architectures = ["LlamaForCausalLM"]
config.save_pretrained(folder)
layers = range(config.num_hidden_layers)


class WithCache(torch.nn.Module):
    """The model as exporters for transformers.js have it: keys and values in and out as tensors of their own."""

    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *past):
        cache = DynamicCache([(past[2 * i], past[2 * i + 1]) for i in layers])
        # The mask by hand: a new token sees what was before it and is not padding.
        before, now = past[0].shape[2], input_ids.shape[1]
        seen = torch.arange(before + now)[None, :] <= (torch.arange(now) + before)[:, None]
        seen = seen[None, None] & attention_mask[:, None, None, :].bool()
        mask = torch.where(seen, 0.0, -1e9)
        out = self.model(input_ids, attention_mask=mask, position_ids=position_ids, past_key_values=cache, use_cache=True)
        return out.logits, *[tensor for layer in out.past_key_values.layers for tensor in (layer.keys, layer.values)]


kv = [f"{i}.{what}" for i in layers for what in ("key", "value")]
shape = (2, 1, 3, config.hidden_size // config.num_attention_heads)
example = (torch.zeros(2, 4, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64), torch.arange(4)[None].repeat(2, 1) + 3)
example += tuple(torch.randn(shape) for _ in kv)
path = folder / "onnx" / "model.onnx"
path.parent.mkdir()
torch.onnx.export(
    WithCache(), example, path, dynamo=False, opset_version=17,
    input_names=["input_ids", "attention_mask", "position_ids", *[f"past_key_values.{name}" for name in kv]],
    output_names=["logits", *[f"present.{name}" for name in kv]],
    dynamic_axes={
        "input_ids": {0: "batch_size", 1: "sequence_length"},
        "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
        "position_ids": {0: "batch_size", 1: "sequence_length"},
        "logits": {0: "batch_size", 1: "sequence_length"},
        **{f"past_key_values.{name}": {0: "batch_size", 2: "past_sequence_length"} for name in kv},
        **{f"present.{name}": {0: "batch_size", 2: "total_sequence_length"} for name in kv},
    },
)  # fmt: skip
written = onnx.load(path)
del written.metadata_props[:]
for node in written.graph.node:
    node.doc_string = ""
onnx.save(written, path)

exact = model.double()
messages = [{"role": "system", "content": "Say what it is."}, {"role": "user", "content": "I want my money back, señor"}]
prompt = fast.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def logprob(answer):
    start = len(fast(prompt, add_special_tokens=False)["input_ids"])
    ids = torch.tensor([fast(prompt + answer, add_special_tokens=False)["input_ids"]])
    with torch.no_grad():
        rows = exact(ids).logits[0].log_softmax(-1)
    return sum(rows[i - 1, ids[0, i]].item() for i in range(start, ids.shape[1]))


labels = ["refund", "refund_request", "é", "a label with words"]
ids = fast(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
with torch.no_grad():
    said = exact.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False)[0, ids.shape[1] :]
result = {
    "versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__},
    "messages": messages,
    "prompt": prompt,
    "promptTokens": ids.shape[1],
    "logprobs": {label: logprob(json.dumps({"label": label}, separators=(",", ":"), ensure_ascii=False)) for label in labels},
    "greedy": said.tolist(),
}
(here / "causal.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
