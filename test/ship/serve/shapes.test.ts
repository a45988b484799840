import { InferenceClient } from "@huggingface/inference";
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { prompt } from "../../../src/index.js";
import type { ServedPredictor } from "../../../src/ship/serve/serve.js";
import { shapes } from "../../../src/ship/serve/shapes/shapes.js";
import type { Dataset } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { recordingContext } from "../../contract/approach.js";
import { fake, labels, predictionFor, serving, tinyClassifier } from "./serving.js";

const texts = ["a refund please", "no login", "buy spam", "nothing of them"];

describe("/predict", () => {
  it("answers one text, with all that is known of the answer", async () => {
    await using to = await serving();
    const { status, body } = await to.post("/predict", { text: texts[0] });
    expect(status).toBe(200);
    expect(body).toEqual({
      answer: "refund",
      probabilities: { login: 0.125, refund: 0.75, spam: 0.125 },
      confidence: 0.75,
      answeredBy: "tune:fake",
      costUsd: 0,
      latencySeconds: expect.any(Number) as number,
    });
  });

  it("answers many in their order, and none with none", async () => {
    await using to = await serving();
    const { body } = await to.post("/predict", { texts });
    expect(body.predictions.map(({ answer }: { answer: string }) => answer)).toEqual(["refund", "login", "spam", "login"]);
    expect((await to.post("/predict", { texts: [] })).body).toMatchObject({ predictions: [], costUsd: 0 });
  });

  it("gives a list where several labels may apply, and adds up what answers cost", async () => {
    const classify = async (given: readonly string[]): Promise<Prediction[]> =>
      given.map((text) => ({ answer: labels.filter((label) => text.includes(label)), costUsd: 0.25 }));
    await using to = await serving(fake({ isMultiLabel: true, classify }));
    const { body } = await to.post("/predict", { texts: ["spam and refund", "neither"] });
    expect(body.costUsd).toBe(0.5);
    expect(body.predictions).toMatchObject([
      { answer: ["refund", "spam"], probabilities: null, confidence: null },
      { answer: [], probabilities: null },
    ]);
  });

  it("says which member of a cascade answered", async () => {
    const classify = async (given: readonly string[]): Promise<Prediction[]> =>
      given.map((text, i) => ({ ...predictionFor(text), answeredBy: i === 0 ? "tune:small" : "prompt:large", costUsd: i }));
    await using to = await serving(fake({ classify, isBatched: false }));
    const { body } = await to.post("/predict", { texts: ["spam", "login"] });
    expect(body.predictions.map(({ answeredBy }: { answeredBy: string }) => answeredBy)).toEqual(["tune:small", "prompt:large"]);
    expect((await to.get("/metrics")).text).toContain('crossover_texts_total{outcome="answered",answered_by="prompt:large"} 1');
  });

  it("says which text has no answer, and is 502 where none has one since nobody could be asked", async () => {
    const classify = async (given: readonly string[]): Promise<Prediction[]> =>
      given.map((text): Prediction => {
        if (text === "down") return { answer: null, failure: "error", rawAnswer: "secret-host refused" };
        return text === "no" ? { answer: null, failure: "refused" } : predictionFor(text);
      });
    await using to = await serving(fake({ classify }));
    const mixed = await to.post("/predict", { texts: ["refund", "down", "no"] });
    expect(mixed.body.predictions).toMatchObject([
      { answer: "refund" },
      { answer: null, failure: "error" },
      { failure: "refused" },
    ]);
    expect(mixed.text).not.toContain("secret");
    const down = await to.post("/predict", { text: "down" });
    expect([down.status, down.text.includes("secret")]).toEqual([502, false]);
    expect((await to.post("/predict", { text: "no" })).status).toBe(200);
    // Other shapes cannot say it of one text.
    expect((await to.post("/", { inputs: ["refund", "no"] })).status).toBe(502);
    const choice = { type: "choice", name: "label", choices: labels.map((value) => ({ value })) };
    expect((await to.post("/v1/decisions", { input: "no", questions: [choice] })).body.answers).toEqual([
      { name: "label", type: "refusal" },
    ]);
    expect((await to.post("/v1/decisions", { input: "down", questions: [choice] })).status).toBe(502);
  });
});

describe("Hugging Face's text classification", () => {
  it("answers their own client as the predictor does", async () => {
    const { predictor, served } = await tinyClassifier();
    await using _ = predictor;
    await using to = await serving(served);
    const [expected] = await predictor.classify(["The parcel is late."]);
    const client = new InferenceClient(undefined, { endpointUrl: to.url });
    const found = await client.textClassification({ inputs: "The parcel is late." });
    expect(Object.fromEntries(found.map(({ label, score }) => [label, score]))).toEqual(expected!.scores);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    const top = await client.textClassification({
      inputs: "The parcel is late.",
      parameters: { top_k: 1, function_to_apply: "softmax" },
    });
    expect(top).toEqual([found[0]]);
    const named = new InferenceClient(undefined, { endpointUrl: `${to.url}/models/someone/tickets` });
    expect(await named.textClassification({ inputs: "The parcel is late." })).toEqual(found);
    await expect(client.textClassification({ inputs: "x", parameters: { function_to_apply: "none" } })).rejects.toThrow(
      /softmax/,
    );
  });

  it("answers a list by lists", async () => {
    await using to = await serving();
    const { body } = await to.post("/", { inputs: texts.slice(0, 2), parameters: { top_k: 2 } });
    expect(body.map((list: { label: string }[]) => list.map(({ label }) => label))).toEqual([
      ["refund", "login"],
      ["login", "refund"],
    ]);
  });

  it("has the confidence as the score where there are no probabilities", async () => {
    const classify = async (): Promise<Prediction[]> => [{ answer: ["spam"], confidence: { value: 0.6, source: "votes" } }];
    await using to = await serving(fake({ classify }));
    expect((await to.post("/", { inputs: "x" })).body).toEqual([[{ label: "spam", score: 0.6 }]]);
  });

  it("refuses what it cannot do, in place of leaving it out", async () => {
    await using to = await serving();
    for (const parameters of [{ candidate_labels: ["a"] }, { top_k: 0 }, { top_k: 1.5 }, { function_to_apply: "sigmoid" }])
      expect((await to.post("/", { inputs: "x", parameters })).status).toBe(400);
    expect((await to.post("/", { inputs: { text: "x" } })).status).toBe(400);
  });
});

/** What a prompt that asks the server in one of its shapes answers. */
async function asked(url: string, { labels: its, isMultiLabel }: ServedPredictor, given: readonly string[]) {
  const data: Dataset = { name: "served", labels: its, isMultiLabel, descriptions: {}, examples: [] };
  const approach = prompt({ llm: `decide:${url}#any`, demos: 0, env: {} });
  const context = recordingContext();
  await using predictor = await approach.fit(data, context);
  return predictor.predict(
    given.map((text, i) => ({ id: String(i), text })),
    context,
  );
}

describe("the shapes of decision models", () => {
  it("answer our own client alike in both, and as the predictor does", async () => {
    const { predictor, served } = await tinyClassifier();
    await using _ = predictor;
    await using to = await serving(served);
    const given = ["The parcel is late.", "Where is my money?", "Thanks!"];
    const expected = await predictor.classify(given);
    for (const shape of ["systemone", "decisions"]) {
      const found = await asked(`${to.url}/v1/${shape}`, served, given);
      expect(found.map(({ answer }) => answer)).toEqual(expected.map(({ answer }) => answer));
      for (const [i, { scores }] of found.entries())
        for (const label of served.labels) expect(scores![label]).toBeCloseTo(expected[i]!.scores![label]!, 6);
    }
  });

  it("answer yes or no of each label where several may apply", async () => {
    const odd = ["a plain one", "log-in", 'quoted "so"'];
    const classify = async (given: readonly string[]): Promise<Prediction[]> =>
      given.map((text) => ({
        answer: odd.filter((label) => text.includes(label)),
        scores: Object.fromEntries(odd.map((label) => [label, text.includes(label) ? 0.9 : 0.2])),
      }));
    const served = fake({ labels: odd, isMultiLabel: true, classify });
    await using to = await serving(served);
    for (const shape of ["systemone", "decisions"]) {
      const [first, second] = await asked(`${to.url}/v1/${shape}`, served, ["a plain one, and log-in", 'quoted "so"']);
      expect([first!.answer, second!.answer]).toEqual([["a plain one", "log-in"], ['quoted "so"']]);
    }
    const choice = { type: "choice", criteria: { "log-in": "x" } };
    expect((await to.post("/v1/systemone", { state: "x", questions: { q: choice } })).status).toBe(400);
  });

  it("renormalize where some of the labels are options", async () => {
    await using to = await serving();
    const questions = { q: { type: "choice", criteria: { spam: "", login: "" } }, refund: { type: "noul" } };
    const { body } = await to.post("/v1/systemone", { model: "any", state: "refund", questions });
    expect(body.answers).toEqual({
      q: { type: "choice", choice: "spam", probabilities: { spam: 0.5, login: 0.5 }, confidence: 0.5 },
      refund: { type: "noul", noul: 0.75 },
    });
    expect(body).toMatchObject({ model: "tune:fake", usage: { input_tokens: 0, output_tokens: 0 } });
  });

  const choice = (...values: unknown[]) => [{ type: "choice", choices: values.map((value) => ({ value })) }];
  it.each<[string, unknown]>([
    ["an option that is no label", { input: "x", questions: choice("login", "reefund") }],
    ["a boolean", { input: "x", questions: choice(true, false) }],
    ["an option twice", { input: "x", questions: choice("login", "login") }],
    ["no options", { input: "x", questions: choice() }],
    ["no questions", { input: "x", questions: [] }],
    ["a score", { input: "x", questions: [{ type: "score" }] }],
    [
      "a predicate about nothing",
      { input: "x", questions: [{ type: "predicate", name: "urgent", instructions: "Is it urgent?" }] },
    ],
    ["an input of parts", { input: [{ text: "x" }], questions: choice("login") }],
  ])("refuse %s, as OpenAI says it", async (_, body) => {
    await using to = await serving();
    const { status, body: said } = await to.post("/v1/decisions", body);
    expect([status, typeof said.error.message, said.error.code]).toEqual([400, "string", 400]);
  });

  it("name the nearest label, and the labels", async () => {
    await using to = await serving();
    const { body } = await to.post("/v1/systemone", {
      state: "x",
      questions: { q: { type: "choice", criteria: { refnd: "" } } },
    });
    expect(body.error).toMatch(/"refnd".*"refund".*login/s);
  });

  it("are refused by what tells no probabilities", async () => {
    await using to = await serving(fake({ classify: async () => [{ answer: ["spam"] }] }));
    expect((await to.post("/v1/decisions", { input: "x", questions: choice("spam", "login") })).status).toBe(501);
  });
});

describe("/openapi.json", () => {
  const requests: Readonly<Record<string, readonly unknown[]>> = {
    "/predict": [{ text: "refund" }, { texts }],
    "/": [{ inputs: "refund" }, { inputs: texts, parameters: { top_k: 1 } }],
    "/models/{name}": [{ inputs: "refund", options: { wait_for_model: true } }],
    "/v1/systemone": [
      {
        model: "any",
        state: "refund",
        questions: { q: { type: "choice", instructions: "?", criteria: { spam: "", refund: "" } }, spam: { type: "noul" } },
      },
    ],
    "/v1/decisions": [
      {
        model: "any",
        input: "refund",
        questions: [
          { type: "choice", name: "q", instructions: "?", choices: [{ value: "spam", description: "d" }, { value: "login" }] },
          { type: "predicate", name: "spam", instructions: "?" },
        ],
      },
    ],
  };

  it("describes every route there is, and what each takes and gives", async () => {
    await using to = await serving();
    const { body: document } = await to.get("/openapi.json");
    const paths = Object.keys(document.paths);
    const posts = shapes.map(({ path, documentedPath = path }) => documentedPath);
    expect(paths.toSorted()).toEqual([...posts, "/healthz", "/metrics", "/openapi.json"].toSorted());
    expect(posts.toSorted()).toEqual(Object.keys(requests).toSorted());
    const ajv = new Ajv2020.default({ strict: false });
    for (const [path, bodies] of Object.entries(requests)) {
      const { post } = document.paths[path];
      const takes = ajv.compile(post.requestBody.content["application/json"].schema);
      const gives = ajv.compile(post.responses["200"].content["application/json"].schema);
      for (const body of bodies) {
        expect([path, takes(body), takes.errors]).toEqual([path, true, null]);
        const answer = await to.post(path.replace("{name}", "mine"), body);
        expect([path, answer.status, gives(answer.body), gives.errors]).toEqual([path, 200, true, null]);
      }
      expect([path, takes({})]).toEqual([path, false]);
      expect((await to.post(path.replace("{name}", "mine"), {})).status).toBe(400);
    }
    for (const path of ["/healthz", "/metrics", "/openapi.json"]) expect((await to.get(path)).status).toBe(200);
  });
});
