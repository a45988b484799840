import { describe, expect, it } from "vitest";
import { type Classification, pipeline } from "../../src/transformers/transformers.js";
import { golden, goldenFolder } from "./golden-transformers.js";

/** Scores to 1e-5: both sides compute in float32. */
const about = (rows: readonly Classification[]) => rows.map(({ label, score }) => ({ label, score: expect.closeTo(score, 4.7) }));

describe.each(golden.pipelines)("the pipeline of $folder", ({ folder, texts, best, one, all, two }) => {
  it("answers as Python's", async () => {
    await using classify = await pipeline("text-classification", goldenFolder(folder));
    expect(await classify(texts)).toEqual(about(best));
    expect(await classify(texts[0]!)).toEqual(about(one));
    expect(await classify(texts[0]!, { topK: 2 })).toEqual(about(two));
    expect(await classify(texts, { topK: null })).toEqual(all.map(about));
  });
});

describe("a pipeline", () => {
  it("answers nothing with nothing, and refuses what is no text, no number of labels, no task", async () => {
    await using classify = await pipeline("text-classification", goldenFolder("classifier-bert"));
    expect(await classify([])).toEqual([]);
    await expect(classify(["a", 1 as unknown as string])).rejects.toThrow("Item 1 to classify is number, expected a text.");
    await expect(classify("a", { topK: 0 })).rejects.toThrow("topK is 0.");
    await expect(pipeline("translation" as "text-classification", goldenFolder("classifier-bert"))).rejects.toThrow(
      'pipeline can\'t do "translation".',
    );
  });
});
