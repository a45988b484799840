import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadPredictor, prompt } from "../../src/index.js";
import { calibrationText } from "../../src/ship/calibration/calibration-file.js";
import { cascadePredictor } from "../../src/ship/cascade/cascade-predictor.js";
import { saveCascade } from "../../src/ship/cascade/save-cascade.js";
import { sharedPasses } from "../../src/ship/serve/shared-passes.js";
import { tfidf } from "../../src/tune/tfidf.js";
import type { Predictor } from "../../src/types/approach.js";
import type { Cascade, ScoreCalibration } from "../../src/types/cascade.js";
import type { TaskFacts } from "../../src/types/data.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { fakeLlm } from "../prompt/fake-llm.js";
import { firstLabelLlm, texts } from "../prompt/files/saved-prompt.js";
import { savedArtifact } from "./saved-artifact.js";

let root = "";
let members: { readonly small: string; readonly llm: string };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cascade-"));
  members = { small: join(root, "small-one"), llm: join(root, "big-one") };
});
afterEach(() => rm(root, { recursive: true }));

const { train } = contractData();
const task: TaskFacts = {
  name: train.name,
  labels: train.labels,
  isMultiLabel: false,
  trainRows: train.examples.length,
  testRows: 4,
  trainHash: "a".repeat(64),
  testHash: "b".repeat(64),
  splitNote: "",
  warnings: [],
};

/** What saving needs of a cascade; the rest of it is numbers. */
const cascadeAt = (threshold: number | null, calibration: ScoreCalibration | null = null): Cascade =>
  ({ small: "tune:tfidf", llm: "prompt:few", threshold, calibration }) as Cascade;

const hot: ScoreCalibration = { kind: "temperature", claims: "scores", rows: 50, temperature: 3 };

const silentPredictor: Omit<Predictor, "predict"> = {
  facts: {
    trainedParameters: 0,
    totalParameters: null,
    promptTokens: 0,
    humanWords: 0,
    chosen: {},
    artifactBytes: null,
    needs: [],
  },
  files: async () => new Map(),
  async [Symbol.asyncDispose]() {},
};

async function save(cascade: Cascade, folder = join(root, "both")): Promise<string> {
  await saveCascade(folder, { cascade, members, task, summary: undefined, seed: 7 });
  return folder;
}

/** Both members as a run leaves them; what the small one says of the texts. */
async function writeMembers(): Promise<readonly number[]> {
  const said = await savedArtifact(members.small, tfidf());
  await savedArtifact(members.llm, prompt({ llm: { ...firstLabelLlm(), spec: "openai:gpt-6-luna" }, demos: 2 }));
  return said.map(({ answer, scores }) => scores![answer![0]!]!);
}

describe("a saved cascade", () => {
  it("answers as its small model where that is sure enough, and asks about the other rows alone", async () => {
    const sure = await writeMembers();
    const [low, next] = sure.toSorted((a, b) => a - b);
    const folder = await save(cascadeAt((low! + next!) / 2));
    const llm = firstLabelLlm();
    await using predictor = await loadPredictor(folder, { llm });
    expect([predictor.kind, predictor.asksLlm, predictor.approach]).toEqual(["cascade", true, "hybrid:cascade"]);
    const answers = await predictor.classify(texts);
    const unsure = sure.indexOf(low!);
    expect(answers.map(({ answeredBy }) => answeredBy)).toEqual(
      texts.map((_, row) => (row === unsure ? "prompt:few" : "tune:tfidf")),
    );
    expect(llm.requests).toHaveLength(1);
    await using small = await loadPredictor(members.small);
    const alone = await small.classify(texts);
    for (const [row, { answer, costUsd }] of answers.entries()) {
      if (row === unsure) continue;
      expect(answer).toEqual(alone[row]!.answer);
      expect(costUsd).toBe(0);
    }
  });

  it("answers calls of one moment in one pass of its small model, and asks for each of them by itself", async () => {
    const passes: number[] = [];
    const small: Predictor = {
      ...silentPredictor,
      async predict(queries) {
        passes.push(queries.length);
        return queries.map(({ text }) => {
          const sure = text.includes("sure") ? 0.9 : 0.6;
          return { answer: [train.labels[0]!], scores: { [train.labels[0]!]: sure, [train.labels[1]!]: 1 - sure } };
        });
      },
    };
    const asked: string[][] = [];
    let open = 0;
    let mostOpen = 0;
    const llm: Predictor = {
      ...silentPredictor,
      async predict(queries) {
        asked.push(queries.map(({ text }) => text));
        mostOpen = Math.max(mostOpen, ++open);
        await new Promise((resolve) => setTimeout(resolve, 30));
        open--;
        return queries.map(() => ({ answer: [train.labels[1]!], costUsd: 0.01 }));
      },
    };
    const space = { labels: train.labels, isMultiLabel: false };
    const told = { format: 1, small: "tune:x", llm: "prompt:y", threshold: 0.8, calibration: null } as const;
    const both = cascadePredictor(
      { small: { ...space, predictor: sharedPasses(small) }, llm: { ...space, predictor: llm } },
      told,
    );
    const calls = Array.from({ length: 16 }, (_, i) =>
      both.predict([{ id: "0", text: i % 4 === 0 ? `sure ${i}` : `perhaps ${i}` }], recordingContext()),
    );
    const answers = (await Promise.all(calls)).map(([answer]) => answer!.answeredBy);
    expect(passes).toEqual([16]);
    expect(asked).toHaveLength(12);
    expect(mostOpen).toBe(12);
    expect(answers).toEqual(answers.map((_, i) => (i % 4 === 0 ? "tune:x" : "prompt:y")));
  });

  it("shares passes where it is loaded for a server, with the same answers", async () => {
    const sure = await writeMembers();
    const folder = await save(cascadeAt(Math.max(...sure)));
    const classified = async (sharesPasses: boolean): Promise<unknown> => {
      await using predictor = await loadPredictor(folder, { llm: firstLabelLlm(), sharesPasses });
      const answers = (await Promise.all(texts.map((text) => predictor.classify([text])))).flat();
      return answers.map(({ answer, answeredBy }) => [answer, answeredBy]);
    };
    expect(await classified(true)).toEqual(await classified(false));
  });

  it("lets the small model's answer stand where the other one's can't be used, and counts its cost", async () => {
    await writeMembers();
    const folder = await save(cascadeAt(1));
    const llm = fakeLlm(() => "nothing of it");
    await using predictor = await loadPredictor(folder, { llm });
    const answers = await predictor.classify(texts);
    await using small = await loadPredictor(members.small);
    expect(answers.map(({ answer }) => answer)).toEqual((await small.classify(texts)).map(({ answer }) => answer));
    expect(answers.every(({ answeredBy, costUsd }) => answeredBy === "tune:tfidf" && costUsd !== undefined)).toBe(true);
    expect(llm.requests.length).toBeGreaterThan(0);
  });

  it("is by itself: it answers when the run's folders are gone, and calibrates by its own file", async () => {
    await writeMembers();
    const folder = await save(cascadeAt(0.0001, hot));
    await rm(members.small, { recursive: true });
    await rm(members.llm, { recursive: true });
    await using predictor = await loadPredictor(folder, { llm: firstLabelLlm() });
    const [first] = await predictor.classify(texts);
    await using raw = await loadPredictor(join(folder, "small"));
    const [cold] = await raw.classify(texts);
    expect(Math.max(...Object.values(first!.scores!))).toBeLessThan(Math.max(...Object.values(cold!.scores!)));
  });

  it("takes the place of an earlier one, and of nothing else", async () => {
    await writeMembers();
    const folder = await save(cascadeAt(0.9));
    await save(cascadeAt(0.8));
    expect(JSON.parse(await readFile(join(folder, "cascade.json"), "utf8"))).toMatchObject({ threshold: 0.8 });
    await writeFile(join(root, "file"), "x");
    for (const place of [members.small, join(root, "file")])
      await expect(save(cascadeAt(0.9), place)).rejects.toMatchObject({ name: "UserError" });
    expect((await stat(join(members.small, "config.json"))).isFile()).toBe(true);
  });

  it("refuses what hands on no row or every row, and members that can't be asked", async () => {
    await writeMembers();
    for (const threshold of [0, null]) await expect(save(cascadeAt(threshold))).rejects.toMatchObject({ name: "UserError" });
    await writeFile(join(members.llm, "prompt.json"), JSON.stringify({ recordedFrom: "x" }));
    await rm(join(members.llm, "manifest.json"));
    await expect(save(cascadeAt(0.9))).rejects.toThrow(/recorded/);
    await expect(stat(join(root, "both"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["a threshold that is none", { threshold: 2 }, /threshold/],
    ["a newer version", { format: 9 }, /Update/],
    ["a calibration that is none", { calibration: { kind: "temperature", temperature: -1 } }, /calibration/],
  ])("refuses %s", async (_, change, message) => {
    await writeMembers();
    const folder = await save(cascadeAt(0.9));
    const place = join(folder, "cascade.json");
    await writeFile(place, JSON.stringify({ ...JSON.parse(await readFile(place, "utf8")), ...change }));
    await expect(loadPredictor(folder, { llm: firstLabelLlm() })).rejects.toMatchObject({ name: "UserError" });
    await rm(join(folder, "manifest.json"));
    await expect(loadPredictor(folder, { llm: firstLabelLlm() })).rejects.toThrow(message);
  });

  it("refuses a member that is changed, missing, or of other labels, and a missing key when it is loaded", async () => {
    await writeMembers();
    const folder = await save(cascadeAt(0.9));
    await expect(loadPredictor(folder, { env: {} })).rejects.toThrow(/OPENAI_API_KEY/);
    const others = { ...train, labels: [...train.labels, "one more"] };
    await rm(join(folder, "small"), { recursive: true });
    await expect(loadPredictor(folder, { llm: firstLabelLlm() })).rejects.toMatchObject({ name: "UserError" });
    await rm(join(folder, "manifest.json"));
    await savedArtifact(join(folder, "small"), tfidf(), others);
    await expect(loadPredictor(folder, { llm: firstLabelLlm() })).rejects.toThrow(/labels/);
  });
});

describe("calibration.json", () => {
  it("moves scores and no answer, unless the scores are wanted as they were told", async () => {
    const before = await savedArtifact(members.small, tfidf());
    await writeFile(join(members.small, "calibration.json"), calibrationText(hot));
    await using calibrated = await loadPredictor(members.small);
    const after = await calibrated.classify(texts);
    expect(after.map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
    expect(after[0]!.scores).not.toEqual(before[0]!.scores);
    await using raw = await loadPredictor(members.small, { isCalibrated: false });
    expect(await raw.classify(texts)).toEqual(before);
  });

  it.each([
    ["{", /not JSON/],
    ['{"format":2}', /Update/],
    ['{"format":1,"kind":"temperature","claims":"scores","rows":5}', /temperature/],
    ['{"format":1,"kind":"isotonic","claims":"scores","rows":5,"claimed":[0.5,0.1],"observed":[0,1]}', /calibration/],
  ])("is refused where it is damaged: %s", async (text, message) => {
    await savedArtifact(members.small, tfidf());
    await writeFile(join(members.small, "calibration.json"), text);
    await expect(loadPredictor(members.small)).rejects.toThrow(message);
    await expect(loadPredictor(members.small)).rejects.toMatchObject({ name: "UserError" });
  });
});
