/**
 * @file What language a text is in, as far as its script and its commonest words tell. Honest rather than clever: a short text, or
 * one with too few words that only one language has, is "unknown".
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

/** Function words by language. Words that stand in one list alone are what tells the language. */
const functionWords: Readonly<Record<string, string>> = {
  English:
    "the and is of to in that it for was with are this you my have not be on but as what how can do i at from they we your a no me so if or an by get go out just all will would up one now about her his has been when which there their our did does why where any some could should please thanks don't i'm it's can't",
  German:
    "der die das und ist nicht ich zu ein eine mit es den auf für sich dem von im wie aber auch wir sie war habe mein kann bei oder wenn noch nur nach wird sind hat einen einer uns ihr was am zum zur über vor",
  French:
    "le la les et est des un une pas je que dans pour ce il qui vous sur avec mon nous plus mais par au du ai comment elle ne se sont ont cette être fait tout comme ou en de leur aux ses son sa",
  Spanish:
    "el la los las y es que de en un una no por con para mi se lo como pero más su del al me está cómo qué muy yo ha desde hace todavía han son este esta cuando sin sobre ya porque tengo",
  Italian:
    "il lo la gli e è che di un una non per con mi sono come ma del della si ho più questo anche nel le io cosa ci ha dei alla nella delle devo essere stato quando perché dal",
  Portuguese:
    "o a os as e é que de um uma não por com para meu minha se como mas do da em no na eu você está muito mais ao dos das foi são tem quando pelo pela isso ele ela ainda já",
  Dutch:
    "de het een en is niet ik van dat op met voor zijn te in er maar aan wat mijn hoe die we heb kan je naar ook bij om nog geen deze wel wordt hebben uit over dan door moet worden",
  Polish:
    "i w nie na że się z do to jest jak o ale co po tak za mi od czy przez są już mam dla tego moje który jestem oraz być ma gdy kiedy tym które ze",
  Swedish: "och i att det som en på är av för med den till inte har jag ett om var men sig så hur när från kan vi",
  Danish: "og i at det som en på er af for med den til ikke har jeg et om var men sig så hvordan når fra kan vi der",
  Turkish: "bir ve bu da de için ile ne çok gibi daha mi o var ben ama en kadar sonra olarak değil her olan",
  Indonesian: "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena ada mereka sudah atau kami bisa",
  Swahili: "na ya wa kwa ni katika la za cha kuwa hii kama si yake lakini kwamba hiyo watu baada",
  Hausa: "da a na ya ta ba ga ne ce shi wannan kuma mai don sun wani cikin yi su wanda ake domin ko",
};

/** The one language whose list has the word; `null` where several have it. */
const languageOfWord = new Map<string, string | null>();
for (const [language, words] of Object.entries(functionWords)) {
  for (const word of words.split(" ")) languageOfWord.set(word, languageOfWord.has(word) ? null : language);
}

/** Fewer different words of a language than this are chance, such as "na" and "da", which half of the world's languages have. */
const leastWords = 2;
/** So many times as many as of the next language. */
const leastLead = 2;

/** Texts with fewer words may well have none that tells their language. */
const leastWordsOfLong = 8;

/** Whether a text has so many words that its language should be plain, were it one of those named here. */
export function isLongEnoughToTell(text: string): boolean {
  return (text.slice(0, sampleCharacters).match(/\p{L}+/gu)?.length ?? 0) >= leastWordsOfLong;
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
  const found = new Map<string, number>();
  for (const word of new Set(sample.toLowerCase().match(/\p{L}+(?:['’]\p{L}+)*/gu) ?? [])) {
    const language = languageOfWord.get(word.replace("’", "'"));
    if (language) found.set(language, (found.get(language) ?? 0) + 1);
  }
  const [first, second] = [...found].sort(([, a], [, b]) => b - a);
  if (first === undefined || first[1] < leastWords) return "unknown";
  return second !== undefined && first[1] < second[1] * leastLead ? "unknown" : first[0];
}
