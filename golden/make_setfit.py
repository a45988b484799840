"""Reference values for src/tune/training/objectives/similarity-loss.ts, by sentence-transformers' MultipleNegativesRankingLoss in float64 on golden/tiny-bert.

    pip install torch sentence-transformers
    python golden/make_setfit.py

Writes golden/setfit.json: pairs of texts, the loss over the pairs and the gradient of every weight but the tables.
"""

import json
import platform
from pathlib import Path

import sentence_transformers
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

folder = Path(__file__).parent
transformer = Transformer(str(folder / "tiny-bert"))
pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
model = SentenceTransformer(modules=[transformer, pooling], device="cpu").double()
model.eval()

# Each text is to be told from the other pairs' by the text beside it.
pairs = [["refund my money", "the charge"], ["my password is rejected", "reset the password"], ["where is the parcel", "my parcel"]]

features = [model.preprocess([pair[side] for pair in pairs]) for side in (0, 1)]
loss = MultipleNegativesRankingLoss(model, scale=20.0)(features, None)
loss.backward()
gradients = {
    name.removeprefix("0.auto_model.").removeprefix("0.model."): [float(f"{value:.8g}") for value in p.grad.flatten().tolist()]
    for name, p in model.named_parameters()
    if p.grad is not None and "_embeddings." not in name
}
result = {
    "versions": {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "sentence-transformers": sentence_transformers.__version__,
    },
    "pairs": pairs,
    "loss": loss.item(),
    "gradients": gradients,
}
(folder / "setfit.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
