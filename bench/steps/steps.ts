/**
 * @file One training step against PyTorch's, dropout on in both for encoders. Two processes take turns, so that what else the machine does hits both alike.
 *
 *     npm run bench steps                 six cases, five turns each
 *     npm run bench steps minilm:32x64    one of them
 */
import { machineText, python, pythonVersions } from "../lib/machine.js";
import { keep, table } from "../lib/results.js";
import { startServer } from "../lib/server.js";
import { median } from "../lib/statistics.js";

const threads = "2";
const turns = 5;

/** Steps of a turn: about five seconds of them. */
const cases: Readonly<Record<string, { readonly title: string; readonly args: readonly string[]; readonly steps: number }>> = {
  "distilbert:8x128": { title: "DistilBERT, 8 × 128", args: ["distilbert", "8", "128", "0.1"], steps: 3 },
  "distilbert:32x64": { title: "DistilBERT, 32 × 64", args: ["distilbert", "32", "64", "0.1"], steps: 2 },
  "distilbert:8x512": { title: "DistilBERT, 8 × 512", args: ["distilbert", "8", "512", "0.1"], steps: 1 },
  "minilm:32x64": { title: "MiniLM-L6, 32 × 64", args: ["minilm", "32", "64", "0.1"], steps: 5 },
  // transformers drops nothing of decoders, unless told.
  "smollm2:8x128": { title: "SmolLM2-135M, 8 × 128", args: ["smollm2", "8", "128", "0"], steps: 1 },
  "smollm2-lora:8x128": { title: "SmolLM2-135M with adapters, 8 × 128", args: ["smollm2-lora", "8", "128", "0"], steps: 2 },
};

interface Answer {
  readonly seconds: readonly number[];
  readonly peakBytes: number;
}

async function compare(name: string): Promise<readonly string[]> {
  const { title, args, steps } = cases[name]!;
  const all = [...args, threads];
  const sides = {
    ours: await startServer("node", ["build/bench/steps/serve.js", ...all]),
    torch: await startServer(python, ["bench/steps/serve.py", ...all]),
  };
  const seconds = { ours: [] as number[], torch: [] as number[] };
  const peak = { ours: 0, torch: 0 };
  // The first turn warms up, and does not count.
  for (let turn = 0; turn <= turns; turn++)
    for (const side of ["ours", "torch"] as const) {
      const answer = (await sides[side].ask(String(turn === 0 ? 1 : steps))) as Answer;
      if (turn > 0) seconds[side].push(...answer.seconds);
      peak[side] = answer.peakBytes;
    }
  sides.ours.close();
  sides.torch.close();
  const [ours, torch] = [median(seconds.ours), median(seconds.torch)];
  const least = Math.min(...seconds.ours) / Math.min(...seconds.torch);
  const ms = (value: number): string => (value * 1000).toFixed(0);
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const row = [
    title,
    ms(ours),
    ms(torch),
    `**${(ours / torch).toFixed(2)}** (${least.toFixed(2)})`,
    mb(peak.ours),
    mb(peak.torch),
    `**${(peak.ours / peak.torch).toFixed(2)}**`,
  ];
  process.stderr.write(`${row.join("  ")}\n`);
  return row;
}

/** Compares the named cases; all of them, and keeps the table, where none is named. */
export async function steps(names: readonly string[]): Promise<void> {
  for (const name of names)
    if (!Object.hasOwn(cases, name)) throw new Error(`no case "${name}": ${Object.keys(cases).join(", ")}`);
  const rows: (readonly string[])[] = [];
  for (const name of names.length > 0 ? names : Object.keys(cases)) rows.push(await compare(name));
  const columns = [
    "rows × tokens",
    "ours, ms",
    "PyTorch, ms",
    "ratio (of the fastest)",
    "ours, peak MB",
    "PyTorch, peak MB",
    "ratio",
  ];
  if (names.length > 0) {
    process.stdout.write(`${table(columns, rows)}\n${machineText()}\n`);
    return;
  }
  const note =
    "One optimizer step of a classifier: dropout 0.1 everywhere in encoders, clipping, AdamW, 2 threads. PyTorch: transformers' model, " +
    "scaled_dot_product_attention, fused AdamW, PEFT for adapters (rank 8, all linear layers). A third of the rows is padded to 70 % of the tokens. " +
    `Medians of ${turns} turns, in which two processes alternate; memory is the peak of the whole process.`;
  keep("steps", "One training step", `${note}\n\n${table(columns, rows)}`, pythonVersions(["torch", "transformers"]));
}
