/** @file A process that measures on demand: one line in, one line of JSON out. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface MeasuringServer {
  /** Sends a line, and gives back what is answered. */
  ask(line: string): Promise<unknown>;
  close(): void;
}

/** Starts it, and waits until it says `ready`. Its errors go to stderr. */
export async function startServer(command: string, args: readonly string[]): Promise<MeasuringServer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args.join(" ")} ended early`);
    return value;
  };
  while ((await next()) !== "ready") {
    // Libraries may greet first.
  }
  return {
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      return JSON.parse(await next());
    },
    close: () => child.stdin.end(),
  };
}
