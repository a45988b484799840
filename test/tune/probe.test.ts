import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { loadProbe, probe } from "../../src/tune/probe.js";
import { headFile } from "../../src/tune/regression/head-file.js";
import type { Dataset, Example } from "../../src/types/data.js";
import type { Prediction } from "../../src/types/prediction.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { fakeEncoder } from "../contract/fake-encoder.js";

approachContract("tune:probe", () => probe({ encoder: fakeEncoder() }));
approachContract("tune:probe with balanced weights", () => probe({ encoder: fakeEncoder(), classWeight: "balanced" }));
approachContract(
  "tune:probe with several labels a row",
  () => probe({ encoder: fakeEncoder() }),
  () => contractData(true),
);

const encoder = fakeEncoder();
const { train, queries } = contractData();

function datasetOf(examples: readonly Example[], isMultiLabel = false): Dataset {
  const labels = [...new Set(examples.flatMap((example) => example.labels))].sort();
  return { name: "rows", labels, isMultiLabel, descriptions: {}, examples };
}

async function answersOf(dataset: Dataset, texts: readonly string[]): Promise<Prediction[]> {
  const context = recordingContext();
  await using predictor = await probe({ encoder }).fit(dataset, context);
  return await predictor.predict(
    texts.map((text, i) => ({ id: String(i), text })),
    context,
  );
}

describe("tune:probe", () => {
  it("learns what the words of a text mean", async () => {
    const predictions = await answersOf(train, ["refund my money", "my password", "late parcel"]);
    expect(predictions.map(({ answer }) => answer)).toEqual([["refund"], ["login"], ["parcel"]]);
  });

  it("counts what it trained, and what it chose", async () => {
    const context = recordingContext();
    await using predictor = await probe({ encoder }).fit(train, context);
    expect(predictor.facts).toMatchObject({ trainedParameters: 3 * 33, totalParameters: 1099, promptTokens: 0, humanWords: 0 });
    expect(predictor.facts.chosen).toEqual({ C: expect.any(Number) });
    expect(context.spent).toEqual([{ labels: 36 }]);
    const stages = context.events.flatMap((event) => (event.kind === "progress" ? [event.phase] : []));
    expect([...new Set(stages)]).toEqual(["choosing-c", "fitting"]);
  });

  it("has one output for two labels", async () => {
    const two = datasetOf(train.examples.filter(({ labels }) => labels[0] !== "login"));
    await using predictor = await probe({ encoder }).fit(two, recordingContext());
    expect(predictor.facts.trainedParameters).toBe(33);
    const [{ answer }] = (await predictor.predict([queries[0]!], recordingContext())) as [Prediction];
    expect(answer).toEqual(["refund"]);
  });

  it.each([false, true])("saved and loaded predicts the same, bit for bit (several labels a row: %s)", async (isMultiLabel) => {
    const data = contractData(isMultiLabel);
    const context = recordingContext();
    await using fitted = await probe({ encoder }).fit(data.train, context);
    const files = await fitted.files();
    await using loaded = loadProbe(files, encoder);
    expect(await loaded.predict(data.queries, context)).toEqual(await fitted.predict(data.queries, context));
    expect(await loaded.files()).toEqual(files);
    expect(loaded.facts.trainedParameters).toBe(fitted.facts.trainedParameters);
  });

  it("gives each label its own threshold where a row has several", async () => {
    await using predictor = await probe({ encoder }).fit(contractData(true).train, recordingContext());
    const file: unknown = JSON.parse(new TextDecoder().decode((await predictor.files()).get(headFile)));
    expect(file).toMatchObject({ mayBeEmpty: true, thresholds: [expect.any(Number), expect.any(Number), expect.any(Number)] });
    const both = await predictor.predict([{ id: "1", text: "refund the charge and reset my password" }], recordingContext());
    expect(both[0]!.answer).toEqual(["refund", "login"]);
    const none = await predictor.predict([{ id: "1", text: "hello there" }], recordingContext());
    expect(none[0]!.answer).toEqual([]);
  });

  it("gives a text its nearest label where every training row has one", async () => {
    const rows = contractData(true).train.examples.filter(({ labels }) => labels.length > 0);
    const predictions = await answersOf(datasetOf(rows, true), ["zzz", "unheard of", ""]);
    for (const { answer } of predictions) expect(answer!.length).toBeGreaterThan(0);
  });

  it("answers by what never varies where nothing else can be learned", async () => {
    const rows = ["a", "b", "c"].map((text) => ({ id: text, text, labels: ["always"] }));
    const data = { ...datasetOf(rows, true), labels: ["always", "never"] };
    expect(await answersOf(data, ["d"])).toEqual([{ answer: ["always"], scores: { always: 1, never: 0 } }]);
  });

  it("says what is wrong with rows of one label, and with no rows", async () => {
    const single = datasetOf(train.examples.filter(({ labels }) => labels[0] === "login"));
    const fitting = (data: Dataset): Promise<unknown> => probe({ encoder }).fit(data, recordingContext());
    await expect(fitting(single)).rejects.toThrow(/^All 12 training rows of rows have the label "login"/);
    await expect(fitting({ ...single, examples: [] })).rejects.toThrow(UserError);
  });

  it("learns from one row a label, at the usual strength", async () => {
    const rows = datasetOf(
      ["refund money", "reset password", "late parcel"].map((text, i) => ({ id: text, text, labels: [`${i}`] })),
    );
    const predictions = await answersOf(rows, ["my money", "my password", "my parcel"]);
    expect(predictions.map(({ answer }) => answer)).toEqual([["0"], ["1"], ["2"]]);
  });

  it("stops while it chooses C", async () => {
    const controller = new AbortController();
    const context = recordingContext({ signal: controller.signal });
    const stopping = {
      ...context,
      log: (event: (typeof context.events)[number]) => {
        if (event.kind === "progress" && event.phase === "choosing-c" && event.done === 3) controller.abort(new Error("Ctrl-C"));
      },
    };
    await expect(probe({ encoder }).fit(train, stopping)).rejects.toThrow("Ctrl-C");
  });
});

describe("loadProbe", () => {
  async function filesOf(): Promise<Map<string, Uint8Array>> {
    await using predictor = await probe({ encoder }).fit(train, recordingContext());
    return new Map(await predictor.files());
  }
  const withFile = (text: string): Map<string, Uint8Array> => new Map([[headFile, new TextEncoder().encode(text)]]);

  it("refuses another encoder", async () => {
    expect(() => void loadProbe(new Map(), encoder)).toThrow(/hold probe\.json; found: none/);
    const files = await filesOf();
    expect(() => void loadProbe(files, fakeEncoder(16))).toThrow(
      /fitted on the vectors of fake-32 .* the encoder given is fake-16/,
    );
  });

  it("says what is wrong with a damaged file", async () => {
    const text = new TextDecoder().decode((await filesOf()).get(headFile));
    expect(() => void loadProbe(withFile(text.slice(0, 100)), encoder)).toThrow(/is not JSON/);
    expect(() => void loadProbe(withFile(text.replace("crossover-probe-2", "crossover-probe-9")), encoder)).toThrow(UserError);
    const short = JSON.parse(text);
    short.model.weights[1].pop();
    expect(() => void loadProbe(withFile(JSON.stringify(short)), encoder)).toThrow(
      /damaged: its numbers do not make 3 outputs of 32 weights/,
    );
    const foreign = JSON.parse(text);
    foreign.learned = ["refund", "login", "__proto__"];
    expect(() => void loadProbe(withFile(JSON.stringify(foreign)), encoder)).toThrow(/damaged/);
  });
});
