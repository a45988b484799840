/**
 * @file A server on loopback that speaks both shapes of decision models (`/v1/systemone`, `/v1/decisions`), refuses what real ones refuse, goes wrong
 * on demand, and keeps a log of what it answered. Its model reads what it is asked: the text, the options with their descriptions, the examples.
 */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type DecisionFault, faults, type Right } from "./decision-faults.js";

/** One question, whatever its shape. */
export interface AskedQuestion {
  readonly name: string;
  readonly isChoice: boolean;
  readonly instructions: string;
  /** Option → description; of a yes/no question none. */
  readonly options: ReadonlyMap<string, string>;
}

/** A request that was answered. */
export interface LoggedAnswer {
  readonly shape: "systemone" | "decisions";
  readonly text: string;
  readonly questions: readonly AskedQuestion[];
  /** Of each question the probability of each option, or of yes. */
  readonly probabilities: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly inputTokens: number;
  readonly body: Right;
}

export interface DecisionServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1` */
  readonly url: string;
  /** Bodies and headers as they came in, refused ones too. */
  readonly requests: readonly { readonly path: string; readonly body: string; readonly authorization: string | undefined }[];
  readonly log: readonly LoggedAnswer[];
}

export interface DecisionServerOptions {
  /** The fault of a request about a text, the n-th about it from 0, or nothing. */
  readonly fault?: (text: string, before: number) => DecisionFault | undefined;
  /** The most options of a question. @default 26 */
  readonly mostOptions?: number;
  /** What it answers: of a choice the probability of each option, else that of `yes`. @default by the words that text and question share */
  readonly model?: DecisionModel;
  /** Decimals that probabilities are rounded to. @default 4 */
  readonly decimals?: number;
  /** Refuses requests without this key. */
  readonly key?: string;
}

/** What decides. */
export type DecisionModel = (text: string, question: AskedQuestion) => Promise<ReadonlyMap<string, number>>;

/** Starts the server on a free port of 127.0.0.1. */
export async function startDecisionServer(options: DecisionServerOptions = {}): Promise<DecisionServer> {
  const { decimals = 4, mostOptions = 26, key, model } = options;
  const requests: DecisionServer["requests"][number][] = [];
  const log: LoggedAnswer[] = [];
  const asked = new Map<string, number>();
  const server = createServer(async (message, response) => {
    const body = await textOf(message);
    const { authorization } = message.headers;
    requests.push({ path: message.url!, body, authorization });
    const send = (status: number, value: unknown, headers = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(value));
    };
    const shape = message.url === "/v1/systemone" ? "systemone" : message.url === "/v1/decisions" ? "decisions" : null;
    if (shape === null || message.method !== "POST") return send(404, { error: { message: "Not Found" } });
    if (key !== undefined && authorization !== `Bearer ${key}`) return send(401, { detail: "missing or unknown key" });
    const request = shape === "systemone" ? systemOneRequest(body) : decisionsRequest(body);
    if (typeof request === "string") return send(422, { detail: request });
    const { text, model: name, questions } = request;
    const long = questions.find(({ options: offered }) => offered.size > mostOptions);
    if (long !== undefined)
      return send(400, {
        error: `question ${long.name} has ${long.options.size} options, and at most ${mostOptions} are allowed`,
      });
    const probabilities = new Map<string, ReadonlyMap<string, number>>();
    for (const question of questions) {
      const told = model === undefined ? byWords(text, question) : await model(text, question);
      probabilities.set(question.name, new Map([...told].map(([option, p]) => [option, Number(p.toFixed(decimals))])));
    }
    const usage = { input_tokens: Math.ceil(body.length / 4), output_tokens: 0 };
    const right: Right = { model: name, answers: answersOf(shape, questions, probabilities), usage };
    const before = asked.get(text) ?? 0;
    asked.set(text, before + 1);
    const fault = options.fault?.(text, before);
    if (fault !== undefined) return faults[fault]({ response, authorization, right, send });
    log.push({ shape, text, questions, probabilities, inputTokens: usage.input_tokens, body: right });
    send(200, right);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    log,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface ReadRequest {
  readonly model: string;
  readonly text: string;
  readonly questions: readonly AskedQuestion[];
}

function onlyKeys(value: object, allowed: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !allowed.includes(key));
}

/** As strict as the strictest: an option needs a description, a state may not be blank. */
function systemOneRequest(body: string): ReadRequest | string {
  const { model, state, questions, ...rest } = JSON.parse(body);
  if (Object.keys(rest).length > 0) return `extra fields: ${Object.keys(rest)}`;
  if (typeof model !== "string" || typeof state !== "string" || state.trim() === "") return "model or state is missing or blank";
  const entries = Object.entries<Record<string, unknown>>(questions ?? {});
  if (entries.length === 0 || entries.length > 64) return "1 to 64 questions are needed";
  const read: AskedQuestion[] = [];
  for (const [name, { type, instructions, criteria, ...others }] of entries) {
    const strange = onlyKeys(others, []);
    if (strange !== undefined || typeof instructions !== "string" || name.trim() === "") return `question ${name} is no question`;
    if (type === "noul" && criteria === undefined) read.push({ name, isChoice: false, instructions, options: new Map() });
    else if (type === "choice")
      read.push({ name, isChoice: true, instructions, options: new Map(Object.entries(criteria as Record<string, string>)) });
    else return `question ${name} is of no known type`;
  }
  const fault = read.map(faultOf).find((found) => found !== undefined);
  return fault ?? { model, text: state, questions: read };
}

function decisionsRequest(body: string): ReadRequest | string {
  const { model, input, questions, ...rest } = JSON.parse(body);
  if (Object.keys(rest).length > 0) return `extra fields: ${Object.keys(rest)}`;
  if (typeof model !== "string" || typeof input !== "string" || input.trim() === "") return "model or input is missing or blank";
  if (!Array.isArray(questions) || questions.length === 0 || questions.length > 64) return "1 to 64 questions are needed";
  if (new Set(questions.map(({ name }) => name)).size < questions.length) return "names of questions must be unique";
  const read = questions.map(
    ({ type, name, instructions, choices = [] }): AskedQuestion => ({
      name,
      isChoice: type === "choice",
      instructions,
      options: new Map(choices.map(({ value, description }: { value: string; description: string }) => [value, description])),
    }),
  );
  const fault = read.map(faultOf).find((found) => found !== undefined);
  return fault ?? { model, text: input, questions: read };
}

function faultOf({ name, isChoice, instructions, options }: AskedQuestion): string | undefined {
  if (typeof instructions !== "string" || instructions === "") return `question ${name} has no instructions`;
  if (!isChoice) return undefined;
  if (options.size < 2) return `question ${name} has fewer than 2 options`;
  return [...options.values()].some((description) => typeof description !== "string" || description === "")
    ? "an option has no description"
    : undefined;
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);

/** The more words a text shares with what is said of an option, and with its examples, the likelier it is. */
function byWords(text: string, { isChoice, instructions, options }: AskedQuestion): ReadonlyMap<string, number> {
  const words = wordsOf(text);
  const shared = (other: string): number => [...wordsOf(other)].filter((word) => words.has(word)).length;
  const examples = [...instructions.matchAll(/<text-(\w+)>\n([\s\S]*?)\n<\/text-\1>\n(?:Label|Applies): (.*)/g)];
  const votes = (answer: string): number =>
    examples.reduce((sum, [, , example, said]) => sum + (said === answer ? shared(example!) : 0), 0);
  if (!isChoice) {
    const statement = instructions.replace(/<text-(\w+)>[\s\S]*?<\/text-\1>/g, "");
    const logit =
      2 * shared(statement.replace(/The label|applies to the text|What it means|Examples follow.*/g, "")) +
      votes("yes") -
      votes("no") -
      1;
    return new Map([["yes", 1 / (1 + Math.exp(-logit))]]);
  }
  const scores = [...options].map(([option, description]) => 2 * shared(`${option} ${description}`) + votes(option));
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  return new Map([...options.keys()].map((option, i) => [option, Math.exp(scores[i]!) / total]));
}

function answersOf(
  shape: LoggedAnswer["shape"],
  questions: readonly AskedQuestion[],
  told: LoggedAnswer["probabilities"],
): Right["answers"] {
  const answers = questions.map(({ name, isChoice }) => {
    const probabilities = told.get(name)!;
    if (!isChoice) {
      const probability = probabilities.get("yes")!;
      return shape === "systemone" ? { name, type: "noul", noul: probability } : { name, type: "predicate", probability };
    }
    const [choice] = [...probabilities].reduce((best, each) => (each[1] > best[1] ? each : best));
    const shown =
      shape === "systemone"
        ? Object.fromEntries(probabilities)
        : [...probabilities].map(([value, probability]) => ({ value, probability }));
    return { name, type: "choice", choice, probabilities: shown, confidence: Math.max(...probabilities.values()) };
  });
  if (shape === "decisions") return answers;
  return Object.fromEntries(answers.map(({ name, ...answer }) => [name, answer]));
}
