/** @file The languages of a model, as its card names them. */
import { parse } from "yaml";
import { type ModelFolder, readText } from "./model-folder.js";

const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

/**
 * The languages in the front matter of the model's README.md (`language: en`, or a list), by their English names. `undefined` where the card
 * names none, or calls the model multilingual.
 */
export async function modelLanguages(folder: ModelFolder): Promise<readonly string[] | undefined> {
  const front = /^---\r?\n([\s\S]{0,20000}?)\r?\n---/.exec((await readText(folder, "README.md")) ?? "")?.[1];
  if (front === undefined) return undefined;
  let card: unknown;
  try {
    card = parse(front, { maxAliasCount: 0 });
  } catch {
    // A card is for people; one that is not YAML says nothing here.
    return undefined;
  }
  const language = typeof card === "object" && card !== null && "language" in card ? card.language : undefined;
  const named = (Array.isArray(language) ? language : [language]).map((code) =>
    typeof code === "string" ? nameOf(code) : undefined,
  );
  // One name that is not understood may stand for many languages.
  return named.length > 0 && named.every((name) => name !== undefined) ? named : undefined;
}

function nameOf(code: string): string | undefined {
  try {
    return names.of(code);
  } catch {
    return undefined;
  }
}
