/** @file Commands that are printed do what they say: read back by the parser, they have the run's own options and the one that was to change. */
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addDataOptions, addRunOptions, givenOptions } from "../../src/cli/run-options.js";
import { completeCommand, runCommand } from "../../src/run/options/run-command.js";
import { defaultRunOptions, type RunOptions } from "../../src/run/run-options.js";

const options: RunOptions = {
  ...defaultRunOptions,
  path: "my data/tickets.csv",
  test: "held out.csv",
  text: "subject,body",
  labelSeparator: "\n",
  llm: ["recorded:answers of mini.jsonl", "openai:gpt-6-luna"],
  approaches: ["tune:probe", "prompt:zero-shot"],
  curve: "full",
  curveTime: 90,
  priority: { accuracy: 5, cost: 3 },
  cache: false,
  private: true,
  budgetUsd: 2,
  require: ["macro_f1>=0.9"],
};

// What the environment says is not of the run.
beforeEach(() => {
  for (const name of ["CROSSOVER_MODEL", "CROSSOVER_TIME_BUDGET", "CROSSOVER_CURVE"]) vi.stubEnv(name, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

/** What the parser of the command line makes of a command. */
async function parsed(command: string): Promise<RunOptions> {
  // No word here has a quote within: that is another test's.
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);
  const program = new Command().name("run").argument("[data]").exitOverride();
  addRunOptions(addDataOptions(program));
  let found: RunOptions | undefined;
  program.action(async (path: string) => {
    found = (await givenOptions(program, path)).options;
  });
  await program.parseAsync(words.slice(2), { from: "user" });
  return found!;
}

describe("a command", () => {
  test("that repeats a run has all of its options, and nothing that holds by itself", async () => {
    expect(await parsed(runCommand({ ...options }))).toEqual(options);
    expect(runCommand({ ...defaultRunOptions, path: "a.csv" })).toBe("crossover run a.csv");
  });

  test("that is advised has the run's options and what was to change", async () => {
    const complete = (command: string): string =>
      completeCommand(command, "runs/x", options as unknown as Record<string, unknown>);
    expect(await parsed(complete("crossover run FILE --llm ollama:qwen3:8b"))).toEqual({
      ...options,
      llm: [...options.llm, "ollama:qwen3:8b"],
    });
    expect(await parsed(complete("crossover run FILE --test TEST_FILE"))).toEqual({ ...options, test: "TEST_FILE" });
    expect(await parsed(complete("crossover run FILE --prices prices.json"))).toEqual({ ...options, prices: "prices.json" });
    expect(await parsed(complete("crossover run FILE"))).toEqual(options);
    expect(complete("crossover view RUN --usd-per-label 0.10")).toBe("crossover view runs/x --usd-per-label 0.10");
    expect(completeCommand("crossover resume RUN", "my runs/x", {})).toBe("crossover resume 'my runs/x'");
    const added = "crossover run FILE --approaches +tune";
    const one = { path: "a.csv", approaches: ["prompt:zero-shot"] };
    expect(completeCommand(added, "runs/x", one)).toBe("crossover run a.csv --approaches 'prompt:zero-shot,tune'");
    expect(completeCommand(added, "runs/x", { path: "a.csv" })).toBe("crossover run a.csv");
  });

  test("that reads the data alone has the options about the data alone", () => {
    const command = completeCommand("crossover check FILE", "runs/x", options as unknown as Record<string, unknown>);
    expect(command).toContain("--text 'subject,body'");
    expect(command).not.toContain("--llm");
  });
});

test("a model that was asked because nobody named one is not named, and gives way to one that is", () => {
  const usual: RunOptions = { ...defaultRunOptions, path: "tickets.csv", llm: ["local:smollm2"], llmRows: 99, isUsualLlm: true };
  expect(runCommand({ ...usual })).toBe("crossover run tickets.csv --llm-rows 99");
  expect(completeCommand("crossover run FILE --llm openai:gpt-6-luna", "runs/a", { ...usual })).toBe(
    "crossover run tickets.csv --llm openai:gpt-6-luna",
  );
  const { isUsualLlm: _, ...named } = usual;
  expect(runCommand({ ...named })).toBe("crossover run tickets.csv --llm local:smollm2 --llm-rows 99");
});
