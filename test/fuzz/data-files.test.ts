/**
 * @file Whatever a data file holds, a command ends in words, in time, and hands nothing of it to the terminal or the page as it stands.
 * FUZZED_FILES=1000 tries so many files; FUZZED_FROM=n begins with another one.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { crossover, emptyFolder } from "../cli/cli.js";
import { fuzzedFile } from "./data-files.js";

const files = Number(process.env["FUZZED_FILES"] ?? 60);
const first = Number(process.env["FUZZED_FROM"] ?? 0);

/** Control characters but for line ends and tabs, and marks that turn the direction of text. */

const raw = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
/** A file of a hundred rows that takes longer hangs. */
const mostSeconds = 30;

/** What a fuzzed file made of the commands; nothing where all is well. */
async function faultsOf(seed: number, folder: string): Promise<string[]> {
  const { name, bytes } = fuzzedFile(seed);
  const place = join(folder, String(seed));
  await mkdir(place);
  const path = join(place, name);
  await writeFile(path, bytes);
  const runs = join(place, "runs");
  const faults: string[] = [];
  for (const words of [
    ["check", "--no-label-errors", "--runs", runs, "--", path],
    ["run", "--approaches", "baseline:majority", "--runs", runs, "--name", "r", "-o", join(place, "p.csv"), "--", path],
    ["label", "--llm", "ollama:none", "--labels", "a,b", "--dry-run", "--runs", runs, "--", path],
  ]) {
    const startedAt = performance.now();
    const { code, out, err } = await crossover(words);
    const seconds = (performance.now() - startedAt) / 1000;
    const printed = out + err;
    const told = `file ${seed} (${JSON.stringify(name)}), ${words[0]}`;
    if (code !== 0 && code !== 2) faults.push(`${told}: exit code ${code}: ${printed.slice(0, 500)}`);
    if (raw.test(printed)) faults.push(`${told}: prints ${JSON.stringify(printed.match(raw)?.[0])}`);
    if (seconds > mostSeconds) faults.push(`${told}: took ${seconds.toFixed(0)} s`);
    if (code === 2 && err.trim() === "") faults.push(`${told}: says nothing`);
  }
  const page = await readFile(join(runs, "r", "report.html"), "utf8").catch(() => "");
  if (/<img src=x|<script>fuzz|<svg onload/.test(page)) faults.push(`file ${seed}: its text is markup in report.html`);
  const csv = await readFile(join(place, "p.csv"), "utf8").catch(() => "");
  if (/(^|,)"?[=@]/m.test(csv)) faults.push(`file ${seed}: its text is a formula in predictions.csv`);
  return faults;
}

it(`reads ${files} fuzzed files without a crash, a hang or an escape`, async () => {
  const folder = await emptyFolder();
  const faults: string[] = [];
  for (let seed = first; seed < first + files; seed++) faults.push(...(await faultsOf(seed, folder)));
  expect(faults).toEqual([]);
}, 3_600_000);
