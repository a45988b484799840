import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** A folder of its own for a test file, removed at its end. */
export function temporaryFolder(): { path(name: string): string; write(name: string, content: string | Uint8Array): string } {
  const folder = mkdtempSync(join(tmpdir(), "crossover-data-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (name) => join(folder, name),
    write(name, content) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
  };
}

/** What golden/make_data.py wrote. */
export interface DataGolden {
  readonly permutations: readonly {
    readonly length: number;
    readonly seed: number;
    readonly first: readonly number[];
    readonly last: readonly number[];
    readonly sha256: string;
  }[];
  readonly nearDuplicates: { readonly texts: readonly string[]; readonly groups: readonly (readonly number[])[] };
  readonly labelErrors: readonly {
    readonly classes: number;
    readonly given: readonly number[];
    readonly probabilities: readonly (readonly number[])[];
    readonly joint: readonly (readonly number[])[];
    readonly ranked: readonly number[];
  }[];
  readonly windows1252: string;
  readonly textKeys: readonly (readonly [string, string])[];
}

export const golden: DataGolden = JSON.parse(readFileSync(join(import.meta.dirname, "../../golden/data.json"), "utf8"));

/** A CSV with `rows` distinct texts, its labels taken in turn. */
export function csvOf(rows: number, labels: readonly string[]): string {
  const lines = Array.from({ length: rows }, (_, i) => `${distinctText(i)},${labels[i % labels.length]}`);
  return `text,label\n${lines.join("\n")}\n`;
}

/** Texts of which no two are near duplicates. */
export function distinctText(i: number): string {
  const words = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "jetty"];
  const word = (n: number): string => `${words[n % 10]}${words[Math.floor(n / 10) % 10]!.slice(1)}${n * 7919}`;
  return `${word(i)} ${word(i + 3571)} ${word(3 * i + 11)}`;
}
