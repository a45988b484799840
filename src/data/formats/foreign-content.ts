/** @file Files that are something else than rows of text, told by how they begin: what they are, and what to do. */

interface Foreign {
  /** What the first bytes are, or what the first characters match. */
  readonly start: readonly number[] | RegExp;
  /** After "is". */
  readonly what: string;
  readonly remedy: string;
}

const expected = "Expected CSV, TSV, JSON, JSONL or Parquet";
const ascii = (text: string): number[] => [...Buffer.from(text, "latin1")];

/** Formats that are recognized only to be refused. */
const foreigners: readonly Foreign[] = [
  {
    start: /^version https:\/\/git-lfs\.github\.com\/spec\//,
    what: "a Git LFS pointer: it names the data, and does not hold them",
    remedy: "Fetch them with `git lfs pull`",
  },
  {
    start: /^version https:\/\/hawser\.github\.com\/spec\/|^\.\.\/(\.\.\/)*\.git\/annex\/objects\/|^\/annex\/objects\//,
    what: "a pointer of git-annex or an early Git LFS: it names the data, and does not hold them",
    remedy: "Fetch them with `git annex get` or `git lfs pull`",
  },
  {
    start: /^\s*(<!--[\s\S]*?-->\s*)?<(!doctype\s+html|html|head|body)\b/i,
    what: "a web page (HTML), not a table; perhaps one that asks to sign in",
    remedy: "Download the file itself",
  },
  { start: /^\s*<\?xml\b/i, what: "XML, not a table", remedy: 'Open it in a spreadsheet and save it as "CSV UTF-8"' },
  { start: /^\s*<(table|tr)\b/i, what: "an HTML table", remedy: 'Open it in a spreadsheet and save it as "CSV UTF-8"' },
  {
    start: /^\s*\|.*\|[^\S\n]*\n\s*\|[ \t:|-]*-[ \t:|-]*\|/,
    what: "a table of Markdown, not of CSV",
    remedy: "Save it as CSV: no bars at the ends of lines, no line of dashes",
  },
  {
    start: /^\s*__label__\S+[ \t,]/,
    what: "in fastText's format, not a table",
    remedy: 'Write two columns with the header "label,text"; several labels of a text are joined by |',
  },
  { start: [0xff, 0xfe, 0x00, 0x00], what: "UTF-32", remedy: "Save it as UTF-8" },
  { start: ascii("{\\rtf"), what: "a rich text document", remedy: "Save the rows as CSV" },
  {
    start: [0x00, 0x05, 0x16, 0x07],
    what: 'a file of attributes that macOS keeps beside another one ("._" before its name)',
    remedy: "Give that other file",
  },
  { start: [0xd0, 0xcf, 0x11, 0xe0], what: "an old Excel or Word file, not a table", remedy: 'Save it as "CSV UTF-8"' },
  { start: ascii("%PDF"), what: "a PDF, not a table", remedy: "Export the rows as CSV" },
  { start: [0x89, 0x50, 0x4e, 0x47], what: "a PNG image, not a table", remedy: expected },
  { start: [0xff, 0xd8, 0xff], what: "a JPEG image, not a table", remedy: expected },
  { start: ascii("GIF8"), what: "a GIF image, not a table", remedy: expected },
  { start: [0x28, 0xb5, 0x2f, 0xfd], what: "zstd-compressed, not a table", remedy: "Unpack it with `zstd -d`" },
  { start: /^BZh[1-9]1AY&SY/, what: "bzip2-compressed, not a table", remedy: "Unpack it with `bunzip2`" },
  { start: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "xz-compressed, not a table", remedy: "Unpack it with `unxz`" },
  { start: [0x37, 0x7a, 0xbc, 0xaf], what: "a 7-Zip archive, not a table", remedy: "Unpack it and give the file inside" },
  { start: ascii("Rar!"), what: "a RAR archive, not a table", remedy: "Unpack it and give the file inside" },
  { start: ascii("SQLite format 3"), what: "an SQLite database, not a table", remedy: "Export the table as CSV" },
  { start: ascii("ARROW1"), what: "an Arrow file, not a table that is read here", remedy: "Save it as Parquet" },
  { start: ascii("FEA1"), what: "a Feather file, not a table that is read here", remedy: "Save it as Parquet" },
  { start: [0xff, 0xff, 0xff, 0xff], what: "an Arrow stream, not a table that is read here", remedy: "Save it as Parquet" },
  { start: [0x93, ...ascii("NUMPY")], what: "a NumPy array, not a table", remedy: "Save it as CSV" },
  { start: [0x89, ...ascii("HDF")], what: "an HDF5 file, not a table that is read here", remedy: "Save it as Parquet" },
  { start: ascii("Obj\u0001"), what: "an Avro file, not a table that is read here", remedy: "Save it as Parquet" },
  {
    start: /^\x80[\x02-\x05]/,
    what: "a Python pickle, which is not read, since it could run code",
    remedy: "Save it as CSV or Parquet",
  },
];

/** Parts whose names tell what a ZIP archive is. */
const zipped: readonly (readonly [part: string, what: string, remedy: string])[] = [
  ["xl/", "an Excel workbook", 'Open it and save the sheet as "CSV UTF-8"'],
  ["word/", "a Word document", "Copy its table into a spreadsheet and save that as CSV UTF-8"],
  ["ppt/", "a PowerPoint presentation", expected],
  ["Index/Document.iwa", "a document of Numbers or Pages", "Export it as CSV"],
  ["opendocument.spreadsheet", "an OpenDocument spreadsheet", 'Open it and save the sheet as "CSV UTF-8"'],
  ["opendocument.text", "an OpenDocument text", "Copy its table into a spreadsheet and save that as CSV UTF-8"],
];

/** Why a file with this beginning is not read, in one or two sentences; `null` where it may be rows of text. */
export function foreignContent(file: string, bytes: Buffer): string | null {
  if (/\.xlsx?(\.gz)?$/i.test(file)) return `${file} is an Excel workbook. Open it and save the sheet as "CSV UTF-8".`;
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) {
    const part = zipped.find(([name]) => bytes.includes(name, 0, "latin1"));
    if (part !== undefined) return `${file} is ${part[1]}, whatever its name says. ${part[2]}.`;
    return `${file} is a ZIP archive, not a table. Unpack it and give the file inside.`;
  }
  const hasMark = startsWith(bytes, [0xef, 0xbb, 0xbf]);
  const start = bytes.toString("latin1", hasMark ? 3 : 0, 1000);
  const found = foreigners.find((one) => (one.start instanceof RegExp ? one.start.test(start) : startsWith(bytes, one.start)));
  return found === undefined ? null : `${file} is ${found.what}. ${found.remedy}.`;
}

function startsWith(bytes: Buffer, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
