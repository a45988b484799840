/** What bytes 0x80 to 0x9f stand for; a space where they stand for nothing. From https://encoding.spec.whatwg.org/index-windows-1252.txt. */
const high = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/**
 * Bytes as Windows-1252, and the offset of the first byte that no text in that encoding has: one that is undefined, or a control
 * character other than tab, line ends and form feed; `null` where there is none.
 *
 * Not `TextDecoder`: some releases of Node 22 and 23 decode "windows-1252" as Latin-1.
 */
export function windows1252(bytes: Buffer): { readonly text: string; readonly undefinedAt: number | null } {
  const undefinedAt = bytes.findIndex(
    (byte) => (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13) || byte === 0x7f || isUndefined(byte),
  );
  const text = bytes.toString("latin1").replace(/[\x80-\x9f]/g, (character) => high[character.charCodeAt(0) - 0x80]!);
  return { text, undefinedAt: undefinedAt < 0 ? null : undefinedAt };
}

function isUndefined(byte: number): boolean {
  return byte >= 0x80 && byte <= 0x9f && high[byte - 0x80] === " ";
}
