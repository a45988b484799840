import { describe, expect, it } from "vitest";
import { fittedRequest, requestTokens } from "../../../src/prompt/asking/fitted-request.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { promptTemplate } from "../../../src/prompt/template.js";
import { recordingContext } from "../../contract/approach.js";
import { askedText, fakeLlm, shownDemos } from "../fake-llm.js";

const task = { name: "t", labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false, examples: [] };
const template = promptTemplate(task, { maxTextCharacters: 1_000_000 });
const demos = Array.from({ length: 10 }, (_, i) => ({ id: `${i}`, text: `example ${i} `.repeat(40), labels: ["ham"] }));
const fitted = (text: string, windowTokens: number | null, shown = demos) =>
  fittedRequest({ template, demos: shown }, text, "text", "direct", windowTokens);

describe("a request in its model's window", () => {
  const long = "many words in a row ".repeat(5000);

  it("is left as it is where it fits, or nobody knows the window", () => {
    for (const { request, cutBy } of [
      fitted("short", 128_000),
      fitted("short", null),
      fitted(long, null),
      fitted(long, 128_000),
    ]) {
      expect(cutBy).toBeNull();
      expect(shownDemos(request)).toHaveLength(10);
      expect(askedText(request)).not.toContain("[cut]");
    }
  });

  it("has the end of a long text cut, so that prompt and answer fit", () => {
    const { request, cutBy } = fitted(long, 8192);
    expect(cutBy).toBe("window");
    expect(askedText(request)).toMatch(/^many words in a row [\s\S]*\n\[cut\]$/);
    const used = requestTokens(request) + request.maxOutputTokens;
    expect(used).toBeLessThanOrEqual(0.9 * 8192 + 16);
    // As much of it as there is room for.
    expect(used).toBeGreaterThan(0.9 * 8192 - 100);
    expect(shownDemos(request)).toHaveLength(10);
  });

  it("leaves half of the window to the text: the first examples, which are the least similar, go first", () => {
    const { request, droppedDemos } = fitted(long, 1500);
    const kept = shownDemos(request);
    expect(droppedDemos).toBe(10 - kept.length);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(10);
    expect(kept.at(-1)!.text.trim()).toBe(demos.at(-1)!.text.trim());
    expect(askedText(request).length).toBeGreaterThan(1500);
    // A short text does not need the room that its examples would have to leave.
    expect(shownDemos(fitted("short", 2500).request)).toHaveLength(10);
  });

  it("counts what the template's own limit cut as that", () => {
    const short = { ...template, maxTextCharacters: 10 };
    expect(fittedRequest({ template: short, demos: [] }, "more than ten", "text", "direct", 128_000).cutBy).toBe("limit");
  });

  it("is cut by the window of the price row, and the note says how often", async () => {
    const price = { input_cost_per_token: 0, output_cost_per_token: 0, max_input_tokens: 4096 };
    const llm = fakeLlm(() => "ham", { price });
    const context = recordingContext();
    await using predictor = await prompt({ llm }).fit(task, context);
    await predictor.predict(
      [
        { id: "1", text: long },
        { id: "2", text: "short" },
        { id: "3", text: `another ${long}` },
      ],
      context,
    );
    const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
    expect(notes).toEqual(["2 of 3 texts were cut to fit a window of 4,096 tokens for openai:fake."]);
    // A text longer than the usual 24,000 characters is whole where it fits.
    const wide = fakeLlm(() => "ham", { price: { ...price, max_input_tokens: 128_000 } });
    await using other = await prompt({ llm: wide }).fit(task, context);
    await other.predict([{ id: "1", text: long }], context);
    expect(askedText(wide.requests[0]!)).toBe(long);
  });
});
