import { isMapping, type PromptfooConfig } from "../../data/promptfoo/promptfoo-config.js";
import { excerpt } from "./excerpt.js";

/** promptfoo's names of models, and ours. */
const names: readonly { readonly pattern: RegExp; readonly provider: string }[] = [
  {
    pattern: /^openai:(?:chat:|responses:)?(?!chat$|responses$|embeddings?:|completion:|assistant:|image:|realtime:)(.+)$/,
    provider: "openai",
  },
  { pattern: /^anthropic:(?:messages:)?(?!messages$|completion:)(.+)$/, provider: "anthropic" },
  { pattern: /^google:(?!live:|image:|video:)(.+)$/, provider: "google" },
  { pattern: /^ollama:(?:chat:|completion:)?(?!chat$|completion$|embeddings?:)(.+)$/, provider: "ollama" },
  { pattern: /^azure(?:openai)?:(?:chat:|responses:)(.+)$/, provider: "azure" },
  { pattern: /^openrouter:(?!embeddings?:)(.+)$/, provider: "openrouter" },
  { pattern: /^groq:(?!responses:)(.+)$/, provider: "groq" },
  { pattern: /^mistral:(?!embeddings?:)(.+)$/, provider: "mistral" },
  { pattern: /^deepseek:(.+)$/, provider: "deepseek" },
  { pattern: /^togetherai:(?:chat:)?(?!embeddings?:|completion:)(.+)$/, provider: "together" },
  { pattern: /^xai:(?!image:|responses:)(.+)$/, provider: "xai" },
  { pattern: /^cerebras:(.+)$/, provider: "cerebras" },
];

/** The models that a configuration names, as `--llm` takes them, and what was left out, in sentences for people. No key or setting is read. */
export function promptfooModels({ content, file }: PromptfooConfig): {
  readonly llms: readonly string[];
  readonly notes: readonly string[];
} {
  const given = content["providers"] ?? content["targets"];
  const entries: readonly unknown[] = Array.isArray(given) ? given : given === undefined || given === null ? [] : [given];
  const llms: string[] = [];
  const left: string[] = [];
  let hasSettings = false;
  for (const entry of entries) {
    // A provider is a name, an object with one as id, or an object with one as its only key.
    const id = isMapping(entry) ? (entry["id"] ?? Object.keys(entry)[0]) : entry;
    const name = typeof id === "string" ? id : "";
    const found = names.flatMap(({ pattern, provider }) => {
      const model = pattern.exec(name)?.[1];
      return model === undefined ? [] : [`${provider}:${model}`];
    })[0];
    if (found === undefined) left.push(name);
    else llms.push(found);
    hasSettings ||= isMapping(entry) && isMapping(entry["config"] ?? entry[name]);
  }
  return {
    llms: [...new Set(llms)],
    notes: [
      ...(left.length === 0
        ? []
        : [`${file}: ${left.map(excerpt).join(", ")} cannot be asked from here and was left out. Name models with --llm.`]),
      ...(hasSettings ? [`${file}: settings of its providers (temperature and the like) were not taken over.`] : []),
    ],
  };
}
