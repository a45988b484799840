/** @file Exported configurations in promptfoo itself. Runs where `CROSSOVER_PROMPTFOO` names a folder with promptfoo installed; `golden/check_promptfoo.mjs` says how. */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { promptfooFiles } from "../../../src/prompt/files/promptfoo-export.js";
import { readPromptFiles } from "../../../src/prompt/files/read-prompt-folder.js";
import { prompt } from "../../../src/prompt/prompt.js";
import type { Dataset } from "../../../src/types/data.js";
import { recordingContext } from "../../contract/approach.js";
import { startFaultyServer } from "../../servers/faulty-openai.js";
import { writeFiles } from "./saved-prompt.js";

const installed = process.env["CROSSOVER_PROMPTFOO"];
const script = fileURLToPath(new URL("../../../golden/check_promptfoo.mjs", import.meta.url));

const train: Dataset = {
  name: "requests",
  labels: ["refund", "login"],
  isMultiLabel: false,
  descriptions: { refund: "wants {{money}} back" },
  examples: [
    { id: "1", text: "give {{ text }} money {% back", labels: ["refund"] },
    { id: "2", text: "password {# lost", labels: ["login"] },
  ],
};
const rows = [
  { text: "money for {{text}} please", label: "refund" },
  { text: "file:///tmp/money.js", label: "refund" },
  { text: 'my "password"\nis lost', label: "login" },
  { text: "nothing at all {% raw %}", label: "refund" },
];
const test: Dataset = { ...train, examples: rows.map(({ text, label }, i) => ({ id: `t${i}`, text, labels: [label] })) };

describe(`an exported configuration in promptfoo${installed === undefined ? " (skipped: set CROSSOVER_PROMPTFOO)" : ""}`, () => {
  for (const method of ["zero-shot", "few-shot", "cot"] as const) {
    for (const form of ["auto", "text"] as const) {
      it.skipIf(installed === undefined)(`asks ${method} and grades its answers (${form})`, { timeout: 240_000 }, async () => {
        await using server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
        const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url };
        const approach = prompt({
          llm: "openai:gpt-4o-mini",
          env,
          method,
          demos: method === "few-shot" ? 2 : 0,
          answerForm: form,
        });
        const context = recordingContext();
        await using predictor = await approach.fit(train, context);
        const queries = test.examples.map(({ id, text }) => ({ id, text }));
        const predictions = await predictor.predict(queries, context);
        const ours = server.requests.slice();
        const files = new Map([...(await predictor.files())].map(([name, content]) => [name, new TextDecoder().decode(content)]));
        const folder = await writeFiles(promptfooFiles(readPromptFiles(files, ""), test));
        const { stdout } = await promisify(execFile)(process.execPath, [script, installed!, folder], {
          env: { ...process.env, ...env },
        });
        const results = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
          readonly success: boolean;
          readonly output: unknown;
          readonly error?: string;
        }[];
        expect(results.map(({ success }) => success)).toEqual(predictions.map(({ answer }, i) => answer?.[0] === rows[i]!.label));
        expect(results.map(({ success }) => success)).toEqual([true, true, true, false]);
        // The same requests, but for the code around the text, and the sign that keeps promptfoo from reading files.
        const plain = (text: string): string => text.replace(/text-\w+>/g, "text>").replaceAll("\u200B", "");
        const theirs = server.requests.slice(ours.length);
        const lastOf = (requests: typeof ours): string[] =>
          requests.map(({ body }) => plain(JSON.stringify(body.messages))).sort();
        expect(lastOf(theirs)).toEqual(lastOf(ours));
        const { model: _, messages: __, ...parameters } = theirs[0]!.body;
        expect(parameters).toMatchObject({ temperature: 0, seed: 0 });
        expect((parameters.response_format as { type?: string } | undefined)?.type).toBe(
          form === "auto" ? "json_schema" : undefined,
        );
      });
    }
  }
});
