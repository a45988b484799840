"""Reference logits and gradients for decoder language models, by Hugging Face's transformers in float64.

    python golden/make_decoders.py        (needs torch and transformers; writes golden/decoders.json)

Each is a small configuration whose weights are not kept: `draw` makes them of their names, and so does whoever reads the file. Logits are those of all
tokens of each text, computed without padding. The loss is the sum over the texts of the cross-entropy of the last token's logits with the text's target.
A gradient is kept as its norm, its product with cos(0), cos(1), ... and a few of its numbers: together they leave no tensor room to be wrong.
"""

import json
import math
import platform
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

torch.set_num_threads(1)
here = Path(__file__).parent

sizes = {
    "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 512, "rms_norm_eps": 1e-5,
}  # fmt: skip
# Eight pairs a head, so that a scaling has pairs that it keeps, that it divides, and those between.
wide = {**sizes, "num_attention_heads": 2, "num_key_value_heads": 1}
yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}


def llama_scaled(**scaling):
    return ("llama", {**wide, "rope_theta": 10000.0, "rope_scaling": scaling})


# By name: the model_type, and what a `config.json` would say beside it.
shapes = {
    "llama untied": ("llama", sizes),
    "llama tied": ("llama", {**sizes, "tie_word_embeddings": True, "num_key_value_heads": 1, "num_hidden_layers": 3}),
    "llama with biases": ("llama", {**sizes, "attention_bias": True, "mlp_bias": True, "num_key_value_heads": 4}),
    "llama linear": llama_scaled(type="linear", factor=4.0),
    "llama llama3": llama_scaled(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64,
    ),
    "llama yarn": llama_scaled(**yarn),
    "llama yarn, of the length of the model": llama_scaled(rope_type="yarn", factor=4.0),
    "llama yarn, not truncated": llama_scaled(**yarn, truncate=False),
    "llama yarn, own bounds and attention": llama_scaled(**yarn, beta_fast=2.0, beta_slow=0.25, attention_factor=1.25),
    "llama yarn, two scales of attention": llama_scaled(**yarn, mscale=1.5, mscale_all_dim=0.5),
    "llama yarn, one scale of attention": llama_scaled(**yarn, mscale=1.5),
    "mistral with a window": ("mistral", {**sizes, "num_hidden_layers": 3, "sliding_window": 5}),
    "mistral without a window": ("mistral", {**sizes, "head_dim": 12, "sliding_window": None}),
    "qwen2": ("qwen2", {**sizes, "tie_word_embeddings": True, "rope_theta": 1e6, "sliding_window": 5}),
    "qwen2 with windows above": ("qwen2", {
        **sizes, "num_hidden_layers": 3, "use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1,
    }),
    "qwen2 yarn": ("qwen2", {**wide, "rope_theta": 1e6, "rope_scaling": yarn}),
    "qwen3": ("qwen3", {**sizes, "head_dim": 12, "rope_theta": 1e6}),
    "qwen3 with biases and a window": ("qwen3", {
        **sizes, "head_dim": 16, "num_hidden_layers": 3, "attention_bias": True, "tie_word_embeddings": True, "use_sliding_window": True,
        "sliding_window": 5, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
    }),
}  # fmt: skip

torch.manual_seed(11)
texts = [{"ids": torch.randint(64, (n,)).tolist(), "target": int(torch.randint(64, ()))} for n in (21, 7)]


def draw(name, shape):
    """The upper 16 bits of a linear congruential generator that starts at the FNV-1a hash of the name, less a half; around 1 for normalization."""
    state = 2166136261
    for byte in name.encode():
        state = (state ^ byte) * 16777619 % 2**32
    values = []
    for _ in range(math.prod(shape)):
        state = (state * 1664525 + 1013904223) % 2**32
        value = (state >> 16) / 2**16 - 0.5
        values.append(1 + value / 2 if "norm" in name else value)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def numbers(tensor, digits):
    return [float(f"{value:.{digits}g}") for value in tensor.flatten().tolist()]


def gradient_of(g):
    flat = g.flatten()
    direction = torch.tensor([math.cos(i) for i in range(len(flat))], dtype=torch.float64)
    at = sorted({0, len(flat) // 3, len(flat) - 1, int(flat.abs().argmax())})
    return {
        "norm": numbers(flat.norm(), 10)[0],
        "product": numbers(flat @ direction, 10)[0],
        "entries": {str(i): numbers(flat[i], 10)[0] for i in at},
    }


def decoder(model_type, settings):
    config = AutoConfig.for_model(model_type, **json.loads(json.dumps(settings)))
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float64).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(draw(name, parameter.shape))
    logits = []
    for text in texts:
        found = model(input_ids=torch.tensor([text["ids"]])).logits[0]
        torch.nn.functional.cross_entropy(found[-1:], torch.tensor([text["target"]])).backward()
        logits.append(numbers(found, 9))
    saved = json.loads(config.to_json_string())
    return {
        "config": {"model_type": model_type, **settings},
        # The same in the words of this version of transformers, as it would write them beside the weights.
        "savedConfig": {key: value for key, value in saved.items() if key != "transformers_version"},
        "logits": logits,
        "gradients": {name: gradient_of(p.grad) for name, p in model.named_parameters()},
    }


if __name__ == "__main__":
    result = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__},
        "texts": texts,
        "decoders": {name: decoder(*shape) for name, shape in shapes.items()},
    }  # fmt: skip
    (here / "decoders.json").write_text(json.dumps(result) + "\n")
