/** @file A cascade, or one model that hands rows on to a person, as it is told everywhere: a verdict, then tables. Texts are not yet made harmless. */
import type { Cascade, Selective } from "../../types/cascade.js";
import {
  cascadeBadge,
  cascadeBasis,
  cascadeHeadline,
  cascadeNote,
  curveTable,
  differenceTable,
  objectionText,
  policyTable,
  type TextTable,
} from "./cascade-words.js";
import { riskTable, selectiveBadge, selectiveBasis, selectiveHeadline, selectiveNote } from "./selective-words.js";

/** What is told, in the order in which it is. */
export interface ToldCascade {
  readonly title: string;
  readonly isGood: boolean;
  /** One word or two, in capitals. */
  readonly badge: string;
  readonly headline: string;
  readonly objections: readonly string[];
  readonly basis: string;
  readonly tables: readonly TextTable[];
  /** Every threshold, which a picture shows too. Absent where there is none. */
  readonly curve?: TextTable;
  readonly note: string;
}

/** What is told of a cascade. */
export function toldCascade(cascade: Cascade): ToldCascade {
  return {
    title: `Cascade of ${cascade.small} and ${cascade.llm}`,
    isGood: cascade.objections.length === 0,
    badge: cascadeBadge(cascade),
    headline: cascadeHeadline(cascade),
    objections: cascade.objections.map((objection) => objectionText(objection, cascade)),
    basis: cascadeBasis(cascade),
    tables: [policyTable(cascade), differenceTable(cascade)],
    curve: curveTable(cascade),
    note: cascadeNote,
  };
}

/** The same of one model that hands rows on to a person. */
export function toldSelective(selective: Selective): ToldCascade {
  return {
    title: `${selective.approach}, and a person for the rows that it is unsure of`,
    isGood: selective.found !== null,
    badge: selectiveBadge(selective),
    headline: selectiveHeadline(selective),
    objections: [],
    basis: selectiveBasis(selective),
    tables: [],
    ...(selective.curve.length > 0 && { curve: riskTable(selective) }),
    note: selectiveNote,
  };
}
