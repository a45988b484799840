/** @file A server in a process of its own, which says its address on a line of stdout. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A server that listens. */
export interface ServedProcess {
  readonly port: number;
  readonly process: ChildProcess;
  /** What it wrote to stderr. */
  log(): string;
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string | null>;
}

/** Starts it, and waits for its address. */
export async function startServed(command: string, args: readonly string[]): Promise<ServedProcess> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  // A measurement that fails leaves no servers behind.
  process.once("exit", () => child.kill("SIGKILL"));
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exit = new Promise<number | string | null>((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^http:\/\/127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return { port: Number(port), process: child, log: () => log, ended: () => exit };
  }
  throw new Error(`${command} ${args.join(" ")} ended early:\n${log}`);
}
