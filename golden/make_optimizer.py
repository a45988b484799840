"""Reference values for the optimizer: weights and moments after twelve steps of torch.optim.AdamW (plain and fused), with weight
decay by group, layer-wise learning rates, an embedding table with a padding row, a linear schedule with warm-up, and clipping by the
global norm; learning rates of transformers' schedules. Writes optimizer.json beside this file.

    python golden/make_optimizer.py        (torch, transformers)
"""

import json
import math
from pathlib import Path

import torch
import transformers
from torch.nn.functional import embedding
from transformers import get_constant_schedule_with_warmup, get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup

torch.manual_seed(20261123)
STEPS = 12
PEAK = 0.03
WEIGHT_DECAY = 0.1
# Lengths that are no multiples of 4, 8 or 16, so that the kernel's tails count.
PARAMETERS = [
    {"name": "dense", "shape": [7, 5], "decay": True, "learningRateScale": 1.0},
    {"name": "bias", "shape": [13], "decay": False, "learningRateScale": 1.0},
    {"name": "lower", "shape": [3, 11], "decay": True, "learningRateScale": 0.25},
    {"name": "table", "shape": [9, 6], "decay": True, "learningRateScale": 0.25, "table": True, "paddingRow": 0},
]


def rounded(shape) -> torch.Tensor:
    """Short in JSON, and both sides start from the same numbers."""
    return torch.randn(shape).mul(1000).round().div(1000)


def numbers(tensor: torch.Tensor) -> list[float]:
    # Nine significant digits name a float32 exactly.
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def problem() -> dict:
    initial = {p["name"]: rounded(p["shape"]) for p in PARAMETERS}
    steps = []
    for step in range(STEPS):
        # Row 8 has a gradient in the first step alone, row 7 never.
        ids = torch.randint(0, 7, (10,)) if step else torch.tensor([0, 8, 3, 3, 0, 1])
        # Small gradients, so that clipping at 2 applies to some steps and not to others.
        size = [0.1, 1.0, 0.03][step % 3]
        steps.append(
            {
                "ids": ids,
                "rows": rounded((len(ids), 6)) * size,
                "gradients": {p["name"]: rounded(p["shape"]) * size for p in PARAMETERS if not p.get("table")},
            }
        )
    return {"initial": initial, "steps": steps}


def run(data: dict, fused: bool, max_norm: float | None, betas: tuple[float, float]) -> dict:
    weights = {name: torch.nn.Parameter(value.clone()) for name, value in data["initial"].items()}
    optimizer = torch.optim.AdamW(
        [
            {
                "params": [weights[p["name"]]],
                "lr": PEAK * p["learningRateScale"],
                "weight_decay": WEIGHT_DECAY if p["decay"] else 0.0,
            }
            for p in PARAMETERS
        ],
        betas=betas,
        eps=1e-8,
        fused=fused,
    )
    schedule = get_linear_schedule_with_warmup(optimizer, 3, STEPS)
    norms = []
    for step in data["steps"]:
        optimizer.zero_grad()
        for name, gradient in step["gradients"].items():
            weights[name].grad = gradient.clone()
        (embedding(step["ids"], weights["table"], padding_idx=0) * step["rows"]).sum().backward()
        norm = torch.nn.utils.clip_grad_norm_(weights.values(), math.inf if max_norm is None else max_norm)
        norms.append(norm.item())
        optimizer.step()
        schedule.step()
    states = {name: optimizer.state[weight] for name, weight in weights.items()}
    return {
        "fused": fused,
        "maxGradNorm": max_norm,
        "betas": betas,
        "gradNorms": norms,
        "parameters": {
            name: {
                "weights": numbers(weight),
                "first": numbers(states[name]["exp_avg"]),
                "second": numbers(states[name]["exp_avg_sq"]),
            }
            for name, weight in weights.items()
        },
    }


def rates(kind: str, warmup: int, total: int) -> dict:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = {
        "constant": lambda: get_constant_schedule_with_warmup(optimizer, warmup),
        "linear": lambda: get_linear_schedule_with_warmup(optimizer, warmup, total),
        "cosine": lambda: get_cosine_schedule_with_warmup(optimizer, warmup, total),
    }[kind]()
    factors = []
    for _ in range(total + 1):
        factors.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return {"kind": kind, "warmupSteps": warmup, "totalSteps": total, "factors": factors}


data = problem()
result = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "peakLearningRate": PEAK,
    "weightDecay": WEIGHT_DECAY,
    "warmupSteps": 3,
    "parameters": PARAMETERS,
    "initial": {name: numbers(value) for name, value in data["initial"].items()},
    "steps": [
        {
            "ids": step["ids"].tolist(),
            "rows": numbers(step["rows"]),
            "gradients": {name: numbers(value) for name, value in step["gradients"].items()},
        }
        for step in data["steps"]
    ],
    "runs": [
        run(data, fused, max_norm, betas)
        for fused in (False, True)
        for max_norm, betas in ((None, (0.9, 0.999)), (2.0, (0.9, 0.999)), (2.0, (0.8, 0.98)))
    ],
    "schedules": [
        rates(kind, warmup, total)
        for kind in ("constant", "linear", "cosine")
        for warmup, total in ((0, 10), (4, 25), (5, 5))
    ],
}
target = Path(__file__).with_name("optimizer.json")
target.write_text(json.dumps(result, separators=(",", ":")) + "\n")
print(target, target.stat().st_size, [run["gradNorms"][:4] for run in result["runs"][:2]])
