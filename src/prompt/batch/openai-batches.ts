/** @file OpenAI's Batch API: a file is uploaded, a batch made of it, and the answers are a file again. */

import { openAsBlob } from "node:fs";
import { at, textAt } from "../../lib/json-value.js";
import { openaiHeaders } from "../providers/openai-chat.js";
import { callJson, idOf, jsonLines, postForm } from "./batch-http.js";
import type { BatchAnswer, BatchService, BatchState } from "./batch-service.js";

/** Pages of a hundred batches that are searched for one that was handed over lately. */
const mostPages = 20;

/** Batches of a server that speaks OpenAI's protocol. */
export function openaiBatches(baseUrl: string, apiKey: string | undefined): BatchService {
  const headers = openaiHeaders(apiKey);
  const { "content-type": _, ...bare } = headers;
  const urlOf = (path: string): URL => new URL(`${baseUrl}/${path}`);
  const get = (path: string, signal: AbortSignal): Promise<unknown> =>
    callJson({ method: "GET", url: urlOf(path), headers: bare, signal });
  return {
    mostRequests: 50_000,
    mostBytes: 200_000_000,
    line: (key, body) => `{"custom_id":${JSON.stringify(key)},"method":"POST","url":"/v1/chat/completions","body":${body}}`,
    async submit({ path, tag }, signal) {
      const form = new FormData();
      form.set("purpose", "batch");
      form.set("file", await openAsBlob(path, { type: "application/jsonl" }), `${tag}.jsonl`);
      const file = idOf(await postForm(urlOf("files"), bare, form, signal));
      const body = JSON.stringify({
        input_file_id: file,
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
        metadata: { crossover: tag },
      });
      return idOf(await callJson({ method: "POST", url: urlOf("batches"), headers, body, signal }));
    },
    async find({ tag, createdAt }, signal) {
      // An hour for clocks that differ.
      const since = Date.parse(createdAt) / 1000 - 3600;
      let after = "";
      for (let page = 0; page < mostPages; page++) {
        const list = await get(`batches?limit=100${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`, signal);
        const batches = listAt(list, "data");
        const found = batches.find(
          (batch) => textAt(at(batch, "metadata"), "crossover") === tag && textAt(batch, "status") !== "failed",
        );
        if (found !== undefined) return idOf(found);
        const last = batches.at(-1);
        const isOld = Number(at(last, "created_at") ?? 0) < since;
        if (last === undefined || at(list, "has_more") !== true || isOld) return null;
        after = idOf(last);
      }
      return null;
    },
    async state(id, signal) {
      return stateOf(await get(`batches/${encodeURIComponent(id)}`, signal));
    },
    async *answers(id, signal, isLastTry) {
      const batch = await get(`batches/${encodeURIComponent(id)}`, signal);
      for (const field of ["output_file_id", "error_file_id"]) {
        const file = textAt(batch, field);
        if (file === null) continue;
        for await (const line of jsonLines(urlOf(`files/${encodeURIComponent(file)}/content`), bare, signal, isLastTry)) {
          const answer = answerOf(line);
          if (answer !== null) yield answer;
        }
      }
    },
  };
}

const over = new Set(["completed", "failed", "expired", "cancelled"]);

function stateOf(batch: unknown): BatchState {
  const status = textAt(batch, "status") ?? "";
  const counts = at(batch, "request_counts");
  const numberAt = (field: string): number => Number(at(counts, field) ?? 0);
  const state = { isOver: over.has(status), done: numberAt("completed") + numberAt("failed"), total: numberAt("total") };
  if (status === "cancelled") return { ...state, failure: { kind: "cancelled", message: "it was cancelled" } };
  if (status !== "failed") return state;
  const errors = listAt(at(batch, "errors"), "data");
  const message = textAt(errors[0], "message") ?? "no reason is given";
  // The limit on tokens that wait in all batches of an account: nothing is wrong with the requests.
  const isCrowded = errors.some((error) => textAt(error, "code") === "token_limit_exceeded");
  return { ...state, failure: { kind: isCrowded ? "crowded" : "refused", message } };
}

function answerOf(line: unknown): BatchAnswer | null {
  const key = textAt(line, "custom_id");
  if (key === null) return null;
  const response = at(line, "response");
  const status = at(response, "status_code");
  if (typeof status !== "number") return { key, answer: textAt(at(line, "error"), "message") ?? "no reason is given" };
  return { key, answer: { status, headers: {}, body: JSON.stringify(at(response, "body") ?? null) } };
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
}
