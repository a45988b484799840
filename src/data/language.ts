/**
 * @file What language a text is in, as far as its script and its commonest words tell. Honest rather than clever: a short text, or
 * one whose words vote for no language clearly, is "unknown".
 */

/** Scripts that one language of those we name is written in, or that we name as such. */
const scripts: readonly { readonly pattern: RegExp; readonly language: string }[] = [
  { pattern: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, language: "Japanese" },
  { pattern: /\p{Script=Hangul}/gu, language: "Korean" },
  { pattern: /\p{Script=Han}/gu, language: "Chinese" },
  { pattern: /\p{Script=Cyrillic}/gu, language: "Cyrillic script" },
  { pattern: /\p{Script=Arabic}/gu, language: "Arabic script" },
  { pattern: /\p{Script=Devanagari}/gu, language: "Devanagari script" },
  { pattern: /\p{Script=Greek}/gu, language: "Greek" },
  { pattern: /\p{Script=Hebrew}/gu, language: "Hebrew" },
  { pattern: /\p{Script=Thai}/gu, language: "Thai" },
];

/** Function words by language; a word of several languages votes for each. */
const functionWords: Readonly<Record<string, string>> = {
  English:
    "the and is of to in that it for was with are this you my have not be on but as what how can do i at from they we your a no me so if or an by get go out just all will would up one now about her his",
  German:
    "der die das und ist nicht ich zu ein eine mit es den auf für sich dem von im wie aber auch wir sie war habe mein kann bei",
  French:
    "le la les et est des un une pas je que dans pour ce il qui vous sur avec mon nous plus mais par au du ai comment elle ne",
  Spanish: "el la los las y es que de en un una no por con para mi se lo como pero más su del al me está cómo qué muy yo",
  Italian: "il lo la gli e è che di un una non per con mi sono come ma del della si ho più questo anche nel le io cosa ci",
  Portuguese: "o a os as e é que de um uma não por com para meu minha se como mas do da em no na eu você está muito mais ao",
  Dutch: "de het een en is niet ik van dat op met voor zijn te in er maar aan wat mijn hoe die we heb kan je naar ook bij om",
  Polish: "i w nie na że się z do to jest jak o ale co po tak za mi od czy przez są już mam dla tego moje który jestem",
};

const languagesOfWord = new Map<string, string[]>();
for (const [language, words] of Object.entries(functionWords)) {
  for (const word of words.split(" ")) languagesOfWord.set(word, [...(languagesOfWord.get(word) ?? []), language]);
}

/** What is looked at of a long text. */
const sampleCharacters = 600;

/** The language, or the script, of a text; "unknown" where neither is plain. */
export function languageOf(text: string): string {
  const sample = text.slice(0, sampleCharacters);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return "unknown";
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin < letters / 2) {
    const counted = scripts.map(({ pattern, language }) => ({ language, count: sample.match(pattern)?.length ?? 0 }));
    const kana = counted[0]!.count;
    // Japanese mixes kana with Chinese characters; a tenth of kana is enough to tell.
    if (kana > letters / 10) return "Japanese";
    const top = counted.reduce((best, one) => (one.count > best.count ? one : best));
    return top.count > letters / 2 ? top.language : "unknown";
  }
  const votes = new Map<string, number>();
  for (const word of sample.toLowerCase().match(/\p{L}+/gu) ?? []) {
    for (const language of languagesOfWord.get(word) ?? []) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  const [first, second] = [...votes].sort(([, a], [, b]) => b - a);
  if (first === undefined || first[1] < 2) return "unknown";
  return second !== undefined && first[1] < second[1] * 1.5 ? "unknown" : first[0];
}
