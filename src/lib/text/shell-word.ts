import { visibleText } from "./visible-text.js";

/**
 * A text as one word of a shell's command line: quoted where it has to be. What a terminal would obey or not show is written as its escape in
 * `$'…'`, which bash, zsh, ksh and BusyBox read: the command can be copied, and names the same file.
 */
export function shellWord(text: string): string {
  if (/^[\w./@:-]+$/.test(text)) return text;
  if (visibleText(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${Array.from(text, escaped).join("")}'`;
}

function escaped(character: string): string {
  if (character === "'" || character === "\\") return `\\${character}`;
  if (visibleText(character) === character) return character;
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  // Beyond ASCII `\\x` would be a byte, and not a character.
  return code < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
