import { describe, expect, it } from "vitest";
import { promptfooModels } from "../../../src/prompt/files/promptfoo-models.js";

const models = (...providers: string[]) =>
  promptfooModels({ content: { providers }, file: "promptfooconfig.yaml" } as unknown as Parameters<typeof promptfooModels>[0]);

describe("models of other services in a promptfoo configuration", () => {
  it.each([
    ["azure:chat:my-gpt", "azure:my-gpt"],
    ["azureopenai:chat:my-gpt", "azure:my-gpt"],
    ["openrouter:qwen/qwen3-32b", "openrouter:qwen/qwen3-32b"],
    ["groq:openai/gpt-oss-120b", "groq:openai/gpt-oss-120b"],
    ["mistral:mistral-medium-3.5", "mistral:mistral-medium-3.5"],
    ["deepseek:deepseek-flash", "deepseek:deepseek-flash"],
    ["togetherai:openai/gpt-oss-120b", "together:openai/gpt-oss-120b"],
    ["togetherai:chat:openai/gpt-oss-120b", "together:openai/gpt-oss-120b"],
    ["xai:grok-4.3", "xai:grok-4.3"],
    ["cerebras:gpt-oss-120b", "cerebras:gpt-oss-120b"],
  ])("%s is asked as %s", (theirs, ours) => {
    expect(models(theirs)).toEqual({ llms: [ours], notes: [] });
  });

  it.each(["mistral:embedding:mistral-embed", "togetherai:embedding:m", "xai:image:grok", "azure:embedding:m", "bedrock:m"])(
    "%s is left out, and said",
    (theirs) => {
      const { llms, notes } = models(theirs);
      expect(llms).toEqual([]);
      expect(notes[0]).toContain(theirs);
    },
  );
});
