/**
 * @file The services that can be asked: one row each. A new service is a row here and one in `docs/services.md`; nothing else knows its name. What a
 * row says of a protocol is where to begin: what a service refuses all the same is left out from then on (`request-form.ts`).
 */

/** Whose protocol a service speaks: OpenAI's chat completions, Anthropic's messages, or Google's `generateContent`. */
export type Protocol = "openai" | "anthropic" | "google";

/** A variable that an address can stand in. */
export interface AddressVariable {
  readonly name: string;
  /** What is added to the address where it does not end so. */
  readonly path?: string;
  /** `host`: host, port and scheme are each optional, as Ollama's own tools read it. @default a URL */
  readonly form?: "host";
}

/** Where a service is. */
export interface ServiceAddress {
  /** The first that is set counts. Without any, the address stands in the spec. */
  readonly variables: readonly AddressVariable[];
  /** Where none is set; `null` where one has to be. */
  readonly usual: string | null;
  /** For messages. */
  readonly example: string;
}

/** How a service knows who asks. */
export interface ServiceKey {
  /** `null`: it asks for none. */
  readonly variable: string | null;
  /** The header that it is sent in; of `authorization` as a bearer token. */
  readonly header: "authorization" | "api-key" | "x-api-key" | "x-goog-api-key";
  /** `elsewhere`: it may be missing where the address is one's own. */
  readonly isNeeded: "always" | "elsewhere" | "never";
}

/** One service. */
export interface Service {
  /** Its name, for people. */
  readonly title: string;
  /** What stands after the colon, for help and messages: a model of it. */
  readonly example: string;
  readonly protocol: Protocol;
  readonly address: ServiceAddress;
  readonly key: ServiceKey;
  /** Prefixes under which LiteLLM's price file lists its models, in the order in which they are tried. */
  readonly pricePrefixes: readonly string[];
  /** Whether models are asked at temperature 0 of which no price table says it. `unless-reasoning`: those that do not think first. */
  readonly sampling: boolean | "unless-reasoning";
  /** The name of the seed; `null` where there is none. */
  readonly seedName: "seed" | "random_seed" | null;
  /** How JSON is demanded: of a schema, or of any form. */
  readonly structure: "json_schema" | "json_object";
  readonly hasLogprobs: boolean;
  /** The name of the limit of output, for OpenAI's protocol. */
  readonly limitName: "max_tokens" | "max_completion_tokens";
  /** Whether it can be asked in batches here. */
  readonly hasBatches: boolean;
  /** Whether `GET /models/{model}` tells when a model is shut down. */
  readonly tellsShutdown: boolean;
}

/** What speaks OpenAI's protocol as most do. */
const compatible = {
  protocol: "openai",
  sampling: true,
  seedName: "seed",
  structure: "json_schema",
  hasLogprobs: false,
  limitName: "max_tokens",
  hasBatches: false,
  tellsShutdown: false,
} as const satisfies Partial<Service>;

const at = (variable: string, usual: string): ServiceAddress => ({ variables: [{ name: variable }], usual, example: usual });
const bearer = (variable: string): ServiceKey => ({ variable, header: "authorization", isNeeded: "always" });

/** The table, by what stands before the colon. Addresses, headers and names of parameters as the services' documentation of 2026-11 has them. */
export const services = {
  // https://developers.openai.com/api/reference
  openai: {
    ...compatible,
    title: "OpenAI",
    example: "gpt-6-luna",
    address: at("OPENAI_BASE_URL", "https://api.openai.com/v1"),
    key: { ...bearer("OPENAI_API_KEY"), isNeeded: "elsewhere" },
    pricePrefixes: ["", "openai/"],
    sampling: "unless-reasoning",
    hasLogprobs: true,
    hasBatches: true,
    tellsShutdown: true,
  },
  // https://platform.claude.com/docs/en/api
  anthropic: {
    ...compatible,
    title: "Anthropic",
    example: "claude-haiku-5-5",
    protocol: "anthropic",
    address: at("ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1"),
    key: { variable: "ANTHROPIC_API_KEY", header: "x-api-key", isNeeded: "always" },
    pricePrefixes: ["", "anthropic/"],
    sampling: false,
    seedName: null,
    hasBatches: true,
  },
  // https://ai.google.dev/api
  google: {
    ...compatible,
    title: "Google",
    example: "gemini-3.5-flash-lite",
    protocol: "google",
    address: at("GOOGLE_GENERATIVE_AI_BASE_URL", "https://generativelanguage.googleapis.com/v1beta"),
    key: { variable: "GOOGLE_GENERATIVE_AI_API_KEY", header: "x-goog-api-key", isNeeded: "always" },
    pricePrefixes: ["gemini/", ""],
  },
  // https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle: the v1 API, whose model is the name of the deployment.
  azure: {
    ...compatible,
    title: "Azure OpenAI",
    example: "DEPLOYMENT",
    address: {
      variables: [{ name: "AZURE_OPENAI_ENDPOINT", path: "/openai/v1" }, { name: "AZURE_OPENAI_BASE_URL" }],
      usual: null,
      example: "https://NAME.openai.azure.com",
    },
    key: { variable: "AZURE_OPENAI_API_KEY", header: "api-key", isNeeded: "always" },
    pricePrefixes: ["azure/", ""],
    sampling: "unless-reasoning",
    hasLogprobs: true,
    limitName: "max_completion_tokens",
    tellsShutdown: true,
  },
  // https://openrouter.ai/docs/api/reference/overview
  openrouter: {
    ...compatible,
    title: "OpenRouter",
    example: "qwen/qwen3-32b",
    address: at("OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1"),
    key: bearer("OPENROUTER_API_KEY"),
    pricePrefixes: ["openrouter/"],
    hasLogprobs: true,
  },
  // https://console.groq.com/docs/openai: log-probabilities are refused.
  groq: {
    ...compatible,
    title: "Groq",
    example: "openai/gpt-oss-120b",
    address: at("GROQ_BASE_URL", "https://api.groq.com/openai/v1"),
    key: bearer("GROQ_API_KEY"),
    pricePrefixes: ["groq/"],
    limitName: "max_completion_tokens",
  },
  // https://docs.mistral.ai/api
  mistral: {
    ...compatible,
    title: "Mistral",
    example: "mistral-medium-3.5",
    address: at("MISTRAL_BASE_URL", "https://api.mistral.ai/v1"),
    key: bearer("MISTRAL_API_KEY"),
    pricePrefixes: ["mistral/"],
    seedName: "random_seed",
  },
  // https://api-docs.deepseek.com: JSON of any form, no seed.
  deepseek: {
    ...compatible,
    title: "DeepSeek",
    example: "deepseek-flash",
    address: at("DEEPSEEK_BASE_URL", "https://api.deepseek.com"),
    key: bearer("DEEPSEEK_API_KEY"),
    pricePrefixes: ["deepseek/"],
    seedName: null,
    structure: "json_object",
  },
  // https://docs.together.ai/reference: its log-probabilities have a form of their own.
  together: {
    ...compatible,
    title: "Together AI",
    example: "openai/gpt-oss-120b",
    address: at("TOGETHER_BASE_URL", "https://api.together.xyz/v1"),
    key: bearer("TOGETHER_API_KEY"),
    pricePrefixes: ["together_ai/"],
  },
  // https://docs.x.ai: tells 8 alternatives at most, fewer than are asked for.
  xai: {
    ...compatible,
    title: "xAI",
    example: "grok-4.3",
    address: at("XAI_BASE_URL", "https://api.x.ai/v1"),
    key: bearer("XAI_API_KEY"),
    pricePrefixes: ["xai/"],
  },
  // https://docs.fireworks.ai
  fireworks: {
    ...compatible,
    title: "Fireworks AI",
    example: "accounts/fireworks/models/gpt-oss-120b",
    address: at("FIREWORKS_BASE_URL", "https://api.fireworks.ai/inference/v1"),
    key: bearer("FIREWORKS_API_KEY"),
    pricePrefixes: ["fireworks_ai/"],
  },
  // https://inference-docs.cerebras.ai/api-reference/chat-completions
  cerebras: {
    ...compatible,
    title: "Cerebras",
    example: "gpt-oss-120b",
    address: at("CEREBRAS_BASE_URL", "https://api.cerebras.ai/v1"),
    key: bearer("CEREBRAS_API_KEY"),
    pricePrefixes: ["cerebras/"],
    limitName: "max_completion_tokens",
  },
  ollama: {
    ...compatible,
    title: "Ollama",
    example: "qwen3:8b",
    address: {
      variables: [{ name: "OLLAMA_HOST", path: "/v1", form: "host" }],
      usual: "http://127.0.0.1:11434/v1",
      example: "http://127.0.0.1:11434",
    },
    key: { variable: null, header: "authorization", isNeeded: "never" },
    pricePrefixes: ["ollama/"],
    hasLogprobs: true,
  },
  "openai-compatible": {
    ...compatible,
    title: "a server that speaks OpenAI's protocol",
    example: "http://127.0.0.1:8000/v1#qwen3",
    address: { variables: [], usual: null, example: "http://127.0.0.1:8000/v1" },
    key: { ...bearer("OPENAI_COMPATIBLE_API_KEY"), isNeeded: "never" },
    pricePrefixes: ["openai-compatible/"],
    hasLogprobs: true,
  },
} as const satisfies Readonly<Record<string, Service>>;

/** What stands before the colon where a service is meant. */
export type ServiceName = keyof typeof services;

/** A row of the table; `undefined` for what is no service. */
export function serviceOf(name: string): Service | undefined {
  return Object.hasOwn(services, name) ? services[name as ServiceName] : undefined;
}

/** Specs of services that can be asked in batches, for messages: `openai: and anthropic:`. */
export function batchServices(): string {
  const rows: readonly (readonly [string, Service])[] = Object.entries(services);
  return rows.flatMap(([name, { hasBatches }]) => (hasBatches ? [`${name}:`] : [])).join(" and ");
}

/** How models are named of each service, for help: `openai:MODEL, …`. */
export function llmForms(): string {
  const ofModels = { azure: "DEPLOYMENT", "openai-compatible": "URL#MODEL" } as const;
  return Object.keys(services)
    .map((name) => `${name}:${Object.hasOwn(ofModels, name) ? ofModels[name as keyof typeof ofModels] : "MODEL"}`)
    .concat("decide:SERVICE/MODEL", "decide:URL#MODEL", "vllm:ORG/MODEL")
    .join(", ");
}
