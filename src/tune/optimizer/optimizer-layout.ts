/** @file Where each parameter lies in the optimizer's memory: arithmetic on shapes, before anything is allocated. */
import { UserError } from "../../lib/errors.js";
import { formatBytes, formatLargeCount } from "../../lib/text/format.js";
import { maxMemoryBytes } from "./kernel/kernel.js";

/** One weight tensor and how it learns. */
export interface ParameterSpec {
  /** Unique; the tensor's published name. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether `weightDecay` applies: usually not to biases and normalization. */
  readonly decay: boolean;
  /** A factor of the learning rate, for layer-wise decay. @default 1 */
  readonly learningRateScale?: number;
  /** Takes memory for its weights only; has no gradient and never changes. */
  readonly frozen?: boolean;
  /** An embedding table `[rows, width]`, whose gradient comes as rows by `accumulateRows`, never whole. */
  readonly table?: boolean;
  /** The row of a table that gets no gradient: `padding_idx` of `torch.nn.Embedding`. */
  readonly paddingRow?: number;
}

/** A parameter's place: `offset` and `count` are in floats, the same in the regions of weights, gradients and moments. */
export interface Slot {
  readonly spec: ParameterSpec;
  readonly offset: number;
  readonly count: number;
}

/** Parameters side by side that are updated alike, in one call. */
export interface Range {
  readonly offset: number;
  readonly count: number;
  readonly decay: boolean;
  readonly learningRateScale: number;
}

/** Byte offsets of the regions, and what lies in them. */
export interface Layout {
  readonly weights: number;
  readonly gradients: number;
  readonly firstMoments: number;
  readonly secondMoments: number;
  /** A buffer of `scratchCount` floats for values that come from outside, and one of as many int32 for row numbers. */
  readonly scratch: number;
  readonly scratchIds: number;
  readonly scratchCount: number;
  /** The end of it all. */
  readonly bytes: number;
  readonly slots: ReadonlyMap<string, Slot>;
  /** All that is neither frozen nor a table. */
  readonly ranges: readonly Range[];
}

/** Each parameter starts on a cache line. */
const lineFloats = 16;

/** Stays in the second-level cache. */
const minScratchFloats = 65_536;

const floatBytes = Float32Array.BYTES_PER_ELEMENT;
const wholeLines = (count: number): number => Math.ceil(count / lineFloats) * lineFloats;

/** Regions of weights, gradients and two moments, one after another. Frozen parameters come last and are in the first alone. */
export function layOut(parameters: readonly ParameterSpec[]): Layout {
  const places = (specs: readonly ParameterSpec[], start: number): [Slot[], number] => {
    let offset = start;
    const slots = specs.map((spec) => {
      const slot = { spec, offset, count: countOf(spec) };
      offset += wholeLines(slot.count);
      return slot;
    });
    return [slots, offset];
  };
  const trained = parameters.filter(({ frozen }) => !frozen);
  const groups = new Map<string, ParameterSpec[]>();
  for (const spec of trained.filter(({ table }) => !table)) {
    const key = `${spec.decay} ${spec.learningRateScale ?? 1}`;
    groups.set(key, [...(groups.get(key) ?? []), spec]);
  }
  let end = 0;
  const dense: Slot[] = [];
  const ranges: Range[] = [];
  for (const specs of groups.values()) {
    const [slots, next] = places(specs, end);
    const { decay, learningRateScale = 1 } = specs[0]!;
    ranges.push({ offset: end, count: next - end, decay, learningRateScale });
    dense.push(...slots);
    end = next;
  }
  const [tables, trainedEnd] = places(
    trained.filter(({ table }) => table),
    end,
  );
  const [frozen, weightsEnd] = places(
    parameters.filter(({ frozen }) => frozen),
    trainedEnd,
  );

  const slots = new Map([...dense, ...tables, ...frozen].map((slot) => [slot.spec.name, slot]));
  if (slots.size !== parameters.length) throw new Error("two parameters have the same name");
  const scratchCount = Math.max(minScratchFloats, ...tables.map(({ spec }) => widthOf(spec)));
  const gradients = weightsEnd * floatBytes;
  const regionBytes = trainedEnd * floatBytes;
  const scratch = gradients + 3 * regionBytes;
  const scratchIds = scratch + wholeLines(scratchCount) * floatBytes;
  const bytes = scratchIds + wholeLines(scratchCount) * Int32Array.BYTES_PER_ELEMENT;
  checkSize(bytes, trainedEnd, weightsEnd - trainedEnd);
  return {
    weights: 0,
    gradients,
    firstMoments: gradients + regionBytes,
    secondMoments: gradients + 2 * regionBytes,
    scratch,
    scratchIds,
    scratchCount,
    bytes,
    // In the order of the caller: what is written to a checkpoint follows it.
    slots: new Map(parameters.map(({ name }) => [name, slots.get(name)!])),
    ranges,
  };
}

/** The length of a table's rows. */
export function widthOf({ name, shape }: ParameterSpec): number {
  const [, width] = shape;
  if (shape.length !== 2 || width === undefined)
    throw new Error(`table "${name}" is [${shape.join(", ")}]; expected [rows, width]`);
  return width;
}

function countOf({ name, shape }: ParameterSpec): number {
  const count = shape.reduce((total, length) => total * length, 1);
  if (!(Number.isSafeInteger(count) && count > 0)) throw new Error(`parameter "${name}" is [${shape.join(", ")}]`);
  return count;
}

function checkSize(bytes: number, trained: number, frozen: number): void {
  if (bytes <= maxMemoryBytes) return;
  throw new UserError(
    `Training ${formatLargeCount(trained)} weights takes ${formatBytes(bytes)} (16 bytes each for weight, gradient and two moments` +
      `${frozen === 0 ? "" : `, 4 for each of ${formatLargeCount(frozen)} frozen ones`}); ` +
      `the optimizer has at most ${formatBytes(maxMemoryBytes)}. Freeze the embeddings or the lower layers, train adapters (tune:lora), or choose a smaller model.`,
  );
}
