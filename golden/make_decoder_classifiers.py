"""Classifiers on decoder language models as Hugging Face's transformers and PEFT have them: logits, gradients, and some steps of training.

    python golden/make_decoder_classifiers.py     (needs torch, transformers and peft; writes golden/decoder-classifiers.json and
                                                   golden/classifier-<family>/ for each family of decoders)

Each is a small configuration whose weights `draw` makes of their names, saved as `save_pretrained` does: one with a head, one in several files, one as
the bare model, whose names have no `model.` before them. Everything is computed in float64 from what was saved. A gradient is kept as its norm, its
product with cos(0), cos(1), ... and a few of its numbers.
"""

import copy
import json
import platform
import shutil
from pathlib import Path

import peft
import tokenizers
import torch
import transformers
from make_decoders import draw, gradient_of, numbers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer, PreTrainedTokenizerFast

torch.set_num_threads(1)
here = Path(__file__).parent
texts = ["My card has not arrived yet.", "refund", "Where is the parcel? The parcels are late! Où est-il?", "late again <pad>"]
targets = [0, 2, 2, 1]
labels = ["refund", "login", "parcel: late"]
special = ["<unk>", "<s>", "</s>", "<pad>"]

sizes = {
    "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 128, "rms_norm_eps": 1e-5,
}  # fmt: skip
# By the family: the configuration, what is saved, whether texts begin with <s>, and whether there is a token for padding.
families = {
    "llama": ({**sizes, "tie_word_embeddings": True}, "head", True, True),
    "mistral": ({**sizes, "sliding_window": 9}, "head", True, False),
    "qwen2": ({**sizes, "rope_theta": 1e6}, "shards", False, True),
    "qwen3": ({**sizes, "head_dim": 6, "rope_theta": 1e6}, "bare", False, True),
}


def make_tokenizer(begins, pads):
    """Byte by byte: after the special tokens each byte has its own, and " p" one of two."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([*special, *alphabet, "Ġp", "re"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[("Ġ", "p"), ("r", "e")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if begins:
        tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", **({"pad_token": "<pad>"} if pads else {})}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **names, model_max_length=40, model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip


def fill(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(draw(name, parameter.shape))
    return model


def loss_of(model, tokenizer):
    """Text by text: with padding, a window of Mistral's that holds nothing else makes NaN."""
    rows = [model(**tokenizer(text, truncation=True, return_tensors="pt")).logits for text in texts]
    return torch.nn.functional.cross_entropy(torch.cat(rows), torch.tensor(targets))


def logits_of(model, tokenizer):
    with torch.no_grad():
        rows = [model(**tokenizer(text, truncation=True, return_tensors="pt")).logits[0] for text in texts]
    return [numbers(row, 9) for row in rows]


def trained(model, tokenizer, steps=4, learning_rate=1e-2, weight_decay=0.05, max_norm=1.0):
    """Gradients, then a plain loop: clipping, AdamW on the one batch, a constant rate."""
    model = copy.deepcopy(model)
    own = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    loss = loss_of(model, tokenizer)
    loss.backward()
    gradients = {name: gradient_of(p.grad) for name, p in own}
    groups = [{"params": [p], "weight_decay": weight_decay if p.ndim > 1 else 0.0} for _, p in own]
    optimizer = torch.optim.AdamW(groups, lr=learning_rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of(model, tokenizer)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in own], max_norm)
        optimizer.step()
        losses.append(loss.item())
    return {
        "gradients": gradients, "losses": losses, "logits": logits_of(model, tokenizer),
        "steps": steps, "learningRate": learning_rate, "weightDecay": weight_decay, "maxGradNorm": max_norm,
    }  # fmt: skip


def with_adapters(model):
    settings = peft.LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=4, lora_dropout=0.0, target_modules="all-linear")
    model = peft.get_peft_model(copy.deepcopy(model), settings)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:  # At the start B is 0, and A would have no gradient.
                parameter.copy_(draw(name, parameter.shape) / 2)
    return model


def make(family, settings, saved, begins, pads):
    config = AutoConfig.for_model(
        family, **settings, vocab_size=len(special) + 258, bos_token_id=1, eos_token_id=2, pad_token_id=3 if pads else None,
        id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)}, problem_type="single_label_classification",
    )  # fmt: skip
    folder = here / f"classifier-{family}"
    shutil.rmtree(folder, ignore_errors=True)
    model = fill(AutoModelForSequenceClassification.from_config(config, attn_implementation="eager", dtype=torch.float32))
    if saved == "bare":
        model.model.save_pretrained(folder)
    else:
        model.save_pretrained(folder, max_shard_size="20KB" if saved == "shards" else "1GB")
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)
    make_tokenizer(begins, pads).save_pretrained(folder)

    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not pads:  # As everybody does who trains with batches.
        tokenizer.pad_token = "</s>"
    more = {"attn_implementation": "eager", "dtype": torch.float64, "pad_token_id": tokenizer.pad_token_id}
    if saved == "bare":
        more |= {"num_labels": len(labels)}
    model = AutoModelForSequenceClassification.from_pretrained(folder, **more).eval()
    if saved == "bare":
        with torch.no_grad():
            model.score.weight.copy_(draw("score.weight", model.score.weight.shape))
    bare = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    with torch.no_grad():
        states = [bare(**tokenizer(text, truncation=True, return_tensors="pt")).last_hidden_state[0].mean(0) for text in texts[:3]]
    return {
        "architecture": type(model).__name__,
        "padId": tokenizer.pad_token_id,
        "ids": [tokenizer(text, truncation=True)["input_ids"] for text in texts],
        "meanStates": [numbers(state, 9) for state in states],
        "logits": logits_of(model, tokenizer),
        "full": trained(model, tokenizer),
        "lora": trained(with_adapters(model), tokenizer),
    }


if __name__ == "__main__":
    content = {
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "peft": peft.__version__,
        },
        "texts": texts,
        "targets": targets,
        "labels": labels,
        "classifiers": {family: make(family, *row) for family, row in families.items()},
    }
    path = here / "decoder-classifiers.json"
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
