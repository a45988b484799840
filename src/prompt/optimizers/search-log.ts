/**
 * @file A search on disk, one JSON object a line, each line written before anything is made of what it says: killed at any moment, a search
 * is told again from its log and goes on, without asking about a row twice, also where no cache of answers is kept.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { privateFileMode, privateFolder } from "../../lib/private-file.js";
import { unsealed } from "../../lib/sealed-json.js";
import { journalLine } from "../../store/journal.js";
import type { Cost } from "../../types.js";

/** Something that was asked for, and what it took. */
interface Paid {
  readonly calls: number;
  /** Seconds: those that a cache saved. */
  readonly cost: Cost;
  /** How long the search had taken when it was answered. */
  readonly atSeconds: number;
}

/** A row answered by a prompt. */
export interface LoggedRow extends Paid {
  readonly kind: "row";
  /** `programKey` of the prompt. */
  readonly program: string;
  readonly id: string;
  readonly answer: readonly string[] | null;
  readonly said?: string;
}

/** A text that the model wrote when asked for one. */
export interface LoggedText extends Paid {
  readonly kind: "text";
  /** Of what was asked. */
  readonly key: string;
  readonly text: string;
}

/** A step for people; nothing is read from it. */
export interface LoggedStep {
  readonly kind: "step";
  readonly step: string;
  readonly best: number;
  readonly calls: number;
  readonly usd: number;
  readonly seconds: number;
}

type Line = { readonly kind: "search"; readonly fingerprint: string } | LoggedRow | LoggedText | LoggedStep;

/** What earlier sessions of a search wrote, and where this one writes. */
export interface SearchLog {
  readonly rows: readonly LoggedRow[];
  readonly texts: readonly LoggedText[];
  /** On disk when it returns. */
  add(line: LoggedRow | LoggedText): void;
  /** The same. Steps that are told again are not written again. */
  addStep(step: LoggedStep): void;
}

/**
 * Opens the log of the search that `fingerprint` names. A log of another search is replaced; so is all that follows a line which a power
 * cut left broken, or a disk has changed: it is asked again. Without a path nothing is kept.
 */
export function openSearchLog(path: string | null, fingerprint: string): SearchLog {
  const { lines, bytes } = path === null || !existsSync(path) ? { lines: [], bytes: 0 } : readLines(path);
  const [head, ...rest] = lines;
  const known = head?.kind === "search" && head.fingerprint === fingerprint ? rest : [];
  const append = (line: Line): void => {
    if (path !== null) appendFileSync(path, journalLine(line));
  };
  if (path !== null && known.length > 0) truncateSync(path, bytes);
  else if (path !== null) {
    mkdirSync(dirname(path), privateFolder);
    writeFileSync(path, "", { mode: privateFileMode });
    append({ kind: "search", fingerprint });
  }
  let stepsTold = known.filter(({ kind }) => kind === "step").length;
  return {
    rows: known.filter((line) => line.kind === "row"),
    texts: known.filter((line) => line.kind === "text"),
    add: append,
    addStep(step) {
      if (stepsTold-- <= 0) append(step);
    },
  };
}

/** The lines up to the first that is torn or damaged, and how many bytes they have. */
function readLines(path: string): { readonly lines: readonly Line[]; readonly bytes: number } {
  const lines: Line[] = [];
  let bytes = 0;
  for (const text of readFileSync(path, "utf8").split("\n").slice(0, -1)) {
    const line = unsealed(text);
    if (line === null) break;
    lines.push(line as unknown as Line);
    bytes += Buffer.byteLength(text, "utf8") + 1;
  }
  return { lines, bytes };
}
