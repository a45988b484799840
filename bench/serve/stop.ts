/**
 * @file `crossover serve` under load, told to stop in the middle: every request that it let in must be answered.
 *
 *     MODEL=folder npm run bench serve-stop        SECONDS (60), CONNECTIONS (64)
 */
import { env } from "node:process";
import { keep } from "../lib/results.js";
import { load } from "./load.js";
import { startServed } from "./served.js";
import { textsOf } from "./texts.js";

/** Runs it, keeps the figures, and fails where a request was lost. */
export async function serveStop(): Promise<void> {
  const { MODEL, SECONDS = "60", CONNECTIONS = "64" } = env;
  if (MODEL === undefined) throw new Error("Set MODEL to the folder of a tuned model.");
  const [seconds, connections] = [Number(SECONDS), Number(CONNECTIONS)];
  const served = await startServed("node", ["dist/cli/cli.js", "serve", MODEL, "--port", "0"]);
  const bodies = textsOf(12).map((text) => JSON.stringify({ text }));
  const loading = load({ port: served.port, path: "/predict", bodies, connections, seconds });
  setTimeout(() => served.process.kill("SIGTERM"), (seconds / 2) * 1000);
  const { statuses, unanswered, broken, refused } = await loading;
  const code = await served.ended();
  const [, letIn, ended] = /Stopped\. ([\d,]+) requests? let in, ([\d,]+) ended/.exec(served.log()) ?? [];
  const answered = statuses[200] ?? 0;
  const isKept = code === 0 && Number(letIn?.replaceAll(",", "")) === answered && broken === 0;
  const body =
    `${seconds} s at ${connections} connections, SIGTERM in the middle: ${letIn} requests were let in, ${answered} were answered with 200 ` +
    `(the server counts ${ended} ended), ${broken} answers broke off; exit code ${code}. After the signal ${statuses[503] ?? 0} got 503, ` +
    `${unanswered} were sent to a closing connection without an answer, ${refused} connections were refused.`;
  keep("serve-stop", "Stopping under load", body, "crossover serve");
  if (!isKept) throw new Error("Requests that were let in were not answered.");
}
