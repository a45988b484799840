import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { boxedModels } from "../../../../src/hub/boxed-models.js";
import { random } from "../../../../src/lib/random.js";
import { ggufSource } from "../../../../src/tune/decoders/decoder-source.js";
import { createDecoderEngine } from "../../../../src/tune/decoders/inference/decoder-engine.js";
import { openBoxedModel } from "../../../../src/tune/pretrained/boxed/boxed-model.js";

/** What transformers makes of the same file, by `golden/make_continuation.py`. */
const golden = JSON.parse(readFileSync(new URL("../../../../golden/continuation.json", import.meta.url), "utf8")) as {
  readonly sha256: string;
  readonly greedy: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly continuation: readonly number[];
  }[];
  readonly scores: readonly {
    readonly prompt: readonly number[];
    readonly answers: readonly { readonly ids: readonly number[]; readonly logprob: number }[];
  }[];
  readonly conversation: string;
};
const signal = new AbortController().signal;
const source = await ggufSource(await openBoxedModel("smollm2"), "smollm2");
const engine = await createDecoderEngine(source, { precision: "float32" });
const rounded = await createDecoderEngine(source);
afterAll(async () => {
  for (const each of [engine, rounded, source]) await each[Symbol.asyncDispose]();
});

describe("the model in the box", () => {
  it("is the file that the reference was made of", () => {
    expect(golden.sha256).toBe(boxedModels.smollm2.sha256);
  });

  it("reads and continues a text as transformers does, token for token", async () => {
    for (const { text, ids, continuation } of golden.greedy) {
      expect(engine.encode(text, false)).toEqual(ids);
      // The reference was not let end: where it would have, ours ends, and is asked to go on behind what the reference says.
      const found: number[] = [];
      while (found.length < continuation.length) {
        const most = continuation.length - found.length;
        const { tokens, isEnded } = await engine.generate([...ids, ...found], {
          most,
          temperature: 0,
          random: random(0),
          signal,
        });
        found.push(...tokens.map(({ id }) => id));
        if (isEnded) found.push(continuation[found.length]!);
      }
      expect(found).toEqual(continuation);
    }
  });

  it("finds answers as likely as transformers does, and nearly so with weights of 8 bits", async () => {
    for (const { prompt, answers } of golden.scores) {
      const asked = answers.map(({ ids }) => ids);
      const [exact, near] = [await engine.score(prompt, asked, signal), await rounded.score(prompt, asked, signal)];
      for (const [i, { logprob, ids }] of answers.entries()) {
        expect(Math.abs(exact.logprobs[i]! - logprob)).toBeLessThan(1e-3);
        // Rounding shifts all answers alike by up to half a nat a token; what counts is how they stand to each other.
        const [apart, found] = [logprob - answers[0]!.logprob, near.logprobs[i]! - near.logprobs[0]!];
        expect(Math.abs(found - apart) / ids.length).toBeLessThan(0.3);
      }
    }
  });

  it("renders a conversation as transformers does", () => {
    const messages = [
      { role: "system", content: "Classify the text." },
      { role: "user", content: "I was charged twice." },
    ];
    expect(engine.renderChat!(messages)).toBe(golden.conversation);
  });
});
