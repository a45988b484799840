/**
 * @file One process at a time for one file. A lock is a file with its holder's name, touched while it is held. It saves work and nothing
 * else: what is downloaded is checked and moved into place whole, so a lock that fails costs a second download and no wrong byte.
 *
 * huggingface_hub locks `<etag>.lock` with flock(2), which Node lacks; the name here is another, and so is that of the unfinished file.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** How often a holder says that it lives. */
const touchSeconds = 5;
/** A lock that was not touched for so long has lost its holder: killed on another machine that shares the disk. */
const staleSeconds = 30;
const lookAgainSeconds = 0.2;

/** Waits for the lock and holds it until disposed. `onWait` is called once if it has to wait. Throws the signal's reason. */
export async function lockFile(path: string, signal: AbortSignal, onWait: () => void = () => {}): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  const name = `${hostname()} ${process.pid} ${randomUUID()}`;
  let seen = { text: "", touched: 0, at: performance.now() };
  for (let round = 0; ; round++) {
    signal.throwIfAborted();
    try {
      await writeFile(path, name, { flag: "wx" });
      return held(path, name);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const [text, touched] = await Promise.all([
      readFile(path, "utf8").catch(() => ""),
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ]);
    // By our own clock since the last change, not by the file's time: machines that share a disk may not agree on the time.
    if (text !== seen.text || touched !== seen.touched) seen = { text, touched, at: performance.now() };
    const isStale = performance.now() - seen.at > staleSeconds * 1000;
    if (isStale || isDead(text)) {
      await rm(path, { force: true });
      continue;
    }
    if (round === 0) onWait();
    await delay(lookAgainSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function held(path: string, name: string): AsyncDisposable {
  const beat = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => {});
  }, touchSeconds * 1000);
  beat.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      // Taken over meanwhile, it is another's.
      if ((await readFile(path, "utf8").catch(() => "")) === name) await rm(path, { force: true });
    },
  };
}

/** Whether the holder was a process of this machine that is gone. */
function isDead(text: string): boolean {
  const [host, pid] = text.split(" ");
  if (host !== hostname() || !/^\d+$/.test(pid ?? "")) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
