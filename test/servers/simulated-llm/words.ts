/** Words so frequent that they tell no label from another. */
const frequent: ReadonlySet<string> = new Set(
  (
    "a about again all also am an and any are as at be been before but by can could did do does down for from get give go got had has have he her here him his i if in into is " +
    "it its just let like made make me more my need no not now of off on one only or other our out over own please say she should so some such than that the their them then " +
    "there these they this those to too up us use want wants was we were will with words would you your im ive id dont cant doesnt isnt wont didnt thats"
  ).split(" "),
);

/** The words of a text that may tell something, in lower case, each once, without apostrophes. */
export function tellingWords(text: string): ReadonlySet<string> {
  const words =
    text
      .toLowerCase()
      .replace(/['’]/g, "")
      .match(/\p{L}{2,}/gu) ?? [];
  return new Set(words.filter((word) => !frequent.has(word)));
}
