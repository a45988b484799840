/** @file Arithmetic on lengths that may not be known yet: a length is a number times symbols, `"2*batch*sequence"`. */
import type { Dim, Shape } from "./graph.js";

interface Factors {
  readonly number: number;
  readonly symbols: readonly string[];
}

function factorsOf(dim: Dim): Factors {
  if (typeof dim === "number") return { number: dim, symbols: [] };
  const factors = dim.split("*");
  const number = Number(factors[0]);
  return Number.isNaN(number) ? { number: 1, symbols: factors } : { number, symbols: factors.slice(1) };
}

/** The product in its one written form, so that equal lengths are equal strings: a factor unless it is 1, then symbols by alphabet. */
export function product(dims: Shape): Dim {
  const all = dims.map(factorsOf);
  const number = all.reduce((total, factors) => total * factors.number, 1);
  const symbols = all.flatMap((factors) => factors.symbols).sort();
  if (symbols.length === 0 || number === 0) return number;
  return (number === 1 ? symbols : [String(number), ...symbols]).join("*");
}

/** The symbols of a length, each as often as it occurs. */
export function symbolsOf(dim: Dim): readonly string[] {
  return factorsOf(dim).symbols;
}

/** The number before the symbols. */
export function coefficientOf(dim: Dim): number {
  return factorsOf(dim).number;
}

/** The shape as people write it: `[batch, 384]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Whether two shapes are the same, symbol for symbol. */
export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** What each symbol stands for in one run. */
export type Binding = ReadonlyMap<string, number>;

/** A length in one run. */
export function evaluateDim(dim: Dim, binding: Binding): number {
  const { number, symbols } = factorsOf(dim);
  return symbols.reduce((total, symbol) => {
    const value = binding.get(symbol);
    if (value === undefined) throw new Error(`no input binds the axis "${symbol}"`);
    return total * value;
  }, number);
}

/** Records what the symbols of `shape` are, given that the value has lengths `sizes`; throws where it cannot be. */
export function bindShape(name: string, shape: Shape, sizes: readonly number[], binding: Map<string, number>): void {
  const fits = shape.length === sizes.length && shape.every((dim, axis) => bind(dim, sizes[axis]!, binding));
  if (!fits) throw new Error(`"${name}" is ${shapeText(sizes)}; expected ${shapeText(shape)}`);
}

function bind(dim: Dim, size: number, binding: Map<string, number>): boolean {
  if (typeof dim === "number") return dim === size;
  if (symbolsOf(dim)[0] === dim && !binding.has(dim)) binding.set(dim, size);
  return evaluateDim(dim, binding) === size;
}

/** The shape that two shapes broadcast to by NumPy's rules. A symbol goes with itself and with 1. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast`);
    return x === 1 ? y : x;
  });
}
