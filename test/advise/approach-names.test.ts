import { describe, expect, it } from "vitest";
import { type ApproachName, type Named, namesOf } from "../../src/advise/words/approach-names.js";
import { promptMethods } from "../../src/prompt/methods.js";
import { tuneMethods } from "../../src/tune/tune.js";
import type { Identity } from "../../src/types/identity.js";

const traits = { asksLlm: false, isRecording: false, learnsFrom: "labels", isMajority: false } as const;

/** One approach; its id says nothing of it, so that a name can't have been read out of it. */
function named(id: string, identity: Identity, more: Partial<Named["traits"]> = {}): Named {
  return { approach: id, ...identity, traits: { ...traits, ...more } };
}
const tuned = (id: string, method: string, model = "minilm-l6"): Named => named(id, { arm: "tune", method, model });
const asked = (id: string, method: string, model: string, variant?: string): Named =>
  named(id, { arm: "prompt", method, model, ...(variant !== undefined && { variant }) }, { asksLlm: true });
const recorded = (id: string, model: string, variant?: string): Named => {
  const { traits: own, ...identity } = asked(id, "recorded", model, variant);
  return { ...identity, traits: { ...own, isRecording: true, learnsFrom: "unknown" } };
};
function oneName(approach: Named): ApproachName {
  return namesOf([approach]).get(approach.approach)!;
}

describe("names of approaches", () => {
  it("say what an approach is to somebody who never saw its id", () => {
    expect(oneName(tuned("x", "lp-ft")).name).toBe("Fine-tuned MiniLM, all layers");
    expect(oneName(tuned("x", "probe")).name).toBe("Linear classifier on MiniLM");
    expect(oneName(tuned("x", "setfit", "BAAI/bge-small-en-v1.5")).name).toBe("SetFit on bge-small-en-v1.5");
    expect(oneName(recorded("x", "gpt-5-mini-2025-08-07")).name).toBe("GPT-5 mini, your recorded answers");
    expect(oneName(recorded("x", "gpt-3.5-turbo-0125")).short).toBe("GPT-3.5 turbo");
    expect(oneName(asked("x", "zero-shot", "openai:gpt-4o-mini")).name).toBe("GPT-4o mini, zero-shot");
    expect(oneName(asked("x", "few-shot", "openai-compatible:http://localhost:8000/v1#org/some-model")).name).toBe(
      "some-model, few-shot",
    );
    expect(oneName(named("x", { arm: "baseline", method: "labels", model: "minilm-l6" })).name).toContain("no language model");
    expect(oneName(named("x", { arm: "baseline", method: "whatever" }, { isMajority: true })).name).toContain("commonest label");
  });

  it("has a name other than the id, and a sentence, for every way to tune and to prompt", () => {
    const all = [
      ...tuneMethods.map((method) => tuned(`id-${method}`, method)),
      ...[...promptMethods, "optimized"].map((method) => asked(`id-${method}`, method, "openai:gpt-6-luna")),
    ];
    const names = namesOf(all);
    for (const { approach } of all) {
      const { name, short, gloss } = names.get(approach)!;
      expect(`${name} ${short}`).not.toContain("id-");
      expect(gloss).toMatch(/\.$/);
    }
  });

  it.each([
    ["two ways to train all layers", [tuned("a", "full"), tuned("b", "lp-ft")]],
    ["prompts of one model", [asked("a", "zero-shot", "openai:gpt-5"), asked("b", "few-shot", "openai:gpt-5")]],
    ["snapshots of one model", [recorded("a", "gpt-5-mini-2025-08-07"), recorded("b", "gpt-5-mini-2026-01-01")]],
    ["recordings of one model", [recorded("a", "gpt-5"), recorded("b", "gpt-5", "#2")]],
    ["one model at two services", [asked("a", "zero-shot", "openai:gpt-5"), asked("b", "zero-shot", "azure:gpt-5")]],
    ["one's own prompts", [asked("a", "file", "openai:gpt-5", "short"), asked("b", "file", "openai:gpt-5", "long")]],
    ["encoders of one name", [tuned("a", "probe", "one/bert"), tuned("b", "probe", "two/bert")]],
    ["what nobody can tell apart", [tuned("a", "probe"), tuned("b", "probe")]],
  ])("differ for %s", (_, approaches) => {
    const names = [...namesOf(approaches).values()];
    expect(new Set(names.map(({ name }) => name)).size).toBe(approaches.length);
    expect(new Set(names.map(({ short }) => short)).size).toBe(approaches.length);
  });

  it("leaves an approach of somebody's own the name that its author gave it", () => {
    expect(oneName(named("tune:ours", { arm: "tune", method: "ours" })).name).toBe("tune:ours");
    expect(oneName(named("my-rules", { arm: "baseline", method: "probe" })).name).toBe("my-rules");
  });
});
