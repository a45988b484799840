/** @file In which batch each request is that is not settled, and which batch takes new ones. */
import { randomUUID } from "node:crypto";
import type { BatchFolder, StoredBatch } from "./batch-folder.js";
import type { BatchService } from "./batch-service.js";
import { type OpenBatch, openBatch } from "./open-batch.js";

/** A request as a line of a batch. */
export interface BatchLine {
  readonly key: string;
  readonly line: string;
  /** Those that its batch has to be sent with. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface BatchPlaces {
  /** The batch of a request that is not settled. */
  of(key: string): OpenBatch | undefined;
  /** Whether it is the batch that takes new requests. */
  isGathering(batch: OpenBatch): boolean;
  /** Whether the batch that takes new requests has no room for this line. */
  isFull(line: string): boolean;
  /** Puts a request into the batch that takes new ones. */
  gather(line: BatchLine): OpenBatch;
  /** The batch that took new requests, which takes no more; `null` where there was none. */
  endGathering(): OpenBatch | null;
  /** The open requests of a batch in two new ones, with whoever waits for them; `null` of fewer than two requests. */
  split(batch: OpenBatch): readonly OpenBatch[] | null;
  /** Its answer is stored and billed, or it failed and was not billed. */
  settle(key: string): void;
}

/** The batches that earlier sessions left in the folder, and those to come. */
export function createBatchPlaces({ mostRequests, mostBytes }: BatchService, folder: BatchFolder): BatchPlaces {
  const places = new Map<string, OpenBatch>();
  let gathering: OpenBatch | null = null;

  const placed = (stored: StoredBatch): OpenBatch => {
    const batch = openBatch(stored);
    for (const key of stored.open) places.set(key, batch);
    return batch;
  };
  const newBatch = (): OpenBatch => placed(folder.create(`crossover-${randomUUID()}`));

  for (const stored of folder.unsettled) {
    const batch = placed(stored);
    if (stored.phase === "gathering") gathering = batch;
  }

  const half = (whole: OpenBatch, lines: readonly (readonly [key: string, line: string])[]): OpenBatch => {
    const part = newBatch();
    for (const [key, line] of lines) {
      part.stored.add(key, line, whole.stored.headers);
      places.set(key, part);
      const waiters = whole.waiting.get(key);
      if (waiters !== undefined) part.waiting.set(key, waiters);
      whole.waiting.delete(key);
    }
    part.running = whole.running;
    return part;
  };

  return {
    of: (key) => places.get(key),
    isGathering: (batch) => batch === gathering,
    isFull(line) {
      if (gathering === null) return false;
      const { requests, bytes } = gathering.stored;
      return requests >= mostRequests || bytes + Buffer.byteLength(line) + 1 > mostBytes;
    },
    gather({ key, line, headers }) {
      gathering ??= newBatch();
      gathering.stored.add(key, line, headers);
      // The last one's place is in this one, also where it was in another.
      places.get(key)?.stored.settle(key);
      places.set(key, gathering);
      return gathering;
    },
    endGathering() {
      const batch = gathering;
      gathering = null;
      return batch;
    },
    split(batch) {
      const lines = [...batch.stored.openLines()];
      if (lines.length < 2) return null;
      const middle = Math.ceil(lines.length / 2);
      const halves = [lines.slice(0, middle), lines.slice(middle)].map((part) => half(batch, part));
      // On disk with the halves now.
      for (const [key] of lines) batch.stored.settle(key);
      return halves;
    },
    settle(key) {
      const batch = places.get(key);
      places.delete(key);
      batch?.answers.delete(key);
      batch?.stored.settle(key);
    },
  };
}
