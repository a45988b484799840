/**
 * @file What docs/engines.md has a user type from nothing to the first run, typed: with a real Python, a real Ray and a hub on loopback. Runs where
 * CROSSOVER_RAY names a Ray whose Python has torch, transformers, peft and accelerate; what the page installs is then there.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Measurement } from "../../src/types/measurement.js";
import { crossover, writeTickets } from "../cli/cli.js";
import { tinyModel } from "../hub/served.js";
import { type HubServer, startHub } from "../servers/hub.js";
import { endHead, freePort, hasTrainingPackages, rayProgram, rayToken, startHead } from "../servers/real-ray.js";

/** The commands of a section of the page, in their order. */
async function commandsOf(title: string): Promise<readonly (readonly string[])[]> {
  const page = await readFile("docs/engines.md", "utf8");
  const section = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`))!;
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
  return blocks
    .join("")
    .trim()
    .split("\n")
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!));
}

describe.skipIf(!hasTrainingPackages())("from nothing to the first run", () => {
  let root: string;
  let hub: HubServer;
  let head: ChildProcess | undefined;
  const home = process.cwd();

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "r-"));
    hub = await startHub({ "models/distilbert/distilbert-base-uncased": { revisions: { main: tinyModel } } });
    await writeTickets(root, 40);
  });
  afterAll(async () => {
    process.chdir(home);
    if (head !== undefined) await endHead(head, "SIGTERM");
    await hub[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });

  test("every command of the page does what it says", { timeout: 300_000 }, async () => {
    const commands = await commandsOf("From nothing to the first run");
    const hubHere = { HF_ENDPOINT: hub.url, HF_HOME: join(root, "hf") };
    const env = {
      ...process.env,
      ...hubHere,
      HOME: root,
      RAY_AUTH_TOKEN: rayToken,
      PATH: `${dirname(rayProgram!)}${delimiter}${process.env["PATH"]}`,
    };
    process.chdir(root);
    const port = await freePort();
    const installed = new Set<string>();
    let runs = 0;
    for (const [program, ...words] of commands) {
      if (program === "crossover") {
        const at = words.map((word) => word.replace("127.0.0.1:8265", `127.0.0.1:${port}`));
        const { code, out, err } = await crossover([...at, "--curve", "off", "--name", `run-${++runs}`, "--llm", "none"], {
          env,
        });
        expect(code, `${out}\n${err}`).toBe(0);
        expect(out).toContain("tune:full");
        const text = await readFile(join(root, "runs", `run-${runs}`, "measurements.jsonl"), "utf8");
        const own = text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Measurement)
          .filter(({ approach }) => approach === "tune:full");
        expect(own.length).toBeGreaterThan(0);
        expect(own[0]!.facts.trainedParameters).toBeGreaterThan(1000);
      } else if (program === "ray" && words[0] === "start") {
        expect(words).toEqual(expect.arrayContaining(["--head", "127.0.0.1", "--disable-usage-stats"]));
        head = await startHead(join(root, "ray"), port, hubHere);
      } else if (program === "pip") for (const name of words.slice(1)) installed.add(name);
      else expect([program, ...words].join(" ")).toMatch(/^(python3 -m venv engine|\. engine\/bin\/activate|ray stop)$/);
    }
    expect(runs).toBe(2);
    expect([...installed].sort()).toEqual(["accelerate", "peft", "ray[default]", "torch", "transformers"]);
    // The weights came from the hub to the jobs, and not to this side.
    expect(
      hub.requests.some(({ url, userAgent }) => /\.safetensors/.test(url) && /transformers|python/i.test(userAgent ?? "")),
    ).toBe(true);
  });
});
