/** @file The bootstraps of a comparison's curves: one for each choice of test rows, which pairs of approaches share. */
import { repeatedBootstrap } from "./crossed-bootstrap.js";
import type { CurvesInput, ScoredArm } from "./scored-arm.js";

/** The bootstrap of the rows that count (1 for each). */
export type BootstrapsByRows = (counted: Uint8Array) => ReturnType<typeof repeatedBootstrap>;

/** So many are kept, since each holds all its draws: a pair asks for three at most, and the next pair often for the same. */
const mostKept = 3;

/** Bootstraps of the test rows of these approaches, which the last used are kept of. */
export function bootstrapsByRows(arms: readonly ScoredArm[], { seed }: Pick<CurvesInput, "seed">): BootstrapsByRows {
  const groups = arms[0]?.measurements[0]?.outcomes.map(({ group }) => group) ?? [];
  const kept = new Map<string, ReturnType<typeof repeatedBootstrap>>();
  return (counted) => {
    const key = counted.join("");
    const bootstrap = kept.get(key) ?? repeatedBootstrap({ groups, counted, seed });
    // A map keeps the order in which its keys were set: the first was used the longest time ago.
    kept.delete(key);
    kept.set(key, bootstrap);
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
    return bootstrap;
  };
}
