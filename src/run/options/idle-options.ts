/** @file Options that were given and change nothing: told, so that nobody believes that they did. */
import { sequence } from "../../advise/words/lists.js";
import { type EngineUse, formsThatUse, usesOption } from "../../engines/open-engine.js";
import { recordedFile } from "../../prompt/providers/spec.js";
import { isAskedByJobs } from "../../prompt/providers/vllm.js";
import type { Approach } from "../../types/approach.js";
import { type EngineOptions, localEngine } from "../engine/run-engine.js";
import type { RunOptions } from "../run-options.js";
import { flagOf, type Option } from "./option.js";
import { runOptions } from "./options-table.js";

/** Options with the condition under which they do something. */
interface Rule {
  readonly options: readonly (keyof typeof runOptions)[];
  readonly works: (options: RunOptions, approaches: readonly Approach[]) => boolean;
  /** Why they do nothing where it does not hold. */
  readonly why: string;
}

/** Options that some engines have a use for, by what those call it. */
const engineUses = {
  engineStorage: "storage",
  engineCpus: "cpus",
  engineGpus: "gpus",
  enginePip: "installsPackages",
  engineImage: "image",
  engineTimeout: "timeoutSeconds",
} as const satisfies { readonly [Name in keyof EngineOptions]?: EngineUse };

const asksLlm = ({ llm }: RunOptions, approaches: readonly Approach[]): boolean =>
  llm.some((spec) => recordedFile(spec) === undefined && approaches.some(({ model }) => model === spec));

const rules: readonly Rule[] = [
  {
    options: [
      "llmRows",
      "confidence",
      "optimizer",
      "optimizerCalls",
      "optimizerUsd",
      "optimizerTime",
      "demos",
      "labelsInPrompt",
      "maxConcurrency",
      "timeoutSeconds",
      "patienceSeconds",
    ],
    works: asksLlm,
    why: "no language model is asked",
  },
  {
    options: ["recordedLabels", "recordedWords"],
    works: ({ llm }) => llm.some((spec) => recordedFile(spec) !== undefined),
    why: "no recorded answers are compared (--llm recorded:FILE)",
  },
  {
    options: ["unlabelled"],
    works: (_, approaches) => approaches.some(({ method }) => method === "distilled"),
    why: "no language model labels rows for a small one (--llm, hybrid:distilled among --approaches)",
  },
  {
    options: ["unlabelledRows"],
    works: ({ unlabelled }) => unlabelled !== undefined,
    why: "no file of unlabelled rows was given (--unlabelled)",
  },
  {
    options: ["search", "classWeight"],
    works: (_, approaches) => approaches.some(({ arm }) => arm === "tune"),
    why: "nothing is trained",
  },
  {
    options: ["engineJobs", ...(Object.keys(engineUses) as (keyof typeof engineUses)[])],
    works: ({ engine }) => engine !== localEngine,
    why: "this machine does the work (--engine)",
  },
  {
    options: ["vllmArgs"],
    works: ({ llm }) => llm.some(isAskedByJobs),
    why: "no model is asked by vLLM (--llm vllm:ORG/MODEL)",
  },
  {
    options: ["timeBudget"],
    works: ({ engine }) => engine === localEngine,
    why: "the time of an engine is not limited",
  },
  { options: ["curveTime"], works: ({ curve }) => curve !== "off", why: "no learning curves are measured (--curve)" },
  {
    options: ["personHours"],
    works: ({ usdPerPersonHour }) => usdPerPersonHour !== undefined,
    why: "no price of an hour was told (--usd-per-person-hour)",
  },
  {
    options: ["usdPerPersonHour"],
    works: ({ personHours }) => personHours !== undefined,
    why: "no hours were told (--person-hours)",
  },
];

/** A sentence for the options of each rule that were given and change nothing. */
export function idleOptions(options: RunOptions, approaches: readonly Approach[]): string[] {
  const ruled = rules.flatMap(({ options: names, works, why }) => {
    const given = names.filter((name) => isGiven(options, name));
    return given.length === 0 || works(options, approaches) ? [] : [idle(given, why)];
  });
  return [...ruled, ...idleEngineOptions(options)];
}

/** The same for those that the engine has no use for, where others have one. */
export function idleEngineOptions(options: EngineOptions): string[] {
  const { engine } = options;
  if (engine === localEngine) return [];
  return Object.entries(engineUses).flatMap(([name, use]) => {
    const isIdle = isGiven(options, name as keyof EngineOptions) && !usesOption(engine, use);
    return isIdle ? [idle([name as keyof EngineOptions], `it is for ${sequence(formsThatUse(use))}`)] : [];
  });
}

function isGiven(options: Partial<RunOptions>, name: keyof typeof runOptions): boolean {
  const value: unknown = options[name as keyof RunOptions];
  const row: Option = runOptions[name];
  return value !== undefined && value !== row.default;
}

function idle(given: readonly (keyof typeof runOptions)[], why: string): string {
  const flags = given.map((name) => flagOf(name, runOptions[name]));
  return `${sequence(flags)} ${given.length === 1 ? "changes" : "change"} nothing here: ${why}.`;
}
