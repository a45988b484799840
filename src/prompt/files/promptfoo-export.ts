/**
 * @file A prompt and test rows as files of promptfoo: `promptfooconfig.yaml`, the messages, and the rows. Checked against promptfoo 0.120.0:
 * its schema of a configuration, and its own evaluation (`golden/check_promptfoo.mjs`).
 */

import { stringify } from "yaml";
import { sha256 } from "../../lib/hash.js";
import { formatPlural } from "../../lib/text/format.js";
import type { Dataset, Example } from "../../types/data.js";
import { sampleTemperature } from "../asking/program-predictor.js";
import type { AnswerSchema, CompletionRequest, Message } from "../llm.js";
import { parseSpec } from "../providers/spec.js";
import { delimitText, renderRequest } from "../template.js";
import { nunjucksText } from "./nunjucks-text.js";
import { formOf } from "./prompt-files.js";
import type { SavedPrompt } from "./read-prompt-folder.js";

/** Names of the files. */
const [configFile, promptFile, testsFile] = ["promptfooconfig.yaml", "promptfoo-prompt.json", "promptfoo-tests.jsonl"] as const;

/**
 * The files, by name; none where promptfoo can't ask the same: it has no examples that are picked by the text, no shortlists, and not every
 * model.
 */
export function promptfooFiles({ settings, program }: SavedPrompt, test: Dataset): ReadonlyMap<string, string> {
  const { template, demos, answer: style, samples, shortlist } = program;
  const provider = providerOf(settings.llm);
  if (demos.kind !== "fixed" || shortlist !== null || provider === null) return new Map();
  const form = formOf(program, settings.answerForm);
  const request = renderRequest(template, demos.examples, "", form, { style });
  const parameters = { ...settings.parameters, ...(samples === 1 ? {} : { temperature: sampleTemperature }) };
  const code = codeFor([...test.examples, ...demos.examples].map(({ text }) => text));
  const messages = [
    ...request.messages.slice(0, -1).map(({ role, content }): Message => ({ role, content: nunjucksText(content) })),
    { role: "user", content: `<text-${code}>\n{{text}}\n</text-${code}>` },
  ];
  const rows = test.examples.map((example) => testOf(example, template.maxTextCharacters, test.isMultiLabel));
  const config = {
    description: `${settings.llm} on ${formatPlural(rows.length, "test row")} of ${test.name}`,
    prompts: [`file://${promptFile}`],
    providers: [{ id: provider.id, config: provider.config(request, parameters) }],
    defaultTest: { options: { transform: transformOf(test.isMultiLabel, form === "json", style === "reasoned") } },
    tests: `file://${testsFile}`,
    ...(samples === 1 ? {} : { evaluateOptions: { repeat: samples } }),
  };
  const altered = rows.filter(({ isAltered }) => isAltered).length;
  return new Map([
    [configFile, `${comment(code, samples, altered)}\n${stringify(config, { lineWidth: 0 })}`],
    [promptFile, `${JSON.stringify(messages, null, 2)}\n`],
    [testsFile, rows.map(({ test: row }) => `${JSON.stringify(row)}\n`).join("")],
  ]);
}

function comment(code: string, samples: number, altered: number): string {
  const lines = [
    "yaml-language-server: $schema=https://promptfoo.dev/config-schema.json",
    "Run it with: npx promptfoo eval -c promptfooconfig.yaml",
    "",
    `The text stands between <text-${code}> and </text-${code}>. Crossover makes such a code for each text anew; here it is one for all`,
    "rows, which occurs in none of their texts. Choose another one for rows that others may write.",
    "Crossover also replaces examples that are nearly the text asked about, asks once more where an answer can't be read, and reads answers",
    "more leniently: scores may differ by those rows.",
    ...(samples === 1
      ? []
      : [`Each text is asked ${samples} times. promptfoo grades every answer; Crossover counts the most frequent one.`]),
    ...(altered === 0
      ? []
      : [
          `${formatPlural(altered, "text")} had an invisible sign (U+200B) put in, since promptfoo would have read a file or a variable there.`,
        ]),
  ];
  return lines.map((line) => `# ${line}`.trimEnd()).join("\n");
}

/** A code that occurs in none of the texts. It depends on nothing but them. */
function codeFor(texts: readonly string[]): string {
  for (let i = 0; ; i++) {
    const code = sha256(String(i), ...texts).slice(0, 12);
    if (!texts.some((text) => text.includes(code))) return code;
  }
}

function testOf({ id, text, labels }: Example, maxCharacters: number, isMultiLabel: boolean) {
  const kept = delimitText(text, maxCharacters).content.replace(/^<text-\w+>\n|\n<\/text-\w+>$/g, "");
  const safe = safeVariable(kept);
  const value = isMultiLabel ? [...labels].sort().join("|") || "none" : labels[0]!;
  return {
    test: { vars: { text: safe }, assert: [{ type: "equals", value: safeValue(value) }], metadata: { id } },
    isAltered: safe !== kept,
  };
}

/**
 * promptfoo reads a variable that begins with `file://` from a file (and runs it, if it is code), and fills other variables into it. Neither
 * can be escaped there: an invisible sign keeps the words as they are.
 */
function safeVariable(text: string): string {
  const breaker = "\u200B";
  return text.replace(/^(?=(?:file|package):)/, breaker).replace(/\{(?=\{\s*\w+\s*\}\})/g, `{${breaker}`);
}

/** What is expected is a template in promptfoo, and may be a file's name. */
function safeValue(label: string): string {
  return nunjucksText(label).replace(/^(f|p)(?=(?:ile|ackage):)/, '{{ "$1" }}');
}

/** JavaScript for promptfoo: the label of an answer, or what was said where there is none. */
function transformOf(isMultiLabel: boolean, isJson: boolean, isReasoned: boolean): string {
  const joined = ".map((label) => label.trim()).filter((label) => label && label !== 'none').sort().join('|') || 'none'";
  if (isJson) {
    const label = isMultiLabel ? `answer.labels${joined}` : "answer.label";
    return `(() => { try { const answer = typeof output === 'string' ? JSON.parse(output) : output; return ${label}; } catch { return String(output).trim(); } })()`;
  }
  if (isMultiLabel) return `String(output)${isReasoned ? ".split('Labels:').pop()" : ""}.split('\\n')${joined}`;
  return isReasoned ? "String(output).trim().split('\\n').pop().replace(/^.*?label:\\s*/i, '')" : "String(output).trim()";
}

/** promptfoo reads a schema as templates. */
function responseFormat(schema: AnswerSchema): Readonly<Record<string, unknown>> {
  const escaped = JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
    typeof value === "string" ? nunjucksText(value) : value,
  ) as AnswerSchema;
  return { type: "json_schema", json_schema: { name: "answer", strict: true, schema: escaped } };
}

interface Provider {
  readonly id: string;
  readonly config: (
    request: CompletionRequest,
    parameters: Readonly<Record<string, number>>,
  ) => Readonly<Record<string, unknown>>;
}

/** A model as promptfoo calls it; `null` for one that it does not have. */
function providerOf(spec: string): Provider | null {
  const { provider, model, address } = parseSpec(spec);
  // What is exported are messages, and it takes none.
  if (provider === "decide") return null;
  if (address !== undefined) {
    const { prefix, config } = providers.openai;
    return { id: `${prefix}:${model}`, config: (...asked) => ({ ...config(...asked), apiBaseUrl: address }) };
  }
  const routed = compatible[provider];
  if (routed !== undefined) return { id: `${routed}:${model}`, config: providers.openai.config };
  if (!Object.hasOwn(providers, provider)) return null;
  const { prefix, config } = providers[provider as keyof typeof providers];
  return { id: `${prefix}:${model}`, config };
}

/** promptfoo's prefixes of services that it asks as it does OpenAI (promptfoo.dev/docs/providers). */
const compatible: Readonly<Record<string, string>> = {
  azure: "azure:chat",
  openrouter: "openrouter",
  groq: "groq",
  deepseek: "deepseek",
  together: "togetherai",
  xai: "xai",
  cerebras: "cerebras",
};

const providers = {
  openai: {
    prefix: "openai:chat",
    config: ({ schema, maxOutputTokens }, parameters) => ({
      // Which of the two is sent is promptfoo's knowledge of the model.
      max_tokens: maxOutputTokens,
      max_completion_tokens: maxOutputTokens,
      // A `temperature` of 0 beside them would not be sent: promptfoo 0.120 takes it for none, and the service for 1.
      ...(Object.keys(parameters).length === 0 ? {} : { passthrough: parameters }),
      ...(schema === undefined ? {} : { response_format: responseFormat(schema) }),
    }),
  },
  anthropic: {
    prefix: "anthropic:messages",
    config: ({ maxOutputTokens }, { temperature }) => ({
      ...(temperature === undefined ? {} : { temperature }),
      max_tokens: maxOutputTokens,
    }),
  },
  google: {
    prefix: "google",
    config: ({ schema, maxOutputTokens }, parameters) => ({
      generationConfig: {
        ...parameters,
        maxOutputTokens,
        ...(schema === undefined ? {} : { response_mime_type: "application/json" }),
      },
    }),
  },
  ollama: {
    prefix: "ollama:chat",
    config: ({ maxOutputTokens }, parameters) => ({ ...parameters, num_predict: maxOutputTokens }),
  },
} as const satisfies Record<string, { readonly prefix: string; readonly config: Provider["config"] }>;
