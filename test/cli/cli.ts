/** @file The program, run within the test as a shell would. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { main } from "../../src/cli/main.js";
import type { Opener } from "../../src/cli/open-file.js";
import type { Terminal } from "../../src/cli/terminal.js";
import { fakeTerminal } from "./fake-terminal.js";

// Training takes a minute, and is tested by itself: a test that wants it says --time-budget or --approaches.
process.env["CROSSOVER_TIME_BUDGET"] ??= "0";
// Asking it takes half a minute, and is tested by itself: a test that wants it says --llm auto.
process.env["CROSSOVER_LLM"] ??= "none";
/** An encoder of 100 KB, for tests of everything around it: a test of what is found with the embedded one says `--model minilm-l6`. */
process.env["CROSSOVER_MODEL"] ??= join(import.meta.dirname, "..", "..", "golden", "tiny-bert");

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `crossover` with these words and gives back what it printed. */
export async function crossover(
  words: readonly string[],
  changes: Partial<Terminal> = {},
  signal: AbortSignal = new AbortController().signal,
  open?: Opener,
): Promise<CliResult> {
  const terminal = fakeTerminal({ now: () => performance.now(), ...changes });
  const code = await main(words, terminal, signal, () => {}, open);
  return { code, ...terminal.printed };
}

/** An empty folder of this test's own. */
export const emptyFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "crossover-cli-"));

const openings = [
  "Hello,",
  "Hi there,",
  "Please help:",
  "Once more:",
  "Good morning,",
  "To whom it may concern:",
  "Quick one:",
  "Sorry to bother you,",
];
const complaints = {
  refund: [
    "I want my money back",
    "the money was taken twice",
    "return the money for order",
    "no money came back for order",
    "my money is gone since order",
  ],
  login: [
    "my password is refused",
    "I lost the password",
    "the password mail never came",
    "no password works on",
    "reset the password of account",
  ],
} as const;

/** Rows about money or passwords, every text another one. */
export function ticketRows(count: number): { text: string; label: keyof typeof complaints }[] {
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2 === 0 ? "refund" : "login";
    const complaint = complaints[label][Math.floor(i / 2) % 5]!;
    return { text: `${openings[Math.floor(i / 10) % openings.length]} ${complaint} ${1000 + i * 37}`, label };
  });
}

/** The rows as a CSV file in the folder; its path. */
export async function writeTickets(folder: string, count = 60): Promise<string> {
  const path = join(folder, "tickets.csv");
  const lines = ticketRows(count).map(({ text, label }) => `"${text}",${label}`);
  await writeFile(path, `text,label\n${lines.join("\n")}\n`);
  return path;
}
