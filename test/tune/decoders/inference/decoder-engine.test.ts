import { describe, expect, it } from "vitest";
import { random } from "../../../../src/lib/random.js";
import { openDecoderSource } from "../../../../src/tune/decoders/decoder-source.js";
import { createDecoderEngine } from "../../../../src/tune/decoders/inference/decoder-engine.js";
import { createStepRunner } from "../../../../src/tune/decoders/inference/step-runner.js";
import type { LocalEngine } from "../../../../src/types/local-engine.js";
import { goldenFile, goldenGguf } from "../../pretrained/gguf/golden-gguf.js";
import { chain, logSoftmaxRows, worstError } from "./golden-steps.js";

const signal = new AbortController().signal;
const open = async (name: string): Promise<LocalEngine> => {
  await using source = await openDecoderSource(goldenFile(name));
  return await createDecoderEngine(source, { precision: "float32", threads: 1 });
};

describe.each(Object.entries(goldenGguf.models))("the tiny %s", (name, { ids, lastLogits }) => {
  const [expected] = logSoftmaxRows(lastLogits, lastLogits.length);

  it("scores what follows as transformers does", async () => {
    await using engine = await open(name);
    const answers = [[3], [200], [lastLogits.length - 1]];
    const { logprobs: scores } = await engine.score(ids, answers, signal);
    expect(
      worstError(
        scores,
        answers.map(([id]) => expected![id!]!),
      ),
    ).toBeLessThan(1e-4);
  });

  it("generates the likeliest tokens, each given those before", async () => {
    await using source = await openDecoderSource(goldenFile(name));
    await using engine = await createDecoderEngine(source, { precision: "float32", threads: 1 });
    await using runner = await createStepRunner(source, { precision: "float32", threads: 1 });
    const { tokens, isEnded } = await engine.generate(ids, { most: 6, temperature: 0, random: random(0), signal });
    const text = [...ids];
    for (const { id } of tokens) {
      const { logprobs } = await runner.run(runner.start, chain(text), [text.length - 1]);
      expect(id).toBe(logprobs.indexOf(Math.max(...logprobs)));
      text.push(id);
    }
    expect(isEnded || tokens.length === 6).toBe(true);
  });
});

describe("what is asked together", () => {
  const prompts = (ids: readonly number[]): number[][] => [
    [...ids],
    [...ids.slice(0, 8), 9, 8, 7],
    [5],
    [...ids, ...ids, 4],
    Array.from({ length: 700 }, (_, i) => 3 + (i % 50)),
    Array.from({ length: 701 }, (_, i) => 3 + (i % 50)),
  ];
  const answers = [[3, 4, 5], [3, 4], [3, 9, 9, 9], [7], []];

  it("is scored in several passes where the answers are more than one takes", async () => {
    const { ids } = goldenGguf.models["llama"]!;
    await using engine = await open("llama");
    const many = Array.from({ length: 300 }, (_, i) => [3 + (i % 200), 5, 3 + (i % 7), 9]);
    const { logprobs } = await engine.score(ids, many, signal);
    for (const i of [0, 150, 299]) {
      const { logprobs: alone } = await engine.score(ids, [many[i]!], signal);
      expect(worstError([logprobs[i]!], alone)).toBeLessThan(1e-4);
    }
  });

  it("is answered as if each were alone, also where texts are longer than a pass", async () => {
    const { ids } = goldenGguf.models["qwen3"]!;
    await using together = await open("qwen3");
    const found = await Promise.all(prompts(ids).map((prompt) => together.score(prompt, answers, signal)));
    for (const [i, prompt] of prompts(ids).entries()) {
      await using alone = await open("qwen3");
      const [expected] = [await alone.score(prompt, answers, signal)];
      expect(found[i]!.logprobs.at(-1)).toBe(0);
      expect(worstError(found[i]!.logprobs, expected!.logprobs)).toBeLessThan(1e-4);
    }
  });

  it("does not hear of one that was given up", async () => {
    const { ids } = goldenGguf.models["llama"]!;
    await using engine = await open("llama");
    const stop = new AbortController();
    const [gone, kept] = [engine.score(ids, answers, stop.signal), engine.score(ids, answers, signal)];
    stop.abort(new Error("given up"));
    await expect(gone).rejects.toThrow("given up");
    expect((await kept).logprobs).toHaveLength(answers.length);
    expect((await engine.score(ids, answers, signal)).logprobs).toEqual((await kept).logprobs);
  });
});

it("renders conversations by the file's template, and refuses one that can't be rendered", async () => {
  await using source = await openDecoderSource(goldenFile("llama"));
  const withTemplate = (chatTemplate: string | null): typeof source => ({
    ...source,
    tokens: { ...source.tokens, chatTemplate },
  });
  const engineWith = async (template: string | null): Promise<LocalEngine> =>
    createDecoderEngine(withTemplate(template), { precision: "float32", threads: 1 });
  await using none = await engineWith(null);
  expect(none.renderChat).toBeNull();
  await using chat = await engineWith(
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<a>{% endif %}",
  );
  const hostile = "{{ 7*7 }} {% for x in range(9) %}";
  expect(chat.renderChat!([{ role: "user", content: hostile }])).toBe(`<user>${hostile}<a>`);
  await expect(engineWith("{% for %}")).rejects.toThrow(/chat template/);
  await using refusing = await engineWith("{{ raise_exception('no system') }}");
  expect(() => refusing.renderChat!([])).toThrow(/no system/);
});
