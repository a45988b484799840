/** @file The batch interfaces of the simulated service: OpenAI's files and batches, Anthropic's message batches. What goes wrong is settable. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Protocol } from "./protocol.js";

/** What happens to a request of a batch in place of an answer. */
export type BatchLineFault =
  | "expired"
  | "500"
  | "400"
  | "missing"
  | "broken"
  | "twice"
  | "stranger"
  | "no object"
  | "error first";

export interface BatchesOptions {
  /** From handing over to the answers. */
  readonly delayMs?: number;
  /** Batches that do not fit beside those under way fail, as at OpenAI's limit of enqueued tokens. */
  readonly mostEnqueued?: number;
  /** What goes wrong with a request; `batch` counts from 0. */
  readonly lineFault?: (place: { readonly batch: number; readonly line: number }) => BatchLineFault | undefined;
  /** What goes wrong with a call of the interface; `call` counts those of its kind from 0. `"lost answer"`: the work is done, and nobody hears of it. */
  readonly callFault?: (call: { readonly kind: CallKind; readonly call: number }) => "503" | "lost answer" | "cut" | undefined;
  /** Batches that end as cancelled after half of their requests. */
  readonly isCancelled?: (batch: number) => boolean;
  /** Why a batch is refused when it is looked at, before anything of it runs; OpenAI's only. */
  readonly refusal?: (batch: number) => string | undefined;
}

type CallKind = "upload" | "create" | "state" | "list" | "answers";

/** A batch as it came in. */
export interface ReceivedBatch {
  readonly id: string;
  /** The `custom_id` of each request. */
  readonly keys: readonly string[];
  readonly metadata: unknown;
}

/** One answer of the service, as it would go over the wire. */
export type AnswerBody = (protocol: Protocol, body: unknown) => Promise<{ readonly status: number; readonly body: object }>;

interface Batch extends ReceivedBatch {
  readonly protocol: Protocol["name"];
  readonly createdAt: number;
  readonly isCrowded: boolean;
  readonly refusal: string | undefined;
  readonly isCancelled: boolean;
  readonly output: string[];
  readonly errors: string[];
  readonly counts: { succeeded: number; errored: number; expired: number; canceled: number };
}

interface Line {
  readonly custom_id: string;
  readonly body?: unknown;
  readonly params?: unknown;
}

/** Serves the interfaces. `handle` is false for requests that are not theirs. */
export function simulatedBatches(protocols: readonly Protocol[], answer: AnswerBody, options: BatchesOptions) {
  const batches: Batch[] = [];
  const files = new Map<string, string>();
  const calls = new Map<CallKind, number>();
  const { delayMs = 0, mostEnqueued = Number.POSITIVE_INFINITY } = options;
  const isOver = ({ createdAt, isCrowded }: Batch): boolean => isCrowded || performance.now() >= createdAt + delayMs;

  const create = async (protocol: Protocol, lines: readonly Line[], metadata: unknown): Promise<Batch> => {
    const number = batches.length;
    const enqueued = batches.filter((batch) => !isOver(batch)).reduce((sum, { keys }) => sum + keys.length, 0);
    const batch: Batch = {
      id: `batch_${number}`,
      protocol: protocol.name,
      keys: lines.map(({ custom_id }) => custom_id),
      metadata,
      createdAt: performance.now(),
      isCrowded: enqueued + lines.length > mostEnqueued,
      isCancelled: options.isCancelled?.(number) === true,
      refusal: options.refusal?.(number),
      output: [],
      errors: [],
      counts: { succeeded: 0, errored: 0, expired: 0, canceled: 0 },
    };
    batches.push(batch);
    if (batch.isCrowded || batch.refusal !== undefined) return batch;
    for (const [line, { custom_id, body, params }] of lines.entries()) {
      const fault = options.lineFault?.({ batch: number, line });
      if (batch.isCancelled && line >= lines.length / 2) {
        batch.counts.canceled++;
        if (protocol.name === "anthropic") batch.output.push(JSON.stringify({ custom_id, result: { type: "canceled" } }));
        continue;
      }
      if (fault === "missing") continue;
      if (fault === "expired") {
        batch.counts.expired++;
        const error = {
          code: "batch_expired",
          message: "This request could not be executed before the completion window expired.",
        };
        if (protocol.name === "openai") batch.errors.push(JSON.stringify({ id: "r", custom_id, response: null, error }));
        else batch.output.push(JSON.stringify({ custom_id, result: { type: "expired" } }));
        continue;
      }
      const answered =
        fault === undefined || !/^\d/.test(fault)
          ? await answer(protocol, body ?? params)
          : protocol.error(Number(fault), "The server had an error", "error");
      const isGood = answered.status < 300;
      batch.counts[isGood ? "succeeded" : "errored"]++;
      if (protocol.name === "openai") {
        const response = { status_code: answered.status, request_id: "r", body: answered.body };
        (isGood ? batch.output : batch.errors).push(JSON.stringify({ id: "r", custom_id, response, error: null }));
      } else {
        const result = isGood ? { type: "succeeded", message: answered.body } : { type: "errored", error: answered.body };
        batch.output.push(JSON.stringify({ custom_id, result }));
      }
      const last = batch.output.at(-1)!;
      if (fault === "broken") batch.output.push(batch.output.pop()!.slice(0, 50));
      if (fault === "twice") batch.output.push(last, last);
      if (fault === "stranger")
        batch.output.push(last.replace(custom_id, `another-${custom_id}`), last.replace(`"${custom_id}"`, "7"));
      if (fault === "no object") batch.output.push("null", "12", '"text"', "[]", "{}", '{"custom_id":null}');
      if (fault === "error first") {
        const message = "It was tried again.";
        const failed = {
          openai: { id: "r", custom_id, response: null, error: { code: "server_error", message } },
          anthropic: { custom_id, result: { type: "errored", error: { type: "error", error: { type: "api_error", message } } } },
        };
        // They are reversed below.
        batch.output.push(JSON.stringify(failed[protocol.name as keyof typeof failed]));
      }
    }
    // In no order that a client could rely on.
    batch.output.reverse();
    return batch;
  };

  const openaiForm = (batch: Batch): object => {
    const { succeeded, errored, expired, canceled } = batch.counts;
    const isDone = isOver(batch);
    const file = (name: string, lines: readonly string[]): string | null =>
      isDone && lines.length > 0 ? `file_${batch.id}_${name}` : null;
    const ended = expired > 0 ? "expired" : batch.isCancelled ? "cancelled" : "completed";
    return {
      id: batch.id,
      object: "batch",
      endpoint: "/v1/chat/completions",
      status: batch.isCrowded || batch.refusal !== undefined ? "failed" : isDone ? ended : "in_progress",
      errors: batch.isCrowded
        ? { object: "list", data: [{ code: "token_limit_exceeded", message: "Enqueued token limit reached." }] }
        : batch.refusal !== undefined
          ? { object: "list", data: [{ code: "invalid_request", message: batch.refusal }] }
          : null,
      output_file_id: file("output", batch.output),
      error_file_id: file("errors", batch.errors),
      created_at: Math.floor(Date.now() / 1000),
      request_counts: {
        total: batch.keys.length,
        completed: isDone ? succeeded : 0,
        failed: isDone ? errored + expired + canceled : 0,
      },
      metadata: batch.metadata,
    };
  };

  const anthropicForm = (batch: Batch): object => {
    const isDone = isOver(batch);
    const none = { succeeded: 0, errored: 0, expired: 0, canceled: 0 };
    return {
      id: batch.id,
      type: "message_batch",
      processing_status: isDone ? "ended" : "in_progress",
      created_at: new Date().toISOString(),
      request_counts: isDone ? { processing: 0, ...batch.counts } : { processing: batch.keys.length, ...none },
      results_url: isDone ? `http://elsewhere.invalid/${batch.id}` : null,
    };
  };

  const respond = (response: ServerResponse, kind: CallKind, protocol: Protocol, body: object | string): void => {
    const call = calls.get(kind) ?? 0;
    calls.set(kind, call + 1);
    const fault = options.callFault?.({ kind, call });
    if (fault === "lost answer") return void response.destroy();
    const text = typeof body === "string" ? body : JSON.stringify(body);
    if (fault === "503") {
      const failed = protocol.error(503, "Overloaded", "error");
      response.writeHead(failed.status, { "content-type": "application/json" });
      return void response.end(JSON.stringify(failed.body));
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    if (fault === "cut") {
      response.write(text.slice(0, text.length / 2));
      setTimeout(() => response.destroy(), 20);
    } else response.end(text);
  };

  const list = (protocol: Protocol, form: (batch: Batch) => object): object => {
    const own = batches.filter((batch) => batch.protocol === protocol.name).reverse();
    return { object: "list", data: own.map(form), has_more: false };
  };

  /** A call that creates fails before anything is done where it is to answer 503. */
  const isRefusedBefore = (kind: CallKind): boolean => options.callFault?.({ kind, call: calls.get(kind) ?? 0 }) === "503";

  const [openai, anthropic] = (["openai", "anthropic"] as const).map((name) => protocols.find((each) => each.name === name)!);
  const found = (id: string | undefined): Batch | undefined => batches.find((batch) => batch.id === id);

  /** What a path answers, by the id in it; `null` where there is no such thing. */
  const routes: readonly (readonly [
    method: string,
    path: RegExp,
    kind: CallKind,
    protocol: Protocol,
    answer: (id: string, body: string) => Promise<object | string | null>,
  ])[] = [
    [
      "POST",
      /^\/v1\/files$/,
      "upload",
      openai!,
      async (_, form) => {
        const id = `file_${files.size}`;
        if (!isRefusedBefore("upload")) files.set(id, fileOf(form));
        return { id, object: "file", purpose: "batch" };
      },
    ],
    [
      "POST",
      /^\/v1\/batches$/,
      "create",
      openai!,
      async (_, body) => {
        const { input_file_id, metadata } = JSON.parse(body) as { input_file_id: string; metadata: unknown };
        const lines = files.get(input_file_id)!.trimEnd().split("\n");
        if (isRefusedBefore("create")) return {};
        return openaiForm(
          await create(
            openai!,
            lines.map((line) => JSON.parse(line) as Line),
            metadata,
          ),
        );
      },
    ],
    [
      "POST",
      /^\/v1\/messages\/batches$/,
      "create",
      anthropic!,
      async (_, body) => {
        const { requests } = JSON.parse(body) as { requests: Line[] };
        return isRefusedBefore("create") ? {} : anthropicForm(await create(anthropic!, requests, null));
      },
    ],
    ["GET", /^\/v1\/batches$/, "list", openai!, async () => list(openai!, openaiForm)],
    ["GET", /^\/v1\/messages\/batches$/, "list", anthropic!, async () => list(anthropic!, anthropicForm)],
    ["GET", /^\/v1\/batches\/([^/]+)$/, "state", openai!, async (id) => formOf(openaiForm, found(id))],
    ["GET", /^\/v1\/messages\/batches\/([^/]+)$/, "state", anthropic!, async (id) => formOf(anthropicForm, found(id))],
    ["GET", /^\/v1\/messages\/batches\/([^/]+)\/results$/, "answers", anthropic!, async (id) => jsonl(found(id)?.output)],
    ["GET", /^\/v1\/files\/file_(batch_\d+)_output\/content$/, "answers", openai!, async (id) => jsonl(found(id)?.output)],
    ["GET", /^\/v1\/files\/file_(batch_\d+)_errors\/content$/, "answers", openai!, async (id) => jsonl(found(id)?.errors)],
  ];

  return {
    batches: batches as readonly ReceivedBatch[],
    async handle(message: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
      const route = routes.find(([method, pattern]) => method === message.method && pattern.test(path));
      if (route === undefined) return false;
      const [, pattern, kind, protocol, answerOf] = route;
      const body = await answerOf(pattern.exec(path)?.[1] ?? "", await read(message));
      if (body === null) return false;
      respond(response, kind, protocol, body);
      return true;
    },
  };
}

const formOf = (form: (batch: Batch) => object, batch: Batch | undefined): object | null =>
  batch === undefined ? null : form(batch);
const jsonl = (lines: readonly string[] | undefined): string | null => lines?.map((line) => `${line}\n`).join("") ?? null;

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The file of a form: the part that has a name, without its headers. */
function fileOf(form: string): string {
  const part = form.split(/\r\n--[^\r\n]+(?:--)?\r\n/).find((text) => /filename=/.test(text)) ?? form;
  return part.slice(part.indexOf("\r\n\r\n") + 4);
}
