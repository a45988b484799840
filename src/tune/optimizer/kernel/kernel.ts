/** @file Loads the compiled inner loops of `assembly/kernel.ts`: what they do, and the meaning of each argument, is written there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The compiled functions. Pointers are byte offsets into the memory, below 4 GB; counts are in elements. */
export interface Kernel {
  adamw(
    weights: number,
    gradients: number,
    firstMoments: number,
    secondMoments: number,
    count: number,
    scale: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    stepSize: number,
    decay: number,
    correction: number,
    epsilon: number,
  ): void;
  flushSubnormals(values: number, count: number): void;
  sumOfSquares(values: number, count: number): number;
  scale(values: number, count: number, factor: number): void;
  add(to: number, from: number, count: number): void;
  addRows(table: number, ids: number, rows: number, count: number, width: number): void;
  dropoutFactors(
    out: number,
    count: number,
    key0: number,
    key1: number,
    stream: number,
    step: number,
    limit: number,
    factor: number,
  ): void;
  dropoutBytes(out: number, count: number, key0: number, key1: number, stream: number, step: number, limit: number): void;
}

/** A plain (not shared) WebAssembly memory and the kernel that works in it. onnxruntime takes views of it as tensors; shared ones it refuses. */
export interface KernelMemory extends Kernel {
  /** All of it. Growing detaches the views made before. */
  readonly buffer: ArrayBuffer;
  /** Makes it at least `bytes` long; what is new is zero. Throws a RangeError where the machine has not got it. */
  reserve(bytes: number): void;
}

/** WebAssembly has 32-bit pointers, and counts memory in pages. */
export const maxMemoryBytes = 2 ** 32;
const pageBytes = 65_536;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of WebAssembly used here: its types otherwise come only with those of a browser. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => { readonly brand: "module" };
  readonly Instance: new (
    module: { readonly brand: "module" },
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Kernel };
};

let compiled: InstanceType<typeof WebAssembly.Module> | undefined;

/** The file lies beside this one: in `src` once a build or the tests' setup has made it, in `dist` as part of the package. */
function compiledModule(): InstanceType<typeof WebAssembly.Module> {
  compiled ??= new WebAssembly.Module(readFileSync(fileURLToPath(new URL("./kernel.wasm", import.meta.url))));
  return compiled;
}

/**
 * A memory of at least `bytes`, all zero, with the kernel bound to it. Pages that are never written take no room in the machine.
 * Throws a RangeError beyond `maxMemoryBytes`, or where the machine has not got as much.
 */
export function createKernelMemory(bytes: number): KernelMemory {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  return {
    ...new WebAssembly.Instance(compiledModule(), { env: { memory } }).exports,
    get buffer() {
      return memory.buffer;
    },
    reserve: (wanted) => {
      const missing = wanted - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    },
  };
}
