/** @file An approach of a run as a folder that other programs read. */
import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { isErrorCode, UserError } from "../../lib/errors.js";
import { writePrivateFile } from "../../lib/private-file.js";
import { formatPlural } from "../../lib/text/format.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { kinds } from "../kinds/kinds.js";
import { findArtifact } from "../load-predictor.js";
import { manifestFile } from "../manifest/manifest.js";
import { choiceNote } from "../run-artifacts.js";
import { type ExportForm, type ExportFormName, exportFormNames, exportForms } from "./export-forms.js";

/** What to export, and where to. */
export interface ExportOptions {
  readonly as: ExportFormName;
  /** The folder to make: it must not be there yet, or be empty. */
  readonly to: string;
  /** The approach, where the place is the folder of a run. @default the one that the run advises, or, where it chose none, the best */
  readonly approach?: string;
}

/** What was written. */
export interface Exported {
  /** The folder it was taken from. */
  readonly folder: string;
  readonly approach: string;
  readonly to: string;
  /** Paths within the folder, with "/" between names, and their sizes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** What 8-bit weights lose, measured when they were made; present where they are among the files and it is known. */
  readonly quantization?: QuantizationLoss;
  /** Of a run that is not finished, or that chose none: that it is so, and which approach was taken. */
  readonly choiceNote?: string;
}

const loss = z.object({
  /** Rows that both were asked about: held out from training, or training rows where none were. */
  rows: z.int(),
  of: z.enum(["held-out", "training"]),
  /** Share of them whose answer is right, in float32 and in 8 bits. */
  accuracy: z.number(),
  quantizedAccuracy: z.number(),
  /** Share of them that get another answer. */
  changed: z.number(),
  /** Mean absolute difference of a probability. */
  meanDifference: z.number(),
});

/** What 8-bit weights lose. */
export type QuantizationLoss = Readonly<z.infer<typeof loss>>;

/**
 * Copies what a form takes of an approach's folder into a new one, which appears whole or not at all. Every file is compared with the manifest's hash
 * first. What is missing in a form is told by a `UserError` that names the forms there are.
 *
 * @param place the folder of a run, or of an approach
 */
export async function exportArtifact(place: string, { as, to, approach }: ExportOptions): Promise<Exported> {
  const form: ExportForm = exportForms[as];
  const { folder, fields, manifest, meant } = await findArtifact(place, approach === undefined ? {} : { approach });
  const fitting = exportFormNames.filter((name) => (exportForms[name] as ExportForm).kinds.includes(fields.kind));
  if (!form.kinds.includes(fields.kind)) {
    const others =
      fitting.length === 0 ? "It can't be exported; loadPredictor loads it." : `Export it --as ${fitting.join(" or ")}.`;
    throw new UserError(`${folder} is ${kinds[fields.kind].noun}, which has no form "${as}". ${others}`);
  }
  const paths = (await pathsIn(folder)).filter((path) => path !== manifestFile && form.takes(path));
  if (!paths.includes(form.sign)) throw new UserError(`${folder} has no ${form.sign}. ${form.whyLacking}`);
  const target = resolve(to);
  await checkTarget(target, to, folder);
  const draft = join(dirname(target), `.${basename(target)}.part`);
  await rm(draft, { recursive: true, force: true });
  try {
    for (const path of paths) {
      await mkdir(dirname(join(draft, path)), { recursive: true });
      await copyFile(join(folder, path), join(draft, path));
    }
    if (form.isLoadable && manifest !== null) {
      const files = Object.fromEntries(Object.entries(manifest.files).filter(([path]) => paths.includes(path)));
      await writePrivateFile(join(draft, manifestFile), `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
    }
    // An empty folder of that name gives way.
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error instanceof UserError ? error : await whyUnreadable(to, error);
  }
  const sizes = paths.map(async (path) => ({ path, bytes: (await stat(join(target, path))).size }));
  const note = meant === undefined ? null : choiceNote(meant);
  const quantization = as === "onnx" ? loss.safeParse(manifest?.details?.["quantization"]).data : undefined;
  return {
    folder,
    approach: manifest?.approach.name ?? folder,
    to: target,
    files: await Promise.all(sizes),
    ...(quantization !== undefined && { quantization }),
    ...(note !== null && { choiceNote: note }),
  };
}

async function checkTarget(target: string, to: string, folder: string): Promise<void> {
  if (target === resolve(folder) || target.startsWith(`${resolve(folder)}/`))
    throw new UserError(`--to ${to} lies in ${folder}, which is exported. Name a folder elsewhere.`);
  const names = await readdir(target).catch(async (error: unknown) => {
    if (isErrorCode(error, "ENOENT")) return [];
    if (isErrorCode(error, "ENOTDIR")) throw new UserError(`--to ${to} is a file. Name a new folder.`);
    throw await whyUnreadable(to, error);
  });
  if (names.length > 0)
    throw new UserError(
      `--to ${to} holds ${formatPlural(names.length, "file")} already. Name a new folder, so that none of them is lost or mixed in.`,
    );
}

/** Files of a folder and of those within it, sorted; links are left out. */
async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}
