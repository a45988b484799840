/** @file The parameters in one flat WebAssembly memory, and the views of it in which they are read and written. */
import { messageOf, UserError } from "../../lib/errors.js";
import { formatBytes } from "../../lib/text/format.js";
import { createKernelMemory, type KernelMemory } from "./kernel/kernel.js";
import { type Layout, layOut, type ParameterSpec, type Slot } from "./optimizer-layout.js";
import { createRowSets, type RowSets } from "./optimizer-rows.js";
import type { ParameterState } from "./optimizer-state.js";

/** Where a parameter lies in the optimizer's memory. Valid as long as the optimizer. */
export interface ParameterViews {
  readonly weights: Float32Array;
  /** Write the gradient here (or use `accumulate`); undefined for a frozen parameter and for a table. */
  readonly gradient: Float32Array | undefined;
}

/** The memory, with what is known of its contents. */
export interface OptimizerMemory {
  readonly kernel: KernelMemory;
  readonly layout: Layout;
  /** Of each embedding table that learns, the rows with a gradient. */
  readonly tables: ReadonlyMap<string, RowSets>;
}

const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/** A memory of these parameters, all zero. Throws a `UserError` where they do not fit. */
export function createOptimizerMemory(parameters: readonly ParameterSpec[]): OptimizerMemory {
  const layout = layOut(parameters);
  const tables = new Map<string, RowSets>();
  for (const [name, slot] of layout.slots) if (slot.spec.table && !slot.spec.frozen) tables.set(name, createRowSets(slot));
  return { kernel: allocate(layout.bytes), layout, tables };
}

/** The place of a parameter. Throws an `Error` where none has this name. */
export function slotOf({ layout }: OptimizerMemory, name: string): Slot {
  const slot = layout.slots.get(name);
  if (slot === undefined) throw new Error(`no parameter is named "${name}"`);
  return slot;
}

/** A view of `count` floats at `offset`, counted in floats, in the region that begins at byte `region`. */
export function viewOf(
  { kernel }: OptimizerMemory,
  region: number,
  { offset, count }: Pick<Slot, "offset" | "count">,
): Float32Array {
  return new Float32Array(kernel.buffer, region + offset * floatBytes, count);
}

/** A parameter's weights and gradient. */
export function viewsOf(memory: OptimizerMemory, slot: Slot): ParameterViews {
  const { weights, gradients } = memory.layout;
  const takesWhole = !slot.spec.frozen && !slot.spec.table;
  return {
    weights: viewOf(memory, weights, slot),
    gradient: takesWhole ? viewOf(memory, gradients, slot) : undefined,
  };
}

/** The weights and moments of all parameters, by name. */
export function statesOf(memory: OptimizerMemory): Map<string, ParameterState> {
  const { weights, firstMoments, secondMoments, slots } = memory.layout;
  const stateOf = (slot: Slot): ParameterState => ({
    weights: viewOf(memory, weights, slot),
    moments: slot.spec.frozen
      ? undefined
      : { first: viewOf(memory, firstMoments, slot), second: viewOf(memory, secondMoments, slot) },
  });
  return new Map([...slots].map(([name, slot]) => [name, stateOf(slot)]));
}

function allocate(bytes: number): KernelMemory {
  try {
    return createKernelMemory(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `Training needs ${formatBytes(bytes)} for weights, gradients and moments, and this machine does not give as much (${messageOf(error)}). ` +
        "Freeze layers, train adapters (tune:lora), or choose a smaller model.",
      { cause: error },
    );
  }
}
