import { readDataset } from "../data/data.js";
import { describedLabels, noLabelWords, readLabelWords } from "../data/descriptions.js";
import { UserError } from "../lib/errors.js";
import { balancedDemos, noDemos } from "../prompt/demos/balanced-demos.js";
import type { DemoPlan } from "../prompt/program.js";
import type { Dataset } from "../types/data.js";
import type { LabellerOptions } from "./labeller.js";

/** The labels to choose from, what they mean, and the examples that a prompt shows. */
export interface LabelSet extends Pick<Dataset, "labels" | "descriptions" | "isMultiLabel"> {
  readonly aliases: NonNullable<Dataset["aliases"]>;
  readonly demos: DemoPlan;
  /** For people. */
  readonly notes: readonly string[];
}

/** The label set by the options: from the list, or else from labeled examples, or else from descriptions. UserError where there are not two labels. */
export async function readLabelSet(options: LabellerOptions): Promise<LabelSet> {
  const dataset =
    options.examples === undefined
      ? null
      : await readDataset(options.examples, {
          // Of several columns the examples are to be what is asked about; a single one may have another name there.
          ...(options.text?.includes(",") ? { text: options.text } : {}),
          ...(options.label === undefined ? {} : { label: options.label }),
          ...(options.labelSeparator === undefined ? {} : { labelSeparator: options.labelSeparator }),
          ...(options.labelColumns === undefined ? {} : { labelColumns: options.labelColumns }),
          ...(options.multiLabel === undefined ? {} : { isMultiLabel: options.multiLabel }),
        });
  const described = options.descriptions === undefined ? null : await describedLabels(options.descriptions);
  const given = options.labels ?? dataset?.labels ?? described?.labels;
  const labels = [...new Set(given ?? [])];
  if (labels.length < 2) {
    throw new UserError(
      labels.length === 1
        ? `There is one label only: "${labels[0]}". Give at least two with --labels a,b.`
        : "There are no labels. Give them with --labels a,b,c, with --descriptions FILE (label: description), with --examples FILE (labeled rows), or with --run RUN.",
    );
  }
  const foreign = dataset?.labels.find((label) => !labels.includes(label));
  if (foreign !== undefined)
    throw new UserError(`${options.examples} has the label "${foreign}", which is not among --labels ${labels.join(",")}.`);
  const words =
    options.descriptions === undefined ? (dataset ?? noLabelWords) : await readLabelWords(options.descriptions, labels);
  return {
    labels,
    descriptions: words.descriptions,
    aliases: words.aliases ?? {},
    isMultiLabel: options.multiLabel ?? dataset?.isMultiLabel ?? false,
    demos: dataset === null ? noDemos : balancedDemos(dataset, options.demos, options.seed),
    notes: dataset === null ? [] : [`Examples in the prompt are from ${options.examples}.`],
  };
}
