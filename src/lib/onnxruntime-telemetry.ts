/**
 * @file Keeps ONNX Runtime from reporting to its maker. Since 1.29 its builds for Linux and macOS send events to Microsoft (names and hashes
 * of models, sizes, times) unless the process's environment has `ORT_DISABLE_TELEMETRY`. It looks when the first session is made.
 */
import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { UserError } from "./errors.js";

const variable = "ORT_DISABLE_TELEMETRY";

/**
 * Sets `ORT_DISABLE_TELEMETRY=1` for this thread, and for the threads and processes that it starts. A value that the user gave stays: `0`
 * allows the reports.
 */
export function disableTelemetry(): void {
  process.env[variable] ||= "1";
}

/**
 * `disableTelemetry`, checked: to be called before a session is made. `UserError` in a worker thread whose environment is a copy of its own,
 * as Node makes it: native code does not see what is set there.
 */
export function requireTelemetryDisabled(): void {
  disableTelemetry();
  if (isMainThread || nativeEnvironment()[variable]) return;
  throw new UserError(
    `ONNX Runtime would send reports to Microsoft from this worker thread: ${variable} is not set in the environment of the process, and a ` +
      `worker can't set it there. Import crossover in the main thread before the worker is started, start the process with ${variable}=1, or ` +
      `start the worker with { env: SHARE_ENV }. ${variable}=0 allows the reports.`,
  );
}

/** The options of `process.report` that decide what it holds: `excludeNetwork` since Node 20.13, `excludeEnv` since 22.13. */
interface ReportOptions {
  excludeNetwork?: boolean;
  excludeEnv?: boolean;
}

/** The environment as native code sees it. Node's diagnostic report is the only place that tells it to a worker; it takes 5 ms. */
function nativeEnvironment(): Readonly<Record<string, string | undefined>> {
  const options: NodeJS.ProcessReport & ReportOptions = process.report;
  const { excludeNetwork = false, excludeEnv } = options;
  // Looking up names of network interfaces may take seconds.
  options.excludeNetwork = true;
  if (excludeEnv !== undefined) options.excludeEnv = false;
  try {
    const report = process.report.getReport() as { readonly environmentVariables?: Readonly<Record<string, string>> };
    return report.environmentVariables ?? {};
  } finally {
    options.excludeNetwork = excludeNetwork;
    if (excludeEnv !== undefined) options.excludeEnv = excludeEnv;
  }
}
