/** @file What a command may know of the world outside: handed in, so that tests run the commands as a shell would. */
import process from "node:process";

/** A place to print to. Results go to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether `err` is a screen that can be redrawn. */
  readonly isInteractive: boolean;
  /** Columns of `out`. */
  readonly width: number;
  /** Whether `out` takes colors. */
  readonly hasColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Asks a yes-or-no question; `undefined` where nobody can answer. */
  confirm(question: string): Promise<boolean | undefined>;
}

/** The terminal of this process. `NO_COLOR`, `FORCE_COLOR` and `CI` are respected. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const isCi = env["CI"] !== undefined && env["CI"] !== "" && env["CI"] !== "false";
  const wantsColor = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isInteractive: stderr.isTTY === true && !isCi,
    width: Math.min(Math.max(stdout.columns ?? 100, 60), 140),
    hasColor: !env["NO_COLOR"] && (wantsColor || (stdout.isTTY === true && env["TERM"] !== "dumb")),
    env,
    now: () => performance.now(),
    async confirm(question) {
      if (!stdin.isTTY || !stderr.isTTY) return undefined;
      const { createInterface } = await import("node:readline/promises");
      const prompt = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
      } finally {
        prompt.close();
      }
    },
  };
}
