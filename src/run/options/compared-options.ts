/** @file What is compared: the tuned arm, the prompted arm, and how long each is searched for. */
import type { CurveLevel } from "../../compare/curves/curve-schedule.js";
import { leastSampledRows } from "../../compare/sample/sampled-approach.js";
import { labelChoices, mostListedLabels, shortlistSize } from "../../prompt/asking/offered-labels.js";
import { optimizerNames } from "../../prompt/optimizers/optimizers.js";
import { llmForms } from "../../prompt/providers/services.js";
import type { ClassWeight } from "../../tune/regression/class-weights.js";
import { choice, duration, names, number, option, severalTexts, text, wholeNumber } from "./option.js";

/** Options about what is compared. */
export const comparedOptions = {
  model: option(text(), {
    argument: "name|dir|id",
    help: "model of the tuned arm, an encoder or a language model: minilm-l6, smollm2, a Hugging Face folder, a GGUF file, or a model of the Hub to download (org/name, org/name@revision)",
    default: "minilm-l6",
    env: "CROSSOVER_MODEL",
    path: "perhaps",
    example: "distilbert-base-uncased",
  }),
  llm: option(severalTexts(), {
    argument: "spec",
    help: `LLM to prompt (repeatable): ${llmForms()}, local:smollm2, local:ORG/MODEL, local:FOLDER, local:FILE.gguf, recorded:FILE; auto: local:smollm2, the small model that comes along, where it can be asked; none: no LLM; OPENAI_BASE_URL points openai: at your own server`,
    default: ["auto"],
    env: "CROSSOVER_LLM",
    path: "recorded",
    example: "openai:gpt-6-luna",
  }),
  llmRows: option(wholeNumber(leastSampledRows), {
    argument: "n",
    help: `the most test rows that each LLM is asked about, chosen at random by the seed, the same for every prompt; of the validation rows the same share, ${leastSampledRows} at least. The tuned model answers all rows, and the two are compared on those of the sample (default: all rows)`,
    example: "100",
  }),
  unlabelled: option(text(), {
    argument: "file",
    help: "file of texts without labels, as CSV, TSV, JSON Lines and others: each LLM labels them, and a small model is trained on your rows and on those labels that it is sure enough of (hybrid:distilled). Test rows among them are left out. --dry-run tells the price",
    path: "file",
    example: "unlabelled.csv",
  }),
  unlabelledRows: option(wholeNumber(1), {
    argument: "n",
    help: "the most rows of --unlabelled that an LLM labels, drawn at random by the seed (default: 1000)",
    example: "5000",
  }),
  recordedLabels: option(wholeNumber(0), {
    argument: "n",
    help: "labeled examples behind recorded answers, e.g. those in the prompt (default: unknown)",
    example: "8",
  }),
  recordedWords: option(wholeNumber(0), {
    argument: "n",
    help: "words that a person wrote for the prompt behind recorded answers (default: unknown)",
    example: "120",
  }),
  prompt: option(severalTexts(), {
    argument: "dir|file",
    help: "prompt to ask: a folder saved by a run, a promptfoo configuration, or a DSPy program saved as JSON (repeatable)",
    path: "file",
    example: "my-prompt",
  }),
  classWeight: option(choice<ClassWeight>(["none", "balanced"]), {
    argument: "how",
    help: "balanced: in tuning, rare labels count as much as frequent ones",
    default: "none",
    example: "balanced",
  }),
  approaches: option(names("tune:probe"), {
    argument: "names",
    help: "compare only these and baseline:majority, e.g. tune:probe,prompt:zero-shot; tune picks the method that suits the number of labels, all is every approach (default: baselines, tune:tfidf, tune:probe and tune; prompt:labels; zero-shot, few-shot and nearest for each --llm)",
    example: "tune:probe,prompt:zero-shot",
  }),
  timeBudget: option(duration(), {
    argument: "time",
    help: "time limit of a training that is picked for you, e.g. 10m or 1h; 0 picks none (default: 30m)",
    env: "CROSSOVER_TIME_BUDGET",
    example: "10m",
  }),
  search: option(wholeNumber(1, 1000), {
    argument: "n",
    help: "number of configurations to try for each trained approach, scored on a part of the training rows (default: 1, the default configuration)",
    example: "8",
  }),
  optimizer: option(choice(["auto", ...optimizerNames]), {
    argument: "name",
    help: "search for a better prompt (prompt:optimized); auto chooses by rows and budget (default: no search)",
    example: "auto",
  }),
  optimizerCalls: option(wholeNumber(1), {
    argument: "n",
    help: "the most answers that a search may request (default: 2,000)",
    example: "500",
  }),
  optimizerUsd: option(number(0), {
    argument: "usd",
    help: "the most that a search may cost (default: half of --budget-usd, shared by all searches)",
    example: "1",
  }),
  optimizerTime: option(duration(), {
    argument: "time",
    help: "time limit of a search, e.g. 10m or 1h (default: 30m)",
    example: "10m",
  }),
  demos: option(wholeNumber(1, 1000), {
    argument: "n",
    help: "number of examples in a prompt that shows some",
    default: 8,
    example: "16",
  }),
  labelsInPrompt: option(choice(labelChoices), {
    argument: "which",
    help: `labels that a prompt offers: all, where the LLM's window allows; shortlist, the ${shortlistSize} nearest to each text; auto, all up to ${mostListedLabels.fixed} labels, or up to ${mostListedLabels.retrieved} where a prompt finds its examples for each text. --dry-run tells what the others would cost`,
    default: "auto",
    before: "auto",
    example: "all",
  }),
  confidence: option(choice(["logprob", "calibrated", "codes", "stated"]), {
    argument: "how",
    help: "get confidences from LLMs: logprob from the log-probabilities of their answers, calibrated from those corrected for the prompt's bias, codes from those of letters that stand for the labels, stated from what the LLM itself claims (default: none)",
    example: "logprob",
  }),
  repeat: option(wholeNumber(1, 1000), {
    argument: "n",
    help: "number of runs of each approach, with different seeds",
    default: 1,
    example: "5",
  }),
  curve: option(choice<"off" | CurveLevel>(["off", "quick", "full"]), {
    argument: "how",
    help: "learning curves, which tell from how many labels on fine-tuning beats prompting, and experiments with a new label, typos, rows unlike the others and other words: quick measures what costs no money, within a quarter of the run's time; full also asks services that bill",
    default: "quick",
    before: "off",
    env: "CROSSOVER_CURVE",
    example: "full",
  }),
  curveTime: option(duration(), {
    argument: "time",
    help: "time limit of learning curves and experiments, e.g. 30s or 15m (default: with --curve quick a quarter of the run's time, at least 15s; with full none)",
    example: "15m",
  }),
};
