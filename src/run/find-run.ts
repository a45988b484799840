import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { listRuns } from "../store/run.js";

/**
 * The folder of the run that is meant: a path, a name within the folder of all runs, or, without a name, the newest one
 * (`unfinished`: of those that were stopped).
 */
export async function findRun(root: string, name: string | undefined, which: "any" | "unfinished"): Promise<string> {
  if (name !== undefined) {
    for (const folder of [name, join(root, name)]) if (existsSync(join(folder, "run.json"))) return folder;
  }
  const runs = await listRuns(root);
  if (name !== undefined) {
    const names = runs.map((run) => run.manifest.name);
    throw new UserError(
      `There is no run "${name}" in ${root}.${didYouMean(name, names)} "crossover list" shows the runs there are.`,
    );
  }
  const found = runs.find((run) => which === "any" || run.manifest.finishedAt === undefined);
  if (found === undefined) {
    throw new UserError(`There is no ${which === "any" ? "" : "unfinished "}run in ${root}. "crossover run FILE" makes one.`);
  }
  return found.folder;
}
