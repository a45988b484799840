import { describe, expect, it } from "vitest";
import { prepareQuestions } from "../../../src/prompt/asking/question.js";
import { shortlistRecall } from "../../../src/prompt/asking/shortlist-recall.js";
import { freePrice } from "../../../src/prompt/prices/prices.js";
import { type PromptOptions, prompt } from "../../../src/prompt/prompt.js";
import { promptTemplate } from "../../../src/prompt/template.js";
import type { Dataset } from "../../../src/types/data.js";
import { recordingContext } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";
import { fakeLlm, offeredLabels, shownDemos } from "../fake-llm.js";

/** So many labels, with two texts each that share words with one another and with nothing else, and are no near-duplicates. */
function manyLabels(count: number): Dataset {
  const labels = Array.from({ length: count }, (_, i) => `topic${i}`);
  return {
    name: "topics",
    labels,
    isMultiLabel: false,
    descriptions: Object.fromEntries(labels.map((label) => [label, `${label} things`])),
    examples: labels.flatMap((label, i) => [
      { id: `${label}-a`, text: `${label} matter${i} number${i}`, labels: [label] },
      { id: `${label}-b`, text: `number${i} and some${i} of ${label}`, labels: [label] },
    ]),
  };
}

type Told = Pick<PromptOptions, "method" | "labelsInPrompt"> & { readonly windowTokens?: number };

async function ask(train: Dataset, told: Told | PromptOptions["method"], texts: readonly string[], answer = "") {
  const { windowTokens, ...options } = typeof told === "string" ? { method: told } : { windowTokens: undefined, ...told };
  const plain = fakeLlm(() => answer);
  const llm = windowTokens === undefined ? plain : { ...plain, price: { ...freePrice, max_input_tokens: windowTokens } };
  const context = recordingContext();
  await using predictor = await prompt({ llm, encoder: fakeEncoder(512), demos: 6, ...options }).fit(train, context);
  const predictions = await predictor.predict(
    texts.map((text, i) => ({ id: `q${i}`, text })),
    context,
  );
  const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { requests: llm.requests, predictions, notes };
}

describe("many labels", () => {
  it("are asked about by a shortlist of 25, and only its labels are shown in examples", async () => {
    const { requests, notes } = await ask(manyLabels(70), "nearest", ["a question on topic13 and number13"]);
    const offered = offeredLabels(requests[0]!);
    expect(offered).toHaveLength(25);
    expect(offered).toContain("topic13");
    // In the order of the task, not of nearness.
    const place = (label: string): number => Number(label.slice("topic".length));
    expect(offered.map(place)).toEqual(offered.map(place).sort((a, b) => a - b));
    const demos = shownDemos(requests[0]!);
    expect(demos).toHaveLength(6);
    for (const { answer } of demos) expect(offered).toContain(answer);
    expect(demos.at(-1)!.answer).toBe("topic13");
    expect(notes).toContainEqual(
      expect.stringMatching(/^Of 70 labels only the 25 .* They held the right one for 100% of 140 training rows/),
    );
  });

  it("are asked about as a whole up to 60, and where no examples can be searched up to 250", async () => {
    for (const [labels, method, offered] of [
      [60, "nearest", 60],
      [61, "nearest", 25],
      [250, "few-shot", 250],
      [250, "zero-shot", 250],
      [251, "zero-shot", 25],
    ] as const) {
      const { requests } = await ask(manyLabels(labels), method, ["topic7"]);
      expect(offeredLabels(requests[0]!)).toHaveLength(offered);
    }
  });

  it("are all offered, or on a shortlist, as told", async () => {
    for (const [labels, labelsInPrompt, offered] of [
      [70, "all", 70],
      [300, "all", 300],
      [26, "shortlist", 25],
      [25, "shortlist", 25],
      [60, "auto", 60],
    ] as const) {
      const { requests, notes } = await ask(manyLabels(labels), { method: "nearest", labelsInPrompt }, ["topic7"]);
      expect(offeredLabels(requests[0]!)).toHaveLength(offered);
      expect(notes).toHaveLength(offered < labels ? 1 : 0);
    }
    expect(() => prompt({ llm: fakeLlm(() => ""), labelsInPrompt: "some" as "all" })).toThrow(
      'labelsInPrompt is "some"; expected one of auto, all, shortlist.',
    );
  });

  it("are on a shortlist where the window has no room for all of them beside a text, which is said with numbers", async () => {
    const offeredIn = async (windowTokens: number) => {
      const { requests, notes } = await ask(manyLabels(100), { labelsInPrompt: "all", windowTokens }, ["topic7"]);
      return { offered: offeredLabels(requests[0]!).length, notes };
    };
    const { notes, offered } = await offeredIn(1000);
    expect(offered).toBe(25);
    const said = /^\S+ reads 1,000 tokens, .* half: all 100 labels take about ([\d,]+), with room for the answer/.exec(notes[0]!);
    // The number is the one that decides.
    const tokens = Number(said![1]!.replace(",", ""));
    expect((await offeredIn(2 * tokens - 1)).offered).toBe(25);
    expect((await offeredIn(2 * tokens)).offered).toBe(100);
  });

  it("are in a schema again once there is a shortlist", async () => {
    const llm = fakeLlm(() => '{"label":"topic7"}', { isStructured: true });
    const context = recordingContext();
    await using predictor = await prompt({ llm, encoder: fakeEncoder(512) }).fit(manyLabels(300), context);
    expect(await predictor.predict([{ id: "1", text: "on topic7" }], context)).toMatchObject([{ answer: ["topic7"] }]);
    expect(llm.requests[0]!.schema!.properties["label"]!.enum).toEqual(offeredLabels(llm.requests[0]!));
  });

  it("show examples of the shortlist also where those are drawn at random", async () => {
    const { requests } = await ask(manyLabels(251), "few-shot", ["topic7"]);
    const demos = shownDemos(requests[0]!);
    // One of each label is drawn, so that every label on the list has one.
    expect(demos.map(({ answer }) => answer).sort()).toEqual(offeredLabels(requests[0]!).sort());
  });

  it("that are not on the shortlist are no answer", async () => {
    const { predictions, requests } = await ask(manyLabels(70), "nearest", ["topic13"], "topic69");
    expect(offeredLabels(requests[0]!)).not.toContain("topic69");
    expect(predictions).toMatchObject([{ answer: null, failure: "unparseable" }]);
  });

  it("are all asked about where there is no encoder", async () => {
    const llm = fakeLlm(() => "topic7");
    const context = recordingContext();
    await using predictor = await prompt({ llm }).fit(manyLabels(300), context);
    expect(await predictor.predict([{ id: "1", text: "on topic7" }], context)).toMatchObject([{ answer: ["topic7"] }]);
    expect(offeredLabels(llm.requests[0]!)).toHaveLength(300);
  });
});

describe("how often a shortlist holds the right label", () => {
  const recall = async (train: Dataset, descriptions: Dataset["descriptions"]): Promise<number> => {
    const context = recordingContext();
    const template = promptTemplate({ ...train, descriptions });
    const program = {
      template,
      demos: { kind: "retrieved", by: "nearest", count: 1, pool: train.examples },
      answer: "direct",
      samples: 1,
      shortlist: 1,
    } as const;
    return (await shortlistRecall(await prepareQuestions(program, fakeEncoder(512), context), train, context)).share;
  };

  it("is judged without the row itself: an example alone in its label is not found by itself", async () => {
    // Labels whose names are in no text, each with one row, and one with two rows that are alike but no near-duplicates.
    const train: Dataset = {
      name: "t",
      labels: ["aa", "bb", "cc"],
      isMultiLabel: false,
      descriptions: {},
      examples: [
        { id: "1", text: "red apples grow on trees in autumn", labels: ["aa"] },
        { id: "2", text: "wheels turn round under my new car", labels: ["bb"] },
        { id: "3", text: "songs were sung by choirs", labels: ["cc"] },
        { id: "4", text: "choirs sing: songs were heard, by all", labels: ["cc"] },
      ],
    };
    // With itself every row would be its own nearest example, and the share 1.
    expect(await recall(train, {})).toBe(0.5);
    // A near-duplicate gives as much away as the row itself.
    const copied = {
      ...train,
      examples: [...train.examples, { id: "5", text: "Red apples grow on trees in autumn!", labels: ["aa"] }],
    };
    expect(await recall(copied, {})).toBe(0.4);
    // What a label means may find it still.
    expect(await recall(train, { aa: "red apples on trees", bb: "wheels of a car" })).toBe(1);
  });
});
