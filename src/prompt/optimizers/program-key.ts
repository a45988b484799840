import { sha256 } from "../../lib/hash.js";
import type { PromptProgram } from "../program.js";

const keys = new WeakMap<PromptProgram, string>();

/** Names a prompt by all that decides its answers. Equal prompts have equal keys, however they came about. */
export function programKey(program: PromptProgram): string {
  const known = keys.get(program);
  if (known !== undefined) return known;
  const key = sha256(JSON.stringify(sorted(program))).slice(0, 16);
  keys.set(program, key);
  return key;
}

/** The same with the fields of each object in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}
