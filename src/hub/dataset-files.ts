/** @file Which files of a dataset hold rows. */
import { UserError } from "../lib/errors.js";
import { type RepoId, repoText } from "./repo-id.js";

/** Where the Hub keeps the rows of every dataset as Parquet, made from whatever its own files are. */
export const convertedRevision = "refs/convert/parquet";

/** The forms of rows that are read here, the surest first: Parquet says what its columns are. */
const forms: readonly RegExp[] = [/\.parquet$/, /\.jsonl(\.gz)?$/, /\.(csv|tsv)(\.gz)?$/, /\.json(\.gz)?$/];
/** JSON that describes a dataset and holds no rows of it. */
const descriptive = /(^|\/)(dataset_infos?|dataset_dict|state|package|config|croissant)\.json$/;

/**
 * The files with rows, in one form, and the dataset's card; no rows: `undefined`. A folder named after a subset (`config`, as in
 * `glue/sst2`) is taken alone where it is asked for.
 */
export function datasetFiles(repo: RepoId, paths: readonly string[], subset?: string): string[] | undefined {
  const rows = paths.filter(
    (path) => forms.some((form) => form.test(path)) && !descriptive.test(path) && !/(^|\/)\.[^./]/.test(path),
  );
  const form = forms.find((pattern) => rows.some((path) => pattern.test(path)));
  if (form === undefined) return undefined;
  const inForm = rows.filter((path) => form.test(path));
  const wanted = subset === undefined ? inForm : inForm.filter((path) => path.startsWith(`${subset}/`));
  if (wanted.length === 0) {
    const subsets = [...new Set(inForm.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/"))))];
    throw new UserError(
      `${repoText(repo)} has no rows of a subset "${subset}". ` +
        `${subsets.length === 0 ? "It has no subsets" : `Subsets: ${subsets.sort().slice(0, 20).join(", ")}`}.`,
    );
  }
  return [...wanted, ...paths.filter((path) => path === "README.md")];
}

/** The error for a dataset whose rows are made by a program, and which was not converted. */
export function withoutRows(repo: RepoId, paths: readonly string[]): UserError {
  const script = paths.find((path) => /^[^/]+\.py$/.test(path));
  return new UserError(
    `${repoText(repo)} has no files with rows (Parquet, CSV, JSONL, JSON), nor a copy that the Hub converted` +
      `${script === undefined ? "" : `; its rows are made by a program (${script.slice(0, 100)}), which is not run here`}. ` +
      "Save it in Python as Parquet, and give the file.",
  );
}
