/**
 * @file The services of decision models: one row each. They take typed questions in one of two shapes, and answer with a probability for every
 * option. Where the limits and addresses were read is in decisions/0051-decision-models.md.
 */

import { UserError } from "../../../lib/errors.js";
import { didYouMean } from "../../../lib/text/nearest-name.js";
import type { DecisionLimits } from "../../llm.js";
import { checkedAddress } from "../service-address.js";
import type { Service } from "../services.js";

/**
 * How a request is written. `systemone`: one state, and questions by name (TypeSafe). `decisions`: one input, and a list of questions
 * (OpenAI).
 */
export type DecisionShape = "systemone" | "decisions";

/** One service of decision models. */
export interface DecisionService extends Pick<Service, "title" | "example" | "key" | "address"> {
  readonly shape: DecisionShape;
  readonly limits: DecisionLimits;
}

/** What most servers take: those that read a letter for each option have 26 of them, and 64 questions are the least of those that name a number. */
const usualLimits: DecisionLimits = { options: 26, questions: 64 };

const bearer = (variable: string): Service["key"] => ({ variable, header: "authorization", isNeeded: "always" });

/** What an address in `decide:URL#MODEL` looks like, for messages. */
const exampleUrl = "http://127.0.0.1:8080/v1/systemone";

const decisionServices = {
  typesafe: {
    title: "TypeSafe",
    example: "jev-latest",
    shape: "systemone",
    address: {
      // Their own SDK reads it without the path.
      variables: [{ name: "TYPESAFE_BASE_URL", path: "/v1/systemone" }],
      usual: "https://api.typesafe.ai/v1/systemone",
      example: "https://api.typesafe.ai",
    },
    key: bearer("TYPESAFE_API_KEY"),
    limits: { options: 255, questions: 64 },
  },
  openai: {
    title: "OpenAI",
    example: "gpt-6-luna",
    shape: "decisions",
    address: {
      variables: [{ name: "OPENAI_BASE_URL", path: "/decisions" }],
      usual: "https://api.openai.com/v1/decisions",
      example: "https://api.openai.com/v1",
    },
    key: { variable: "OPENAI_API_KEY", header: "authorization", isNeeded: "elsewhere" },
    limits: { options: 255, questions: 64 },
  },
  fireworks: {
    title: "Fireworks AI",
    example: "accounts/ACCOUNT/models/MODEL",
    shape: "systemone",
    address: {
      variables: [{ name: "FIREWORKS_BASE_URL", path: "/systemone" }],
      usual: "https://api.fireworks.ai/inference/v1/systemone",
      example: "https://api.fireworks.ai/inference/v1",
    },
    key: bearer("FIREWORKS_API_KEY"),
    limits: { options: 208, questions: 64 },
  },
  perplexity: {
    title: "Perplexity",
    example: "pplx-decider-v1-27b",
    // Under the other's path.
    shape: "systemone",
    address: {
      variables: [{ name: "PERPLEXITY_BASE_URL", path: "/v1/decisions" }],
      usual: "https://api.perplexity.ai/v1/decisions",
      example: "https://api.perplexity.ai",
    },
    key: bearer("PERPLEXITY_API_KEY"),
    limits: { options: 255, questions: 128 },
  },
  ollama: {
    title: "Ollama",
    example: "nimble",
    shape: "systemone",
    address: {
      variables: [{ name: "OLLAMA_HOST", path: "/v1/systemone", form: "host" }],
      usual: "http://127.0.0.1:11434/v1/systemone",
      example: "http://127.0.0.1:11434",
    },
    key: { variable: null, header: "authorization", isNeeded: "never" },
    limits: usualLimits,
  },
} as const satisfies Readonly<Record<string, DecisionService>>;

/** The names of the services. */
export const decisionServiceNames: readonly string[] = Object.keys(decisionServices);

/** How a decision model is named, for help and messages. */
export const decisionForm = "decide:SERVICE/MODEL";

/** A server of one's own, in a shape that its address tells. */
function ownServer(shape: DecisionShape): DecisionService {
  return {
    title: "a server of decision models",
    example: `${exampleUrl}#kev-4b`,
    shape,
    address: { variables: [], usual: null, example: exampleUrl },
    key: { variable: "DECIDE_API_KEY", header: "authorization", isNeeded: "never" },
    limits: usualLimits,
  };
}

/** What `SERVICE/MODEL` or `URL#MODEL` names. */
export interface DecisionSpec {
  readonly service: DecisionService;
  /** `null`: a server of one's own. */
  readonly serviceName: string | null;
  /** As the service knows it; may hold slashes. */
  readonly model: string;
  /** Only of `URL#MODEL`: where requests go, path and all. */
  readonly address: string | null;
}

/** What stands behind `decide:`. `UserError` where that names no service, no model, or an address whose shape is not known; none is shown. */
export function parseDecisionSpec(given: string): DecisionSpec {
  if (given.includes("://")) return ownSpec(given);
  const slash = given.indexOf("/");
  const [name, model] = slash < 0 ? [given, ""] : [given.slice(0, slash), given.slice(slash + 1).trim()];
  if (!Object.hasOwn(decisionServices, name)) {
    throw new UserError(
      `decide: "${name}" is not a service of decision models.${didYouMean(name, decisionServiceNames)} Services: ${decisionServiceNames.join(", ")}; ` +
        `write ${decisionForm}, such as decide:typesafe/jev-latest, or decide:URL#MODEL for any other server: decide:${exampleUrl}#kev-4b.`,
    );
  }
  const service: DecisionService = decisionServices[name as keyof typeof decisionServices];
  if (model === "")
    throw new UserError(
      `"decide:${given}" names no model. Write decide:${name}/MODEL, such as decide:${name}/${service.example}.`,
    );
  return { service, serviceName: name, model, address: null };
}

function ownSpec(given: string): DecisionSpec {
  const hash = given.indexOf("#");
  const model = hash < 0 ? "" : given.slice(hash + 1).trim();
  if (model === "")
    throw new UserError(
      `A decision model at an address of one's own is written decide:URL#MODEL, such as decide:${exampleUrl}#kev-4b.`,
    );
  const address = checkedAddress(given.slice(0, hash), "The URL of decide:URL#MODEL", exampleUrl);
  const shape = /\/(systemone|decisions)$/.exec(new URL(address).pathname)?.[1];
  if (shape === undefined) {
    throw new UserError(
      `The URL of decide:URL#MODEL does not say how its server is asked: its path ends neither in /systemone nor in /decisions. Write the whole ` +
        `address that requests go to, such as ${exampleUrl} or http://127.0.0.1:30000/v1/decisions.`,
    );
  }
  return { service: ownServer(shape as DecisionShape), serviceName: null, model, address };
}
