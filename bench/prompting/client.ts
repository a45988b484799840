/**
 * @file The client against a service on loopback that answers after 50 ms: how near it comes to the ideal rate, what a request costs in CPU time, and
 * how it keeps to a limit. Beside it promptfoo on the same service and rows, where there is one.
 *
 *     npm run bench prompting                       PROMPTFOO=DIR: a folder with promptfoo in node_modules (golden/check_promptfoo.mjs says how)
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env, execPath } from "node:process";
import { promisify } from "node:util";
import { formatCount } from "../../src/lib/text/format.js";
import { keep, table } from "../lib/results.js";
import { type MeasuringServer, startServer } from "../lib/server.js";
import { median } from "../lib/statistics.js";
import type { Asked } from "./ask.js";
import type { ServiceCounts, ServiceLimit } from "./server.js";

const latencySeconds = 0.05;
const concurrency = 100;
const turns = 5;

interface Case {
  readonly title: string;
  readonly rows: number;
  readonly limit: ServiceLimit;
  readonly turns: number;
}

const cases: readonly Case[] = [
  { title: "no limit", rows: 10_000, limit: {}, turns },
  { title: "200 a second, which its headers say", rows: 4000, limit: { perSecond: 200, burst: 20, hasHeaders: true }, turns },
  { title: "200 a second, which it does not say", rows: 4000, limit: { perSecond: 200, burst: 20 }, turns },
];

/** Measures, and keeps the table. */
export async function prompting(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "crossover-prompting-"));
  const port = await freePort();
  const service = await startServer(execPath, ["build/bench/prompting/server.js", String(port)]);
  const url = `http://127.0.0.1:${port}/v1`;
  try {
    const rows: (readonly string[])[] = [];
    const latencies: number[] = [];
    for (const [i, each] of cases.entries()) rows.push(await measured(each, service, url, join(folder, `case-${i}`), latencies));
    const columns = ["limit", "rows", "seconds", "of the ideal rate", "refused", "CPU a request, ms", "peak memory, MB"];
    const note =
      `Zero-shot questions at concurrency ${concurrency}, answers after ${latencySeconds * 1000} ms (measured in the service: ${median(latencies).toFixed(1)}) on loopback, service and client on the same two cores; store, budget and ` +
      `parser on. Ideal: concurrency / latency, or the limit. Medians of ${turns} runs.`;
    const beside = await besidePromptfoo(service, url, folder);
    keep(
      "prompting",
      "Asking a service",
      `${note}\n\n${table(columns, rows)}\n\n${beside}`,
      "the service in a process of its own",
    );
  } finally {
    service.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One row of the table. The service's own latencies are added to `latencies`. */
async function measured(
  each: Case,
  service: MeasuringServer,
  url: string,
  stem: string,
  latencies: number[],
): Promise<readonly string[]> {
  const { title, rows, limit } = each;
  const runs: { readonly asked: Asked; readonly counts: ServiceCounts }[] = [];
  for (let turn = 0; turn < each.turns; turn++) {
    await service.ask(JSON.stringify(limit));
    const asked = await ask(url, rows, `${stem}-${turn}.db`);
    runs.push({ asked, counts: (await service.ask(JSON.stringify(limit))) as ServiceCounts });
  }
  latencies.push(...runs.map(({ counts }) => counts.latencyMs / counts.answered));
  const seconds = median(runs.map(({ asked }) => asked.seconds));
  const perSecond = limit.perSecond ?? concurrency / latencySeconds;
  // What may come at once after a rest does not count as what the limit lets through.
  const ideal = (rows - (limit.burst ?? 0)) / perSecond;
  const refused = median(runs.map(({ counts }) => counts.refused / (counts.answered + counts.refused)));
  const cells = [
    title,
    formatCount(rows),
    seconds.toFixed(2),
    `**${((ideal / seconds) * 100).toFixed(1)} %**`,
    `${(refused * 100).toFixed(2)} %`,
    median(runs.map(({ asked }) => (asked.cpuSeconds / rows) * 1000)).toFixed(2),
    Math.max(...runs.map(({ asked }) => asked.peakMb)).toFixed(0),
  ];
  process.stderr.write(`${cells.join("  ")}   ${runs.map(({ asked }) => asked.seconds.toFixed(2)).join(" ")}\n`);
  return cells;
}

async function ask(url: string, rows: number, store: string): Promise<Asked> {
  const { stdout } = await promisify(execFile)(execPath, [
    "build/bench/prompting/ask.js",
    url,
    String(rows),
    String(concurrency),
    store,
  ]);
  const asked = JSON.parse(stdout) as Asked;
  if (asked.rightRows !== rows) throw new Error(`${asked.rightRows} of ${rows} rows were answered`);
  return asked;
}

/** The whole of `promptfoo eval` beside the whole of our process, on the same rows, in turn. */
async function besidePromptfoo(service: MeasuringServer, url: string, folder: string): Promise<string> {
  const installed = env["PROMPTFOO"];
  if (installed === undefined) return "Beside promptfoo: not measured.";
  const rows = 2000;
  const config = join(folder, "promptfooconfig.json");
  const tests = Array.from({ length: rows }, (_, i) => ({
    vars: { text: `Please send back the money for order ${i}.` },
    assert: [{ type: "contains", value: "refund" }],
  }));
  const provider = { id: "openai:chat:gpt-4o-mini", config: { apiBaseUrl: url, apiKey: "none", temperature: 0, max_tokens: 50 } };
  await writeFile(
    config,
    JSON.stringify({ prompts: ["Name the label, refund or login: {{text}}"], providers: [provider], tests }),
  );
  const seconds = { ours: [] as number[], promptfoo: [] as number[] };
  for (let turn = 0; turn < 3; turn++) {
    await service.ask("{}");
    let startedAt = performance.now();
    await ask(url, rows, join(folder, `beside-${turn}.db`));
    seconds.ours.push((performance.now() - startedAt) / 1000);
    await service.ask("{}");
    startedAt = performance.now();
    const words = [
      "eval",
      "-c",
      config,
      "-j",
      String(concurrency),
      "--no-cache",
      "--no-table",
      "--no-progress-bar",
      "-o",
      join(folder, "out.json"),
    ];
    await promisify(execFile)(execPath, [resolve(installed, "node_modules/promptfoo/dist/src/main.js"), ...words], {
      env: {
        ...env,
        PROMPTFOO_CONFIG_DIR: join(folder, "promptfoo"),
        PROMPTFOO_DISABLE_TELEMETRY: "1",
        PROMPTFOO_DISABLE_UPDATE: "1",
        // Its own logs now and then end it with an error when it is done.
        PROMPTFOO_DISABLE_DEBUG_LOG: "1",
        PROMPTFOO_DISABLE_ERROR_LOG: "1",
        PROMPTFOO_DISABLE_WAL_MODE: "0",
      },
      maxBuffer: 2 ** 28,
    });
    seconds.promptfoo.push((performance.now() - startedAt) / 1000);
    const { answered } = (await service.ask("{}")) as ServiceCounts;
    if (answered < rows) throw new Error(`promptfoo asked for ${answered} of ${rows} rows`);
    process.stderr.write(`ours ${seconds.ours.at(-1)!.toFixed(2)} s, promptfoo ${seconds.promptfoo.at(-1)!.toFixed(2)} s\n`);
  }
  const [own, other] = [median(seconds.ours), median(seconds.promptfoo)];
  return (
    `Beside promptfoo 0.120.0, ${formatCount(rows)} rows, whole processes in turn, medians of three: ours ${own.toFixed(1)} s, promptfoo ${other.toFixed(1)} s, ` +
    `ours / promptfoo **${(own / other).toFixed(2)}**.`
  );
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
