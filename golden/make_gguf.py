"""Tiny GGUF files, and what Python reads out of them: numbers, configurations, tensors, tokens, logits.

    python golden/make_gguf.py        (needs torch, transformers, gguf and sentencepiece; writes golden/gguf/ and golden/gguf.json)

`types.gguf` has a tensor of each kind and a metadata value of each kind; the numbers are those of the package's own `dequantize`. The others are models
with random weights, of mixed kinds of tensors, as llama.cpp's converter names and arranges them, or vocabularies without a model. Of a model's tensors,
transformers' own reading of the file is the reference. Of tokens, the reference is what the file was made from: sentencepiece's model, or a tokenizer of
the shape in which the family publishes it; where transformers' reading of the GGUF file gives other tokens, they are kept beside, as `inTransformers`.
Logits are those of the published kind of model with the file's numbers, in float64.
"""

import base64
import hashlib
import io
import json
import platform
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
import tokenizers
import torch
import transformers
from gguf import GGMLQuantizationType as Kind
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM
from transformers import Qwen3Config, Qwen3ForCausalLM

here = Path(__file__).parent
folder = here / "gguf"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir()
random = np.random.default_rng(7)

# --- A tensor and a metadata value of each kind ---


def halves(block_bytes, at):
    """Finite scales at these places of a block, any sign."""

    def put(blocks):
        for place in at:
            blocks[:, place : place + 2] = (random.normal(size=(len(blocks), 1)) * 0.01).astype(np.float16).view(np.uint8)
        return blocks

    return block_bytes, put


# The package quantizes no K: blocks of random bits, whose scales are finite numbers.
k_kinds = {Kind.Q2_K: halves(84, [80, 82]), Kind.Q3_K: halves(110, [108]), Kind.Q4_K: halves(144, [0, 2])}
k_kinds |= {Kind.Q5_K: halves(176, [0, 2]), Kind.Q6_K: halves(210, [208])}

writer = gguf.GGUFWriter(folder / "types.gguf", "llama")
for kind, value in [
    ("uint8", 255), ("int8", -128), ("uint16", 65535), ("int16", -32768), ("uint32", 2**32 - 1), ("int32", -(2**31)),
    ("uint64", 2**64 - 1), ("int64", -(2**63)), ("float32", 0.1), ("float64", 0.1), ("bool", True), ("string", "ẞ\ufeff\u0000 👩‍👧"),
]:  # fmt: skip
    getattr(writer, f"add_{kind}")(f"kinds.{kind}", value)
writer.add_key_value("kinds.exact", 2**53 - 1, gguf.GGUFValueType.UINT64)
writer.add_array("kinds.strings", ["", "a", "\ufeffb", "漢字"])
writer.add_array("kinds.integers", [1, -2, 2**31 - 1])
writer.add_array("kinds.floats", [0.5, -0.25, 1e-30])
writer.add_array("kinds.bools", [True, False, True])
writer.add_key_value("kinds.nested", [[1, 2], [3]], gguf.GGUFValueType.ARRAY)
numbers = {}
for kind in [Kind.F32, Kind.F16, Kind.BF16, Kind.Q8_0, Kind.Q4_0, Kind.Q4_1, Kind.Q5_0, Kind.Q5_1]:
    plain = random.normal(size=(5, 96)).astype(np.float32) * np.float32(10) ** random.integers(-6, 3, size=(5, 1)).astype(np.float32)
    plain[2, :32] = 0
    numbers[kind] = gguf.quantize(plain, kind)
for kind, (block_bytes, put) in k_kinds.items():
    numbers[kind] = put(random.integers(0, 256, size=(6, block_bytes), dtype=np.uint8)).reshape(3, -1)
for kind, stored in numbers.items():
    writer.add_tensor(f"tensor.{kind.name}", stored, raw_dtype=kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()


def encoded(values):
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


types = {kind.name: {"shape": list((f := gguf.dequantize(stored, kind)).shape), "floats": encoded(f)} for kind, stored in numbers.items()}

# --- Tokenizers ---

corpus = """
The printer on the third floor does not print anything since Wednesday, and I'm not the only one: we've all tried to restart it.
I want my money back! You charged 49.90 EUR twice on 2024-03-17; the invoice number is 20240317-0042. Please don't ask me again.
It's the 3rd time that they'll cancel the order; I'd rather talk to someone who's able to help. Where's my parcel? It isn't here.
Ich möchte mein Passwort zurücksetzen, aber die E-Mail kommt nicht an. Können Sie mir bitte helfen? Das wäre schön, danke!
Bonjour, je n'arrive pas à me connecter à mon compte : l'application s'arrête à chaque fois. Ça fait déjà deux semaines.
¿Dónde está mi pedido? Hace cinco días que espero. Señor, ¡esto no puede ser! Mañana cancelo la cuenta y el contrato.
Привет, я не могу войти в свой аккаунт. Помогите, пожалуйста. Привет ещё раз. プリンターが動きません。助けてください。 日本語のテキスト。
您好，我的订单还没有到。请帮我查一下。谢谢！ مرحبا، أريد استرداد أموالي من فضلك. مرحبا.
def total(items):
    return sum(item.price * item.count for item in items)  # the total of all items in the cart
if (a_b == 0) { return https://example.org/help?id=1&lang=en; }\tWindows\tLinux\r\nMac\r\n
The order, the parcel, the invoice, the account, the password, the printer, the payment, the delivery: the things that people write about.
I can't log in to my account. I cannot change my password. The delivery is late. The payment failed. The invoice is wrong. The order is lost.
""".strip("\n").split("\n")
corpus = [line for line in corpus for _ in range(3)] + ["\ufeff with a byte order mark \ufeff"] * 3

texts = [
    "", " ", "  ", "\n", "\t\n \r\n", "Hello", "  leading spaces", "trailing spaces  ", "   three   spaces   ", "don't DON'T I'M we'll THEY'VE",
    "it's 's 're", "1234567890", "12 1 x12", "3.14 and 1,000,000 on 2024-03-17", "½ ² ٣٤٥ 五 Ⅻ", "e\u0301 a\u0308 vs é ä", "ﬁne Å Å", "naïve café Ça",
    "日本語のテキスト", "Привет, мир", "مرحبا بالعالم", "👩‍👩‍👧‍👦 😀", "a\u00a0b\u2003c", "\ufeffBOM \ufeff", "x\u0085y\u2028z", "tab\tsep\t\tx",
    "if (a_b == 0) { return a; }", "https://example.org/?q=1&r=2", "ALLCAPS CamelCaseWord", "aaaaaaaaaaaaaaaaaaaaa", "......!!!???", "--- ### ***",
    "\u200bzero\u200dwidth", "line1\nline2\n\n\nline3\n", "‘curly’ “quotes” – dash", "\u0001\u007f control", "The unreachable Wednesday", "▁already ▁▁",
    "mixed 中文 and English 123abc", "_under_score_ #tag @name", "🇩🇪🇫🇷 flags", "<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n",
    "<s>[INST] hi [/INST]</s> more", "< s > <unk> <|im_start|", "<think>\nhm\n</think>\n\nyes", "Señor, ¿dónde está mi pedido?", "der Drucker\u0301",
]  # fmt: skip

llama3_split = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
qwen2_split = llama3_split.replace(r"\p{N}{1,3}", r"\p{N}")
upper, lower = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
tekken_split = rf"[^\r\n\p{{L}}\p{{N}}]?{upper}*{lower}+|[^\r\n\p{{L}}\p{{N}}]?{upper}+{lower}*|\p{{N}}" + (
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split_by(pattern):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), behavior="isolated"), byte_level])


def byte_level_tokenizer(pre_tokenizer, ignore_merges=False, normalizer=None, bos=None):
    """
    As the families publish it. Some tokens cannot be reached by merges; `ignore_merges` finds them anyway. Two merges are of signs that not every family
    cuts apart before.
    """
    special = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizer
    if normalizer is not None:
        trained.normalizer = normalizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trained.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=460, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    state = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in state["merges"]] + [("1", "2"), ("Ġ", "1")]
    more = [token for token in ["Ġunreachable", "mixed", "12", "Ġ1"] if token not in state["vocab"]]
    vocab = state["vocab"] | {token: len(state["vocab"]) + i for i, token in enumerate(more)}
    tokenizer = Tokenizer(models.BPE(vocab, merges, ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.add_special_tokens(special)
    tokenizer.add_tokens([tokenizers.AddedToken(token, normalized=False) for token in ["<think>", "</think>"]])
    if bos is not None:
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))])
    return tokenizer, merges, special


def add_byte_level(writer, pre, tokenizer, merges, special):
    size = tokenizer.get_vocab_size()
    tokens = [tokenizer.id_to_token(i) for i in range(size)]
    writer.add_tokenizer_model("gpt2")
    if pre is not None:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    control, own = gguf.TokenType.CONTROL, gguf.TokenType.USER_DEFINED
    writer.add_token_types([control if t in special else own if t in ("<think>", "</think>") else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(4)
    writer.add_pad_token_id(2)
    return size


template = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

trained = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(corpus), model_writer=trained, model_type="bpe", vocab_size=520, byte_fallback=True, character_coverage=0.99,
    normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False, split_digits=True,
    allow_whitespace_only_pieces=True, unk_id=0, bos_id=1, eos_id=2, control_symbols=["<|im_start|>", "<|im_end|>"], minloglevel=2,
)  # fmt: skip
pieces = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
controls = ["<s>", "</s>", "<unk>", "<|im_start|>", "<|im_end|>"]


def add_sentencepiece(writer):
    size = pieces.get_piece_size()
    kinds = [
        gguf.TokenType.UNKNOWN if pieces.is_unknown(i) else gguf.TokenType.CONTROL if pieces.is_control(i)
        else gguf.TokenType.BYTE if pieces.is_byte(i) else gguf.TokenType.NORMAL
        for i in range(size)
    ]  # fmt: skip
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([pieces.id_to_piece(i) for i in range(size)])
    writer.add_token_scores([pieces.get_score(i) for i in range(size)])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    return size


def sentencepiece_ids(text):
    """Control tokens by themselves, what is between them by sentencepiece: as llama.cpp does it, and the published tokenizer.json of Llama 2."""
    parts = [part for part in re.split("(" + "|".join(map(re.escape, controls)) + ")", text) if part != ""]
    return [1] + [i for part in parts for i in ([pieces.piece_to_id(part)] if part in controls else pieces.encode(part))]


# --- Models ---


def permuted(weight, heads):
    """The rows of q and k as llama.cpp has them for the architecture llama: the two halves of each head interleaved."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


cycle = [Kind.Q8_0, Kind.Q4_0, Kind.Q5_1, Kind.Q5_0, Kind.F16, Kind.BF16, Kind.Q4_1]


def write_model(name, arch, model, add_tokenizer, rope_factors=None, add_more=lambda writer: None):
    config = model.config
    names = gguf.get_tensor_name_map({"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3}[arch], 2)
    writer = gguf.GGUFWriter(folder / f"{name}.gguf", arch)
    writer.add_name(f"Tiny {name}")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if arch == "llama":
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(config.head_dim)
    if arch == "qwen3":
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
    writer.add_chat_template(template)
    add_tokenizer(writer)
    add_more(writer)
    for i, (hf, tensor) in enumerate(model.state_dict().items()):
        if hf == "lm_head.weight" and config.tie_word_embeddings:
            continue
        weight = tensor.numpy()
        if arch == "llama" and ".q_proj." in hf:
            weight = permuted(weight, config.num_attention_heads)
        if arch == "llama" and ".k_proj." in hf:
            weight = permuted(weight, config.num_key_value_heads)
        kind = Kind.F32 if weight.ndim == 1 else cycle[i % len(cycle)]
        stem, suffix = hf.rsplit(".", 1)
        writer.add_tensor(f"{names.get_name(stem)}.{suffix}", gguf.quantize(weight, kind), raw_dtype=kind)
    if rope_factors is not None:
        writer.add_tensor("rope_freqs.weight", rope_factors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def randomized(model):
    for parameter in model.parameters():
        # Also what begins as ones or zeros, so that none is hidden.
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model.eval()


fields = [
    "model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size",
    "max_position_embeddings", "rms_norm_eps", "tie_word_embeddings",
]  # fmt: skip


def reference_model(name, original):
    """The file as transformers reads it; logits by the kind of model that the file was made from, with the file's numbers."""
    config = original.config
    read = AutoConfig.from_pretrained(folder, gguf_file=f"{name}.gguf")
    # transformers does not read the length of a head of Qwen3, and takes 128; it reads no scaling of positions either.
    config.rms_norm_eps = float(np.float32(config.rms_norm_eps))
    assert all(getattr(read, field) == getattr(config, field) for field in fields if field != "head_dim" and hasattr(config, field))
    assert read.rope_parameters["rope_theta"] == config.rope_parameters["rope_theta"]
    loaded = AutoModelForCausalLM.from_pretrained(folder, gguf_file=f"{name}.gguf", dtype=torch.float32, config=config)
    state = {key: value for key, value in loaded.state_dict().items() if key != "lm_head.weight" or not config.tie_word_embeddings}
    original.load_state_dict(loaded.state_dict())
    ids = [int(i) for i in random.integers(5, config.vocab_size, size=12)]
    with torch.no_grad():
        logits = original.double()(torch.tensor([ids])).logits[0]
    return {
        "config": {field: getattr(config, field) for field in fields if hasattr(config, field)} | {"rope_theta": config.rope_parameters["rope_theta"]},
        "tensors": {key: {"shape": list(t.shape), "sha256": hashlib.sha256(t.numpy().astype("<f4").tobytes()).hexdigest()} for key, t in state.items()},
        "ids": ids,
        "lastLogits": [float(f"{x:.9g}") for x in logits[-1].tolist()],
    }


def compared_tokens(name, ids_of, decode):
    """transformers adds no token at the beginning where the file does not say whether to; llama.cpp has defaults. That one is not compared."""
    fast = AutoTokenizer.from_pretrained(folder, gguf_file=f"{name}.gguf")
    begin = ids_of("")
    rows = []
    for text in texts:
        ids = ids_of(text)
        row = {"text": text, "ids": ids, "decoded": decode(ids)}
        if (other := begin + fast(text, add_special_tokens=False)["input_ids"]) != ids:
            row["inTransformers"] = other
        rows.append(row)
    return rows


sizes = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, initializer_range=0.3)
plain_rope = lambda theta: {"rope_type": "default", "rope_theta": theta}  # noqa: E731
models_out, tokens_out = {}, {}

torch.manual_seed(11)
original = randomized(LlamaForCausalLM(LlamaConfig(
    **sizes, num_key_value_heads=2, vocab_size=pieces.get_piece_size(), max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=False,
    rope_parameters=plain_rope(10000.0),
)))  # fmt: skip
write_model("llama", "llama", original, add_sentencepiece)
models_out["llama"] = reference_model("llama", original)
# sentencepiece decodes no control tokens, nor <unk>, as others do.
plain = lambda ids: not any(pieces.is_control(i) or pieces.is_unknown(i) for i in ids[1:])  # noqa: E731
tokens_out["llama"] = compared_tokens("llama", sentencepiece_ids, lambda ids: pieces.decode(ids[1:]) if plain(ids) else None)

digits = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
shapes = {
    "smollm": ("smollm", byte_level_tokenizer(pre_tokenizers.Sequence(digits))),
    "llama3": ("llama-bpe", byte_level_tokenizer(split_by(llama3_split), ignore_merges=True, bos="<s>")),
    "qwen2": ("qwen2", byte_level_tokenizer(split_by(qwen2_split), normalizer=normalizers.NFC())),
    "tekken": ("tekken", byte_level_tokenizer(split_by(tekken_split), ignore_merges=True, bos="<s>")),
    "default": (None, byte_level_tokenizer(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True))),
}

llama3_rope = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
llama3_rope |= {"original_max_position_embeddings": 8192}
kinds = {
    "smollm": ("llama", LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=1, tie_word_embeddings=True, rope_parameters=plain_rope(100000.0))),
    "llama3": ("llama", LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=4, tie_word_embeddings=True, rope_parameters=llama3_rope)),
    "qwen2": ("qwen2", Qwen2ForCausalLM, Qwen2Config, dict(num_key_value_heads=2, tie_word_embeddings=True, rope_parameters=plain_rope(1e6))),
    "qwen3": ("qwen3", Qwen3ForCausalLM, Qwen3Config, dict(
        num_key_value_heads=2, head_dim=24, tie_word_embeddings=False, rope_parameters=plain_rope(1e6))),
}  # fmt: skip
for name, (arch, model_class, config_class, more) in kinds.items():
    pre, (tokenizer, merges, special) = shapes[name if name in shapes else "qwen2"]
    torch.manual_seed(11)
    config = config_class(**sizes, **more, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=32768, rms_norm_eps=1e-6)
    original = randomized(model_class(config))
    factors = None
    if name == "llama3":
        plain = 1.0 / (config.rope_parameters["rope_theta"] ** (torch.arange(0, 16, 2, dtype=torch.float32) / 16))
        factors = (plain / original.model.rotary_emb.inv_freq).numpy()
        # llama.cpp's converter writes what is neither stretched nor between exactly.
        factors = np.where(np.abs(factors - 1) < 1e-6, 1, np.where(np.abs(factors / 32 - 1) < 1e-6, 32, factors)).astype(np.float32)
    add_flag = (lambda writer: writer.add_add_bos_token(False)) if name == "smollm" else (lambda writer: None)
    write_model(name, arch, original, lambda writer: add_byte_level(writer, pre, tokenizer, merges, special), factors, add_flag)
    models_out[name] = reference_model(name, original)

for name, (pre, (tokenizer, merges, special)) in shapes.items():
    if name not in kinds:
        writer = gguf.GGUFWriter(folder / f"{name}.gguf", "llama")
        writer.add_name(f"Vocabulary {name}")
        add_byte_level(writer, pre, tokenizer, merges, special)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    tokens_out[name] = compared_tokens(name, lambda text: tokenizer.encode(text).ids, lambda ids: tokenizer.decode(ids, skip_special_tokens=True))

result = {
    "versions": {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__, "gguf": version("gguf"),
        "sentencepiece": sentencepiece.__version__, "tokenizers": tokenizers.__version__,
    },
    "chatTemplate": template,
    "ropeScaling": {"llama3": llama3_rope},
    "types": types,
    "models": models_out,
    "tokens": tokens_out,
}  # fmt: skip
(here / "gguf.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
