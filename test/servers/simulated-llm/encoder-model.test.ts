import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTask } from "../../../src/data/data.js";
import { random } from "../../../src/lib/random.js";
import { balancedDemos } from "../../../src/prompt/demos/balanced-demos.js";
import { readCompletion } from "../../../src/prompt/reading/read-completion.js";
import { type PromptTemplate, promptTemplate, renderRequest } from "../../../src/prompt/template.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import type { Dataset, Example, Task } from "../../../src/types/data.js";
import { encoderModel, keptVectors, readAhead } from "./encoder-model.js";
import type { AnswerSettings, SimulatedModel } from "./model.js";

const plain: AnswerSettings = { model: "m", temperature: 0, seed: 0, repeat: 0, topLogprobs: null, schema: null };
const encoder = await loadEncoder("minilm-l6", { threads: 1 });
const model = encoderModel({ encoder });
const vectorsOf = keptVectors(encoder);

/** What the model answers to each row, under one prompt. */
async function answers(
  asked: SimulatedModel,
  template: PromptTemplate,
  demosFor: (row: Example) => readonly Example[],
  rows: readonly Example[],
  settings: Partial<AnswerSettings> = {},
): Promise<(string | null)[]> {
  const all: (string | null)[] = [];
  for (const row of rows) {
    const { messages } = renderRequest(template, demosFor(row), row.text, "text");
    const { content } = await asked.answer(messages, { ...plain, ...settings });
    all.push(readCompletion({ text: content, finish: "stop" }, template).answer?.[0] ?? null);
  }
  return all;
}

const accuracyOf = (said: readonly (string | null)[], rows: readonly Example[]): number =>
  said.filter((label, i) => label === rows[i]!.labels[0]).length / rows.length;

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The nearest training examples of each row, the most similar last. */
async function nearestOf(
  train: readonly Example[],
  rows: readonly Example[],
  count: number,
): Promise<(row: Example) => Example[]> {
  const pool = await vectorsOf(train.map(({ text }) => text));
  const texts = await vectorsOf(rows.map(({ text }) => text));
  const near = new Map(
    rows.map((row, i) => {
      const cosines = pool.map((vector, k) => ({ k, cosine: dot(vector, texts[i]!) }));
      cosines.sort((a, b) => b.cosine - a.cosine);
      return [
        row.id,
        cosines
          .slice(0, count)
          .reverse()
          .map(({ k }) => train[k]!),
      ];
    }),
  );
  return (row) => near.get(row.id)!;
}

interface Ladder {
  readonly bare: number;
  readonly described: number;
  readonly demos: number;
  readonly nearest: number;
  readonly instructed: number;
  readonly reasoned: number;
}

/** Accuracy of better and better prompts. Examples are the mean over four draws. */
async function ladder(train: Dataset, rows: readonly Example[]): Promise<Ladder> {
  await readAhead(
    encoder,
    [...train.examples, ...rows].map(({ text }) => text),
  );
  const none = () => [];
  const of = async (template: PromptTemplate, demosFor: (row: Example) => readonly Example[]) =>
    accuracyOf(await answers(model, template, demosFor, rows), rows);
  const bare = promptTemplate({ ...train, descriptions: {} });
  const described = promptTemplate(train);
  const draws = [1, 2, 3, 4].map((seed) => balancedDemos(train, 8, seed).examples);
  const demos = await Promise.all(draws.map((shown) => of(described, () => shown)));
  const shown = random(1).shuffle(train.examples).slice(0, 64);
  const proposal = await model.answer(
    [
      {
        role: "user",
        content: `Write a better instruction for this task.\n\nLabels:\n${train.labels.map((label) => `- ${label}`).join("\n")}\n\n${shown.map(({ text, labels }) => `Text: ${text.replace(/\s+/g, " ")}\nLabel: ${labels[0]}`).join("\n\n")}`,
      },
    ],
    plain,
  );
  return {
    bare: await of(bare, none),
    described: await of(described, none),
    demos: demos.reduce((a, b) => a + b, 0) / demos.length,
    nearest: await of(described, await nearestOf(train.examples, rows, 8)),
    instructed: await of(promptTemplate(train, { instruction: proposal.content }), none),
    reasoned: await of(promptTemplate(train, { instruction: "Classify the text. Think step by step before you answer." }), none),
  };
}

const data = "../shared/data";
const described: Record<string, Record<string, string>> = {
  trec: {
    "0": "asks to describe something: its definition, meaning, manner, reason or how it is done",
    "1": "asks for a thing: an animal, object, product, work of art, color, language, food, sport, word or event",
    "2": "asks what an abbreviation or acronym stands for or how something is abbreviated",
    "3": "asks for a person, a group of people, a company or an organization: who, whose name",
    "4": "asks for a place: a city, country, state, mountain or other location: where",
    "5": "asks for a number: a date, year, count, distance, amount of money, percentage, age or length of time",
  },
  snips: {
    AddToPlaylist: "wants a song, album or artist added to a playlist",
    BookRestaurant: "wants a table reserved at a restaurant, bar or cafe",
    GetWeather: "asks about the weather forecast, temperature, rain or sun at a place or time",
    PlayMusic: "wants music played: a song, album, artist or genre, on a streaming service",
    RateBook: "gives a book, novel or essay a rating of stars or points",
    SearchCreativeWork: "looks for a work by its title: a movie trailer, show, game, book, picture or saga",
    SearchScreeningEvent: "asks for movie times and which films are shown at cinemas and theatres nearby",
  },
};

/** 200 training and 150 test rows of a dataset beside the checkout. */
async function sample(name: "trec" | "snips"): Promise<{ train: Dataset; rows: readonly Example[] }> {
  const files = { trec: "test.csv", snips: "validation.csv" };
  const task = await readTask({ path: `${data}/${name}/train.csv`, test: `${data}/${name}/${files[name]}`, seed: 42 });
  const pick = ({ examples }: Dataset, count: number): readonly Example[] => random(1).shuffle(examples).slice(0, count);
  return {
    train: { ...task.train, descriptions: described[name]!, examples: pick(task.train, 200) },
    rows: pick(task.test, 150),
  };
}

const tickets: Task = await readTask({ path: "examples/support-tickets.csv", seed: 42 });

describe("better prompts score better", () => {
  it("on the support tickets", async () => {
    const { bare, described, demos, nearest, instructed } = await ladder(tickets.train, tickets.test.examples);
    // Their labels' names say nearly all that the descriptions say, to this reader.
    expect(described).toBeGreaterThan(bare);
    expect(demos).toBeGreaterThan(described + 0.01);
    expect(nearest).toBeGreaterThan(demos + 0.03);
    expect(instructed).toBeGreaterThan(described + 0.01);
  });

  it.skipIf(!existsSync(`${data}/trec`))("on trec, whose labels are numbers", async () => {
    const { train, rows } = await sample("trec");
    const { bare, described, demos, nearest, instructed, reasoned } = await ladder(train, rows);
    expect(bare).toBeLessThan(0.3);
    expect(described).toBeGreaterThan(0.55);
    expect(demos).toBeGreaterThan(described);
    expect(nearest).toBeGreaterThan(demos + 0.05);
    expect(instructed).toBeGreaterThan(described + 0.02);
    expect(reasoned).toBeGreaterThan(described + 0.05);
  });

  it.skipIf(!existsSync(`${data}/snips`))("on snips", async () => {
    const { train, rows } = await sample("snips");
    const { bare, described, demos, nearest, instructed } = await ladder(train, rows);
    expect(described).toBeGreaterThan(bare + 0.1);
    expect(demos).toBeGreaterThan(described + 0.01);
    expect(nearest).toBeGreaterThan(demos + 0.03);
    expect(instructed).toBeGreaterThan(described + 0.03);
  });
});

const few = tickets.test.examples.slice(0, 60);
const none = (): Example[] => [];

describe("the instruction", () => {
  const misleading = promptTemplate(tickets.train, {
    instruction:
      "Choose feature_request for words such as cancel, account, password, money, refund, broken, parcel, arrived, plan, charged, invoice, lamp, pump, box.",
  });

  it("counts, for better or worse", async () => {
    expect(await answers(model, misleading, none, few)).not.toEqual(
      await answers(model, promptTemplate(tickets.train), none, few),
    );
  });

  it("does not count, to the row, with instructionWeight 0; descriptions still do", async () => {
    const deaf = encoderModel({ encoder, instructionWeight: 0 });
    const plainAnswers = await answers(deaf, promptTemplate(tickets.train), none, few);
    expect(await answers(deaf, misleading, none, few)).toEqual(plainAnswers);
    expect(await answers(deaf, promptTemplate({ ...tickets.train, descriptions: {} }), none, few)).not.toEqual(plainAnswers);
  });
});

describe("chance", () => {
  const template = promptTemplate(tickets.train);

  it("plays no part at temperature 0, and at others only by the seed", async () => {
    const drawn = (seed: number, temperature: number) => answers(model, template, none, few, { seed, temperature });
    expect(await drawn(1, 0)).toEqual(await drawn(2, 0));
    expect(await drawn(1, 1)).toEqual(await drawn(1, 1));
    expect(await drawn(1, 1)).not.toEqual(await drawn(2, 1));
  });

  it("draws each label as often as its log-probability says", async () => {
    const { messages } = renderRequest(template, [], "cancel my plan and give me my money back", "text");
    const { logprobs } = await model.answer(messages, { ...plain, topLogprobs: 20 });
    // The eight labels begin with different tokens: the first one decides.
    const shares = new Map(logprobs![0]!.top.map(({ token, logprob }) => [token, Math.exp(logprob)]));
    expect(shares.size).toBe(8);
    expect([...shares.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 1000; seed++) {
      const { content } = await model.answer(messages, { ...plain, temperature: 1, seed });
      const first = [...shares.keys()].find((token) => content.startsWith(token))!;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    // Four standard errors of a share of 1,000 draws are at most 0.064.
    for (const [token, share] of shares) expect(Math.abs((counts.get(token) ?? 0) / 1000 - share)).toBeLessThan(0.064);
  });
});

describe("the form of an answer", () => {
  const { messages } = renderRequest(promptTemplate(tickets.train), [], "where is my parcel?", "json");

  it("follows a schema, with thoughts and a confidence where it has room for them", async () => {
    const schema = {
      type: "object",
      properties: {
        reasoning: { type: "string" },
        label: { type: "string", enum: tickets.train.labels },
        confidence: { type: "integer" },
      },
    };
    const { content } = await model.answer(messages, { ...plain, schema });
    expect(JSON.parse(content)).toEqual({
      reasoning: "What stands out in the text: where, parcel.",
      label: "delivery_problem",
      confidence: expect.any(Number),
    });
  });

  it("is JSON where only the words ask for it, and the tokens of its log-probabilities are its text", async () => {
    const { content, logprobs } = await model.answer(messages, { ...plain, topLogprobs: 5 });
    expect(content).toBe('{"label":"delivery_problem"}');
    expect(logprobs!.map(({ token }) => token).join("")).toBe(content);
  });
});
