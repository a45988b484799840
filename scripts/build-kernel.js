// @ts-check
/**
 * @file Compiles `src/tune/optimizer/kernel/assembly/kernel.ts` (AssemblyScript) to `kernel.wasm`: beside the loader for tests, which run from `src`, and into `dist`
 * for the package, or into the folder that is named. `npm run build` runs it; so does vitest, before the tests. Offline; nothing happens where the result is newer than what made it.
 */
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join("src", "tune", "optimizer", "kernel");
const source = join(folder, "assembly", "kernel.ts");
const compiled = join(root, folder, "kernel.wasm");
/** A change of any of them makes the compiled file stale: the lock file has the compiler's version. */
const ingredients = [source, join("scripts", "build-kernel.js"), "package-lock.json"];

const options = ["-O3", "--noAssert", "--enable", "simd", "--runtime", "stub", "--importMemory", "--noExportMemory"];

/** @param {string} file */
async function modifiedAt(file) {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

/** Compiles if need be. Written under another name first: two test runs may start at once. */
export async function buildKernel() {
  const newest = Math.max(...(await Promise.all(ingredients.map((file) => modifiedAt(join(root, file))))));
  if ((await modifiedAt(compiled)) > newest) return;
  const { default: compiler } = await import("assemblyscript/asc");
  const draft = `${folder}/kernel.${process.pid}.wasm`;
  const { error, stderr } = await compiler.main([source, "--outFile", draft, "--baseDir", root, ...options]);
  if (error) throw new Error(`${source} does not compile:\n${stderr.toString()}`, { cause: error });
  await rename(join(root, draft), compiled);
}

/** What vitest calls before the tests. */
export default buildKernel;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildKernel();
  const target = join(root, process.argv[2] ?? "dist", "tune", "optimizer", "kernel", "kernel.wasm");
  await mkdir(dirname(target), { recursive: true });
  await copyFile(compiled, target);
}
