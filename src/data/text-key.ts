/** What two texts share exactly if they are duplicates: NFKC, lower case, runs of white space as one space, none at the ends. */
export function textKey(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}
