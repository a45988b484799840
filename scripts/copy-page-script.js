// The compiler makes files of TypeScript; the script of the report's page is JavaScript for browsers, read as text.
import { copyFileSync } from "node:fs";
import { join } from "node:path";

const file = "report/html/rows/explorer-script.js";
const root = join(import.meta.dirname, "..");
copyFileSync(join(root, "src", file), join(root, "dist", file));
