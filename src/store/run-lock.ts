import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { isAlive } from "./process-alive.js";

/**
 * Holds a run's folder for this process, so that two processes never write to one run. A lock whose process is gone
 * (killed, power cut) is taken over.
 */
export async function lockRun(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "run.lock");
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(String(process.pid));
      await file.close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = Number.parseInt(await readFile(path, "utf8").catch(() => ""), 10);
      if (attempt > 2 || (holder !== process.pid && isAlive(holder))) {
        throw new UserError(`${folder} is in use by another crossover (process ${holder}). Wait for it, or stop it first.`);
      }
      await rm(path, { force: true });
    }
  }
}
