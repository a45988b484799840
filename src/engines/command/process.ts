/** @file A process that may have been started by another one of ours, told from any later one that got its number. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { isErrorCode } from "../../lib/errors.js";

/** A process of this machine: its number, and when it began, in the system's own words. */
export interface KnownProcess {
  readonly pid: number;
  readonly began: string;
}

/** When a process began; `undefined` where there is none of that number, or only its record is left. */
export async function beginOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") return beginOnLinux(pid);
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "stat=,lstart=", "-p", String(pid)]);
    const [state, ...began] = stdout.trim().split(/\s+/);
    return state === undefined || state === "" || state.startsWith("Z") ? undefined : began.join(" ");
  } catch {
    return undefined;
  }
}

async function beginOnLinux(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // After the name, which may have spaces and brackets of its own: field 3 is the state, field 22 the begin in ticks since the machine's.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).trim();
    return fields[0] === "Z" ? undefined : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** Whether it runs still. */
export async function isRunning({ pid, began }: KnownProcess): Promise<boolean> {
  return (await beginOf(pid)) === began;
}

/** How often it is looked at whether it has ended. */
const lookSeconds = 0.1;

/** Ends a process and all of its group: asks it to, and after the grace does not ask. Done where it has ended. */
export async function endGroup(known: KnownProcess, graceSeconds: number): Promise<void> {
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-known.pid, signal);
    } catch (error) {
      if (!isErrorCode(error, "ESRCH")) throw error;
    }
  };
  if (!(await isRunning(known))) return;
  send("SIGTERM");
  for (let waited = 0; waited < graceSeconds; waited += lookSeconds) {
    await delay(lookSeconds * 1000);
    if (!(await isRunning(known))) return;
  }
  send("SIGKILL");
  while (await isRunning(known)) await delay(lookSeconds * 1000);
}
