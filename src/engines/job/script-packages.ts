import { readFile } from "node:fs/promises";

/**
 * The packages that a script of ours names in its header (PEP 723), in its order and as pip takes them: `torch==2.13.0`.
 *
 * @throws Error where it names none
 */
export async function scriptPackages(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8");
  const header = /^# \/\/\/ script$(.*?)^# \/\/\/$/ms.exec(text)?.[1] ?? "";
  const list = /^# dependencies = \[(.*?)^# \]$/ms.exec(header)?.[1] ?? "";
  const packages = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name!);
  if (packages.length === 0) throw new Error(`${path} names no packages`);
  return packages;
}
