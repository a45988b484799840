/**
 * @file `vllm:ORG/MODEL`: an open model that `vllm run-batch` asks, in jobs of an engine. Its requests are OpenAI's chat completions, its batches files of
 * OpenAI's format; no server runs, and no key is needed.
 */
import { UserError } from "../../lib/errors.js";
import type { JobModel, ModelJobs } from "../batch/model-jobs.js";
import type { ModelCard } from "../llm.js";
import { freePrice } from "../prices/prices.js";
import type { Connection } from "./connect.js";
import type { Features } from "./sdk-llm.js";
import { services } from "./services.js";

/** What stands before the colon. */
export const vllmProvider = "vllm";

/** What stands behind it, for help. */
export const vllmForm = "vllm:ORG/MODEL";

/** Whether a spec names a model that jobs of an engine ask. */
export const isAskedByJobs = (spec: string): boolean => spec.startsWith(`${vllmProvider}:`);

/** All parts of a request are taken: `temperature`, `seed`, `response_format` and `top_logprobs` (up to 20, by `--max-logprobs`). */
export const vllmFeatures: Features = { temperature: true, seed: true, structure: true, logprobs: true };

/** What is known of a model without asking it. `UserError` where the spec can't be one. */
export function vllmCard(spec: string, model: string, jobs: Pick<ModelJobs, "vllmArguments"> | undefined): ModelCard {
  jobModel(spec, model);
  const words = jobs?.vllmArguments ?? [];
  return {
    spec,
    provider: vllmProvider,
    model,
    // Another length of context or other quantized weights give other answers: a part of the key of every stored answer.
    baseUrl: words.length === 0 ? "vllm:" : `vllm:?${words.map(encodeURIComponent).join("&")}`,
    price: freePrice,
    // Whether it thinks is not known: it is given room.
    isReasoning: true,
    isAskedByJobs: true,
    needs: ["vLLM", "a GPU"],
    warnings: [],
  };
}

/** A name as the Hub has them, with or without an organization. */
const repoName = /^[\w][\w.-]*(\/[\w][\w.-]*)?$/;

/** The model of a spec: of the Hub, with its revision behind an `@`, or a folder. `UserError` where it is neither. */
export function jobModel(spec: string, model: string): JobModel {
  if (model.startsWith("/")) return { name: model, source: { path: model } };
  const [repo = "", revision, ...more] = model.split("@");
  if (!repoName.test(repo) || revision === "" || more.length > 0)
    throw new UserError(
      `${spec} names no model that a job could load. Write ${vllmForm} (also ORG/MODEL@REVISION), or a folder of the engine's machine by its whole path: vllm:/models/MODEL.`,
    );
  return { name: model, source: { repo, ...(revision !== undefined && { revision }) } };
}

/** How its requests are written. */
export function vllmConnection({ model, baseUrl }: ModelCard): Connection {
  const service = { ...services["openai-compatible"], limitName: "max_completion_tokens" } as const;
  return { service, model, baseUrl, apiKey: undefined, isOpenaiThinker: false };
}

/** Says that jobs would have to ask it, where nothing does them. */
export function needsEngine(spec: string): UserError {
  return new UserError(
    `${spec} is asked by jobs of an engine, and none is named that does them. Give run, label or predict one with --engine, such as command:python or ray:ADDRESS ` +
      "(docs/engines.md). A server of vLLM that runs already is asked as --llm openai-compatible:http://127.0.0.1:8000/v1#MODEL.",
  );
}
