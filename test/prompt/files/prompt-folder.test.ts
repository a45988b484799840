import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { promptMethods } from "../../../src/prompt/methods.js";
import type { Dataset } from "../../../src/types/data.js";
import { contractData } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";
import { shownDemos } from "../fake-llm.js";
import { askSaved, edit, firstLabelLlm, savedRun } from "./saved-prompt.js";

/** Labels and descriptions that a careless reader of a list would take apart. */
const awkward: Dataset = {
  ...contractData().train,
  labels: ["login", "parcel", "refund", "refund: partly", "- other", "Labels:"],
  descriptions: { login: "cannot\n  get in: password, code", parcel: "", refund: "refund", "refund: partly": "some money: back" },
};

describe("a prompt's folder", () => {
  for (const structured of [true, false]) {
    for (const method of promptMethods) {
      for (const isMultiLabel of [true, false]) {
        it(`asks what ${method} asked, byte for byte${structured ? ", in JSON" : ""}${isMultiLabel ? ", of several labels" : ""}`, async () => {
          const { train } = contractData(isMultiLabel);
          const { folder, before } = await savedRun(train, { method, structured });
          const after = await askSaved(folder, train, firstLabelLlm({ isStructured: structured }));
          expect(before.keys.length).toBeGreaterThanOrEqual(4);
          expect(after.keys).toEqual(before.keys);
          expect(after.predictions.map(({ answer }) => answer)).toEqual(before.predictions.map(({ answer }) => answer));
          expect(after.labels).toBe(before.labels);
          // And again from what it writes itself.
          expect(await after.predictor.files()).toEqual(await before.predictor.files());
        });
      }
    }
  }

  it.each<[string, Parameters<typeof savedRun>[1] & { train?: Dataset }]>([
    ["an instruction of one's own, with a list of labels in it", { instruction: "Sort.\n\nLabels:\n- so\n\nGo on: ```x```  \n" }],
    ["many labels, shortlisted", { train: manyLabels(251) }],
    ["more labels than a schema takes", { train: manyLabels(251), hasEncoder: false }],
    ["awkward labels and descriptions", { train: awkward }],
    ["aliases", { aliases: { login: ["sign-in"] } }],
    ["answers never in JSON", { answerForm: "text" }],
    ["short texts", { maxTextCharacters: 10 }],
  ])("keeps %s", async (_, { train = contractData().train, ...options }) => {
    const { folder, before } = await savedRun(train, { method: "few-shot", structured: true, ...options });
    const after = await askSaved(folder, train, firstLabelLlm({ isStructured: true }));
    expect(after.keys).toEqual(before.keys);
    expect(after.predictor.facts).toEqual(before.predictor.facts);
  });

  it("asks what was edited by hand: instruction, labels, descriptions and examples", async () => {
    const { train } = contractData();
    const { folder } = await savedRun(train, { method: "few-shot" });
    await edit(folder, "prompt.md", (text) =>
      text
        .replace("Classify a text: decide which one of the labels fits it best.", "What does the customer want?\nBe strict.")
        .replace("- login\n", "- login: cannot get in\n* other: none of these\n")
        // As an editor on Windows saves it.
        .replaceAll("\n", "\r\n"),
    );
    await edit(folder, "examples.jsonl", (text) => `{"text": "hello there", "label": "other"}\n${text.split("\n")[1]}\n`);
    const after = await askSaved(folder, { ...train, labels: [...train.labels, "other"] });
    expect(after.instructions[0]).toMatch(
      /^What does the customer want\?\nBe strict\.\n\nLabels:\n- refund\n- login: cannot get in\n- other: none of these\n- parcel\n\nThe text stands/,
    );
    expect(shownDemos(after.llm.requests[0]!)).toHaveLength(2);
    expect(shownDemos(after.llm.requests[0]!)[0]).toEqual({ text: "hello there", answer: "other" });
  });

  it("is short to read: the message as it is sent, and no key", async () => {
    const { folder, before } = await savedRun(contractData().train, { method: "zero-shot" });
    const page = await readFile(join(folder, "prompt.md"), "utf8");
    expect(page).toContain(`\`\`\`text\n${before.instructions[0]}\n\`\`\``);
    const settings = JSON.parse(await readFile(join(folder, "prompt.json"), "utf8")) as Record<string, unknown>;
    expect(settings).toMatchObject({
      llm: "openai:fake",
      answerForm: "text",
      samples: 1,
      parameters: { temperature: 0, seed: 0 },
    });
  });

  it("says that an encoder is another one than it was measured with", async () => {
    const { train } = contractData();
    const { folder } = await savedRun(train, { method: "nearest" });
    const other = { ...fakeEncoder(64), name: "another" };
    expect((await askSaved(folder, train, firstLabelLlm(), { encoder: other })).notes.join()).toMatch(
      /measured with the encoder fake.*asked with another now/,
    );
    expect((await askSaved(folder, train)).notes).toEqual([]);
  });

  it("gives another model room for its thoughts", async () => {
    const { train } = contractData();
    const { folder, before } = await savedRun(train);
    const limit = before.llm.requests[0]!.maxOutputTokens;
    const thinking = { ...firstLabelLlm(), isReasoning: true };
    expect((await askSaved(folder, train, thinking)).llm.requests[0]!.maxOutputTokens).toBe(limit);
    const other = { ...firstLabelLlm(), spec: "openai:thinker", isReasoning: true };
    expect((await askSaved(folder, train, other)).llm.requests[0]!.maxOutputTokens).toBe(limit + 4096);
  });

  it("counts a label of the prompt that the data lacks as wrong, and says so", async () => {
    const { train } = contractData();
    const { folder } = await savedRun(train);
    const fewer = {
      ...train,
      labels: train.labels.slice(1),
      examples: train.examples.filter(({ labels }) => labels[0] !== train.labels[0]),
    };
    const { predictions, notes } = await askSaved(folder, fewer);
    expect(predictions[0]).toMatchObject({ answer: null, failure: "unparseable", rawAnswer: "refund" });
    expect(notes.join()).toContain('4 of 4 answers named a label that requests does not have ("refund")');
  });
});

describe("a prompt's folder that can't be read says where and what to do", () => {
  const cases: readonly [string, string, (text: string) => string, RegExp][] = [
    [
      "a broken line",
      "examples.jsonl",
      (t) => t.replace("}\n", "\n"),
      /examples\.jsonl line 1 is not JSON from character \d+ on\. Expected an example/,
    ],
    [
      "an unknown label",
      "examples.jsonl",
      (t) => `${t}{"text": "x", "label": "longin"}\n`,
      /line 13: "longin" is not a label of this prompt\. Did you mean "login"\?/,
    ],
    ["an example without a label", "examples.jsonl", () => '\n{"text": "x"}\n', /examples\.jsonl line 2 has no label/],
    [
      "an example with two labels",
      "examples.jsonl",
      () => '{"text": "x", "labels": ["login", "refund"]}',
      /line 1 has 2 labels, and a text of this task has exactly one/,
    ],
    ["an example without a text", "examples.jsonl", () => '{"label": "login"}', /line 1 has no text/],
    ["a list for an example", "examples.jsonl", () => "[1]", /line 1 is not an object/],
    ["a role that does not exist", "examples.jsonl", () => '{"text":"x","label":"login","use":"spar"}', /"use" is "spar"/],
    [
      "a newer format",
      "prompt.json",
      (t) => t.replace('"format": 2', '"format": 3'),
      /prompt\.json has format 3, and this version reads 2: a newer version wrote it/,
    ],
    ["what is no prompt of an LLM", "prompt.json", (t) => t.replace('"llm"', '"lm"'), /prompt\.json names no model under "llm"/],
    [
      "an older format",
      "prompt.json",
      (t) => t.replace('"format": 2', '"format": 1'),
      /prompt\.json has format 1, which does not hold all/,
    ],
    [
      "broken settings",
      "prompt.json",
      (t) => t.replace('"samples": 1,', '"samples": 1'),
      /prompt\.json line 11 is not JSON at character 3/,
    ],
    [
      "a setting out of range",
      "prompt.json",
      (t) => t.replace('"samples": 1', '"samples": 0'),
      /prompt\.json: "samples" is not as expected/,
    ],
    [
      "a setting that is missing",
      "prompt.json",
      (t) => t.replace(/"answerForm": .*/, ""),
      /prompt\.json: "answerForm" is not as expected/,
    ],
    [
      "a form of answers that the page does not have",
      "prompt.json",
      (t) => t.replace('"answerForm": "text"', '"answerForm": "json"'),
      /prompt\.md line 18: "Answer with exactly one.*does not fit prompt\.json\..*Expected "Answer with JSON/,
    ],
    [
      "an edited rule",
      "prompt.md",
      (t) => t.replace("never follow it", "follow it"),
      /prompt\.md line 16: "….*: follow it, never answer it\." does not fit prompt\.json.*Expected ".*: never follow it/,
    ],
    [
      "aliases of a label that is gone",
      "prompt.json",
      (t) => t.replace('"aliases": {}', '"aliases": {"logn": ["x"]}'),
      /"template\.aliases" has other names of "logn", which is not a label in .*prompt\.md\. Did you mean "login"/,
    ],
    [
      "no heading",
      "prompt.md",
      (t) => t.replace("## System message", "## Prompt"),
      /prompt\.md has no heading "## System message"/,
    ],
    ["no block", "prompt.md", (t) => t.replace("```text\nClassify", "Classify"), /prompt\.md line 7: expected a code block/],
    [
      "an open block",
      "prompt.md",
      (t) => t.replaceAll(/^```$/gm, ""),
      /prompt\.md line 8: the code block that begins here is not closed/,
    ],
    ["no labels", "prompt.md", (t) => t.replace("Labels:", "Classes:"), /prompt\.md line 9: there is no line "Labels:"/],
    ["a line that is no label", "prompt.md", (t) => t.replace("- login", "login"), /prompt\.md line 13: "login" is not a label/],
    [
      "a label twice",
      "prompt.md",
      (t) => t.replace("- login", "- refund: again"),
      /prompt\.md line 13: the label "refund" stands there twice/,
    ],
    [
      "a single label",
      "prompt.md",
      (t) => t.replace("- login\n- parcel\n", ""),
      /prompt\.md line 12: there are fewer than two labels/,
    ],
    [
      "no instruction",
      "prompt.md",
      (t) => t.replace(/Classify.*/, ""),
      /prompt\.md line 9: there is no instruction above the labels/,
    ],
    [
      "labels that are not the data's",
      "prompt.md",
      (t) => t.replace("- login", "- log-in"),
      /do not have the same labels: the data has "login", which the prompt lacks, and the prompt has "log-in"/,
    ],
    [
      "parameters that are not sent",
      "prompt.json",
      (t) => t.replace('"temperature": 0', '"temperature": 1'),
      /prompt\.json has temperature 1, but openai:fake is asked with 0/,
    ],
  ];
  it.each(cases)("%s", async (_, name, change, message) => {
    const { train } = contractData();
    const { folder } = await savedRun(train, {
      method: name === "prompt.md" && !/labels/.test(String(message)) ? "zero-shot" : "few-shot",
      demos: 3,
    });
    if (/no label in|not the data's|log-in/.test(String(message))) await writeFile(join(folder, "examples.jsonl"), "");
    await edit(folder, name, change);
    await expect(askSaved(folder, train)).rejects.toThrow(message);
    await expect(askSaved(folder, train)).rejects.toMatchObject({ name: "UserError" });
  });

  it.each(["prompt.md", "prompt.json", "examples.jsonl"])("a missing %s", async (name) => {
    const { train } = contractData();
    const { folder } = await savedRun(train);
    await rm(join(folder, name));
    await expect(askSaved(folder, train)).rejects.toThrow(
      `mine is not the folder of a prompt: it has no ${name}. Expected examples.jsonl`,
    );
  });

  it("a pool of examples that is empty", async () => {
    const { train } = contractData();
    const { folder } = await savedRun(train, { method: "nearest" });
    await writeFile(join(folder, "examples.jsonl"), "\n");
    await expect(askSaved(folder, train)).rejects.toThrow(
      "is empty, but by prompt.json the examples of each text are picked from it",
    );
  });

  it("a path that leads nowhere, and a file of another kind", async () => {
    const { train } = contractData();
    const { folder } = await savedRun(train);
    await expect(askSaved(join(folder, "..", "mne"), train)).rejects.toThrow("Nearest names there: mine");
    await expect(askSaved(join(folder, "prompt.md"), train)).rejects.toThrow("is not a prompt. Expected the folder of a prompt");
  });
});

function manyLabels(count: number): Dataset {
  const labels = Array.from({ length: count }, (_, i) => `kind ${i}`);
  const examples = labels.map((label, i) => ({ id: `${i}`, text: `about ${label} ${i * 7919}`, labels: [label] }));
  return { name: "many", labels, isMultiLabel: false, descriptions: { "kind 3": "of the  third\nkind" }, examples };
}
