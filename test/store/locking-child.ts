/**
 * @file Tries for the locks of folders. `race ROOT FOLDERS AT`: one after the other, each at its moment by the clock, which is that of all who race;
 * says from when to when it had it, or that it was
 * refused. `hold ROOT FOLDERS`: takes all, and keeps them until it is killed.
 */
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../src/lib/errors.js";
import { lockRun } from "../../src/store/run-lock.js";

const [way, root, folders, startAt] = process.argv.slice(2) as [string, string, string, string];
const [roundMs, heldMs] = [100, 60];

async function race(round: number): Promise<void> {
  const at = Number(startAt) + round * roundMs;
  if (at - Date.now() > 5) await delay(at - Date.now() - 5);
  while (Date.now() < at);
  try {
    const lock = await lockRun(`${root}/${round}`);
    const from = Date.now();
    await delay(heldMs);
    console.log(`held ${round} ${from} ${Date.now()}`);
    await lock[Symbol.asyncDispose]();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.log(`refused ${round}`);
  }
}

for (let folder = 0; folder < Number(folders); folder++) {
  if (way === "race") await race(folder);
  else await lockRun(`${root}/${folder}`);
}
if (way === "hold") {
  console.log("held all");
  setInterval(() => {}, 1000);
}
