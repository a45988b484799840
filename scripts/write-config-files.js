// What is published of the table of options: the JSON schema of a configuration, and the tables in docs/options.md. `npm run build` writes both when the
// program is built; test/run/options.test.ts says when they are behind.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The page with its table between the two markers made anew.
 *
 * @param {string} page
 * @param {readonly { title: string; rows: readonly { key: string | null; flag: string; default: unknown; example: string | null; help: string }[] }[]} groups
 */
export function withOptionTables(page, groups) {
  const cell = (/** @type {string} */ text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const code = (/** @type {string} */ text) => `\`${text.replaceAll("|", "\\|")}\``;
  const tables = groups.map(({ title, rows }) => {
    const lines = rows.map(({ key, flag, default: usual, example, help }) => {
      const cells = [
        code(flag),
        key && code(key),
        usual === undefined ? null : code(JSON.stringify(usual)),
        example && code(example),
      ];
      return `| ${[...cells.map((text) => text ?? "–"), cell(help)].join(" | ")} |`;
    });
    return `## ${title}\n\n| option | key | default | example | what it does |\n|---|---|---|---|---|\n${lines.join("\n")}\n`;
  });
  return page.replace(
    /(<!-- options -->\n)[\s\S]*(<!-- end of options -->)/,
    (_, start, end) => `${start}\n${tables.join("\n")}\n${end}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { configSchema, configSchemaFile, optionTables } = await import(
    new URL("dist/run/options/config-schema.js", pathToFileURL(root)).href
  );
  writeFileSync(join(root, configSchemaFile), `${JSON.stringify(configSchema(), null, 2)}\n`);
  const page = join(root, "docs/options.md");
  writeFileSync(page, withOptionTables(readFileSync(page, "utf8"), optionTables()));
}
