/** @file The reports that the page's tests open: few labels and many, several labels a row, no language model, and none that is good enough. */
import { advise } from "../../../src/advise/advise.js";
import { selectiveOf } from "../../../src/compare/cascade/selective.js";
import { summarize } from "../../../src/compare/summarize.js";
import { renderCascadeFile } from "../../../src/report/cascade/cascade-file.js";
import { type HtmlOptions, renderHtml } from "../../../src/report/html/render-html.js";
import type { Selective } from "../../../src/types/cascade.js";
import type { Comparison } from "../../../src/types/comparison.js";
import { comparisonOf, measuredOf, offlineApproaches } from "../fixture.js";

/** `card_payment_fee_charged_7`: as long as the names of real intents, and of as many parts. */
const intents = Array.from({ length: 77 }, (_, i) =>
  ["card_payment", "transfer_not_received_by_recipient", "top_up", "exchange_rate", "cash_withdrawal"][i % 5]!.concat(
    ["_fee_charged", "_declined", "_pending", ""][i % 4]!,
    `_${i}`,
  ),
);

function severalLabels(): Comparison {
  const labels = ["admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity"];
  const measured = measuredOf({ name: "emotions", labels, testRows: 160 });
  const second = (given: readonly string[], row: number): string[] =>
    row % 5 === 0 ? [] : row % 3 > 0 ? [...given] : [...new Set([...given, labels[row % labels.length]!])];
  return summarize({
    ...measured,
    task: { ...measured.task, isMultiLabel: true },
    measurements: measured.measurements.map((measurement) => ({
      ...measurement,
      outcomes: measurement.outcomes.map((outcome, row) => ({
        ...outcome,
        truth: second(outcome.truth, row),
        // Of every seventh row the second label is not found.
        answer: outcome.answer === null || row % 7 === 0 ? outcome.answer : second(outcome.answer, row),
      })),
    })),
  });
}

const comparisons: Readonly<Record<string, () => Comparison>> = {
  "2 labels": () => comparisonOf({ name: "messages", labels: ["ham", "spam"] }),
  "8 labels": () => comparisonOf({ curveSizes: [16, 64, 256] }),
  "77 labels": () => comparisonOf({ name: "banking", labels: intents, testRows: 800, trainRows: 1200 }),
  "several labels a row": severalLabels,
  "no language model": () => comparisonOf({ approaches: offlineApproaches }),
  "none good enough": () => comparisonOf({ told: { needed: 0.99 } }),
};

/** A cascade, and one model that hands rows on to a person, on pages of their own. */
const ofTheirOwn: Readonly<Record<string, () => string>> = {
  "a cascade by itself": () => {
    const comparison = comparisonOf();
    return renderCascadeFile("x.html", { result: comparison.cascade!, comparison });
  },
  "a model and a person": () => {
    const comparison = comparisonOf();
    const result = selectiveOf({ ...comparison, approach: "tune:probe", maxError: 0.1 }) as Selective;
    return renderCascadeFile("x.html", { result, comparison });
  },
};

export const pageNames = [...Object.keys(comparisons), ...Object.keys(ofTheirOwn)];

const made = new Map<string, string>();

/** The page with what its name says, with texts, a training and all that a run knows of itself. Made once for all tests of a process. */
export function reportPage(name: string): string {
  const known = made.get(name);
  if (known !== undefined) return known;
  const page = ofTheirOwn[name]?.() ?? reportOf(comparisons[name]!());
  made.set(name, page);
  return page;
}

function reportOf(comparison: Comparison): string {
  return renderHtml(comparison, advise(comparison), optionsOf(comparison));
}

function optionsOf(comparison: Comparison): HtmlOptions {
  const words = "my card has not arrived yet and I would like to know how long it takes";
  const texts = new Map(comparison.measurements[0]!.outcomes.map(({ id }, i) => [id, `${i}: ${words.slice(0, 20 + (i % 50))}`]));
  const steps = Array.from({ length: 102 }, (_, i) => ({ step: i + 1, loss: 0.1 + 2 * Math.exp(-i / 30), learningRate: 5e-5 }));
  return {
    texts,
    trainings: [{ approach: "tune:probe", steps, evaluations: [{ step: 102, loss: 0.4 }] }],
    facts: {
      startedAt: "2026-11-29T05:53:00.000Z",
      files: ["examples/support-tickets.csv"],
      version: "0.1.0",
      machine: { cpu: "Intel Xeon", cores: 2, memoryGb: 24, node: "v20.20.2", os: "linux 6.1" },
      command: "crossover run examples/support-tickets.csv --usd-per-label 0.05",
    },
    useIt: {
      approach: "tune:probe",
      isAdvised: true,
      folder: "runs/tickets/artifacts/tune_probe",
      ask: "crossover predict runs/tickets 'A text to be labeled'",
      serve: "crossover serve runs/tickets",
      command: "crossover label new.csv --model runs/tickets/artifacts/tune_probe",
      code: [
        'import { loadPredictor } from "crossover";',
        "",
        'const model = await loadPredictor("runs/tickets/artifacts/tune_probe");',
      ],
    },
  };
}
