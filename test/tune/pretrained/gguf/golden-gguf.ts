/** @file What `golden/make_gguf.py` wrote. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const golden = resolve(import.meta.dirname, "../../../../golden");

/** A file of `golden/gguf/`. */
export const goldenFile = (name: string): string => join(golden, "gguf", `${name}.gguf`);

export interface GoldenTokens {
  readonly text: string;
  readonly ids: readonly number[];
  readonly decoded: string | null;
}

interface Golden {
  readonly chatTemplate: string;
  readonly ropeScaling: Readonly<Record<string, object>>;
  readonly types: Readonly<Record<string, { readonly shape: readonly number[]; readonly floats: string }>>;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly config: Readonly<Record<string, unknown>>;
        readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;
        /** Tokens, and the logits of what follows the last of them. */
        readonly ids: readonly number[];
        readonly lastLogits: readonly number[];
      }
    >
  >;
  readonly tokens: Readonly<Record<string, readonly GoldenTokens[]>>;
}

export const goldenGguf = JSON.parse(readFileSync(join(golden, "gguf.json"), "utf8")) as Golden;
