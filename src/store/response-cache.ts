import { messageOf, UserError } from "../lib/errors.js";
import { sealedLine, unsealed } from "../lib/sealed-json.js";
import type { Usage } from "../types/prediction.js";
import { recentAnswers, takeOverLogs } from "./recent-answers.js";
import { openResponseTable, type ResponseTable } from "./response-table.js";

/** A stored answer. It contains no API key, no header and no request: the request's hash is its key. */
export interface StoredResponse {
  readonly text: string;
  readonly finish: string;
  readonly usage: Usage | null;
  /** `null` where it came in a batch. */
  readonly latencySeconds: number | null;
  readonly servedBy: string | null;
  /** Of each token of the text; absent where none were asked for, and in files of early versions. */
  readonly logprobs?: readonly StoredTokenLogprob[];
  /** Of labels; absent where the model tells none as such. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /** Of answers that were scored instead of written; absent of all others. */
  readonly answerLogprobs?: readonly { readonly logprob: number; readonly tokens: number }[];
}

/** A token with its natural log-probability and the likeliest tokens that could have stood there. */
export interface StoredTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** Paid answers on disk. Two processes may open the same file; what one stores, the other finds a moment later. */
export interface ResponseCache extends AsyncDisposable {
  get(key: string): Promise<StoredResponse | undefined>;
  /** Stores an answer. It is on disk when the promise resolves, and survives a killed process. */
  set(key: string, response: StoredResponse): Promise<void>;
  /** The number of stored answers. */
  count(): Promise<number>;
}

/**
 * Opens the SQLite file, or creates it. Answers cost money: it throws a `UserError` for a file that is broken or of another kind, and never
 * replaces it.
 */
export async function openResponseCache(path: string): Promise<ResponseCache> {
  const table = await openWithLogs(path);
  const recent = recentAnswers(table, path);
  let isOpen = true;
  const readAnswer = (key: string): string | undefined => {
    try {
      return table.read(key);
    } catch (error) {
      throw unreadable(path, error);
    }
  };
  return {
    async get(key) {
      const answer = recent.get(key) ?? readAnswer(key);
      return answer === undefined ? undefined : wholeAnswer(key, answer);
    },
    async set(key, { text, finish, usage, latencySeconds, servedBy, logprobs, probabilities, answerLogprobs }) {
      // Field by field: nothing that a caller's object may hold besides gets into the file.
      const answer: StoredResponse = {
        text,
        finish,
        usage,
        latencySeconds,
        servedBy,
        ...(logprobs === undefined ? {} : { logprobs: logprobs.map(storedToken) }),
        ...(probabilities === undefined ? {} : { probabilities: { ...probabilities } }),
        ...(answerLogprobs === undefined
          ? {}
          : { answerLogprobs: answerLogprobs.map(({ logprob, tokens }) => ({ logprob, tokens })) }),
      };
      try {
        recent.add([key, sealedLine({ key, ...answer }), new Date().toISOString()]);
      } catch (error) {
        throw new UserError(
          `Answers cannot be stored: ${path}: ${messageOf(error)}. Nothing more is asked; what was answered before is kept. ` +
            "Free space or repair the disk, then run the same command again.",
        );
      }
    },
    async count() {
      try {
        await recent.takeOver();
        await takeOverLogs(table, path);
        return table.count();
      } catch (error) {
        throw unreadable(path, error);
      }
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      // What cannot be taken over now is found in the log by the next who opens the table.
      await recent.takeOver().catch(() => {});
      recent.close();
      table.close();
    },
  };
}

/**
 * The answer as it was stored; `undefined` where it no longer is that, or is another request's: it is then asked for again, and replaced. What
 * it may have become must not count as what the model said.
 */
function wholeAnswer(key: string, text: string): StoredResponse | undefined {
  const whole = unsealed(text);
  if (whole === null) return earlyAnswer(text);
  const { key: storedKey, ...answer } = whole;
  return storedKey === key ? (answer as unknown as StoredResponse) : undefined;
}

/** An answer that was stored before there were checksums, and so has neither of the fields that came with them. */
function earlyAnswer(text: string): StoredResponse | undefined {
  try {
    const answer = JSON.parse(text) as StoredResponse;
    return "crc" in answer || "key" in answer ? undefined : answer;
  } catch {
    return undefined;
  }
}

function storedToken({ token, logprob, top }: StoredTokenLogprob): StoredTokenLogprob {
  return { token, logprob, top: top.map((other) => ({ token: other.token, logprob: other.logprob })) };
}

async function openWithLogs(path: string): Promise<ResponseTable> {
  let table: ResponseTable | undefined;
  try {
    table = await openResponseTable(path);
    await takeOverLogs(table, path);
    return table;
  } catch (error) {
    table?.close();
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(
    `The answers of earlier requests cannot be read: ${path}: ${messageOf(error)}. ` +
      "Name another file, or move this one away; requests that it holds would then be paid for again.",
  );
}
