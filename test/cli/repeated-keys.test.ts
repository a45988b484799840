/** @file A server that repeats the key it was asked with, as some that show what they received do: it is in no file that a run or a labeling leaves. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

// With characters that JSON writes otherwise.
const key = 'sk-t0p"s3cret/of\\the+test';

const uploads = new Map<string, string>();
const server = createServer(async (message, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const echoed = message.headers.authorization ?? "none";
  const answer = {
    id: echoed,
    model: `model of ${echoed}`,
    choices: [
      {
        message: { role: "assistant", content: `refund, says ${echoed}` },
        finish_reason: "stop",
        logprobs: { content: [...echoed].map((token) => ({ token, logprob: -0.1, top_logprobs: [{ token, logprob: -0.1 }] })) },
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5 },
  };
  const send = (value: unknown): void => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };
  const { url = "", method } = message;
  if (url.endsWith("/chat/completions")) return send(answer);
  if (url.endsWith("/files")) {
    uploads.set("f1", body);
    return send({ id: "f1" });
  }
  if (url.includes("/files/")) {
    const ids = [...(uploads.get("f1") ?? "").matchAll(/"custom_id":"([^"]+)"/g)].map((match) => match[1]!);
    return send(ids.map((custom_id) => JSON.stringify({ custom_id, response: { status_code: 200, body: answer } })).join("\n"));
  }
  if (url.includes("/batches")) {
    const status = method === "POST" ? "validating" : "completed";
    return send({ id: "b1", status, output_file_id: "f2", request_counts: { completed: 1, failed: 0, total: 1 }, data: [] });
  }
  response.writeHead(404).end("{}");
});
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
});
beforeEach(async () => {
  folder = await emptyFolder();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Files with what they hold, a character a byte. */
async function filesBelow(root: string): Promise<[file: string, content: string][]> {
  const found = (await readdir(root, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  const files = found.map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.map(async (file) => [file, await readFile(file, "latin1")]));
}

/** Pieces of the key in any of the ways in which a file could hold it, by file. */
async function findKey(root: string): Promise<string[]> {
  const forms = [key, JSON.stringify(key).slice(1, -1), JSON.stringify(JSON.stringify(key)).slice(3, -3), "s3cret"];
  // Token by token it stands within many lines.
  const letters = (content: string): string => content.replace(/[^\w]+|token|logprob|top_logprobs|content/g, "");
  const holding = (await filesBelow(root)).filter(
    ([, content]) => forms.some((form) => content.includes(form)) || letters(content).includes("t0ps3cret"),
  );
  return holding.map(([file]) => file);
}

it.each([[[]], [["--batch"]]])("a run %j of a server that repeats the key keeps it nowhere", async (words) => {
  const data = await writeTickets(folder);
  const runs = join(folder, "runs");
  const llm = ["--llm", "openai:some-model", ...words, "--approaches", "prompt:zero-shot", "--confidence", "logprob"];
  const { code, out, err } = await crossover(["run", data, ...llm, "--runs", runs, "--name", "r", "--yes"], { env });
  expect(code, err).toBe(0);
  expect(await findKey(folder)).toEqual([]);
  expect(out + err).not.toContain("s3cret");
  expect(await readFile(join(runs, "r", "predictions.jsonl"), "utf8")).toContain("[key]");
});

it.each([[[]], [["--batch"]]])("a labeling %j by it keeps it nowhere either", async (words) => {
  const rows = join(folder, "rows.csv");
  await writeFile(
    rows,
    `text\n${ticketRows(12)
      .map(({ text }) => `"${text}"\n`)
      .join("")}`,
  );
  const llm = ["--llm", "openai:some-model", ...words, "--labels", "login,billing", "-o", join(folder, "out.jsonl")];
  await crossover(["label", rows, ...llm, "--runs", join(folder, "runs"), "--yes"], { env });
  expect(await findKey(folder)).toEqual([]);
  expect((await filesBelow(folder)).filter(([, content]) => content.includes("[key]"))).not.toEqual([]);
});
