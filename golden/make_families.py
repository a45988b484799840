"""Reference states and gradients for every family of encoders, by Hugging Face's transformers in float64.

    python golden/make_families.py        (needs torch and transformers; writes golden/families.json and golden/tiny-<family>/)

Each family is a random configuration of two layers, saved as a folder in float32 and computed in float64 from what was saved. The loss is
sum(cotangent * states) over all tokens. A gradient is kept as its norm, its product with cos(0), cos(1), ... and a
few of its numbers: together they leave no tensor room to be wrong. Every weight is random, so that none is hidden by a 0 or a 1.
"""

import json
import math
import platform
from collections import Counter
from pathlib import Path

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

here = Path(__file__).parent
sizes = {"vocab_size": 60, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
post_norm = {**sizes, "max_position_embeddings": 64, "layer_norm_eps": 1e-6, "initializer_range": 0.3}
roberta = {**post_norm, "type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
deberta = {
    **post_norm, "type_vocab_size": 0, "relative_attention": True, "max_relative_positions": -1, "position_buckets": 8,
    "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False,
}  # fmt: skip
# The name of a folder, the model_type, and the configuration.
families = {
    "distilbert": ("distilbert", {
        "vocab_size": 60, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48, "max_position_embeddings": 64,
        "initializer_range": 0.3, "sinusoidal_pos_embds": True,
    }),
    # As many tokens as the tokenizers have that go with them.
    "roberta": ("roberta", {**roberta, "vocab_size": 320}),
    "xlm-roberta": ("xlm-roberta", {**roberta, "vocab_size": 100, "hidden_act": "gelu_new"}),
    "mpnet": ("mpnet", {**post_norm, "pad_token_id": 1}),
    "electra": ("electra", {**post_norm, "embedding_size": 16}),
    "modernbert": ("modernbert", {
        **sizes, "max_position_embeddings": 64, "initializer_range": 0.3, "local_attention": 8, "global_attn_every_n_layers": 2,
        "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2, "sep_token_id": 3,
    }),
    "deberta-v2": ("deberta-v2", deberta),
    "deberta-v2-own-keys": ("deberta-v2", {
        **deberta, "share_att_key": False, "position_biased_input": True, "position_buckets": -1, "norm_rel_ebd": "none",
        "max_relative_positions": 10, "type_vocab_size": 2,
    }),
}  # fmt: skip

lengths = [40, 9, 1]
longest = max(lengths)
torch.manual_seed(11)
draw = torch.randint(5, 60, (len(lengths), longest))
mask = torch.tensor([[1] * n + [0] * (longest - n) for n in lengths])
cotangent = torch.randn(len(lengths), longest, 32).mul(1000).round().div(1000).double()


def numbers(tensor, digits=10):
    return [float(f"{value:.{digits}g}") for value in tensor.flatten().tolist()]


def gradient_of(g):
    flat = g.flatten().double()
    direction = torch.tensor([math.cos(i) for i in range(len(flat))], dtype=torch.float64)
    at = sorted({0, len(flat) // 3, len(flat) - 1, int(flat.abs().argmax())})
    return {
        "norm": numbers(flat.norm())[0],
        "product": numbers(flat @ direction)[0],
        "entries": {str(i): numbers(flat[i])[0] for i in at},
    }


def family(name, model_type, settings, seed):
    config = AutoConfig.for_model(model_type, **settings)
    torch.manual_seed(seed)
    model = AutoModel.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key.lower() or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
    folder = here / f"tiny-{name}"
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)

    model = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    # One row at a time, so that no padding enters: transformers 5.23 has NaN at padding that is farther than the window of ModernBERT
    # from every token, and with it in the gradients.
    states = []
    for row, n in enumerate(lengths):
        hidden = model(input_ids=draw[row : row + 1, :n]).last_hidden_state[0]
        (hidden * cotangent[row, :n]).sum().backward()
        states.append(hidden)
    # What the states do not depend on has no gradient: the pooler, and here and there a table for other inputs.
    return {
        "modelType": model_type,
        "prefix": model.base_model_prefix,
        "padId": config.pad_token_id,
        "states": numbers(torch.cat(states)),
        "gradients": {key: gradient_of(p.grad) for key, p in model.named_parameters() if p.grad is not None},
    }


corpus = [
    "The card has not arrived yet, please refund my order.", "Where is my card? It should have arrived last week.",
    "Refund the order, please; the parcel arrived broken.", "Déjà vu: la carte n'est pas arrivée, merci de rembourser.",
    "My parcel is not here yet and the refund is late.",
]  # fmt: skip
texts = ["My card has not arrived yet.", "refund", "", "  Déjà  vu?\tNo: 東京 😀 <mask> ", "x" * 30, "ﬁne ½ ﾃｽﾄ", "the card " * 40]


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer


def unigram():
    # By counting and not by UnigramTrainer, which breaks ties by chance.
    words = [f"▁{word}" for text in corpus for word in text.split()]
    parts = Counter(word[i:j] for word in words for i in range(len(word)) for j in range(i + 1, len(word) + 1))
    kept = sorted(parts, key=lambda part: (len(part) > 1, -parts[part] * len(part), part))[:95]
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces = [*((token, 0.0) for token in special), *((part, math.log(parts[part] / parts.total())) for part in kept)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(special)
    around = [("<s>", 0), ("</s>", 2)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=around)
    return tokenizer


def text_vectors(name, tokenizer):
    """Puts the tokenizer beside the model, and has both make vectors of texts: the normalized mean of the states, text by text."""
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", unk_token="<unk>",
        pad_token="<pad>", mask_token="<mask>", model_max_length=1000,
    )  # fmt: skip
    folder = here / f"tiny-{name}"
    fast.save_pretrained(folder)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    # Of 64 rows of positions RoBERTa uses those after its padding's.
    longest = model.config.max_position_embeddings - model.config.pad_token_id - 1
    ids = [fast(text, truncation=True, max_length=longest)["input_ids"] for text in texts]
    with torch.no_grad():
        means = [model(input_ids=torch.tensor([row])).last_hidden_state[0].mean(0) for row in ids]
    vectors = [torch.nn.functional.normalize(mean, dim=-1) for mean in means]
    return {"padId": fast.pad_token_id, "maxTokens": longest, "ids": ids, "vectors": [numbers(v, 8) for v in vectors]}


distances = torch.arange(-600, 601)
content = {
    "versions": {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
    },
    "ids": draw.tolist(),
    "mask": mask.tolist(),
    "cotangent": cotangent.tolist(),
    "families": {name: family(name, *row, seed) for seed, (name, row) in enumerate(families.items())},
    "texts": texts,
    "byText": {"roberta": text_vectors("roberta", byte_level()), "xlm-roberta": text_vectors("xlm-roberta", unigram())},
    "buckets": {
        "distances": distances.tolist(),
        "mpnet": MPNetEncoder.relative_position_bucket(distances).tolist(),
        "deberta": make_log_bucket_position(distances, 256, 512).to(torch.long).tolist(),
    },
}
path = here / "families.json"
path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes")
