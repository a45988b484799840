/** @file Which data, and how it is read and divided. `crossover check` has the same. */
import { columns, names, number, option, separator, text, toggle, wholeNumber } from "./option.js";

/** Options about the data. */
export const dataOptions = {
  path: option(text(), {
    help: "CSV, TSV, JSON, JSONL (also .gz) or Parquet with a text and a label, a folder with train and test files, a promptfoo configuration, or a dataset of the Hugging Face Hub (hf:org/name, also with @revision and #subset), which is downloaded",
    isRequired: true,
    key: "data",
    path: "file",
  }),
  test: option(text(), {
    argument: "file",
    help: "test rows in a file of their own (default: a folder's test file, or rows that are split off)",
    path: "file",
  }),
  validation: option(text(), {
    argument: "file",
    help: "rows to choose by in a file of their own, neither learned from nor tested on (default: a folder's validation file, or cut from the training rows)",
    path: "file",
  }),
  text: option(columns(), {
    argument: "column",
    help: "column of the text, or several, each then on a line after its name: subject,body (default: found by name and content)",
  }),
  label: option(text(), { argument: "column", help: "column of the label (default: found by name and content)" }),
  group: option(text(), {
    argument: "column",
    help: "column whose equal values never sit on two sides of the split, e.g. the customer (default: a column group, customer_id and the like)",
  }),
  id: option(text(), {
    argument: "column",
    help: "column of a unique id, by which predictions and recorded answers are told apart (default: a column id and the like, or the number of the row)",
  }),
  multiLabel: option(toggle(), { help: "a row may have several labels: a list, or joined by |" }),
  labelSeparator: option(separator(), {
    argument: "sign",
    help: "what joins the labels of a row that may have several, such as ;",
  }),
  labelColumns: option(names(), {
    argument: "names",
    help: "columns that each say of one label whether a row has it (1 or 0, yes or no, x or nothing): a,b,c",
  }),
  descriptions: option(text(), {
    argument: "file",
    help: "YAML or JSON: what each label means, in words, for the prompts (default: label-descriptions.yaml beside the data)",
    path: "file",
  }),
  testShare: option(number(0.01, 0.9), {
    argument: "share",
    help: "share of rows to split off for testing (default: 0.25, at most 2,000 rows)",
  }),
  limit: option(wholeNumber(2), {
    short: "-n",
    argument: "rows",
    help: "use this many training rows, drawn as Python's dataset.shuffle(seed).select(range(n)) (default: all)",
  }),
  testLimit: option(wholeNumber(2), {
    argument: "rows",
    help: "use this many test rows, and as many validation rows of your own, drawn likewise (default: all)",
  }),
  seed: option(wholeNumber(0), { argument: "n", help: "seed of everything random", default: 42 }),
};
