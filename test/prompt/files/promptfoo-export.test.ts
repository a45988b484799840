import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { promptfooFiles } from "../../../src/prompt/files/promptfoo-export.js";
import { readPromptFiles, type SavedPrompt } from "../../../src/prompt/files/read-prompt-folder.js";
import type { PromptMethod } from "../../../src/prompt/methods.js";
import { type PromptOptions, prompt } from "../../../src/prompt/prompt.js";
import { systemMessage } from "../../../src/prompt/template.js";
import type { Dataset } from "../../../src/types/data.js";
import { contractData, recordingContext } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";
import { firstLabelLlm } from "./saved-prompt.js";

const schema = JSON.parse(
  readFileSync(new URL("../../../golden/promptfoo-config-schema.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** The training rows as test rows, with texts that a template engine would read. */
function testRows(train: Dataset): Dataset {
  const texts = ["{{text}} and {{ text }}", "file:///etc/passwd", "{% raw %}{{ 1 }}", 'plain "quoted"\nline', "x".repeat(30)];
  return { ...train, examples: texts.map((text, i) => ({ id: `row-${i}`, text, labels: train.examples[i]!.labels })) };
}

async function saved(
  options: Partial<PromptOptions> & { readonly spec?: string; readonly isStructured?: boolean; readonly train?: Dataset } = {},
): Promise<SavedPrompt> {
  const { spec = "openai:gpt-4o-mini", isStructured = false, train = contractData().train, ...rest } = options;
  const llm = { ...firstLabelLlm({ isStructured }), spec };
  await using predictor = await prompt({ llm, encoder: fakeEncoder(), demos: 4, ...rest }).fit(train, recordingContext());
  const files = [...(await predictor.files())].map(([name, content]): [string, string] => [
    name,
    new TextDecoder().decode(content),
  ]);
  return readPromptFiles(new Map(files), "");
}

interface Exported {
  readonly yaml: string;
  readonly config: {
    readonly providers: readonly { readonly id: string; readonly config: Record<string, unknown> }[];
    readonly defaultTest: { readonly options: { readonly transform: string } };
    readonly evaluateOptions?: unknown;
  };
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tests: readonly { readonly vars: { readonly text: string }; readonly assert: readonly { readonly value: string }[] }[];
}

function exported(prompt: SavedPrompt, test: Dataset = testRows(contractData().train)): Exported {
  const files = promptfooFiles(prompt, test);
  expect([...files.keys()]).toEqual(["promptfooconfig.yaml", "promptfoo-prompt.json", "promptfoo-tests.jsonl"]);
  const yaml = files.get("promptfooconfig.yaml")!;
  const lines = files.get("promptfoo-tests.jsonl")!.trim().split("\n");
  return {
    yaml,
    config: parse(yaml) as Exported["config"],
    messages: JSON.parse(files.get("promptfoo-prompt.json")!) as Exported["messages"],
    tests: lines.map((line) => JSON.parse(line) as Exported["tests"][number]),
  };
}

/** What promptfoo's transform makes of an answer. */
const transformed = ({ config }: Exported, output: unknown): unknown =>
  new Function("output", `return ${config.defaultTest.options.transform}`)(output);

describe("a configuration of promptfoo", () => {
  const methods: readonly PromptMethod[] = ["zero-shot", "few-shot", "cot", "self-consistency"];
  const specs = ["openai:gpt-5-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash", "ollama:qwen3:8b"];

  it.each(methods.flatMap((method) => specs.map((spec) => [method, spec] as const)))(
    "of %s@%s is one by promptfoo's schema",
    async (method, spec) => {
      for (const isStructured of [true, false]) {
        const { config, messages } = exported(await saved({ method, spec, isStructured }));
        validate(config);
        expect(validate.errors).toBeNull();
        expect(messages[0]!.role).toBe("system");
        expect(config.evaluateOptions).toEqual(method === "self-consistency" ? { repeat: 5 } : undefined);
      }
    },
  );

  it("is checked by a schema that can fail", () => {
    expect(validate({ prompts: ["a"], providers: ["echo"], tests: [{ vars: 3 }] })).toBe(false);
    expect(validate({ prompts: ["a"], providers: ["echo"], bogus: 1 })).toBe(false);
  });

  it("names models and their settings as promptfoo does", async () => {
    const provider = async (spec: string, isStructured = true) =>
      exported(await saved({ spec, isStructured })).config.providers[0];
    expect(await provider("openai:gpt-4o-mini")).toMatchObject({
      id: "openai:chat:gpt-4o-mini",
      config: {
        passthrough: { temperature: 0, seed: 0 },
        max_tokens: 42,
        response_format: { type: "json_schema", json_schema: { strict: true, schema: { required: ["label"] } } },
      },
    });
    expect(await provider("anthropic:claude-haiku-4-5")).toMatchObject({
      id: "anthropic:messages:claude-haiku-4-5",
      config: { max_tokens: 42 },
    });
    expect(await provider("google:gemini-2.5-flash")).toMatchObject({
      id: "google:gemini-2.5-flash",
      config: { generationConfig: { maxOutputTokens: 42 } },
    });
    expect(await provider("ollama:qwen3:8b", false)).toMatchObject({ id: "ollama:chat:qwen3:8b", config: { num_predict: 42 } });
  });

  it("sends the same messages, but for one code that stands in no text", async () => {
    const { messages, tests, yaml } = exported(await saved({ method: "few-shot" }));
    expect(messages).toHaveLength(10);
    const [, code] = /^<text-(\w{12})>\n\{\{text\}\}\n<\/text-\1>$/.exec(messages.at(-1)!.content)!;
    expect(JSON.stringify(tests)).not.toContain(code);
    expect(yaml).toContain(`# The text stands between <text-${code}> and </text-${code}>.`);
  });

  it("escapes what a template engine would read", async () => {
    const instruction = "Answer as {{label}} {% if x %}, {# no #} and {plain}.";
    const { messages, tests, yaml } = exported(await saved({ instruction }));
    expect(messages[0]!.content).toContain('Answer as {{ "{" }}{label}} {{ "{" }}% if x %}, {{ "{" }}# no #} and {plain}.');
    expect(tests.map(({ vars }) => vars.text)).toEqual([
      "{\u200B{text}} and {\u200B{ text }}",
      "\u200Bfile:///etc/passwd",
      "{% raw %}{\u200B{ 1 }}",
      'plain "quoted"\nline',
      "x".repeat(30),
    ]);
    expect(yaml).toContain("# 3 texts had an invisible sign (U+200B) put in");
  });

  it("cuts texts as they are cut here", async () => {
    expect(exported(await saved({ maxTextCharacters: 10 })).tests[4]!.vars.text).toBe(`${"x".repeat(10)}\n[cut]`);
  });

  it("reads the label out of an answer", async () => {
    const single = exported(await saved({ isStructured: true }));
    expect(transformed(single, '{"label":"login"}')).toBe("login");
    expect(transformed(single, { label: "login" })).toBe("login");
    expect(transformed(single, " sorry ")).toBe("sorry");
    expect(transformed(exported(await saved()), " login\n")).toBe("login");
    expect(transformed(exported(await saved({ method: "cot" })), "They paid: twice.\nLabel: refund")).toBe("refund");
    const { train } = contractData(true);
    const several = exported(await saved({ train, isStructured: true }), testRows(train));
    expect(several.tests.map(({ assert }) => assert[0]!.value)).toContain("login|refund");
    expect(transformed(several, '{"labels":["refund","login"]}')).toBe("login|refund");
    expect(transformed(several, '{"labels":[]}')).toBe("none");
    const lines = exported(await saved({ train }), testRows(train));
    expect(transformed(lines, "refund\nlogin\n")).toBe("login|refund");
    expect(transformed(lines, "none")).toBe("none");
    expect(transformed(exported(await saved({ train, method: "cot" }), testRows(train)), "Both.\nLabels:\nrefund\nlogin")).toBe(
      "login|refund",
    );
  });

  it("is not written where promptfoo can't ask the same", async () => {
    const test = testRows(contractData().train);
    expect(promptfooFiles(await saved({ method: "nearest" }), test).size).toBe(0);
    const prompted = await saved();
    expect(promptfooFiles({ ...prompted, program: { ...prompted.program, shortlist: 2 } }, test).size).toBe(0);
  });

  it("holds the system message to the letter where nothing needs escaping", async () => {
    const prompted = await saved();
    expect(exported(prompted).messages[0]!.content).toBe(systemMessage(prompted.program.template, "text"));
  });
});
