/** @file What a command may know of the world outside: handed in, so that tests run the commands as a shell would. */
import process from "node:process";
import { Interrupted } from "../lib/errors.js";

/** A place to print to. Results go to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Rows for another program to `out`, byte for byte where that is no screen. */
  rows(text: string): void;
  /** Whether `err` is a screen that can be redrawn. */
  readonly isInteractive: boolean;
  /** What `err` shows at this moment: a window can be resized. */
  screen(): { readonly columns: number; readonly rows: number };
  /** Whether `out` is a screen, of which a person sees so many lines at once. */
  readonly isOutScreen: boolean;
  /** Columns that reports on `out` are laid out for. */
  readonly width: number;
  /** Whether `out` takes colors. */
  readonly hasColor: boolean;
  /** Whether `err` takes colors. */
  readonly hasErrColor: boolean;
  /** Whether blocks and braille can be shown. */
  readonly hasUnicode: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is piped in. To be read once. */
  input(): AsyncIterable<Uint8Array>;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Asks a yes-or-no question; `undefined` where nobody can answer. */
  confirm(question: string): Promise<boolean | undefined>;
  /** Asks for a line; `undefined` where nobody can answer, or the input ends. @throws Interrupted on Ctrl-C */
  ask(question: string): Promise<string | undefined>;
}

/** The terminal of this process. `NO_COLOR`, `FORCE_COLOR` and `CI` are respected. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const isCi = env["CI"] !== undefined && env["CI"] !== "" && env["CI"] !== "false";
  const wantsColor = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  const isDumb = env["TERM"] === "dumb";
  const hasColor = (stream: NodeJS.WriteStream): boolean =>
    !env["NO_COLOR"] && (wantsColor || (stream.isTTY === true && !isDumb));
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    rows: (text) => void stdout.write(text),
    isOutScreen: stdout.isTTY === true && !isDumb,
    isInteractive: stderr.isTTY === true && !isCi && !isDumb,
    // A pseudo-terminal that nobody sized says 0.
    screen: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
    width: Math.min(Math.max(stdout.columns ?? 100, 60), 140),
    hasColor: hasColor(stdout),
    hasErrColor: hasColor(stderr),
    hasUnicode: showsUnicode(env),
    env,
    input: () => stdin,
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
    async ask(question) {
      if (!stdin.isTTY || !stderr.isTTY) return undefined;
      const { createInterface } = await import("node:readline/promises");
      const prompt = createInterface({ input: stdin, output: stderr });
      try {
        return await new Promise((resolve, reject) => {
          prompt.once("SIGINT", () => reject(new Interrupted("Stopped.")));
          // At the end of the input an open question never settles by itself, or fails, by the version of Node.
          prompt.once("close", () => resolve(undefined));
          prompt.question(question).then(resolve, () => resolve(undefined));
        });
      } finally {
        prompt.close();
      }
    },
  };
}

/** The console of Linux has no braille; a locale that names another character set means it. Where none is set, as in containers, nothing is known. */
function showsUnicode(env: Terminal["env"]): boolean {
  if (env["TERM"] === "linux") return false;
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return !locale || /utf-?8/i.test(locale);
}
