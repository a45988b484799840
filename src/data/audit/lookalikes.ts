/** @file Labels that look alike, and labels that stand for none. */

import { isSpreadsheetError } from "../formats/spreadsheet-errors.js";

/** Letters of Cyrillic and Greek that look as Latin ones do, and those Latin ones, in the same order. */
const foreign = "АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧον";
const latin = "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXov";
const twins: ReadonlyMap<string, string> = new Map(Array.from(foreign, (sign, i) => [sign, latin[i]!]));
const twin = new RegExp(`[${foreign}]`, "gu");

/** Characters that take no room, or look like a space and are none. */
const unseen =
  /(?![\t\n\r])[\p{Cf}\p{Cc}\u115f\u1160\u17b4\u17b5\u3164\uffa0]|\u034f|[\u180b-\u180e]|[\ufe00-\ufe0f]|(?! )[\p{Zs}\p{Zl}\p{Zp}]/gu;
/** Joiners within words and emoji, and the form of an emoji: they belong there. */
const belonging = /(?<=\S)[\u200c\u200d](?=\S)|(?<=\S)\ufe0f/gu;

/** A label's spelling without case and repeated spaces. */
function spelling(label: string): string {
  return label.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
}

/** How a label looks. */
function look(label: string): string {
  const seen = label.replace(unseen, (sign) => (/[\p{Z}\t\n\r]/u.test(sign) ? " " : "")).normalize("NFKC");
  return spelling(seen.replace(twin, (sign) => twins.get(sign)!)).replace(joint, " ");
}

/** What joins the words of a name: "late-delivery", "late_delivery". */
const joint = /(?<=[\p{L}\p{N}])[-_\s]+(?=[\p{L}\p{N}])/gu;

/** A number in one notation: `1`, `1.0` and `+01` are `1`. `null` for what is no decimal number. */
export function plainNumber(label: string): string | null {
  const [, sign, whole, decimals = ""] = /^\s*([+-]?)(\d+)(?:\.(\d*))?\s*$/.exec(label) ?? [];
  if (whole === undefined) return null;
  const value = `${whole.replace(/^0+(?=\d)/, "")}.${decimals.replace(/0+$/, "")}`.replace(/\.$/, "");
  return sign === "-" && value !== "0" ? `-${value}` : value;
}

const code = (sign: string): string => `[U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`;

/** The label with the code of each character that nobody sees, or takes for another: `spam[U+200B]`, `sр[U+0440]am`. */
export function withCodes(label: string): string {
  return label.replace(unseen, code).replace(twin, (sign) => `${sign}${code(sign)}`);
}

/** Whether a label holds what no label needs: a character that nobody sees, or in a Latin word a letter of another script. */
function hasOddity(label: string): boolean {
  const words = label.match(/[\p{L}\p{M}]+/gu) ?? [];
  const isMixed = words.some((word) => /\p{Script=Latin}/u.test(word) && word.search(twin) >= 0);
  return isMixed || label.replace(belonging, "").search(unseen) >= 0;
}

/**
 * Groups of labels that differ only in case, in spaces around or within, in hyphens or underscores for spaces, in characters that nobody sees or takes for others, or in how a
 * number is written: most likely one label in several spellings. Each group in the order given.
 */
export function lookalikeLabels(labels: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const label of labels) {
    const key = plainNumber(label) ?? look(label);
    groups.set(key, [...(groups.get(key) ?? []), label]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Whether labels differ only in case, or in spaces around or within. */
export function differInSpelling(labels: readonly string[]): boolean {
  return new Set(labels.map(spelling)).size === 1 && !labels.some(hasOddity);
}

/** Whether labels differ only in what joins their words, or in case. */
function differInJoints(labels: readonly string[]): boolean {
  return new Set(labels.map((label) => spelling(label).replace(joint, " "))).size === 1 && !labels.some(hasOddity);
}

/** A day, with or without a time. */
const date = /^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ]\d{1,2}:\d{2}\S*)?\s*$/;

/** How programs write that there is no value. As a name of a class "none" is as frequent, so that it counts only as Python writes it. */
const missing = new Set([
  "nan",
  "NaN",
  "NAN",
  "None",
  "NA",
  "N/A",
  "n/a",
  "#NA",
  "<NA>",
  "null",
  "NULL",
  "Null",
  "nil",
  "undefined",
  "NaT",
  "\\N",
  "-",
  "--",
  "?",
  ".",
]);

/** What is suspicious about the labels, in sentences. Nothing is merged or left out: that is for the owner of the data to decide. */
export function labelWarnings(labels: readonly string[], counts: ReadonlyMap<string, number>): string[] {
  const rows = (label: string, shown = label): string => {
    const count = counts.get(label) ?? 0;
    return `${JSON.stringify(shown)} (${count} ${count === 1 ? "row" : "rows"})`;
  };
  const groups = lookalikeLabels(labels);
  const grouped = new Set(groups.flat());
  const alone = labels.filter((label) => !grouped.has(label));
  const absent = labels.filter((label) => missing.has(label.trim()) || isSpreadsheetError(label));
  return [
    ...groups.map((group) => {
      const kept = "They are kept apart; make them one if they mean the same.";
      if (new Set(group.map((label) => label.normalize("NFC"))).size === 1)
        return `The labels ${group.map((label) => rows(label)).join(" and ")} are written with the same signs in two ways (accents as a part of their letter, or behind it). ${kept}`;
      if (differInSpelling(group))
        return `The labels ${group.map((label) => rows(label)).join(" and ")} differ only in case or spaces. ${kept}`;
      if (differInJoints(group))
        return `The labels ${group.map((label) => rows(label)).join(" and ")} differ only in hyphens, underscores, spaces or case. ${kept}`;
      if (group.every((label) => plainNumber(label) !== null))
        return `The labels ${group.map((label) => rows(label)).join(" and ")} are one number. ${kept}`;
      return `The labels ${group.map((label) => rows(label, withCodes(label))).join(" and ")} look alike, and differ in characters that are shown by their codes, or in case or spaces. ${kept}`;
    }),
    ...alone
      .filter(hasOddity)
      .map((label) => `The label ${rows(label, withCodes(label))} holds a character that is not seen, or taken for another.`),
    ...alone
      .filter((label) => label !== label.trim() && !hasOddity(label))
      .map((label) => `The label ${rows(label)} begins or ends with a space.`),
    ...(labels.length > 1 && labels.every((label) => /^\s*(['"`]).*\1\s*$/s.test(label))
      ? [`All labels stand in quotes, such as ${labels[0]!.trim().slice(0, 40)}, which are part of their names here.`]
      : []),
    ...(labels.length > 1 && labels.every((label) => date.test(label))
      ? [`All labels are dates, such as ${JSON.stringify(labels[0])}. Is that the label? Name another column with --label.`]
      : []),
    ...(absent.length === 0
      ? []
      : [
          `${absent.length === 1 ? "The label" : "The labels"} ${absent.map((label) => rows(label)).join(" and ")} ${absent.length === 1 ? "looks" : "look"} like a missing value, and ${absent.length === 1 ? "is a class" : "are classes"} here. Empty the cells if it is one: such rows are left out.`,
        ]),
  ];
}
