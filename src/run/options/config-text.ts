/** @file A configuration as it is begun: what is known, and every other option in a comment with what it does and its default. */
import { stringify } from "yaml";
import { type ConfigOptions, configKeys } from "./config-file.js";
import { keyHelpOf } from "./config-schema.js";
import type { Option } from "./option.js";
import { optionGroups } from "./options-table.js";

const width = 100;

/**
 * The text of a configuration.
 *
 * @param given what is said in it; all else stands in comments
 * @param schema path of the JSON schema from the configuration's folder, for editors
 */
export function configText(given: ConfigOptions, schema: string): string {
  const values = new Map<string, unknown>(Object.entries(given));
  const groups = optionGroups.map(({ title, options }) => {
    const rows = Object.entries<Option>(options).filter(([, row]) => row.isCommandLineOnly !== true);
    const lines = rows.map(([name, row]) => `${comment(keyHelpOf(row))}\n${line(name, row, values.get(name))}\n`);
    return `# --- ${title} ---\n\n${lines.join("\n")}`;
  });
  const head = comment(
    "Options of crossover run. A line that begins with # and no space is an option that is not given, with its default: remove the # to give it. " +
      "Relative paths count from this file's folder. Flags win over this file.",
  );
  return `# yaml-language-server: $schema=${schema}\n${head}\n\n${groups.join("\n")}`;
}

/** `seed: 43`, or `#seed: 42` where it is not given. */
function line(name: string, row: Option, value: unknown): string {
  const [key] = [...configKeys].find(([, known]) => known.name === name)!;
  if (value !== undefined) return stringify({ [key]: value }, { lineWidth: 0, flowCollectionPadding: false }).trimEnd();
  const usual = row.isMachineDefault ? undefined : row.default;
  if (usual === undefined) return `#${key}:`;
  // In one line, so that taking away its # gives the whole.
  if (Array.isArray(usual)) return `#${key}: ${stringify(usual, { lineWidth: 0, collectionStyle: "flow" }).trimEnd()}`;
  return `#${stringify({ [key]: usual }, { lineWidth: 0 }).trimEnd()}`;
}

/** Words as lines of a comment. */
function comment(words: string): string {
  const lines: string[] = [];
  let last = "#";
  for (const word of words.split(" ")) {
    if (last.length + 1 + word.length > width) {
      lines.push(last);
      last = "#";
    }
    last += ` ${word}`;
  }
  return [...lines, last].join("\n");
}
