#!/usr/bin/env node
/** @file The program `crossover`. */
import process from "node:process";
import { exitCode } from "./exit-code.js";
import { main } from "./main.js";
import { openFile } from "./open-file.js";
import { processTerminal } from "./terminal.js";

// A reader that closes early (`crossover … | head`) is no error. A result that nobody gets is one, and is said where it still can be.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.ok);
  process.stderr.write(`What was found cannot be printed: ${error.message}. Send it to a place that has room.\n`, () =>
    process.exit(exitCode.user),
  );
});
// Nobody hears what goes on: the work goes on all the same, and its exit code says how it ended.
process.stderr.on("error", () => {});

const stop = new AbortController();

/** npm and npx pass a Ctrl-C on that the terminal sent to everybody already: two so close are one. */
const sameSignalMs = 500;

/** A handler of ours is heard only between two steps; without one the system ends the process at once. */
function stopInOrder(): void {
  let stoppedAt = 0;
  const onSignal = (code: number) => (): void => {
    if (!stop.signal.aborted) {
      stoppedAt = performance.now();
      stop.abort();
    } else if (performance.now() - stoppedAt > sameSignalMs) {
      // The second one does not wait for anything: all that was paid for is on disk already.
      process.stderr.write("\n");
      process.exit(code);
    }
  };
  process.on("SIGINT", onSignal(130));
  process.on("SIGTERM", onSignal(143));
}

process.exitCode = await main(process.argv.slice(2), processTerminal(), stop.signal, stopInOrder, openFile);
