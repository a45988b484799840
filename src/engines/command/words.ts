import { UserError } from "../../lib/errors.js";

/**
 * The words of a command line: spaces part them, unless they stand in single or double quotes or after a backslash. No shell reads it, so nothing else means
 * anything. `UserError` where a quote is not closed, or there is no word.
 */
export function commandWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < command.length; at++) {
    const letter = command[at]!;
    if (quote !== undefined) {
      if (letter === quote) quote = undefined;
      else if (letter === "\\" && quote === '"' && /["\\]/.test(command[at + 1] ?? "")) word += command[++at]!;
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (letter === "\\" && at + 1 < command.length) word = (word ?? "") + command[++at]!;
    else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + letter;
  }
  if (quote !== undefined)
    throw new UserError(`The command ${JSON.stringify(command)} has a ${quote} that is not closed. Close it.`);
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw new UserError("The command is empty. Name a program: --engine command:python");
  return words;
}

/**
 * The words with the script and the folder in their places: where `{script}` or `{folder}` stands in one of them, there and nowhere else; otherwise at the
 * end, the script first.
 */
export function withJob(words: readonly string[], script: string, folder: string): string[] {
  const filled = words.map((word) => word.replaceAll("{script}", script).replaceAll("{folder}", folder));
  return filled.some((word, i) => word !== words[i]) ? filled : [...words, script, folder];
}
