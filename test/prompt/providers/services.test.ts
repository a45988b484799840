import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { describeModel, isBatchable, resolveLlm } from "../../../src/prompt/providers/resolve.js";
import { type Service, type ServiceName, services } from "../../../src/prompt/providers/services.js";
import { parseSpec } from "../../../src/prompt/providers/spec.js";
import { promptTemplate, renderRequest } from "../../../src/prompt/template.js";

const never = new AbortController().signal;
const key = "k3y-of-the-test-1234";
const rows: readonly (readonly [ServiceName, Service])[] = Object.entries(services) as never;
const template = promptTemplate({ labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false });
const request = renderRequest(template, [], "see you later", "json");

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: a request of any protocol
  readonly body: any;
}

let origin: string;
let received: Received[] = [];
const replies = {
  openai: { model: "m", choices: [{ message: { role: "assistant", content: "ham" }, finish_reason: "stop" }] },
  anthropic: {
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: "ham" }],
    stop_reason: "end_turn",
  },
  google: { candidates: [{ content: { role: "model", parts: [{ text: "ham" }] }, finishReason: "STOP" }] },
};
const server = createServer(async (message, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const { method, url, headers } = message;
  received.push({ method, path: url, headers, body: JSON.parse(Buffer.concat(chunks).toString() || "null") });
  const protocol = url?.includes("generateContent") ? "google" : url?.endsWith("/messages") ? "anthropic" : "openai";
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ ...replies[protocol], id: "x", usage: { input_tokens: 1, output_tokens: 1 } }));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A spec of a service, and the environment that leads it to the test's server. */
function atServer(name: ServiceName, { address, key: { variable }, example }: Service) {
  const spec = name === "openai-compatible" ? `${name}:${origin}/v1#some-model` : `${name}:${example}`;
  const [first] = address.variables;
  const env = {
    ...(first === undefined ? {} : { [first.name]: origin }),
    ...(variable === null ? {} : { [variable]: key }),
  };
  return { spec, env };
}

async function asked(spec: string, env: Record<string, string>): Promise<Received> {
  received = [];
  await (await resolveLlm(spec, { env })).complete(request, never);
  expect(received).toHaveLength(1);
  return received[0]!;
}

describe.each(rows)("%s", (name, service) => {
  it("is described without a key, and asked at its address alone, with its key in its header alone", async () => {
    const { spec, env } = atServer(name, service);
    const { [service.key.variable ?? ""]: _, ...keyless } = env;
    expect(describeModel(spec, { env: keyless })).toMatchObject({ spec, provider: name, model: parseSpec(spec).model });
    const { headers, path } = await asked(spec, env);
    expect(path).toMatch(/\/(chat\/completions|messages|models\/.*generateContent)$/);
    const holding = Object.keys(headers).filter((header) => String(headers[header]).includes(key));
    expect(holding).toEqual(service.key.variable === null ? [] : [service.key.header]);
    if (service.key.variable !== null)
      expect(headers[service.key.header]).toBe(service.key.header === "authorization" ? `Bearer ${key}` : key);
  });

  it("is asked without a key where it needs none, and names the variable where it does", async () => {
    const { spec, env } = atServer(name, service);
    const { [service.key.variable ?? ""]: _, ...keyless } = env;
    if (service.key.isNeeded === "always")
      await expect(resolveLlm(spec, { env: keyless })).rejects.toThrow(new RegExp(service.key.variable!));
    else expect((await asked(spec, keyless)).headers).not.toHaveProperty("authorization");
  });

  it("is asked in batches if its row says so", () => {
    const { spec } = atServer(name, service);
    expect(isBatchable(spec)).toBe(service.hasBatches);
  });

  it("is in the documentation: a row of docs/services.md with its key", () => {
    const row = readFileSync(join(import.meta.dirname, "../../../docs/services.md"), "utf8")
      .split("\n")
      .find((line) => line.startsWith(`| \`${name}:`));
    expect(row).toBeDefined();
    if (service.key.variable !== null) expect(row).toContain(service.key.variable);
    for (const variable of service.address.variables) expect(row).toContain(variable.name);
  });
});

describe("what a row says of its protocol is what is sent", () => {
  const body = async (name: ServiceName) => {
    const { spec, env } = atServer(name, services[name]);
    return (await asked(spec, env)).body;
  };

  it("a seed under Mistral's name, and none to DeepSeek, of which JSON of any form is asked", async () => {
    expect(await body("mistral")).toMatchObject({ random_seed: 0, temperature: 0 });
    expect(await body("mistral")).not.toHaveProperty("seed");
    const deepseek = await body("deepseek");
    expect(deepseek.response_format).toEqual({ type: "json_object" });
    expect(deepseek).not.toHaveProperty("seed");
    // It refuses JSON that the prompt does not speak of.
    expect(JSON.stringify(deepseek.messages)).toContain("JSON");
  });

  it("a limit under the name that the service has now", async () => {
    for (const name of ["groq", "cerebras", "azure"] as const) expect(await body(name)).toHaveProperty("max_completion_tokens");
    for (const name of ["together", "mistral", "ollama"] as const) expect(await body(name)).toHaveProperty("max_tokens");
  });

  it("a deployment of Azure by its name, at the path of the v1 API, also where the address has it already", async () => {
    const env = { AZURE_OPENAI_API_KEY: key };
    for (const address of [origin, `${origin}/`, `${origin}/openai/v1/`]) {
      const { path, body: sent } = await asked("azure:my-gpt", { ...env, AZURE_OPENAI_ENDPOINT: address });
      expect([path, sent.model]).toEqual(["/openai/v1/chat/completions", "my-gpt"]);
    }
    expect((await asked("azure:my-gpt", { ...env, AZURE_OPENAI_BASE_URL: `${origin}/proxy` })).path).toBe(
      "/proxy/chat/completions",
    );
    expect(() => describeModel("azure:my-gpt", { env })).toThrow(/AZURE_OPENAI_ENDPOINT.*openai\.azure\.com/);
  });
});

describe("a spec with an address", () => {
  it("is a URL and a model, which may hold colons and slashes", () => {
    expect(parseSpec("openai-compatible:http://box:8000/v1#org/qwen3:8b")).toEqual({
      provider: "openai-compatible",
      address: "http://box:8000/v1",
      model: "org/qwen3:8b",
    });
  });

  it.each([
    "openai-compatible:",
    "openai-compatible:http://box:8000/v1",
    "openai-compatible:http://box:8000/v1#",
    "openai-compatible:#model",
    "openai-compatible:qwen",
  ])("%s is told how it is written", (spec) => {
    expect(() => parseSpec(spec)).toThrow(/URL.*#/);
  });
});

describe("an address that cannot be used is refused before anything is asked, and not shown", () => {
  const wrong = [
    "not a url s3cret",
    "ftp://host/s3cret",
    "http://alice:s3cret@127.0.0.1:9/v1",
    "http://s3cret@127.0.0.1:9/v1",
    "http://127.0.0.1:9/v1?key=s3cret",
    "http://127.0.0.1:9/v1?",
    "http://127.0.0.1:9/v1#s3cret",
    "javascript:s3cret",
  ];
  const places = rows.flatMap(([name, service]) => service.address.variables.map((variable) => ({ name, service, variable })));
  it.each(places)("$variable.name", ({ name, service, variable }) => {
    for (const value of variable.form === "host" ? wrong.slice(1) : wrong) {
      let message = "";
      try {
        describeModel(`${name}:${service.example}`, { env: { [variable.name]: value } });
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        message = String(error);
      }
      expect(message, value).toContain(variable.name);
      expect(message).toContain(service.address.example);
      expect(message).not.toMatch(/s3cret|alice/);
    }
  });

  it.each(wrong.filter((value) => !value.includes("#")))("openai-compatible:%s#m", (value) => {
    expect(() => parseSpec(`openai-compatible:${value}#m`)).toThrow(/openai-compatible:URL#MODEL cannot be used/);
    expect(() => parseSpec(`openai-compatible:${value}#m`)).not.toThrow(/s3cret/);
  });

  it.each([
    ["http://box:1234/ollama", "http://box:1234/ollama/v1"],
    [":1234", "http://127.0.0.1:1234/v1"],
    ["::1", "http://[::1]:11434/v1"],
    ["[::]:1234", "http://127.0.0.1:1234/v1"],
    ["box:80", "http://box/v1"],
  ])("while OLLAMA_HOST=%s is a way to write one", (host, url) => {
    expect(describeModel("ollama:m", { env: { OLLAMA_HOST: host } }).baseUrl).toBe(url);
  });
});

describe("a key", () => {
  const keyed = rows.filter(([, service]) => service.key.variable !== null);
  it.each(keyed)(
    "of %s that cannot stand in a header is refused before anything is asked, and not shown",
    async (name, service) => {
      const { spec, env } = atServer(name, service);
      for (const inner of ["\n", "\r\n", " ", "\t", "\u0000", "é", "“"]) {
        received = [];
        const asking = resolveLlm(spec, { env: { ...env, [service.key.variable!]: `s3cret${inner}more` } });
        await expect(asking).rejects.toThrow(new RegExp(`${service.key.variable}.*Copy it again`));
        await expect(asking).rejects.toThrow(UserError);
        await expect(asking).rejects.not.toThrow(/s3cret/);
        expect(received).toEqual([]);
      }
    },
  );

  it("is taken without the line feed and spaces around it that come along from a file", async () => {
    const env = { OPENAI_BASE_URL: `${origin}/v1`, OPENAI_API_KEY: ` ${key}\r\n` };
    expect((await asked("openai:m", env)).headers["authorization"]).toBe(`Bearer ${key}`);
    await expect(resolveLlm("anthropic:m", { env: { ANTHROPIC_API_KEY: " \n" } })).rejects.toThrow(/missing/);
  });
});
