/**
 * @file Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685) as a rewrite of any graph: where a matrix W is applied, x Wᵀ becomes
 * x Wᵀ + (α / r) · (x Aᵀ) Bᵀ. A has r rows and B r columns, so both products are thin, forward and backward, and nothing of W's size is
 * computed for W. No family of encoders knows of it.
 */
import { inOrder, isOp, type OpName, type Tensor } from "../../autodiff/graph.js";
import { add, input, matmul, node } from "../../autodiff/ops.js";
import { countOf, float32 } from "../../autodiff/values.js";
import { random } from "../../lib/random.js";
import type { Weights } from "../training/train.js";

/** The names of PEFT: r, and `lora_alpha`. */
export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
}

/** The adapter of one matrix. */
export interface Adapter {
  /** The matrix's name without `.weight`: a linear layer, as PyTorch has it. */
  readonly module: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** PEFT's names of the two factors: A [rank, inputs] and B [outputs, rank]. */
export const factorNames = (module: string): { readonly a: string; readonly b: string } => ({
  a: `${module}.lora_A.weight`,
  b: `${module}.lora_B.weight`,
});

const weightSuffix = ".weight";

/**
 * The same tensors with an adapter beside every linear layer that `isAdapted` says by name. A layer that is applied more than once has one
 * adapter. Agrees with PEFT's `target_modules="all-linear"` in logits and gradients (`golden/make_lora.py`).
 */
export function withAdapters<Name extends string>(
  roots: Readonly<Record<Name, Tensor>>,
  { rank, alpha }: LoraSettings,
  isAdapted: (module: string) => boolean,
): { readonly roots: Readonly<Record<Name, Tensor>>; readonly adapters: readonly Adapter[] } {
  const factors = new Map<Tensor, { readonly adapter: Adapter; readonly a: Tensor; readonly b: Tensor }>();
  const factorsOf = (weight: Tensor): { readonly a: Tensor; readonly b: Tensor } | undefined => {
    const known = factors.get(weight);
    if (known !== undefined || !isOp(weight, "input")) return known;
    const { name } = weight.params;
    const module = name.slice(0, -weightSuffix.length);
    if (!name.endsWith(weightSuffix) || weight.shape.length !== 2 || !isAdapted(module)) return undefined;
    const [outputs, inputs] = weight.shape.map(Number);
    const names = factorNames(module);
    const made = {
      adapter: { module, inputs: inputs!, outputs: outputs! },
      a: input(names.a, [rank, inputs!]),
      b: input(names.b, [outputs!, rank]),
    };
    factors.set(weight, made);
    return made;
  };

  const rewritten = new Map<Tensor, Tensor>();
  for (const y of inOrder(Object.values<Tensor>(roots))) {
    const inputs = y.inputs.map((x) => rewritten.get(x)!);
    const copy = inputs.every((x, i) => x === y.inputs[i]) ? y : rebuilt(y, inputs);
    // PyTorch keeps a linear layer's weight as [outputs, inputs].
    const product = isOp(y, "matmul") && y.params.transposeB && !y.params.transposeA ? y.params : undefined;
    const found = product && factorsOf(inputs[1]!);
    if (product === undefined || found === undefined) rewritten.set(y, copy);
    else {
      const scale = (product.scale * alpha) / rank;
      const thin = matmul(inputs[0]!, found.a, { transposeB: true, scale });
      rewritten.set(y, add(copy, matmul(thin, found.b, { transposeB: true })));
    }
  }
  const entries = Object.entries<Tensor>(roots).map(([name, root]) => [name, rewritten.get(root)!]);
  return {
    roots: Object.fromEntries(entries) as Record<Name, Tensor>,
    adapters: [...factors.values()].map(({ adapter }) => adapter),
  };
}

function rebuilt<Op extends OpName>(y: Tensor<Op>, inputs: readonly Tensor[]): Tensor {
  return node(y.op, inputs, y.params);
}

/** Where adapters start: A uniform in ±1/√inputs (Kaiming with a = √5, as in PEFT and `torch.nn.Linear`), B zero, so that at first they add nothing. */
export function newFactors(adapters: readonly Adapter[], rank: number, seed: number): Weights {
  const { uniform } = random(seed, "adapters");
  return Object.fromEntries(
    adapters.flatMap(({ module, inputs, outputs }) => {
      const bound = 1 / Math.sqrt(inputs);
      const names = factorNames(module);
      const a = Float32Array.from({ length: rank * inputs }, () => bound * (2 * uniform() - 1));
      return [
        [names.a, float32(a, [rank, inputs])],
        [names.b, float32(new Float32Array(outputs * rank), [outputs, rank])],
      ];
    }),
  );
}

/** The model's own weights with the adapters added to them, W + (α / r) B A: the same logits without adapters. */
export function mergeAdapters(weights: Weights, adapters: readonly Adapter[], { rank, alpha }: LoraSettings): Weights {
  const merged = { ...weights };
  for (const { module, inputs, outputs } of adapters) {
    const names = factorNames(module);
    const [a, b] = [weights[names.a]!.data, weights[names.b]!.data];
    const name = module + weightSuffix;
    const { data, shape } = weights[name]!;
    const sum = new Float32Array(countOf(shape));
    const added = new Float64Array(inputs);
    for (let row = 0; row < outputs; row++) {
      added.fill(0);
      for (let k = 0; k < rank; k++) {
        const factor = (b[row * rank + k]! * alpha) / rank;
        for (let column = 0; column < inputs; column++) added[column]! += factor * a[k * inputs + column]!;
      }
      for (let column = 0; column < inputs; column++) {
        const at = row * inputs + column;
        sum[at] = data[at]! + added[column]!;
      }
    }
    merged[name] = float32(sum, shape);
    delete merged[names.a];
    delete merged[names.b];
  }
  return merged;
}
