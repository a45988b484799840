/**
 * Lets promptfoo itself read and run a configuration that Crossover exported: its own schema, its own prompts, rows, transform and assertions.
 * Prints what was answered and how it graded, as JSON. Called by test/prompt/files/promptfoo-itself.test.ts:
 *
 *     mkdir /tmp/promptfoo && cd /tmp/promptfoo && npm install --ignore-scripts --omit=optional promptfoo@0.120.0
 *     CROSSOVER_PROMPTFOO=/tmp/promptfoo npx vitest run test/prompt/files/promptfoo-itself.test.ts
 *
 * usage: node golden/check_promptfoo.mjs FOLDER_OF_PROMPTFOO EXPORTED_FOLDER
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";

const [installed, folder] = /** @type {[string, string]} */ (process.argv.slice(2).map((path) => resolve(path)));
Object.assign(process.env, {
  PROMPTFOO_DISABLE_TELEMETRY: "1",
  PROMPTFOO_DISABLE_UPDATE: "1",
  PROMPTFOO_CONFIG_DIR: join(tmpdir(), "crossover-promptfoo"),
});
const require = createRequire(join(installed, "package.json"));
const { evaluate, UnifiedConfigSchema } = await import(pathToFileURL(require.resolve("promptfoo").replace(/\.cjs$/, ".js")).href);
const config = UnifiedConfigSchema.parse(parse(await readFile(join(folder, "promptfooconfig.yaml"), "utf8")));
process.chdir(folder);
const { results } = await evaluate(config, { maxConcurrency: 1, cache: false, showProgressBar: false, ...config.evaluateOptions });
const rows = results.map((/** @type {any} */ { success, response, error }) => ({ success, output: response?.output, error }));
process.stdout.write(`\n${JSON.stringify(rows)}\n`);
process.exit(0);
