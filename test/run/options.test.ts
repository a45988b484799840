import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import { withOptionTables } from "../../scripts/write-config-files.js";
import { UserError } from "../../src/lib/errors.js";
import { configKeys, parseConfig } from "../../src/run/options/config-file.js";
import { configSchema, configSchemaFile, optionTables } from "../../src/run/options/config-schema.js";
import { configText } from "../../src/run/options/config-text.js";
import type { Option } from "../../src/run/options/option.js";
import { mapPaths, pathsOf } from "../../src/run/options/option-paths.js";
import { runOptions } from "../../src/run/options/options-table.js";
import { runComparison } from "../../src/run/run-comparison.js";
import {
  checkOptions,
  defaultRunManner,
  defaultRunOptions,
  type RunOptions,
  storedOptionsSchema,
} from "../../src/run/run-options.js";

const root = resolve(import.meta.dirname, "../..");
const rows = Object.entries<Option>(runOptions);

describe("the table of options", () => {
  it("gives each option a default of its own kind, and no default twice", () => {
    for (const [name, { kind, default: usual, isRequired }] of rows) {
      if (usual !== undefined) expect([name, kind.schema.safeParse(usual).success]).toEqual([name, true]);
      expect(usual !== undefined && isRequired === true).toBe(false);
    }
    expect(rows.length).toBeGreaterThan(45);
  });

  it("types what is always there, and what may be absent", () => {
    expectTypeOf<RunOptions["demos"]>().toEqualTypeOf<number>();
    expectTypeOf<RunOptions["llm"]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<RunOptions["classWeight"]>().toEqualTypeOf<"none" | "balanced">();
    expectTypeOf<undefined>().toExtend<RunOptions["limit"]>();
    expectTypeOf(defaultRunManner.runs).toEqualTypeOf<string>();
  });

  it("keeps with a run what a later version adds, and refuses what an option cannot be", () => {
    const options = { ...defaultRunOptions, path: "tickets.csv", addedLater: { deep: 1 } };
    expect(storedOptionsSchema.parse(options)).toEqual(options);
    // Runs of before say in a sentence why a way of tuning was picked.
    const ladder = { method: "setfit", reason: "tune:setfit was picked." };
    expect(storedOptionsSchema.parse({ ...options, ladder }).ladder?.method).toBe("setfit");
    expect(storedOptionsSchema.safeParse({ ...options, repeat: 0 }).success).toBe(false);
    // A run that was begun before there were learning curves goes on without any.
    const { curve: _curve, ...older } = options;
    expect(storedOptionsSchema.parse(older).curve).toBe("off");
    const { seed: _, ...seedless } = options;
    expect(storedOptionsSchema.safeParse(seedless).success).toBe(false);
  });

  it("is what options from code are checked by", async () => {
    expect(() => checkOptions({ path: "x.csv", limit: 1 })).toThrow(/^limit is 1; it must be a whole number of at least 2\.$/);
    expect(() => checkOptions({ path: "x.csv", maxConcurency: 1 })).toThrow(/"maxConcurency"\. Did you mean "maxConcurrency"\?/);
    await expect(runComparison({ path: "x.csv", testShare: 2 })).rejects.toThrow(UserError);
  });
});

describe("the paths of options", () => {
  const options = {
    path: "hf:org/set",
    test: "test.csv",
    model: "minilm-l6",
    llm: ["openai:gpt-5", "recorded:answers.jsonl"],
    prompt: ["a", "b"],
    text: "body",
  };

  it("are found in lists and behind recorded:, and nowhere else", () => {
    expect(mapPaths(options, ({ path }) => `there/${path}`)).toEqual({
      ...options,
      test: "there/test.csv",
      model: "there/minilm-l6",
      llm: ["openai:gpt-5", "recorded:there/answers.jsonl"],
      prompt: ["there/a", "there/b"],
    });
  });

  it("say which may be a name as well", () => {
    const names = pathsOf(options).filter(({ kind }) => kind === "perhaps");
    expect(names).toEqual([{ path: "minilm-l6", kind: "perhaps" }]);
  });
});

describe("a configuration", () => {
  const parse = (text: string) => parseConfig("c.yaml", text);

  it("says options as they are written on the command line, or as YAML has them", () => {
    const text =
      'data: t.csv\ntimeBudget: 10m\nllm: openai:gpt-5\napproaches: tune:probe, prompt:labels\nlabelSeparator: "\\\\n"\ncache: false\nlimit:\n';
    expect(parse(text)).toEqual({
      path: "t.csv",
      timeBudget: 600,
      llm: ["openai:gpt-5"],
      approaches: ["tune:probe", "prompt:labels"],
      labelSeparator: "\n",
      cache: false,
    });
    expect(parse('{"$schema": "x", "llm": ["a", "b"], "timeBudget": 0}')).toEqual({ llm: ["a", "b"], timeBudget: 0 });
    expect(parse("text:\n  - subject\n  - body\n")).toEqual({ text: "subject,body" });
  });

  it.each(["", "# nothing\n", "null\n"])("%j says nothing", (text) => expect(parse(text)).toEqual({}));

  it.each([
    ["a key that is misspelled", "seed: 1\nmodle: x\n", /^c\.yaml line 2: "modle" is not an option\. Did you mean "model"\?/],
    ["a key as a flag has it", "time-budget: 10m\n", /Did you mean "timeBudget"\?/],
    ["a key of an object's own", "__proto__: 1\n", /"__proto__" is not an option/],
    ["a key that is a list", "? [a]\n: 1\n", /line 1: "" is not an option/],
    ["text for a number", "demos: many\n", /line 1: demos is "many"; it must be a whole number from 1 to 1000\./],
    ["a number out of range", "\n\ntestShare: 0.95\n", /line 3: testShare is 0\.95; it must be a number from 0\.01 to 0\.9\./],
    ["a number for a text", "label: 2024\n", /label is 2024; it must be a text: put it in quotes\./],
    ["a choice that there is not", "optimizer: best\n", /optimizer is "best"; it must be one of auto, /],
    ["a time without unit", "timeBudget: 10\n", /timeBudget is 10; it must be a time with its unit/],
    ["a word for a switch", "offline: sometimes\n", /offline is "sometimes"; it must be true or false\./],
    ["a list of numbers", "llm: [1]\n", /llm is \[1\]; it must be a text or a list of texts\./],
    ["no approach", 'approaches: ","\n', /it must name at least one, e\.g\. tune:probe/],
    ["consent to spend", "yes: true\n", /"yes" is said on the command line only \(--yes\)/],
    ["a key twice", "seed: 1\nseed: 2\n", /line 2 is not YAML/],
    ["broken YAML", "llm: [a\n", /^c\.yaml line \d is not YAML/],
    ["a list", "- seed\n", /is not a configuration/],
    ["an alias", "model: &m x\nname: *m\n", /line 2 has a YAML alias/],
    ["something far too deep", `llm: ${"[".repeat(20_000)}\n`, /./],
  ])("refuses %s", (_, text, message) => {
    expect(() => parse(text)).toThrow(UserError);
    expect(() => parse(text)).toThrow(message);
  });

  it("that is written in comments holds every default once its comments are taken away", () => {
    const text = configText({}, "schema.json");
    expect(parse(text)).toEqual({});
    const { usdPerMachineHour: _, ...defaults } = defaultRunOptions;
    const { yes: __, ...manner } = defaultRunManner;
    const whole = text.replace(/^#(?=\S)/gm, "");
    expect(parse(whole)).toEqual({ ...defaults, ...manner });
    for (const key of configKeys.keys()) expect(whole).toMatch(new RegExp(`^${key}:`, "m"));
  });

  it("says what it was given, whatever signs that holds", () => {
    const given = {
      path: "a b.csv",
      text: "yes",
      label: "#1: x",
      labelSeparator: "\n",
      llm: ["recorded:x: y.jsonl"],
      labelColumns: ["a", "b"],
    };
    expect(parse(configText(given, "s"))).toEqual(given);
  });
});

describe("what is published of the table", () => {
  const read = (file: string): string => readFileSync(join(root, file), "utf8");

  it("is the schema that the package has; npm run build writes it", () => {
    expect(JSON.parse(read(configSchemaFile))).toEqual(configSchema());
    expect((JSON.parse(read("package.json")) as { files: string[] }).files).toContain("schema");
  });

  it("has title, words and default of each key", () => {
    const { properties } = configSchema() as {
      properties: Record<string, { title?: string; description?: string; default?: unknown }>;
    };
    expect(Object.keys(properties).sort()).toEqual(["$schema", ...configKeys.keys()].sort());
    for (const [key, { row }] of configKeys) {
      expect(properties[key]!.title).toBeTruthy();
      expect(properties[key]!.description).toContain(row.keyHelp ?? row.help);
      if (!row.isMachineDefault) expect(properties[key]!.default).toEqual(row.default);
    }
  });

  it("is the tables in docs/options.md; npm run build writes them", () => {
    expect(read("docs/options.md")).toBe(withOptionTables(read("docs/options.md"), optionTables()));
    expect(read("docs/options.md")).toContain("| `-j, --max-concurrency` | `maxConcurrency` | `8` | `--max-concurrency 2` |");
  });

  it("has an example of each option that takes a value, which the option reads", () => {
    for (const [name, { kind, example, isRequired }] of rows) {
      const takesValue = kind.form !== "switch" && isRequired !== true;
      expect([name, example !== undefined]).toEqual([name, takesValue]);
      if (example !== undefined) expect([name, kind.schema.safeParse(kind.read(example)).success]).toEqual([name, true]);
    }
  });
});
