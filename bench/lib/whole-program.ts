/** @file A whole program, from its start to its end. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Seconds that it took, and the JSON of its last line. */
export async function timed(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ seconds: number; answer: unknown }> {
  const start = performance.now();
  const { stdout } = await run(command, args, { cwd, maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, answer: JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") };
}
