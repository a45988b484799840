import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { optimizedPrompt } from "../../../src/prompt/optimized.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { decisionServiceNames, parseDecisionSpec } from "../../../src/prompt/providers/decide/decision-services.js";
import { describeModel, isBatchable, resolveLlm } from "../../../src/prompt/providers/resolve.js";
import { parseSpec } from "../../../src/prompt/providers/spec.js";

const own = "decide:http://127.0.0.1:8080/v1/systemone#kev-4b";

describe.each(decisionServiceNames)("decide:%s", (name) => {
  const { service } = parseDecisionSpec(`${name}/some/model`);
  const spec = `decide:${name}/some/model`;

  it("is described without a key, at its address, which its variable moves", () => {
    const card = describeModel(spec, { env: {} });
    expect(card).toMatchObject({
      spec,
      provider: "decide",
      model: `${name}/some/model`,
      baseUrl: service.address.usual,
      decides: service.limits,
    });
    expect(parseSpec(spec)).toEqual({ provider: "decide", model: `${name}/some/model` });
    const [{ name: variable, path }] = service.address.variables as [{ name: string; path: string }];
    for (const given of ["http://127.0.0.1:1234", `http://127.0.0.1:1234${path}`])
      expect(describeModel(spec, { env: { [variable]: given } }).baseUrl).toBe(`http://127.0.0.1:1234${path}`);
  });

  it("names the variable of its key where one is missing", async () => {
    if (service.key.variable === null) return void (await resolveLlm(spec, { env: {} }));
    await expect(resolveLlm(spec, { env: {} })).rejects.toThrow(new RegExp(`Set ${service.key.variable}`));
  });

  it("is in the documentation: a row of docs/services.md with its variables", () => {
    const row = readFileSync(join(import.meta.dirname, "../../../docs/services.md"), "utf8")
      .split("\n")
      .find((line) => line.startsWith(`| \`decide:${name}/`));
    expect(row).toBeDefined();
    for (const variable of [
      ...service.address.variables.map((each) => each.name),
      ...(service.key.variable === null ? [] : [service.key.variable]),
    ])
      expect(row).toContain(variable);
  });
});

describe("a decision model's spec", () => {
  it("is a server of one's own by the address that requests go to, whose end says their shape", () => {
    expect(describeModel(own, { env: {} })).toMatchObject({
      model: "kev-4b",
      baseUrl: "http://127.0.0.1:8080/v1/systemone",
      needs: ["network"],
    });
    expect(describeModel(own, { env: {} }).price).toMatchObject({ input_cost_per_token: 0 });
    expect(parseDecisionSpec("https://decide.example/x/decisions#a/b").service.shape).toBe("decisions");
  });

  it.each([
    ["decide:typsafe/jev", /"typsafe" is not a service of decision models\. Did you mean "typesafe"\?.*decide:URL#MODEL/],
    ["decide:typesafe", /names no model. Write decide:typesafe\/MODEL/],
    ["decide:typesafe/", /names no model/],
    ["decide:", /is not a service/],
    ["decide:http://127.0.0.1:8080/v1/systemone", /is written decide:URL#MODEL/],
    ["decide:http://127.0.0.1:8080/v1#kev", /ends neither in \/systemone nor in \/decisions/],
    ["decide:http://user:hunter2@127.0.0.1/v1/systemone#kev", /cannot be used as an address/],
    ["decide:ftp://127.0.0.1/systemone#kev", /cannot be used as an address/],
  ])("%s is refused with what to write", (spec, message) => {
    expect(() => parseSpec(spec)).toThrow(message);
    expect(() => parseSpec(spec)).not.toThrow(/hunter2/);
  });

  it("has a price where one is listed, of input alone, and none where it is not known", () => {
    expect(describeModel("decide:openai/gpt-6-luna", { env: {} }).price).toMatchObject({
      input_cost_per_token: 1e-7,
      output_cost_per_token: 0,
    });
    expect(describeModel("decide:typesafe/jev-latest", { env: {} }).price).toMatchObject({ input_cost_per_token: 4.2e-8 });
    const unknown = describeModel("decide:fireworks/accounts/a/models/b", { env: {} });
    expect(unknown.price).toBeNull();
    expect(unknown.warnings.join()).toContain("is not known");
  });

  it("cannot be asked in batches", () => {
    expect(isBatchable(own)).toBe(false);
  });
});

describe("what makes no sense with a decision model", () => {
  it.each([
    ["cot", /prompt:cot cannot be asked of decide:.*a decision model writes no thoughts/],
    ["self-consistency", /answers the same each time/],
  ] as const)("is refused with the reason: prompt:%s", (method, message) => {
    expect(() => prompt({ llm: own, method })).toThrow(message);
    expect(() => prompt({ llm: "openai:gpt-6-luna", method })).not.toThrow();
  });

  it.each(["instructions", "miprov2", "gepa"] as const)("is refused with the reason: the optimizer %s", (optimizer) => {
    expect(() => optimizedPrompt({ llm: own, optimizer })).toThrow(
      /writes nothing: the optimizer .* --optimizer random-search or --optimizer bootstrap/,
    );
  });

  it.each(["auto", "random-search", "bootstrap"] as const)("is not the optimizer %s", (optimizer) => {
    expect(() => optimizedPrompt({ llm: own, optimizer })).not.toThrow();
    expect(() => optimizedPrompt({ llm: own, optimizer, begin: "cot" })).toThrow(/writes no thoughts/);
  });
});
