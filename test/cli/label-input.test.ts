import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FaultyServer, startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder } from "./cli.js";

let server: FaultyServer;
let folder: string;
beforeEach(async () => {
  server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  folder = await emptyFolder();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

/** Rows as a program wrote them, with numbers that JavaScript would write in another way. */
const rows = [
  '{"id":1234567890123456789,"score":1.0,"text":"money back","meta":{"a":[1e5,{"b":-0.0}]}}',
  '{"id":1234567890123456790,"score":0.10,"text":"my password","meta":{"a":[12345678901234567890.12345]}}',
  '{"id":7,"score":0.5,"text":"my money","meta":null}',
];

it.each([
  ["rows.jsonl", rows.join("\n")],
  ["rows.json", `[${rows.join(",\n")}]`],
])("labelled rows of %s have their numbers as they stood", async (name, content) => {
  const path = join(folder, name);
  await writeFile(path, content);
  for (const output of ["out.jsonl", "out.csv"]) {
    const { code, err } = await crossover(
      ["label", path, "--llm", "openai:gpt-5-mini", "--labels", "refund,login", "-o", join(folder, output)].concat(
        "--runs",
        join(folder, "runs"),
      ),
      { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url } },
    );
    expect(err).not.toContain("rror");
    expect(code).toBe(0);
  }
  const lines = (await readFile(join(folder, "out.jsonl"), "utf8")).trim().split("\n");
  expect(lines.map((line) => line.slice(0, line.indexOf(',"label"')))).toEqual(rows.map((row) => row.slice(0, -1)));
  expect((await readFile(join(folder, "out.csv"), "utf8")).split("\r\n").slice(0, -1)).toEqual([
    "id,score,text,meta,label,confidence,confidence_source,failure",
    '1234567890123456789,1.0,money back,"{""a"":[1e5,{""b"":-0.0}]}",refund,,,',
    '1234567890123456790,0.10,my password,"{""a"":[12345678901234567890.12345]}",login,,,',
    "7,0.5,my money,,refund,,,",
  ]);
});

const label = (path: string, ...words: string[]) =>
  crossover(["label", path, "--llm", "openai:gpt-5-mini", "--labels", "refund,login", "--runs", join(folder, "runs"), ...words], {
    env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url },
  });

it("a line above the header is no row that is asked about", async () => {
  const path = join(folder, "rows.csv");
  await writeFile(path, "\uFEFFsep=;\r\nid;text\r\n0;my money\r\n1;my password\r\n");
  const { code } = await label(path, "-o", join(folder, "out.csv"));
  expect(code).toBe(0);
  expect(server.requests).toHaveLength(2);
  expect((await readFile(join(folder, "out.csv"), "utf8")).split("\r\n")[1]).toBe("0,my money,refund,,,");
});

it("a text within an object is named by its path, and told where it is not", async () => {
  const path = join(folder, "rows.jsonl");
  await writeFile(path, '{"data":{"body":"my money"}}\n{"data":{"body":"my password"}}\n');
  const { code } = await label(path, "--text", "data.body", "-o", join(folder, "out.jsonl"));
  expect(code).toBe(0);
  const [first] = (await readFile(join(folder, "out.jsonl"), "utf8")).split("\n");
  expect(JSON.parse(first!)).toMatchObject({ data: { body: "my money" }, label: "refund" });
  await writeFile(path, '{"text":"my money"}\n{"text":{"en":"my password"}}\n');
  const told = await label(path, "-o", join(folder, "other.jsonl"));
  expect([told.code, told.err]).toEqual([2, expect.stringContaining("--text text.en")]);
  expect(server.requests).toHaveLength(2);
});
