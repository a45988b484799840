/**
 * @file A search on disk, one JSON object a line, each line written before anything is made of what it says: killed at any moment, a search
 * is told again from its log and goes on, without asking about a row twice, also where no cache of answers is kept.
 */
import { z } from "zod";
import { openJournal } from "../../store/journal.js";
import type { Cost } from "../../types/prediction.js";

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

/** What is read of a line: its kind. The rest is as it was written. */
const lineKind = z.looseObject({ kind: z.enum(["search", "row", "text", "step"]) });
const schema = z.custom<Line>((value) => lineKind.safeParse(value).success);

/**
 * Opens the log of the search that `fingerprint` names. A log of another search is replaced; so is all that follows a line which a power
 * cut left broken, or a disk has changed: it is asked again. Without a path nothing is kept.
 */
export function openSearchLog(path: string | null, fingerprint: string): SearchLog {
  const journal = path === null ? null : openJournal(path, { schema, remedy: null });
  const [head, ...rest] = journal?.lines ?? [];
  const isSame = head?.kind === "search" && head.fingerprint === fingerprint;
  if (!isSame) {
    journal?.keep(0);
    journal?.append({ kind: "search", fingerprint });
  }
  const known = isSame ? rest : [];
  const append = (line: Line): void => journal?.append(line);
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
