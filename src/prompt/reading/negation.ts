/**
 * @file Whether what stands around a label denies it: "not spam", "non-spam", "spam doesn't fit", "Wrong: spam", "nicht spam", "不是spam". What is
 * meant instead is not said. Too many words here make an answer unreadable; too few make a wrong one of it.
 */

const within = "[\\p{L}\\p{N}\\p{M}]";
const words = (...alternatives: readonly string[]): RegExp =>
  new RegExp(`(?<!${within})(?:${alternatives.join("|")})(?!${within})`, "iu");

/** Words for "not" and "no" that deny what comes behind them in their clause, by language. */
const negations = words(
  "not|no|non|never|neither|nor|cannot|without",
  "\\p{L}+n['’`´]t|(?:ca|wo|do|did|does|is|are|was|were|has|have|had|could|would|should|must)nt",
  // German, Dutch, Swedish, Norwegian, Danish, Finnish
  "nicht|kein(?:e[rsnm]?)?|weder|niemals|keinesfalls|niet|geen|nooit|inte|ej|aldrig|ikke|ikkje|aldri|ei",
  // French, Spanish, Portuguese, Italian
  "pas|aucune?|jamais|ni|nunca|jamás|sin|não|nem|sem|né|senza",
  // Polish, Czech, Slovak, Russian, Ukrainian, Bulgarian, Serbian
  "nie|ani|bez|ne|není|ни|не|нет|без|ні|ані|није",
  // Arabic, Hebrew, Hindi, Indonesian, Vietnamese
  "ليس|ليست|لا|غير|לא|אינו|नहीं|bukan|tidak|không",
);
/** Words that cast doubt on what comes behind them in their clause. */
const doubts = words(
  "none|except|excepting|excluding|excludes?|excluded|hardly|barely|scarcely|unlikely|lacks?|lacking",
  "anything but|far from|rul(?:e|es|ed|ing) out|rather than|instead of|other than|opposed to|in place of",
);
/** Written without spaces, or with none before the label. */
const unspacedDenial = /[不非没沒无無未勿別别]\p{sc=Han}{0,3}["'“「『(*_`\s]*$/u;
/** `Wrong: spam`, `Not applicable: spam`, `Excluded labels: spam`: the clause before denies what stands behind the colon. */
const denyingHeading =
  /(?:^|[.;,\n(])[\p{P}\s]*(?:wrong|incorrect|inapplicable|excluded?|rejected|ruled out|unlikely|discarded|eliminated|no|not)\b(?:\s+\p{L}+){0,2}[\p{P}\s]*:[\p{P}\s]*$/iu;

const close = "[\"'’”»」』*_`)\\]]*";
const adverb = "(?:(?:clearly|definitely|probably|certainly|really|likely|simply|also|quite|just|very)\\s+)?";
const wrong = "(?:wrong|incorrect|false|unlikely|inapplicable|inappropriate|irrelevant|excluded|rejected|ruled\\s+out)";
/** What denies the label that it stands behind. */
const deniedBehind = new RegExp(
  `^${close}(?:${[
    // "spam is not it", "spam would be wrong", "the label spam does not apply"
    `\\s+(?:(?:label|category|class|answer|option|tag|topic|intent)\\s+)?(?:(?:is|are|was|were|does|do|did|has|have|can|could|would|should|will|must|may|might|seems?)(?:\\s+be)?\\s+${adverb}(?:not|never|${wrong})\\b|\\w+n['’\`´]t\\b|(?:is|are|was|were|does|do|did|has|have|could|would|should|wo|ca)nt\\b|cannot\\b)`,
    `\\s*(?:[-–—:]\\s*\\(?|\\()\\s*(?:${wrong}|not applicable|n/a)\\b`,
    // "spam? No."
    "\\s*\\?\\W*(?:no|nope|not|never|nein|non|нет)\\b",
    // "spam=0", "spam: no", among other marks
    "\\s*[=:]\\s*(?:(?:0|false)(?![.,]?\\w)|no(?=\\s*(?:$|[,.;)\\n])))",
    // In other languages
    "\\s+(?:ist|passt|trifft|gilt)\\s+(?:\\p{L}+\\s+)?(?:nicht|falsch)",
    "\\s+(?:ne\\s|n['’]|não\\s|non\\s(?:è|si)|no\\s(?:es|se|aplica)|не\\s|değil|नहीं)",
    "\\s*(?:では|じゃ)(?:な|あり)",
    "\\s*[이가은는]?\\s*아[니닙닌]",
    "\\s*(?:不[是对對适適符]|并非|並非|没有|沒有)",
  ].join("|")})`,
  "iu",
);

/** Whether a text, in NFKC, ends in a clause that says "not" of what would stand behind it. */
export function endsNegated(before: string): boolean {
  const clause = lastClause(before);
  return negations.test(clause) || unspacedDenial.test(clause);
}

/**
 * Whether a label between these two parts of a text is denied in another way, so that it is unclear what the text says.
 *
 * @param before all that stands before it, in NFKC
 * @param behind all that stands behind it, in NFKC
 */
export function isDoubted(before: string, behind: string): boolean {
  return deniedBehind.test(behind.slice(0, 80)) || doubts.test(lastClause(before)) || denyingHeading.test(withoutIdioms(before));
}

/** No clause of an answer is longer. */
const mostBefore = 400;

/** The end of a text without words that only sound like a denial. */
function withoutIdioms(before: string): string {
  return before.slice(-mostBefore).replace(/\b(?:no|without(?: an?y?)?)\s+(?:doubt|question)\b/gi, "");
}

function lastClause(before: string): string {
  return withoutIdioms(before)
    .split(/[,;:!?\n→⇒]|[-=]>|\.(?!\d)/)
    .at(-1)!;
}

/** Text that was struck out: `~~spam~~`, `<del>spam</del>`. */
export function withoutStruck(said: string): string {
  return said.replace(/~~[^~\n]+~~|<(del|strike)>[^<]*<\/\1>/gi, " ");
}
