/** @file The model card of a saved classifier, `README.md` as Hugging Face's Hub reads it. Tells only what it is told; nothing is made up. */
import { stringify } from "yaml";
import { formatCount, formatPercent, formatPlural, formatPoints, formatScore } from "../../lib/text/format.js";
import type { EvaluationReport } from "../training/training-job.js";
import type { QuantizationLoss } from "./onnx-export.js";

/** Where the card stands in the model's folder. */
export const cardFile = "README.md";

/** What the card is made of. Absent fields are left out of it. */
export interface CardContent {
  readonly approach?: string;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  readonly parameters: number;
  readonly maxTokens: number;
  /** The Hub's name of the model it was made from. */
  readonly baseModel?: string;
  readonly license?: string;
  readonly data?: { readonly name: string; readonly rows: number };
  readonly seed?: number;
  /** Settings of the training, by name. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** On rows held out from the training set, of the weights that were kept. */
  readonly evaluation?: { readonly rows: number; readonly report: EvaluationReport };
  readonly quantization?: QuantizationLoss & { readonly of: "held-out" | "training" };
  /** Why there are no ONNX files, as a sentence; absent where they are there. */
  readonly noOnnx?: string;
  /** What computes it in Python: transformers' class for the family, that with a layer added, or modules of sentence-transformers. */
  readonly python: "class" | "layer" | "modules";
}

/** Text from data on one line of Markdown: nothing in it is markup or HTML. */
export function markdownText(text: string): string {
  return text
    .replace(/\p{C}|\p{Zl}|\p{Zp}/gu, " ")
    .slice(0, 100)
    .replace(/[\\`*_{}[\]<>()#+!|~&$:-]/g, (character) => `\\${character}`);
}

const shownLabels = 50;

/** The card. */
export function modelCard(content: CardContent): string {
  const { baseModel, license, isMultiLabel } = content;
  const front = {
    library_name: "transformers",
    pipeline_tag: "text-classification",
    ...(license !== undefined && { license }),
    ...(baseModel !== undefined && { base_model: baseModel }),
    tags: [
      "text-classification",
      ...(isMultiLabel ? ["multi-label-classification"] : []),
      ...(content.noOnnx === undefined ? ["onnx", "transformers.js"] : []),
      "crossover",
    ],
  };
  const parts = [introduction(content), measured(content), usage(content), settingsTable(content)];
  return `---\n${stringify(front)}---\n\n${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function introduction({ approach, data, labels, isMultiLabel, parameters, maxTokens, baseModel }: CardContent): string {
  return [
    `# Text classifier${data === undefined ? "" : ` for ${markdownText(data.name)}`}`,
    "",
    [
      `${formatPlural(labels.length, "label")}, ${isMultiLabel ? "any number" : "exactly one"} of them for a text of up to ${formatCount(maxTokens)} tokens;`,
      `${formatCount(parameters)} parameters.`,
      ...(baseModel === undefined ? [] : [`Made from \`${baseModel}\`.`]),
      ...(data === undefined
        ? []
        : [`Trained on ${formatPlural(data.rows, "row")}${approach === undefined ? "" : ` by \`${approach}\``}.`]),
    ].join(" "),
    "",
    labelList(labels),
  ].join("\n");
}

/** The labels, the first of very many. */
export function labelList(labels: readonly string[]): string {
  const shown = labels.slice(0, shownLabels).map((label) => `- ${markdownText(label)}`);
  const rest = labels.length - shown.length;
  const more = rest > 0 ? [`- and ${formatCount(rest)} more: \`id2label\` in \`config.json\``] : [];
  return ["## Labels", "", ...shown, ...more].join("\n");
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** What was measured before any test row was seen: on rows held out of training, and what the 8-bit weights change. */
function measured({ evaluation, quantization }: CardContent): string {
  return [evaluation === undefined ? "" : heldOut(evaluation), quantization === undefined ? "" : eightBits(quantization)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function heldOut({ rows, report: { loss, accuracy, macroF1 } }: NonNullable<CardContent["evaluation"]>): string {
  return [
    "## Held-out rows",
    `On ${formatPlural(rows, "row")} held out from training, by which the weights were chosen:`,
    table(
      ["measure", "value"],
      [
        ...(accuracy === undefined ? [] : [["accuracy", formatPercent(accuracy)]]),
        ...(macroF1 === undefined ? [] : [["macro-F1", formatScore(macroF1)]]),
        ["loss", loss.toFixed(4)],
      ],
    ),
  ].join("\n\n");
}

/** Of rows that were learned no accuracy is told: it would look like a measurement of the model, and is none. */
function eightBits(quantization: NonNullable<CardContent["quantization"]>): string {
  const { rows, accuracy, quantizedAccuracy, changed, meanDifference, of } = quantization;
  const scores = [formatPercent(accuracy), formatPercent(quantizedAccuracy), formatPoints(quantizedAccuracy - accuracy)];
  return [
    "## 8-bit weights",
    `What the 8-bit model (\`onnx/model_quantized.onnx\`) loses, on ${formatPlural(rows, `${of} row`)}:`,
    table(
      ["measure", "float32", "8 bits", "difference"],
      [
        ...(of === "training" ? [] : [["accuracy", ...scores]]),
        ["rows with another answer", "", "", formatPercent(changed)],
        ["mean absolute difference of a probability", "", "", meanDifference.toFixed(4)],
      ],
    ),
  ].join("\n\n");
}

function code(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, "```"].join("\n");
}

/** How any saved model is used in Node by this package. */
export const nodeUsage: string = code("js", [
  'import { loadClassifier } from "crossover";',
  "",
  'const classifier = await loadClassifier("DIR");',
  'const [{ answer, scores }] = await classifier.classify(["..."]);',
]);

const pipelineInPython = code("python", [
  "from transformers import pipeline",
  "",
  'classify = pipeline("text-classification", model="DIR", truncation=True)',
]);

const inPython: Readonly<Record<CardContent["python"], readonly string[]>> = {
  class: [pipelineInPython],
  layer: [
    pipelineInPython,
    "The classifier works on pooled states, which this class does not compute by itself. An added last layer, whose weights are constants, does: " +
      "it is for predicting in float32 or bfloat16, neither for float16 nor for further training in Python.",
  ],
  modules: [
    code("python", [
      "from sentence_transformers import SentenceTransformer",
      "",
      'logits = SentenceTransformer("DIR").encode(["..."])  # in the order of id2label',
    ]),
    "The classifier works on pooled states, which no class of this family in transformers computes: `AutoModelForSequenceClassification` would " +
      "load it with a new, untrained head.",
  ],
};

function usage({ noOnnx, python }: CardContent): string {
  const inJavaScript =
    noOnnx ??
    code("js", [
      'import { pipeline } from "@huggingface/transformers";',
      "",
      'const classify = await pipeline("text-classification", "DIR");',
    ]);
  return ["## Use", ...inPython[python], inJavaScript, nodeUsage].join("\n\n");
}

/** The settings of the training; nothing where none are known. */
export function settingsTable({ settings = {}, seed }: Pick<CardContent, "settings" | "seed">): string {
  const rows = [...Object.entries(settings), ...(seed === undefined ? [] : [["seed", seed] as const])];
  if (rows.length === 0) return "";
  return `## Training\n\n${table(
    ["setting", "value"],
    rows.map(([name, value]) => [`\`${name}\``, markdownText(String(value))]),
  )}`;
}
