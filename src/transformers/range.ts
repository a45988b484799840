/** The numbers from 0 to `stop` − 1, like Python's `range(stop)`; with two arguments from `start` to `stop` − 1. */
export function range(stop: number): number[];
export function range(start: number, stop: number): number[];
export function range(startOrStop: number, stop?: number): number[] {
  const [start, end] = stop === undefined ? [0, startOrStop] : [startOrStop, stop];
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}
