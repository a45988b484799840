/** @file Anthropic's Message Batches API: all requests in one body, the answers as lines. */

import { readFile } from "node:fs/promises";
import { at, textAt } from "../../lib/json-value.js";
import { callJson, idOf, jsonLines } from "./batch-http.js";
import type { BatchAnswer, BatchService, BatchState } from "./batch-service.js";

/** Batches of Anthropic. */
export function anthropicBatches(baseUrl: string, apiKey: string | undefined): BatchService {
  const headers = {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    ...(apiKey === undefined ? {} : { "x-api-key": apiKey }),
  };
  const urlOf = (path: string): URL => new URL(`${baseUrl}/messages/batches${path}`);
  const get = (path: string, signal: AbortSignal): Promise<unknown> =>
    callJson({ method: "GET", url: urlOf(path), headers, signal });
  return {
    mostRequests: 100_000,
    // 256 MB are allowed; a body is in memory as a whole.
    mostBytes: 64_000_000,
    line: (key, body) => `{"custom_id":${JSON.stringify(key)},"params":${body}}`,
    async submit(batch, signal) {
      const lines = (await readFile(batch.path, "utf8")).trimEnd().split("\n");
      const body = `{"requests":[${lines.join(",")}]}`;
      return idOf(await callJson({ method: "POST", url: urlOf(""), headers: { ...headers, ...batch.headers }, body, signal }));
    },
    // Nothing can be sent along to know a batch by: it is the one of this size that was made since. The answers carry the requests' keys,
    // and those of another batch would answer none of them.
    async find({ requests, createdAt }, signal) {
      const since = Date.parse(createdAt) - 60_000;
      const list = at(await get("?limit=100", signal), "data");
      const found = (Array.isArray(list) ? list : []).find(
        (batch) => Date.parse(textAt(batch, "created_at") ?? "") >= since && stateOf(batch).total === requests,
      );
      return found === undefined ? null : idOf(found);
    },
    async state(id, signal) {
      return stateOf(await get(`/${encodeURIComponent(id)}`, signal));
    },
    async *answers(id, signal, isLastTry) {
      // Not `results_url`: the key is sent to the address it is meant for.
      for await (const line of jsonLines(urlOf(`/${encodeURIComponent(id)}/results`), headers, signal, isLastTry)) {
        const answer = answerOf(line);
        if (answer !== null) yield answer;
      }
    },
  };
}

function stateOf(batch: unknown): BatchState {
  const counts = at(batch, "request_counts");
  const numberAt = (field: string): number => Number(at(counts, field) ?? 0);
  const [canceled, expired] = [numberAt("canceled"), numberAt("expired")];
  const done = numberAt("succeeded") + numberAt("errored") + canceled + expired;
  const state = {
    isOver: textAt(batch, "processing_status") === "ended",
    done,
    total: done + numberAt("processing"),
  };
  const isCancelled = state.isOver && canceled > 0;
  return isCancelled ? { ...state, failure: { kind: "cancelled", message: "it was cancelled" } } : state;
}

/** Statuses of the errors that a request of its own would have got. */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  overloaded_error: 529,
};

function answerOf(line: unknown): BatchAnswer | null {
  const key = textAt(line, "custom_id");
  if (key === null) return null;
  const result = at(line, "result");
  const type = textAt(result, "type") ?? "without a type";
  const answered = (status: number, body: unknown): BatchAnswer => ({
    key,
    answer: { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  });
  if (type === "succeeded") return answered(200, at(result, "message") ?? null);
  if (type !== "errored") return type === "canceled" ? null : { key, answer: type };
  const error = at(result, "error");
  const inner = textAt(at(error, "error"), "type") === null ? { type: "error", error } : error;
  return answered(statuses[textAt(at(inner, "error"), "type") ?? ""] ?? 500, inner);
}
