"""Reference values for every op of src/autodiff: what PyTorch computes in float64, and its gradients.

    python golden/make_ops.py        (needs torch; writes golden/ops.json)

One line an op: its name as in test/autodiff/op-cases.ts, its inputs, and PyTorch's word for it. The gradients are those of
sum(result * cotangent), with respect to every float input.
"""

import json
import platform
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(20240607)
cases = {}


def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def positive(*shape):
    return (torch.rand(*shape, dtype=torch.float64) + 0.2).requires_grad_()


def ids(*values):
    return torch.tensor(values, dtype=torch.int64)


def case(name, compute, **inputs):
    result = compute(**inputs)
    entry = {"inputs": {key: tensor(x) for key, x in inputs.items()}, "output": tensor(result.to(torch.float64))}
    leaves = {key: x for key, x in inputs.items() if x.requires_grad}
    if result.requires_grad:
        cotangent = torch.randn_like(result)
        gradients = torch.autograd.grad((result * cotangent).sum(), list(leaves.values()))
        entry["cotangent"] = tensor(cotangent)
        entry["gradients"] = {key: tensor(g) for key, g in zip(leaves, gradients)}
    cases[name] = entry


def tensor(x):
    numbers = x.detach().flatten().tolist()
    return {"shape": list(x.shape), "data": [float(f"{v:.15g}") if isinstance(v, float) else int(v) for v in numbers]}


def standardize(x, epsilon):
    return (x - x.mean(-1, keepdim=True)) * inverse_std(x, epsilon)


def inverse_std(x, epsilon):
    return 1 / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + epsilon)


def scatter(x, index, rows):
    return torch.zeros(rows, x.shape[-1], dtype=x.dtype).index_add(0, index.flatten(), x.reshape(-1, x.shape[-1]))


case("input", lambda x: x * 1, x=normal(2, 3))
case("constant", lambda x: x * 0.1, x=normal(2, 3))
case("size", lambda x: x / (x.shape[0] * x.shape[1]), x=normal(3, 2))

case("add", lambda a, b: a + b, a=normal(2, 3, 4), b=normal(3, 1))
case("subtract", lambda a, b: a - b, a=normal(4), b=normal(2, 3, 4))
case("multiply", lambda a, b: a * b, a=normal(2, 3, 4), b=normal(1, 4))
case("divide", lambda a, b: a / b, a=normal(2, 3), b=positive(2, 1))
case("greater", lambda a, b: a > b, a=normal(2, 3), b=normal(3))
case("where", lambda a, b: torch.where(a > 0, a, b), a=normal(2, 3), b=normal(1, 3))
case("cast from integers", lambda x: x.to(torch.float64), x=ids(0, 3, -2))
case("cast to integers", lambda x: x.to(torch.int64), x=normal(5))
case("cast from booleans", lambda x: (x > 0).to(torch.float64), x=normal(5))

case("exp", lambda x: x.exp(), x=normal(2, 3))
case("log", lambda x: x.log(), x=positive(2, 3))
case("sqrt", lambda x: x.sqrt(), x=positive(2, 3))
case("erf", lambda x: torch.erf(x), x=torch.linspace(-7, 7, 57, dtype=torch.float64, requires_grad=True))
case("tanh", lambda x: x.tanh(), x=normal(2, 3))

case("matmul", lambda a, b: a @ b, a=normal(3, 4), b=normal(4, 2))
case("matmul transposed", lambda a, b: a.mT @ b.mT, a=normal(4, 3), b=normal(2, 4))
case("matmul transposed, many", lambda a, b: a.mT @ b.mT, a=normal(2, 3, 4, 3), b=normal(2, 3, 2, 4))
case("matmul transposed A, many", lambda a, b: a.mT @ b, a=normal(2, 4, 3), b=normal(2, 4, 2))
case("matmul transposed B, many", lambda a, b: a @ b.mT, a=normal(2, 3, 4), b=normal(2, 2, 4))
case("matmul broadcast", lambda a, b: a @ b, a=normal(2, 1, 3, 4), b=normal(3, 4, 2))
case("matmul by a weight", lambda a, b: a @ b, a=normal(2, 3, 4), b=normal(4, 5))
case("matmul by a transposed weight", lambda a, b: a @ b.mT, a=normal(2, 3, 4), b=normal(5, 4))
case("matmul transposed by a weight", lambda a, b: a.mT @ b, a=normal(2, 4, 3), b=normal(4, 5))
case("sum", lambda x: x.sum((0, 2)), x=normal(2, 3, 4))
case("sum keeping axes", lambda x: x.sum(1, keepdim=True), x=normal(2, 3, 4))
case("sum of all", lambda x: x.sum(), x=normal(2, 3, 4))

case("transpose", lambda x: x.permute(2, 0, 1), x=normal(2, 3, 4))
case("reshape split", lambda x: x.reshape(2, 3, 2, 4), x=normal(2, 3, 8))
case("reshape merged", lambda x: x.reshape(6, 8), x=normal(2, 3, 8))
case("reshape moved", lambda x: x.reshape(4, 2, 3), x=normal(2, 3, 4))
case("broadcast", lambda x: x.expand(2, 3, 4), x=normal(3, 1))
case("slice", lambda x: x[:, 1:3], x=normal(2, 4, 3))
case("slice to a length", lambda x, y: x[:3] * y, x=normal(5, 2), y=normal(3, 1))
case("pad", lambda x: F.pad(x, (0, 0, 1, 2)), x=normal(2, 3, 2))
case("gather", lambda table, index: table[index], table=normal(5, 3), index=torch.tensor([[0, 4], [4, 1]]))
case("scatterRows", lambda x, index: scatter(x, index, 5), x=normal(2, 2, 3), index=torch.tensor([[0, 4], [4, 1]]))

case("softmax", lambda x: x.softmax(-1), x=normal(2, 3, 5))
case("logSoftmax", lambda x: x.log_softmax(-1), x=normal(3, 5))
case("logSoftmax of large numbers", lambda x: x.log_softmax(-1), x=torch.tensor([[900.0, 0, -900]], dtype=torch.float64, requires_grad=True))
case("layerNorm", lambda x, w, b: F.layer_norm(x, (6,), w, b, 1e-5), x=normal(2, 3, 6), w=normal(6), b=normal(6))
case("layerNorm without weights", lambda x: standardize(x, 1e-12), x=normal(3, 6))
case("inverseStd", lambda x: inverse_std(x, 1e-5), x=normal(3, 6))

case("math: relu", lambda x: F.relu(x), x=normal(3, 4))
case("math: sigmoid", lambda x: torch.sigmoid(x), x=normal(3, 4))
case("math: mean", lambda x: x.mean((0, 1)), x=normal(2, 3, 4))
case("math: linear", lambda x, w, b: F.linear(x, w, b), x=normal(2, 3, 4), w=normal(5, 4), b=normal(5))
case("math: gelu", lambda x: F.gelu(x), x=normal(3, 4))
case("math: geluTanh", lambda x: F.gelu(x, approximate="tanh"), x=normal(3, 4))
case("math: normalize", lambda x: F.normalize(x, dim=-1), x=normal(3, 4))
case("math: select", lambda x: x[:, 0], x=normal(2, 3, 4))
case("math: crossEntropy", lambda x, y: F.cross_entropy(x, y.softmax(-1), reduction="none"), x=normal(3, 4), y=normal(3, 4))

case("literal", lambda x: x * torch.tensor([0.1, -2, 3.5], dtype=torch.float64), x=normal(2, 3))
case("literal ids", lambda x: x[torch.tensor([[3, 0], [0, 1]])], x=normal(4, 2))

case("matmul scaled", lambda a, b: 0.3 * (a @ b), a=normal(3, 4), b=normal(4, 2))
case("matmul scaled, transposed by a weight", lambda a, b: -2 * (a @ b.T), a=normal(2, 3, 4), b=normal(5, 4))
case("matmul scaled, many", lambda a, b: 0.5 * (a @ b.transpose(-1, -2)), a=normal(2, 3, 2, 4), b=normal(2, 3, 5, 4))
case("composite", lambda x: x**3, x=normal(2, 3))


def attend(q, k, v, bias, keep):
    """PyTorch's own attention; with dropout, which is random there, its definition."""
    if keep is None:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=0.4)
    p = torch.softmax(0.4 * (q @ k.transpose(-1, -2)) + bias, -1)
    return (p * (keep > 0) / 0.75) @ v


heads = {name: normal(2, 3, 4, 2) for name in "qkv"}
case("attention", lambda q, k, v, bias: attend(q, k, v, bias, None), **heads, bias=normal(2, 1, 1, 4))
case("attention with dropout", attend, **heads, bias=normal(3, 4, 4), keep=torch.randn(2, 3, 4, 4, dtype=torch.float64) + 0.7)
case("attention: dropped", lambda x, keep: x * (keep > 0) / 0.75, x=normal(3, 4), keep=torch.randn(3, 4, dtype=torch.float64) + 0.7)
# Last, so that the numbers of the others stay as they are.
case("concat", lambda a, b: torch.cat((a, b), 1), a=normal(2, 3, 2), b=normal(2, 4, 2))

versions = {"python": platform.python_version(), "torch": torch.__version__}
path = Path(__file__).with_name("ops.json")
path.write_text(json.dumps({"versions": versions, "cases": cases}, indent=None, separators=(",", ":")) + "\n")
print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
