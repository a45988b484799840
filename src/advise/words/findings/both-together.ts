/** @file The two arms as one, in words. */
import { formatPercent, formatUsd } from "../../../lib/text/format.js";
import { formatMetricEstimate, metricInWords } from "../../../lib/text/metric-names.js";
import { range, signed } from "../points.js";
import type { WordingsOf } from "../wording.js";

/** What is found of a cascade. */
export const bothTogetherWordings: WordingsOf<"both-together"> = {
  "both-together": {
    role: "reason",
    title: () => "Both together",
    sentence: ({ small, llm, escalated, metric, score, overSmall, overLlm, usd, llmUsd, margin }) => {
      const over = ({ value, low, high }: typeof overSmall): string =>
        `${signed(value, margin)} points (${range({ low, high }, margin)})`;
      const price =
        usd === undefined || llmUsd === undefined
          ? ""
          : `, for ${formatUsd(usd)} per 1,000 requests in place of ${formatUsd(llmUsd)}`;
      return (
        `${small} where it is sure, and ${llm} for the other ${formatPercent(escalated)} of the rows reach ${formatMetricEstimate(metric, score)} of ` +
        `${metricInWords(metric)}: ${over(overSmall)} against the first alone, ${over(overLlm)} against the second alone${price}.`
      );
    },
    steps: ({ small, llm, isRecording }) =>
      isRecording
        ? [
            {
              text: `See what ${small} and ${llm} do together. To use them so, measure the LLM by a prompt: a recording can be asked nothing new.`,
              command: "crossover cascade RUN",
            },
          ]
        : [
            {
              text: `Save ${small} and ${llm} as one, which asks the second about the rows alone that the first is unsure of.`,
              command: "crossover cascade RUN --save",
            },
            { text: "Serve them so.", command: "crossover serve RUN/artifacts/hybrid_cascade" },
          ],
  },
};
