import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTable } from "../../../src/data/read-table.js";
import { promptfooFiles } from "../../../src/prompt/files/promptfoo-export.js";
import { readPrompt } from "../../../src/prompt/files/read-prompt.js";
import { readPromptFiles } from "../../../src/prompt/files/read-prompt-folder.js";
import type { Dataset } from "../../../src/types/data.js";
import { contractData } from "../../contract/approach.js";
import { askedText, shownDemos } from "../fake-llm.js";
import { askSaved, firstLabelLlm, savedRun, writeFiles } from "./saved-prompt.js";

const { train } = contractData();
const task: Dataset = { ...train, labels: ["login", "parcel", "refund"] };

const tests = `tests:
  - vars: { text: my money }
    assert: [{ type: equals, value: refund }]
  - vars: { text: my password }
    assert: [{ type: icontains, value: login }]
`;

/** The path of a configuration in a folder with other files. */
async function config(yaml: string, files: Record<string, string> = {}): Promise<string> {
  return join(await writeFiles(new Map(Object.entries({ "promptfooconfig.yaml": yaml, ...files }))), "promptfooconfig.yaml");
}
const rowsOf = async (yaml: string, files?: Record<string, string>) => (await readTable(await config(yaml, files))).rows;

describe("the tests of a promptfoo configuration", () => {
  const expected = [
    { text: "my money", label: "refund" },
    { text: "my password", label: "login" },
  ];

  it("are rows with the label that is asserted", async () => {
    expect(await rowsOf(tests)).toEqual(expected);
  });

  it.each([
    [
      "a CSV",
      "tests: file://rows.csv",
      { "rows.csv": "text,__expected\nmy money,equals: refund\nmy password,icontains:login\n" },
    ],
    ["a CSV of plain expectations", "tests: rows.csv", { "rows.csv": "text,__expected\nmy money,refund\nmy password,login\n" }],
    [
      "JSON Lines",
      "tests: [file://rows.jsonl]",
      {
        "rows.jsonl":
          '{"vars":{"text":"my money"},"assert":[{"type":"equals","value":"refund"}]}\n\n{"vars":{"text":"my password"},"assert":[{"type":"contains","value":"login"}]}\n',
      },
    ],
    [
      "JSON",
      "tests: file://rows.json",
      {
        "rows.json":
          '[{"vars":{"text":"my money"},"assert":[{"type":"equals","value":"refund"}]},{"vars":{"text":"my password"},"assert":[{"type":"equals","value":"login"}]}]',
      },
    ],
    [
      "YAML",
      "tests: file://rows.yaml",
      {
        "rows.yaml": tests
          .split("\n")
          .slice(1)
          .map((line) => line.slice(2))
          .join("\n"),
      },
    ],
  ])("may stand in %s", async (_, yaml, files) => {
    expect(await rowsOf(yaml, files as Record<string, string>)).toEqual(expected);
  });

  it("may take the label from a variable, and leave out what is no matter of labels", async () => {
    const yaml = `tests:
  - vars: { text: my money, label: refund }
  - vars: { text: my password, label: login }
defaultTest: { assert: [{ type: equals, value: "{{label}}" }, { type: latency, threshold: 5 }], vars: { tone: calm } }
`;
    const table = await readTable(await config(yaml));
    expect(table.rows).toEqual(expected.map((row) => ({ ...row, tone: "calm" })));
    expect(table.warnings).toEqual([
      "promptfooconfig.yaml: assertions of the kind latency were left out: they do not say which label is right.",
    ]);
  });

  it.each([
    ["cost(0.01)", "cost"],
    ["latency(200)", "latency"],
    ["cost: 0.01", "cost"],
    ["perplexity-score(0.5)", "perplexity-score"],
    ["is-json", "is-json"],
    ["is-json: {}", "is-json"],
    ["word-count(3)", "word-count"],
    ["not-cost(0.01)", null],
  ])("leave out a check beside the label, as promptfoo writes it in a CSV: %s", async (check, kind) => {
    const files = { "rows.csv": `text,__expected1,__expected2\nmy money,equals:refund,${check}\nmy password,login,${check}\n` };
    if (kind === null) await expect(rowsOf("tests: rows.csv", files)).rejects.toThrow("names no label");
    else {
      const table = await readTable(await config("tests: rows.csv", files));
      expect(table.rows).toEqual(expected);
      expect(table.warnings.join()).toContain(`kind ${kind} `);
    }
  });

  it("may have labels that are words for checks", async () => {
    const files = { "rows.csv": "text,__expected\na,cost\nb,latency (high)\n" };
    expect((await rowsOf("tests: rows.csv", files)).map((row) => row["label"])).toEqual(["cost", "latency (high)"]);
  });

  it("have numbers as they are written", async () => {
    const yaml =
      "tests:\n  - { vars: { text: 1.50 }, assert: [{ type: equals, value: 1234567890123456789 }] }\n  - { vars: { text: 2 }, assert: [{ type: equals, value: 1.0 }] }\n";
    const rows = (await rowsOf(yaml)).map((row) => [String(row["text"]), row["label"]]);
    expect(rows).toEqual([
      ["1.50", "1234567890123456789"],
      ["2", "1.0"],
    ]);
    const lines = '{"vars": {"text": "a"}, "assert": [{"type": "equals", "value": 1234567890123456789}]}\n';
    expect((await rowsOf("tests: rows.jsonl", { "rows.jsonl": lines })).map((row) => row["label"])).toEqual([
      "1234567890123456789",
    ]);
  });

  it("may have labels with a colon in them", async () => {
    expect(await rowsOf("tests: rows.csv", { "rows.csv": "text,__expected\na,refund: partly\nb,equals: is: this\n" })).toEqual([
      { text: "a", label: "refund: partly" },
      { text: "b", label: "is: this" },
    ]);
  });

  const test = (assert: string, vars = "{ text: a }"): string => `tests: [{ vars: ${vars}, assert: [${assert}] }]`;
  it.each([
    [
      "code",
      test("{ type: javascript, value: 'output.x' }"),
      /promptfooconfig\.yaml test 1: an assertion of the kind "javascript" is code, which is not executed/,
    ],
    ["code in a CSV", "tests: file://rows.csv", /rows\.csv line 2: an assertion of the kind "fn" is code/],
    ["a file of code", "tests: file://rows.js", /"tests" is "file:\/\/rows\.js", which is code\. It is not executed/],
    ["a generator", "tests: { path: file://x.py }", /"tests" is made by a generator, which is code/],
    ["what names no label", test("{ type: llm-rubric, value: good }"), /an assertion of the kind "llm-rubric" names no label/],
    ["no assertion", "tests: [{ vars: { text: a } }]", /test 1 names no label\. Expected an assert/],
    [
      "several labels",
      test("{ type: equals, value: a }, { type: contains, value: b }"),
      /test 1 names several labels \("a", "b"\)/,
    ],
    ["a label in a file", test("{ type: equals, value: file://x.txt }"), /the assertion reads "file:\/\/x\.txt"/],
    ["an unknown variable", test("{ type: equals, value: '{{lable}}' }"), /uses \{\{lable\}\}, and there is no such variable/],
    [
      "a text in a file",
      test("{ type: equals, value: b }", "{ text: file://a.js }"),
      /the variable "text" is read from "file:\/\/a\.js"/,
    ],
    ["a list of texts", test("{ type: equals, value: b }", "{ text: [a, b] }"), /the variable "text" is a list/],
    ["a pattern", "tests: file://*.csv", /a pattern\. Name the files one by one/],
    ["an address", "tests: https://docs.google.com/spreadsheets/x", /which is not a local file/],
    ["a data set of a hub", "tests: huggingface://datasets/x", /which is not a local file/],
    ["a file that is missing", "tests: file://row.csv", /There is no file row\.csv.*Nearest names there: rows\.csv/],
    ["scenarios", `${tests}scenarios: [{}]`, /has "scenarios", which cannot be taken over\. Write their rows under tests/],
    ["extensions", `${tests}extensions: [file://x.js:hook]`, /has "extensions", which cannot be taken over\. It is code/],
    ["filters", `${tests}nunjucksFilters: { up: ./up.js }`, /has "nunjucksFilters"/],
    ["no tests", "prompts: [a]", /promptfooconfig\.yaml has no tests/],
    ["another YAML", "a: 1", /is not a promptfoo configuration: it has neither "prompts" nor "tests"/],
    ["broken YAML", "tests:\n  - vars: {", /promptfooconfig\.yaml line \d is not YAML/],
  ])("with %s are refused by name", async (_, yaml, message) => {
    const path = await config(yaml, { "rows.csv": "text,__expected\na,fn:process.exit(1)\n" });
    await expect(readTable(path)).rejects.toThrow(message);
    await expect(readTable(path)).rejects.toMatchObject({ name: "UserError" });
  });
});

/** What the first prompt of a configuration asks. */
const ask = async (yaml: string, files: Record<string, string> = {}, about = task) =>
  askSaved(await config(`${yaml}\n${tests}`, files), about, firstLabelLlm(), {}, ["my parcel"]);
const chat = (messages: readonly [string, string][]): string =>
  JSON.stringify(messages.map(([role, content]) => ({ role, content })));
const conversation = chat([
  ["system", "Sort mail for {{company}}."],
  ["user", "Mail: no password"],
  ["assistant", "Login."],
  ["user", "Mail: {{ text }}"],
]);

describe("a prompt of a promptfoo configuration", () => {
  it("becomes the instruction, with where the text stood in words", async () => {
    const { llm, notes } = await ask(
      "prompts: ['Is this refund, login or parcel? {{text}}']\nproviders: [openai:chat:gpt-4o-mini]",
    );
    expect(llm.requests[0]!.messages[0]!.content).toMatch(/^Is this refund, login or parcel\? \[the text\]\n\nLabels:\n- login/);
    expect(askedText(llm.requests[0]!)).toBe("my parcel");
    expect(notes.join()).toContain("promptfooconfig.yaml, prompt 1: its words are the instruction");
  });

  it.each([
    ["a string", `prompts:\n  - '${conversation}'`, {}],
    ["a JSON file", "prompts: [file://chat.json]", { "chat.json": conversation }],
    ["a named file", "prompts: [{ id: file://chat.json, label: mine }]", { "chat.json": conversation }],
    [
      "a YAML file",
      "prompts: chat.yaml",
      {
        "chat.yaml":
          "- role: system\n  content: Sort mail for {{company}}.\n- role: user\n  content: 'Mail: no password'\n- role: assistant\n  content: Login.\n- { role: user, content: 'Mail: {{text}}' }\n",
      },
    ],
  ])("may be a conversation in %s", async (_, prompts, files) => {
    const { llm } = await ask(`${prompts}\ndefaultTest: { vars: { company: ACME } }`, files as Record<string, string>);
    expect(llm.requests[0]!.messages[0]!.content).toMatch(/^Sort mail for ACME\.\n\nMail: \[the text\]\n\nLabels:/);
    expect(shownDemos(llm.requests[0]!)).toEqual([{ text: "no password", answer: "login" }]);
  });

  it("may be one of several, each with a name, and name its models", async () => {
    const yaml = `prompts: ["A {{text}}", { raw: "B {{text}}", label: second }, file://more.txt]
providers: [openai:gpt-4o-mini, { id: "anthropic:messages:claude-haiku-4-5", config: { temperature: 1 } }, file://mine.js, "ollama:chat:qwen3:8b"]
${tests}`;
    const sources = await readPrompt(await config(yaml, { "more.txt": "C {{text}}\n---\nD {{text}}\n" }));
    expect(sources.map(({ name }) => name)).toEqual(["promptfooconfig-1", "second", "promptfooconfig-3", "promptfooconfig-4"]);
    expect(sources[0]!.llms).toEqual(["openai:gpt-4o-mini", "anthropic:claude-haiku-4-5", "ollama:qwen3:8b"]);
    expect(sources[0]!.notes.join("\n")).toMatch(
      /"file:\/\/mine\.js" cannot be asked from here and was left out[\s\S]*settings of its providers/,
    );
  });

  it("comes back as it was where Crossover wrote it", async () => {
    for (const method of ["zero-shot", "few-shot", "cot"] as const) {
      for (const structured of [true, false]) {
        const about = { ...train, descriptions: { login: "cannot: {{get}} in" } };
        const { before } = await savedRun(about, { method, structured, demos: 4 });
        const files = new Map(
          [...(await before.predictor.files())].map(([name, content]) => [name, new TextDecoder().decode(content)]),
        );
        const exported = await writeFiles(
          promptfooFiles(readPromptFiles(files, ""), { ...about, examples: about.examples.slice(0, 5) }),
        );
        const after = await askSaved(join(exported, "promptfooconfig.yaml"), about, firstLabelLlm({ isStructured: structured }));
        // Spare examples are not a part of it: one text is nearly an example.
        expect(after.keys.filter((key) => before.keys.includes(key)).length).toBeGreaterThanOrEqual(
          method === "few-shot" ? 3 : 4,
        );
        expect((await readTable(join(exported, "promptfooconfig.yaml"))).rows.map(({ label }) => label)).toEqual(
          about.examples.slice(0, 5).map(({ labels }) => labels[0]),
        );
      }
    }
  });

  it.each([true, false])("comes back with the thoughts of its examples (in JSON: %s)", async (structured) => {
    const { folder } = await savedRun(train, { method: "cot", structured });
    await writeFile(
      join(folder, "examples.jsonl"),
      '{"text":"a","label":"login","reasoning":"No refund, no parcel:\\nthe login."}\n{"text":"b","label":"refund"}\n',
    );
    const before = await askSaved(folder, train, firstLabelLlm({ isStructured: structured }));
    const files = new Map(
      [...(await before.predictor.files())].map(([name, content]) => [name, new TextDecoder().decode(content)]),
    );
    const exported = await writeFiles(promptfooFiles(readPromptFiles(files, ""), train));
    const after = await askSaved(join(exported, "promptfooconfig.yaml"), train, firstLabelLlm({ isStructured: structured }));
    expect(after.keys).toEqual(before.keys);
  });

  it.each([
    ["no variable", "prompts: [Classify this.]", /prompt 1 uses no variable\. Expected the text as \{\{text\}\}/],
    ["two variables", "prompts: ['{{text}} {{tone}}']", /prompt 1 uses \{\{text\}\} and \{\{tone\}\}, which both differ/],
    ["the text twice", "prompts: ['{{text}} {{text}}']", /prompt 1 uses \{\{text\}\} several times/],
    [
      "the text in the system message",
      `prompts: ['${chat([
        ["system", "{{text}}"],
        ["user", "{{text}}"],
      ])}']`,
      /uses \{\{text\}\} before its last message/,
    ],
    [
      "logic",
      "prompts: ['{% if text %}{{text}}{% endif %}']",
      /has logic in its template, which is not executed: "\{% if text %\}"/,
    ],
    ["a filter", "prompts: ['{{ text | upper }}']", /has logic in its template/],
    ["code", "prompts: [file://prompt.py]", /prompt 1 is "file:\/\/prompt\.py", which is code/],
    ["a command", "prompts: ['exec:./make']", /prompt 1 is "exec:\.\/make", which is code/],
    ["a prompt of a service", "prompts: ['langfuse://x']", /which is not a local file/],
    [
      "an assistant at the end",
      `prompts: ['${chat([
        ["user", "{{text}}"],
        ["assistant", "Label:"],
      ])}']`,
      /its last message is not the user's/,
    ],
    [
      "turns out of order",
      `prompts: ['${chat([
        ["user", "a"],
        ["user", "{{text}}"],
      ])}']`,
      /turns before the text are not a text and its label by turns/,
    ],
    [
      "an example of no label",
      `prompts: ['${chat([
        ["user", "a"],
        ["assistant", "dunno"],
        ["user", "{{text}}"],
      ])}']`,
      /its example 1 is answered with "dunno", which names no label/,
    ],
    ["an image", `prompts:\n  - '[{"role":"user","content":[{"type":"image_url"}]}]'`, /message 1 is not understood/],
    ["no text", "prompts: [3]", /prompt 1 is not a text/],
  ])("with %s is refused by name", async (_, prompts, message) => {
    await expect(ask(prompts)).rejects.toThrow(message);
    await expect(ask(prompts)).rejects.toMatchObject({ name: "UserError" });
  });
});
