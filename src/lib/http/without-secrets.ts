/**
 * @file What a service says, without the key that it was asked with: some servers repeat the headers of a request in their answer, and answers are kept.
 */

/** What takes the place of a key. */
const placeholder = "[key]";
/** Shorter ones are words of a text as well. They protect nothing. */
const leastCharacters = 8;
/** Shorter ones are guessed at once, and are parts of half the words of a message. */
const leastWord = 4;

/** Fields of a body that hold an answer token by token: there a key stands in pieces. */
const tokenFields: ReadonlySet<string> = new Set(["logprobs", "logprobsResult"]);

/** A text with each key replaced. */
export function textWithoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret.length < leastCharacters ? rest : rest.replaceAll(secret, placeholder)), text);
}

/**
 * What a service says of a fault, with each key replaced, also as JSON writes it. A key of 4 to 7 characters, as servers of one's own have it, is replaced
 * where it stands by itself; within other words it would leave nothing of the message and hide nothing.
 */
export function messageWithoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .filter(({ length }) => length >= leastWord);
  const words = forms.filter(({ length }) => length < leastCharacters);
  return words.reduce(
    (rest, word) => rest.replace(new RegExp(`(?<![A-Za-z0-9])${literal(word)}(?![A-Za-z0-9])`, "g"), placeholder),
    textWithoutSecrets(text, forms),
  );
}

/** A text as a pattern that is met by it alone. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Parsed JSON with each key replaced in all its texts. Where there was one, it comes back without what it says token by token. */
export function withoutSecrets(body: unknown, secrets: readonly string[]): unknown {
  const long = secrets.filter((secret) => secret.length >= leastCharacters);
  return long.length > 0 && holds(body, long) ? replaced(body, long) : body;
}

/** Within a text or a name of a field. */
function holds(value: unknown, secrets: readonly string[]): boolean {
  if (typeof value === "string") return secrets.some((secret) => value.includes(secret));
  if (Array.isArray(value)) return value.some((each) => holds(each, secrets));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, each]) => holds(name, secrets) || holds(each, secrets));
}

function replaced(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return textWithoutSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((each) => replaced(each, secrets));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !tokenFields.has(name));
  return Object.fromEntries(fields.map(([name, each]) => [textWithoutSecrets(name, secrets), replaced(each, secrets)]));
}
