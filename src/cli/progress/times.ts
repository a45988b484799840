/** Seconds a stage must have lasted before it is shown: what is done at once needs no bar. */
export const quietSeconds = 1;
/** Seconds between two drawings: the eye follows no faster, and a slow connection has other work. */
export const redrawSeconds = 0.1;
/** Seconds between lines where the screen can't be redrawn (a log file, CI): at first, and when a stage has lasted long. */
const logEverySeconds = [10, 60] as const;

/** Seconds between two lines of a log about work that has lasted so long. */
export function logEvery(elapsed: number): number {
  const [first, last] = logEverySeconds;
  return Math.min(Math.max(first, elapsed / 10), last);
}
