import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parserOf } from "../../src/cli/run-options.js";
import { UserError } from "../../src/lib/errors.js";
import { withTuning } from "../../src/run/approaches.js";
import { duration } from "../../src/run/options/option.js";
import type { RunOptions } from "../../src/run/run-options.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

/** A random BERT with 32 hidden units: it learns nothing worth having, and that quickly. */
const model = fileURLToPath(new URL("../../golden/tiny-bert", import.meta.url));
let [folder, data] = ["", ""];

beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder, 60);
});
afterAll(() => rm(folder, { recursive: true }));

const run = (name: string, ...words: readonly string[]) =>
  crossover(["run", data, "--model", model, "--runs", join(folder, "runs"), "--name", name, ...words]);

describe("the tuned approach that is picked", () => {
  it("is measured beside the probe, with the reason on the screen and in run.json", async () => {
    const { code, out, err } = await run("picked", "--time-budget", "5m");
    expect(err).toMatch(
      /tune:setfit was picked: a label has \d+(\.5)? training rows in the\s+median \(8 to 63: tune:setfit\); about/,
    );
    expect(code).toBe(0);
    expect(out).toContain("tune:setfit");
    const manifest = JSON.parse(await readFile(join(folder, "runs", "picked", "run.json"), "utf8")) as { options: RunOptions };
    expect(manifest.options).toMatchObject({ timeBudget: 300, ladder: { method: "setfit" } });
  });

  it("is what --approaches calls tune", async () => {
    const { code, out } = await run("named", "--time-budget", "5m", "--approaches", "tune,baseline:majority", "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain("tune:setfit");
    expect(out).not.toContain("tune:probe");
  });

  it("is left out without time for it", async () => {
    const { out, err } = await run("none", "--time-budget", "0", "--dry-run");
    expect(err).toContain("leaves none for training");
    expect(out).toContain("tune:probe");
    expect(out).not.toContain("tune:setfit");
  });

  it("is not looked for where the names of approaches leave it out", async () => {
    const options = { approaches: ["tune:probe"] } as unknown as RunOptions;
    expect(await withTuning(options, undefined as never, undefined as never)).toBe(options);
  });
});

it("plans every way of tuning for --approaches all, and counts the trials of --search", async () => {
  const one = await run("all", "--approaches", "all", "--dry-run");
  for (const name of ["probe", "full", "lp-ft", "lora", "setfit"]) expect(one.out).toContain(`tune:${name} `);
  const refused = await run("no", "--approaches", "tune:fulll", "--dry-run");
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('Did you mean "tune:full"?');
});

describe("--time-budget", () => {
  it.each([
    ["90s", 90],
    ["10m", 600],
    ["10 min", 600],
    ["1.5h", 5400],
    ["0", 0],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parserOf("--time-budget", duration())(text)).toBe(seconds);
  });

  it.each(["10", "", "ten minutes", "-5m", "1d"])('refuses "%s"', (text) => {
    expect(() => parserOf("--time-budget", duration())(text)).toThrow(
      new UserError(`--time-budget is "${text}"; it must be a time with its unit, such as 90s, 10m or 1h, or 0.`),
    );
  });
});
