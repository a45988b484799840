/** @file What is compared: the tuned arm, the prompted arm, and how long each is searched for. */
import type { CurveLevel } from "../../compare/curves/measure-curves.js";
import { optimizerNames } from "../../prompt/optimizers/optimizers.js";
import { llmForms } from "../../prompt/providers/services.js";
import type { ClassWeight } from "../../tune/regression/class-weights.js";
import { choice, duration, names, number, option, severalTexts, text, wholeNumber } from "./option.js";

/** Options about what is compared. */
export const comparedOptions = {
  model: option(text(), {
    argument: "name|dir|id",
    help: "encoder of the tuned arm: minilm-l6, a Hugging Face folder, or a model of the Hub (org/name, org/name@revision), which is downloaded",
    default: "minilm-l6",
    env: "CROSSOVER_MODEL",
    path: "perhaps",
  }),
  llm: option(severalTexts(), {
    argument: "spec",
    help: `LLM to prompt (repeatable): ${llmForms()}, local:ORG/MODEL, recorded:FILE; OPENAI_BASE_URL leads openai: to a server of your own`,
    default: [],
    path: "recorded",
  }),
  recordedLabels: option(wholeNumber(0), {
    argument: "n",
    help: "labelled examples that recorded answers rest on, e.g. shown in the prompt (default: unknown)",
  }),
  recordedWords: option(wholeNumber(0), {
    argument: "n",
    help: "words a person wrote for the prompt behind recorded answers (default: unknown)",
  }),
  prompt: option(severalTexts(), {
    argument: "dir|file",
    help: "ask this prompt: the folder a run wrote, a promptfoo configuration, or a program that DSPy saved as JSON (repeatable)",
    path: "file",
  }),
  classWeight: option(choice<ClassWeight>(["none", "balanced"]), {
    argument: "how",
    help: "balanced: rare labels count as much as frequent ones in tuning",
    default: "none",
  }),
  approaches: option(names("tune:probe"), {
    argument: "names",
    help: "only these and baseline:majority, e.g. tune:probe,prompt:zero-shot; tune is the way that suits the number of labels, all is every approach (default: baselines, tune:tfidf, tune:probe and tune; prompt:labels; of each --llm zero-shot and few-shot)",
  }),
  timeBudget: option(duration(), {
    argument: "time",
    help: "how long one training may take that is picked for you, e.g. 10m or 1h; 0 picks none (default: 30m)",
    env: "CROSSOVER_TIME_BUDGET",
  }),
  search: option(wholeNumber(1, 1000), {
    argument: "n",
    help: "settings tried for each trained approach, judged on a part of the training rows (default: 1, the usual settings)",
  }),
  optimizer: option(choice(["auto", ...optimizerNames]), {
    argument: "name",
    help: "search for a better prompt (prompt:optimized); auto chooses by rows and budget (default: no search)",
  }),
  optimizerCalls: option(wholeNumber(1), { argument: "n", help: "answers that a search may ask for (default: 2,000)" }),
  optimizerUsd: option(number(0), {
    argument: "usd",
    help: "what a search may cost (default: half of --budget-usd, shared by all searches)",
  }),
  optimizerTime: option(duration(), {
    argument: "time",
    help: "how long a search may take, e.g. 10m or 1h (default: 30m)",
  }),
  demos: option(wholeNumber(1, 1000), { argument: "n", help: "examples in a prompt that shows any", default: 8 }),
  confidence: option(choice(["logprob", "calibrated", "codes", "stated"]), {
    argument: "how",
    help: "have LLMs say how sure they are: logprob by the log-probabilities of their answers, calibrated by those less what the prompt leans to, codes by those of letters that stand for the labels, stated in their own words (default: not asked)",
  }),
  curve: option(choice<"off" | CurveLevel>(["off", "quick", "full"]), {
    argument: "how",
    help: "learning curves, from which the number of labels follows at which fine-tuning overtakes prompting: quick measures what costs no money, in a quarter of the run's time; full measures prompts that learn from labels too",
    default: "quick",
    env: "CROSSOVER_CURVE",
  }),
  curveTime: option(duration(), {
    argument: "time",
    help: "how long the learning curves may take, e.g. 30s or 15m (default: with --curve quick a quarter of the run's time, 20s at least; with full no limit)",
  }),
  repeat: option(wholeNumber(1, 1000), { argument: "n", help: "runs of each approach, with different seeds", default: 1 }),
};
