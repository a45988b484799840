/** @file A Ray of the tests' own, where CROSSOVER_RAY names its program. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";

/** Ray's program; without it tests of it are skipped. */
export const rayProgram = process.env["CROSSOVER_RAY"];
/** What the head wants to be shown. */
export const rayToken = "ray-token-of-the-tests";

/** Whether there is a Ray whose Python has what `train.py` needs. */
export function hasTrainingPackages(): boolean {
  if (rayProgram === undefined || process.platform !== "linux") return false;
  const found =
    "import importlib.util as u, sys; sys.exit(not all(u.find_spec(n) for n in ('torch', 'transformers', 'peft', 'accelerate')))";
  try {
    execFileSync(join(dirname(rayProgram), "python"), ["-c", found], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A port of 127.0.0.1 that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * A head with two CPUs that ends with its process. Its ports are its own: another Ray may run here. `env`: what its jobs see besides. `more`: words of its
 * command besides.
 */
export async function startHead(
  folder: string,
  port: number,
  env: Readonly<Record<string, string>> = {},
  more: readonly string[] = [],
): Promise<ChildProcess> {
  const args = ["start", "--head", "--block", "--num-cpus", "2", "--disable-usage-stats", "--include-dashboard", "true", ...more];
  const ports = {
    "--dashboard-host": "127.0.0.1",
    "--dashboard-port": port,
    "--port": await freePort(),
    "--ray-client-server-port": await freePort(),
    "--dashboard-agent-listen-port": await freePort(),
    "--temp-dir": folder,
  };
  const head = spawn(rayProgram!, [...args, ...Object.entries(ports).flatMap(([name, value]) => [name, String(value)])], {
    stdio: "ignore",
    // A group of its own, so that all of it can be killed.
    detached: true,
    env: {
      ...process.env,
      // The jobs' `python` is the one that Ray was installed for.
      PATH: `${dirname(rayProgram!)}${delimiter}${process.env["PATH"]}`,
      // What jobs leave is where the head is.
      TMPDIR: dirname(folder),
      RAY_USAGE_STATS_ENABLED: "0",
      RAY_AUTH_MODE: "token",
      RAY_AUTH_TOKEN: rayToken,
      ...env,
    },
  });
  // Its dashboard comes up last.
  const headers = { authorization: `Bearer ${rayToken}` };
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/version`, { headers }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok || head.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return head;
}

/** Ends the head's processes: as told, or as a machine that loses its power. */
export async function endHead(head: ChildProcess, signalName: "SIGTERM" | "SIGKILL"): Promise<void> {
  const closed = new Promise((resolve) => head.once("exit", resolve));
  if (signalName === "SIGTERM") head.kill(signalName);
  else process.kill(-head.pid!, signalName);
  await closed;
}
