/**
 * Writes golden/promptfoo-config-schema.json: the JSON schema of promptfoo's configuration, made from promptfoo's own definition as promptfoo
 * makes the one it publishes (https://promptfoo.dev/config-schema.json), with the same library. promptfoo is MIT licensed.
 *
 *     mkdir /tmp/promptfoo && cd /tmp/promptfoo && npm install --ignore-scripts --omit=optional promptfoo@0.120.0
 *     node golden/make_promptfoo_schema.mjs /tmp/promptfoo
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const installed = resolve(process.argv[2] ?? ".");
process.env["PROMPTFOO_DISABLE_TELEMETRY"] = "1";
const load = (/** @type {string} */ name) => import(pathToFileURL(createRequire(join(installed, "package.json")).resolve(name)).href);
const { UnifiedConfigSchema } = await load("promptfoo");
const { zodToJsonSchema } = await load("zod-to-json-schema");
const folder = join(installed, "node_modules/promptfoo");
const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
const copyright = /^Copyright.*$/m.exec(await readFile(join(folder, "LICENSE"), "utf8"))?.[0];
const schema = {
  $comment: `Made by golden/make_promptfoo_schema.mjs from promptfoo ${version}. License: ${license}. ${copyright}`,
  ...zodToJsonSchema(UnifiedConfigSchema, { name: "PromptfooConfigSchema" }),
};
await writeFile(join(import.meta.dirname, "promptfoo-config-schema.json"), `${JSON.stringify(schema)}\n`);
process.exit(0);
