import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt } from "../../../src/prompt/prompt.js";
import { recordedPrompt } from "../../../src/prompt/recorded/recorded-prompt.js";
import type { Dataset } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { emptyFolder } from "../../cli/cli.js";
import { recordingContext } from "../../contract/approach.js";
import { startDecisionServer } from "../../servers/decisions/decision-server.js";

let folder = "";
beforeAll(async () => {
  folder = await emptyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const train: Dataset = { name: "t", labels: ["refund", "login", "parcel"], isMultiLabel: false, descriptions: {}, examples: [] };
const usage = { input_tokens: 1000, output_tokens: 0 };

async function replayed(lines: readonly unknown[], data = train): Promise<Prediction[]> {
  const path = join(folder, "log.jsonl");
  await writeFile(path, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
  const approach = await recordedPrompt({ path });
  const context = recordingContext();
  await using predictor = await approach.fit(data, context);
  return predictor.predict(
    lines.map((line) => ({ id: (line as { custom_id: string }).custom_id, text: "never read" })),
    context,
  );
}

describe("a log of decisions", () => {
  it("is replayed with choice and probabilities, in both shapes and as lines that are answers themselves", async () => {
    const probabilities = { refund: 0.6, login: 0.3, parcel: 0.1 };
    const list = Object.entries(probabilities).map(([value, probability]) => ({ value, probability }));
    const predictions = await replayed([
      {
        custom_id: "1",
        response: {
          status_code: 200,
          body: {
            model: "gpt-6-luna",
            answers: [{ type: "choice", name: "team", choice: "refund", probabilities: list }],
            usage,
          },
        },
      },
      { custom_id: "2", model: "gpt-6-luna", answers: { team: { type: "choice", choice: "refund", probabilities } }, usage },
      { custom_id: "3", model: "gpt-6-luna", choice: "refund", probabilities, usage },
    ]);
    for (const { answer, scores, confidence, costUsd } of predictions) {
      expect(answer).toEqual(["refund"]);
      for (const [label, probability] of Object.entries(probabilities)) expect(scores![label]).toBeCloseTo(probability, 12);
      expect(confidence).toMatchObject({ source: "probability" });
      // At the price of its decisions, 0.1 dollars a million, and not of its texts.
      expect(costUsd).toBe(1000 * 1e-7);
    }
  });

  it("has the labels of yes/no questions that are named by them", async () => {
    const answers = {
      refund: { type: "noul", noul: 0.9 },
      login: { type: "noul", noul: 0.2 },
      parcel: { type: "noul", noul: 0.7 },
    };
    const [prediction] = await replayed([{ custom_id: "1", answers }], { ...train, isMultiLabel: true });
    expect(prediction).toMatchObject({ answer: ["refund", "parcel"], scores: { refund: 0.9, login: 0.2, parcel: 0.7 } });
    expect(prediction!.confidence!.value).toBeCloseTo(0.9 * 0.8 * 0.7, 12);
  });

  it("fails the rows whose answers cannot be right, and takes refusals for refusals", async () => {
    const predictions = await replayed([
      { custom_id: "1", choice: "refund", probabilities: { refund: 0.6, login: 0.3 } },
      { custom_id: "2", answers: [{ type: "refusal", name: "label" }] },
      { custom_id: "3", choice: "refund", probabilities: { refund: 0.2, login: 0.8 } },
      { custom_id: "4", answers: { a: { choice: "refund", probabilities: { refund: 1 } }, b: { type: "noul", noul: 0.4 } } },
      { custom_id: "5", choice: "complaint", probabilities: { complaint: 1 } },
    ]);
    expect(predictions.map(({ failure }) => failure)).toEqual(["error", "refused", "error", "error", "unparseable"]);
    expect(predictions[0]!.rawAnswer).toContain("sum to 0.9");
    expect(predictions[3]!.rawAnswer).toContain("several questions");
  });

  it("takes an option under another name for its label, without guessing at the others' probabilities", async () => {
    const [prediction] = await replayed([
      { custom_id: "1", choice: "Refund", probabilities: { Refund: 0.4, Login: 0.35, Parcel: 0.25 } },
    ]);
    expect(prediction).toMatchObject({ answer: ["refund"] });
    expect(prediction!.scores).toBeUndefined();
  });

  it.each(["systemone", "decisions"] as const)(
    "of our own server in the shape of %s gives what was answered then",
    async (shape) => {
      await using server = await startDecisionServer();
      const queries = ["refund my order", "login fails", "parcel is late"].map((text, i) => ({ id: String(i), text }));
      const context = recordingContext();
      await using predictor = await prompt({ llm: `decide:${server.url}/${shape}#m`, env: {} }).fit(train, context);
      const live = await predictor.predict(queries, context);
      const lines = queries.map(({ id, text }) => ({
        custom_id: id,
        response: { status_code: 200, body: server.log.find((entry) => entry.text === text)!.body },
      }));
      const replay = await replayed(lines);
      const seen = ({ answer, scores, confidence, usage: used }: Prediction) => ({ answer, scores, confidence, used });
      expect(replay.map(seen)).toEqual(live.map(seen));
    },
  );
});
