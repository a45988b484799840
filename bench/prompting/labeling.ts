/**
 * @file `crossover label` over 100,000 rows against a server on loopback that answers after 20 ms: rows a second, and the peak memory of the process.
 * Linux only: the peak is the kernel's own (`VmHWM`).
 *
 *     npm run build && npm run bench labeling          ROWS=5000 for fewer
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { finished } from "node:stream/promises";
import { random } from "../../src/lib/random.js";
import { formatCount } from "../../src/lib/text/format.js";
import { keep, table } from "../lib/results.js";
import { startServer } from "../lib/server.js";

const concurrency = 100;
const words = "the card my order has not yet arrived and is lost please send money back account password reset why".split(" ");

/** Labels a file of rows of about 25 words, every text another one. */
export async function labeling(): Promise<void> {
  const rows = Number(env["ROWS"] ?? 100_000);
  const folder = await mkdtemp(join(tmpdir(), "crossover-labeling-"));
  const server = await startServer(execPath, ["build/bench/prompting/answering-server.js", "20"]);
  try {
    const data = join(folder, "rows.csv");
    await writeRows(data, rows);
    const { port } = (await server.ask("port")) as { readonly port: number };
    const options = ["--llm", "openai:gpt-5-mini", "--labels", "lost,late,other", "-j", String(concurrency), "--yes", "--json"];
    const startedAt = performance.now();
    const child = spawn(execPath, ["dist/cli/cli.js", "label", data, "--runs", join(folder, "runs"), ...options], {
      env: { ...env, OPENAI_API_KEY: "none", OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
      stdio: ["ignore", "ignore", "inherit"],
    });
    let peakKb = 0;
    const watch = setInterval(() => {
      peakKb = Math.max(peakKb, peakOf(child.pid!));
    }, 200);
    const code = await new Promise((done) => child.once("exit", done));
    clearInterval(watch);
    if (code !== 0) throw new Error(`crossover label ended with code ${code}`);
    const seconds = (performance.now() - startedAt) / 1000;
    const { requests } = (await server.ask("requests")) as { readonly requests: number };
    const megabytes = (await stat(data)).size / 1e6;
    const cells = [
      formatCount(rows),
      megabytes.toFixed(1),
      formatCount(requests),
      (rows / seconds).toFixed(0),
      (peakKb / 1024).toFixed(0),
    ];
    const head = ["rows", "file, MB", "requests", "rows a second", "peak memory, MB"];
    const note = `\`crossover label\` at concurrency ${concurrency}, answers after 20 ms on loopback, server and client on the same two cores.`;
    keep("labeling", "Labeling a large file", `${note}\n\n${table(head, [cells])}`, "whole process, start and plan included");
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeRows(path: string, rows: number): Promise<void> {
  const { integer } = random(1, "labeling");
  const file = createWriteStream(path);
  file.write("id,text\n");
  for (let i = 0; i < rows; i++) {
    const text = Array.from({ length: 25 }, () => words[integer(words.length)]).join(" ");
    if (!file.write(`${i},"${text} ${i}"\n`)) await once(file, "drain");
  }
  file.end();
  await finished(file);
}

/** The most memory that the process had so far, in KB; 0 where it is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
