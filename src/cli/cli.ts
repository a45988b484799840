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

/** A handler of ours is heard only between two steps; without one the system ends the process at once. */
function stopInOrder(): void {
  process.on("SIGINT", () => {
    // The second Ctrl-C does not wait for anything: all that was paid for is on disk already.
    if (stop.signal.aborted) {
      process.stderr.write("\n");
      process.exit(130);
    }
    stop.abort();
  });
  process.on("SIGTERM", () => stop.abort());
}

process.exitCode = await main(process.argv.slice(2), processTerminal(), stop.signal, stopInOrder, openFile);
