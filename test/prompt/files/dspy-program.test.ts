import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/types/data.js";
import { contractData } from "../../contract/approach.js";
import { shownDemos } from "../fake-llm.js";
import { type Asked, askSaved, firstLabelLlm, writeFiles } from "./saved-prompt.js";

const golden = new URL("../../../golden/dspy/", import.meta.url);
const { train } = contractData();
const task: Dataset = { ...train, labels: ["login", "parcel", "refund"] };

const ask = async (content: unknown, about: Dataset = task): Promise<Asked> => {
  const folder = await writeFiles(new Map([["program.json", typeof content === "string" ? content : JSON.stringify(content)]]));
  return askSaved(join(folder, "program.json"), about, firstLabelLlm());
};

/** A program as DSPy 3 saves it, with some of it changed. */
function program(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const saved = JSON.parse(readFileSync(new URL("predict-3.4.1.json", golden), "utf8")) as Record<string, unknown>;
  return { ...saved, ...changes };
}
const field = (prefix: string, description = "") => ({ prefix, description });

describe("a program that DSPy saved", () => {
  it.each(readdirSync(golden))("%s is asked with its instruction and demonstrations", async (file) => {
    const content = readFileSync(new URL(file, golden), "utf8");
    const { llm, labels, notes, predictor } = await ask(content);
    const [system] = llm.requests[0]!.messages;
    // DSPy kept no descriptions of fields before 2.5.
    const description = file.includes("2.4") ? "" : "\nTicket Text: what the customer wrote";
    expect(system!.content.startsWith(`Which queue does this ticket belong to?${description}\n\nLabels:\n- login`)).toBe(true);
    const isReasoned = file.startsWith("chain-of-thought");
    expect(shownDemos(llm.requests[0]!)).toEqual([
      { text: "I want my money back", answer: isReasoned ? "(left out of this example)\nLabel: refund" : "refund" },
      { text: 'no password works, "at all"\nplease help', answer: isReasoned ? "They cannot get in.\nLabel: login" : "login" },
    ]);
    expect(labels).toBe(2);
    expect(notes.join()).toContain("the instruction and 2 demonstrations are DSPy's");
    // From then on it is a prompt like any other.
    const again = await askSaved(await writeFiles(await predictor.files()), task);
    expect(again.keys).toEqual((await ask(content)).keys);
  });

  it("may have no demonstrations", async () => {
    const { llm } = await ask(program({ demos: [] }));
    expect(shownDemos(llm.requests[0]!)).toEqual([]);
  });

  it("may have lists of labels", async () => {
    const several = contractData(true).train;
    const demos = [{ ticket_text: "both", queue: ["refund", "login"] }];
    const { llm } = await ask(program({ demos }), several);
    expect(shownDemos(llm.requests[0]!)).toEqual([{ text: "both", answer: "refund\nlogin" }]);
  });

  it("is named after its file", async () => {
    const { predictor } = await ask(program());
    expect(new TextDecoder().decode((await predictor.files()).get("prompt.md"))).toContain("# Prompt for openai:fake");
  });

  const two = { a: program(), "b.predict": program() };
  const fields = [field("Text:"), field("Tone:"), field("Label:")];
  it.each([
    ["no JSON", '{\n"demos": [', /program\.json line 2 is not JSON\. Expected a program that DSPy saved/],
    ["another JSON", { a: 1 }, /program\.json holds no predictor of DSPy: nothing in it has "demos"/],
    ["several predictors", two, /holds 2 predictors \("a", "b\.predict"\), and a prompt is one\. Save the one that classifies/],
    [
      "more fields than a text and a label",
      program({ signature: { instructions: "x", fields } }),
      /has the fields "Text", "Tone", "Label"\. Expected two/,
    ],
    [
      "a label of another task",
      program({ demos: [{ ticket_text: "a", queue: "refunds" }] }),
      /demonstration 1 has the label "refunds", which is not a label of requests\. Did you mean "refund"/,
    ],
    ["a demonstration without a label", program({ demos: [{ ticket_text: "a" }] }), /demonstration 1 has no label in "queue"/],
    ["a demonstration without a text", program({ demos: [{ queue: "login" }] }), /demonstration 1 has no text in "ticket_text"/],
  ])("with %s says what is wrong", async (_, content, message) => {
    await expect(ask(content)).rejects.toThrow(message);
    await expect(ask(content)).rejects.toMatchObject({ name: "UserError" });
  });
});
