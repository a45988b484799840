/** @file What was not measured, in words. */
import { formatBytes } from "../../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricInWords } from "../../../lib/text/metric-names.js";
import { closed } from "../lists.js";
import { parametersInWords } from "../model-size.js";
import { offerText } from "../offers.js";
import { failedText } from "../unanswered.js";
import type { WordingsOf } from "../wording.js";

/** Findings on what is missing. */
export const unmeasuredWordings: WordingsOf<
  | "needed-open"
  | "limit-unmeasured"
  | "latency-not-measured"
  | "price-unknown"
  | "failed"
  | "add-llm"
  | "larger-model"
  | "add-tuned"
> = {
  "needed-open": {
    role: "caution",
    title: () => "Whether it is good enough is open",
    sentence: ({ approach, metric, score, needed }) =>
      `${approach} reaches ${formatMetricEstimate(metric, score)} of ${metricInWords(metric)}; you need ${formatMetric(metric, needed)}, and the ` +
      "interval does not show that.",
  },
  "limit-unmeasured": {
    role: "caution",
    title: () => "A limit was not checked",
    sentence: ({ approach, limit }) =>
      limit === "price"
        ? `The price of ${approach} is not known: your limit was not held against it.`
        : `The latency of ${approach} was not measured: your limit was not held against it.`,
  },
  "latency-not-measured": {
    role: "caution",
    title: () => "Latency not measured",
    sentence: ({ approach, isRecording }) =>
      isRecording
        ? `The answers of ${approach} come from a recording, so its latency was not measured.`
        : `The latency of ${approach} was not measured.`,
  },
  "price-unknown": {
    role: "caution",
    title: () => "Price unknown",
    sentence: ({ approach }) => `The price of ${approach} is unknown, so the running costs are not compared.`,
    steps: ({ approach }) => [
      { text: `Give the price of ${approach} in a file of your own.`, command: "crossover run FILE --prices prices.json" },
    ],
  },
  failed: {
    role: "caution",
    title: () => "Not measured",
    sentence: ({ approach, reason }) => `${approach} could not be measured: ${closed(failedText(reason))}`,
    steps: () => [
      {
        text: "Fix the problem that kept an approach from being measured (see the cautions), then go on: only what is missing is asked.",
        command: "crossover resume RUN",
      },
    ],
  },
  "add-llm": {
    role: "change",
    title: () => "A language model",
    sentence: () => "No language model was measured; one may do better or worse than everything here.",
    steps: ({ tried, isOffered = false }) =>
      tried !== undefined
        ? []
        : [
            !isOffered && {
              text: "Measure an LLM: set OPENAI_API_KEY (see the cost first with --dry-run).",
              command: "crossover run FILE --llm openai:gpt-6-luna",
            },
            { text: "Without a key: a local model by Ollama.", command: "crossover run FILE --llm ollama:qwen3:8b" },
            {
              text: "From answers you have: the output file of an OpenAI batch.",
              command: "crossover run FILE --llm recorded:batch-output.jsonl",
            },
          ].filter((step) => step !== false),
  },
  "larger-model": {
    role: "change",
    title: () => "A larger language model",
    sentence: ({ model, parameters }) =>
      `The model ${model} has ${parametersInWords(parameters)}. A larger one may do better: measure one before you decide against prompting.`,
    steps: ({ next, offer, testRows }) =>
      [
        next && {
          // Two bytes a parameter, as they are published.
          text: `Ask a model of ${parametersInWords(next.parameters)} on this machine: ${formatBytes(2 * next.parameters)} or more to download.`,
          command: `crossover run FILE --llm ${next.model}`,
        },
        {
          text:
            offer === undefined
              ? "Ask a model of a service: set OPENAI_API_KEY (see the cost first with --dry-run)."
              : offerText(offer, testRows),
          command: `crossover run FILE --llm ${offer?.model ?? "openai:gpt-6-luna"}`,
        },
      ].filter((step) => step !== undefined),
  },
  "add-tuned": {
    role: "change",
    title: () => "A tuned model",
    sentence: () => "No tuned model was measured; one may do better or worse than everything here.",
    steps: () => [
      { text: "Measure the tuned arm too: it needs no key and no network.", command: "crossover run FILE --approaches +tune" },
    ],
  },
};
