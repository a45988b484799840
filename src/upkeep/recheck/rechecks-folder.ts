import { join } from "node:path";

/** The folder of all re-checks of a run. */
export const rechecksFolder = (run: string): string => join(run, "rechecks");
