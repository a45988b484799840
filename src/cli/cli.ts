#!/usr/bin/env node
/** @file The program `crossover`. */
import process from "node:process";
import { main } from "./main.js";
import { processTerminal } from "./terminal.js";

// A reader that closes early (`crossover … | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

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

process.exitCode = await main(process.argv.slice(2), processTerminal(), stop.signal, stopInOrder);
