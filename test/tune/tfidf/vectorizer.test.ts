import { describe, expect, it } from "vitest";
import { rowWeights } from "../../../src/tune/regression/class-weights.js";
import { logisticSolver, probabilities } from "../../../src/tune/regression/logistic-regression.js";
import { type AnalyzerName, learnVocabularies, vectorizer } from "../../../src/tune/tfidf/vectorizer.js";
import { tfidfGolden } from "./golden-tfidf.js";

const { signal } = new AbortController();
const unlimited = { fewestTexts: 1, mostTerms: Number.POSITIVE_INFINITY };

describe.each(tfidfGolden.vectors)("parts in at least $minDf texts", ({ minDf, learned, asked, idf, vectors }) => {
  it("are those of scikit-learn, and say as much", async () => {
    const found = await learnVocabularies(learned, { ...unlimited, fewestTexts: minDf }, signal);
    for (const name of ["word", "char_wb"] as const) {
      const { terms, idf: own } = found[name];
      expect([...terms].sort()).toEqual(Object.keys(idf[name]).sort());
      for (const [column, term] of terms.entries()) expect(Math.abs(own[column]! - idf[name][term]!), term).toBeLessThan(1e-6);
    }
  });

  it("make the vectors of scikit-learn", async () => {
    const found = await learnVocabularies(learned, { ...unlimited, fewestTexts: minDf }, signal);
    const made = vectorizer(found);
    const { starts, indices, values } = await made.vectors(asked, signal);
    const names = (["word", "char_wb"] as const).flatMap((name) => found[name].terms.map((term) => `${name} ${term}`));
    for (const [row, expected] of vectors.entries()) {
      const own = new Map<string, number>();
      for (let p = starts[row]!; p < starts[row + 1]!; p++) own.set(names[indices[p]!]!, values[p]!);
      expect(own.size, asked[row]).toBe(expected.length);
      for (const [name, term, value] of expected) expect(Math.abs(own.get(`${name} ${term}`)! - value)).toBeLessThan(1e-6);
    }
  });
});

describe.each(tfidfGolden.models)("logistic regression on them, $kind, C = $C, weights $classWeight", (golden) => {
  it("has the probabilities of scikit-learn", async () => {
    const { kind, C, classWeight, labels, learned, asked } = golden;
    const made = vectorizer(
      await learnVocabularies(
        learned.map(({ text }) => text),
        unlimited,
        signal,
      ),
    );
    const features = await made.vectors(
      learned.map(({ text }) => text),
      signal,
    );
    const indices = learned.map((row) => row.labels.map((label) => labels.indexOf(label)));
    const data = { features, labels: indices, labelCount: labels.length, isMultiLabel: kind === "multilabel" };
    await using solver = await logisticSolver(data);
    const weights =
      kind === "multilabel"
        ? {}
        : {
            rowWeights: rowWeights(
              indices.map(([label]) => label!),
              classWeight,
            ),
          };
    const { model } = await solver.fit({ C, ...weights, gradientTolerance: 1e-9 });
    expect(model.kind).toBe(kind);
    const found = probabilities(model, await made.vectors(asked, signal));
    for (const [row, expected] of golden.probabilities.entries())
      for (const [k, probability] of expected.entries())
        expect(Math.abs(found.data[row * labels.length + k]! - probability), `${asked[row]}: ${labels[k]}`).toBeLessThan(1e-5);
  });
});

describe("limits", () => {
  const texts = ["aa bb", "aa cc", "aa dd", "bb ee"];

  it("drop the rarest parts, and of equally rare ones all", async () => {
    const terms = async (mostTerms: number, name: AnalyzerName = "word"): Promise<readonly string[]> =>
      (await learnVocabularies(texts, { fewestTexts: 1, mostTerms }, signal))[name].terms;
    expect(await terms(1000)).toHaveLength(9);
    // "aa" is in three texts, "bb" in two, as are their letters; all else is in one.
    expect(await terms(20)).toEqual(["aa", "bb"]);
    expect(await terms(8)).toEqual(["aa"]);
    expect(await terms(0)).toEqual([]);
  });

  it("leave no text without a row", async () => {
    const made = vectorizer(await learnVocabularies(texts, { fewestTexts: 1, mostTerms: 0 }, signal));
    const { rows, starts } = await made.vectors(["aa", ""], signal);
    expect([rows, ...starts]).toEqual([2, 0, 0, 0]);
  });
});
