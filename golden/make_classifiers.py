"""Classifiers of every family as Hugging Face's transformers writes them, and what it makes of some texts.

    python golden/make_classifiers.py     (needs torch and transformers; writes golden/classifiers.json and golden/classifier-<name>/)

Each is a random configuration of two layers with its tokenizer, saved by `save_pretrained` in float32, and run in float64 from what was saved,
text by text. Every weight is random, so that none is hidden by a 0 or a 1.
"""

import json
import platform
import shutil
from pathlib import Path

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, PreTrainedTokenizerFast

here = Path(__file__).parent
special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
words = "my the a card order parcel refund has not arrived yet is late where please login password ##s ##ed . ? , !".split()
vocabulary = [*special, *words]
texts = ["My card has not arrived yet.", "refund", "", "Where is the parcel? The parcels are late!", "password, please " * 12]

sizes = {"vocab_size": len(vocabulary), "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 20}
ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
common = {**sizes, **ids, "max_position_embeddings": 34, "layer_norm_eps": 1e-6, "initializer_range": 0.3}
deberta = {
    "type_vocab_size": 0, "relative_attention": True, "position_buckets": 8, "norm_rel_ebd": "layer_norm", "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"], "position_biased_input": False,
}  # fmt: skip
modernbert = {
    **sizes, **ids, "max_position_embeddings": 32, "initializer_range": 0.3, "local_attention": 8, "global_attn_every_n_layers": 2,
    "cls_token_id": 0, "sep_token_id": 2,
}  # fmt: skip
# By the name of the folder: the model_type and the configuration.
classifiers = {
    "bert": ("bert", common),
    "distilbert": ("distilbert", {
        **ids, "vocab_size": len(vocabulary), "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 20, "max_position_embeddings": 34,
        "initializer_range": 0.3,
    }),
    "roberta": ("roberta", {**common, "type_vocab_size": 1}),
    "xlm-roberta": ("xlm-roberta", {**common, "type_vocab_size": 1}),
    "mpnet": ("mpnet", common),
    "electra": ("electra", {**common, "embedding_size": 8}),
    "deberta-v2": ("deberta-v2", {**common, **deberta, "pooler_hidden_act": "relu"}),
    "modernbert": ("modernbert", modernbert),
    "modernbert-mean": ("modernbert", {
        **modernbert, "classifier_pooling": "mean", "classifier_bias": True, "norm_bias": True, "classifier_activation": "relu",
    }),
}  # fmt: skip


def make_tokenizer():
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", unk_token="<unk>",
        pad_token="<pad>", mask_token="<mask>", model_max_length=32, model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip


def make(name, model_type, settings, seed):
    is_multi_label = name == "electra"
    labels = ["refund", "login", "parcel: late"]
    config = AutoConfig.for_model(
        model_type, **settings, id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
        problem_type="multi_label_classification" if is_multi_label else "single_label_classification",
    )  # fmt: skip
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key.lower() or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
    folder = here / f"classifier-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    make_tokenizer().save_pretrained(folder)

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    with torch.no_grad():
        logits = [model(**tokenizer(text, truncation=True, return_tensors="pt")).logits[0] for text in texts]
    return {"architecture": type(model).__name__, "labels": labels, "isMultiLabel": is_multi_label, "logits": torch.stack(logits).tolist()}


content = {
    "versions": {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
    },
    "texts": texts,
    "classifiers": {name: make(name, *row, seed) for seed, (name, row) in enumerate(classifiers.items())},
}
path = here / "classifiers.json"
path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes")
