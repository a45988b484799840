"""Times PyTorch's training step, on demand, as serve.ts does ours: for each line with a number on stdin so many steps, and one line of JSON.

    python bench/steps/serve.py MODEL ROWS TOKENS DROPOUT THREADS

The strongest form on a CPU: transformers' own model, scaled_dot_product_attention, fused AdamW; clipping as transformers.Trainer has it.
"""

import json
import resource
import sys
import time

import torch
import transformers

name, rows, tokens, rate, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(threads)
torch.manual_seed(1)
if name == "distilbert":
    config = transformers.DistilBertConfig(
        dropout=rate, attention_dropout=rate, seq_classif_dropout=rate, num_labels=2, attn_implementation="sdpa"
    )
    model = transformers.DistilBertForSequenceClassification(config)
elif name.startswith("smollm2"):
    config = transformers.LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
        max_position_embeddings=8192, rope_theta=100000.0, tie_word_embeddings=True, num_labels=2, pad_token_id=0, use_cache=False,
        attn_implementation="sdpa",
    )  # fmt: skip
    model = transformers.LlamaForSequenceClassification(config)
    if name == "smollm2-lora":
        import peft

        model = peft.get_peft_model(model, peft.LoraConfig(task_type="SEQ_CLS", r=8, lora_alpha=16, target_modules="all-linear"))
else:
    config = transformers.BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, num_labels=2,
        hidden_dropout_prob=rate, attention_probs_dropout_prob=rate, attn_implementation="sdpa",
    )
    model = transformers.BertForSequenceClassification(config)
model.train()
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0.01, fused=True)

ids = torch.randint(1, config.vocab_size, (rows, tokens))
mask = torch.ones(rows, tokens, dtype=torch.long)
mask[1::3, -(-tokens * 7 // 10) :] = 0
ids[mask == 0] = 0
labels = torch.arange(rows) % 2


def step():
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    loss.item()
    return time.perf_counter() - start


print("ready", flush=True)
for line in sys.stdin:
    seconds = [step() for _ in range(int(line))]
    print(json.dumps({"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
