/** @file Which data, and how it is read and divided. `crossover check` has the same. */
import { columns, names, number, option, separator, text, toggle, wholeNumber } from "./option.js";

/** Options about the data. */
export const dataOptions = {
  path: option(text(), {
    help: "CSV, TSV, JSON, JSONL (also .gz) or Parquet file with a text and a label, a folder with train and test files, a promptfoo configuration, or a dataset of the Hugging Face Hub to download (hf:org/name, optionally with @revision and #subset)",
    isRequired: true,
    key: "data",
    path: "file",
  }),
  test: option(text(), {
    argument: "file",
    help: "file of test rows (default: the folder's test file, or a part split off from the data)",
    path: "file",
    example: "test.csv",
  }),
  validation: option(text(), {
    argument: "file",
    help: "file of validation rows, used to choose between approaches (default: the folder's validation file, or a part of the training rows)",
    path: "file",
    example: "validation.csv",
  }),
  text: option(columns(), {
    argument: "column",
    help: "text column, or several, such as subject,body: each is put on its own line after its name (default: found by name and content)",
    example: "subject,body",
  }),
  label: option(text(), { argument: "column", help: "label column (default: found by name and content)", example: "queue" }),
  group: option(text(), {
    argument: "column",
    help: "column of groups that the split keeps together, e.g. the customer (default: a column named group, customer_id or similar)",
    example: "customer",
  }),
  shift: option(text(), {
    argument: "column",
    help: "column by which it is measured what an approach loses on rows unlike those it learned from: dates or numbers (the last quarter is held out), or values such as a source (default: the length of the texts)",
    example: "date",
  }),
  id: option(text(), {
    argument: "column",
    help: "column of unique ids, which identify predictions and recorded answers (default: a column named id or similar, or the row number)",
    example: "ticket_id",
  }),
  multiLabel: option(toggle(), { help: "rows may have several labels: a list, or joined by |" }),
  labelSeparator: option(separator(), {
    argument: "sign",
    help: "separator of a row's labels if it may have several, such as ;",
    example: ";",
  }),
  labelColumns: option(names(), {
    argument: "names",
    help: "one column per label, which says whether a row has it (1 or 0, yes or no, x or nothing): a,b,c",
    example: "billing,delivery",
  }),
  descriptions: option(text(), {
    argument: "file",
    help: "YAML or JSON file that describes each label, for the prompts (default: label-descriptions.yaml beside the data)",
    path: "file",
    example: "labels.yaml",
  }),
  testShare: option(number(0.01, 0.9), {
    argument: "share",
    help: "share of rows to split off for testing (default: 0.25, at most 2,000 rows)",
    example: "0.2",
  }),
  limit: option(wholeNumber(2), {
    short: "-n",
    argument: "rows",
    help: "number of training rows to use, picked like Python's dataset.shuffle(seed).select(range(n)) (default: all)",
    example: "1000",
  }),
  testLimit: option(wholeNumber(2), {
    argument: "rows",
    help: "number of test rows to use, and of validation rows if you give some, picked in the same way (default: all)",
    example: "500",
  }),
  seed: option(wholeNumber(0), { argument: "n", help: "seed of everything random", default: 42, example: "7" }),
};
