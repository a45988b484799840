import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bringResults, hasResults } from "../../../src/engines/storage/results.js";
import { storageAt } from "../../../src/engines/storage/storage-at.js";
import { UserError } from "../../../src/lib/errors.js";

const signal = new AbortController().signal;
const pathBefore = process.env["PATH"];
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bucket-"));
  await mkdir(join(root, "programs"));
});
afterEach(async () => {
  process.env["PATH"] = pathBefore;
  await rm(root, { recursive: true });
});

/** Stands in for both programs: a bucket is a folder, and a line of what was asked is kept. */
const program = (scheme: string): string => `#!/bin/sh
echo "$*" >> "${root}/asked"
at() { echo "$1" | sed 's#^${scheme}://#${root}/buckets/#; s#/[*]*$##'; }
for last; do before=$previous; previous=$last; done
case "$1 $2" in
  "s3 cp") test -f "$(at "$before")" || { echo "fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist" >&2; exit 1; }
    cat "$(at "$before")";;
  "storage cat") test -f "$(at "$last")" || { echo "ERROR: (gcloud.storage.cat) The following URLs matched no objects or files: $last" >&2; exit 1; }
    cat "$(at "$last")";;
  "s3 sync"|"storage rsync") mkdir -p "$(at "$last")" && cp -r "$(at "$before")/." "$(at "$last")";;
  "s3 rm"|"storage rm") rm -r "$(at "$last")";;
  *) echo "unknown: $*" >&2; exit 2;;
esac
`;

const cases = [
  ["s3", "aws"],
  ["gs", "gcloud"],
] as const;

test.each(cases)("a bucket of %s:// is read and written by %s", async (scheme, name) => {
  process.env["PATH"] = `${join(root, "programs")}${delimiter}${pathBefore}`;
  await writeFile(join(root, "programs", name), program(scheme));
  await chmod(join(root, "programs", name), 0o755);
  const storage = storageAt(`${scheme}://bucket/jobs/`);
  expect(storage.uri).toBe(`${scheme}://bucket/jobs`);
  expect(await hasResults(storage, "job-1", signal)).toBe(false);
  const bucket = join(root, "buckets", "bucket", "jobs", "job-1");
  await mkdir(join(bucket, "out"), { recursive: true });
  await writeFile(join(bucket, "out", "manifest.json"), "{}");
  await writeFile(join(bucket, "done.json"), '{"files":{"manifest.json":2}}');
  expect(await hasResults(storage, "job-1", signal)).toBe(true);
  const folder = join(root, "here");
  await mkdir(folder);
  await writeFile(join(folder, "job.json"), "{}");
  await bringResults(storage, "job-1", folder, signal);
  expect(await readFile(join(folder, "out", "manifest.json"), "utf8")).toBe("{}");
  await storage.send(folder, "job-1/in", signal);
  expect(await readFile(join(bucket, "in", "job.json"), "utf8")).toBe("{}");
  expect(await readFile(join(root, "asked"), "utf8")).not.toMatch(/exclude.*model/);
  await storage.send(folder, "job-1/in", signal, "model");
  expect(await readFile(join(root, "asked"), "utf8")).toMatch(
    scheme === "s3" ? /--exclude model\/\* / : /--exclude=\^\(out.*\|model\)\/\.\* /,
  );
  await storage.remove("job-1");
  expect(await hasResults(storage, "job-1", signal)).toBe(false);
  expect(await readFile(join(root, "asked"), "utf8")).toMatch(/--exclude[ =]\^?out/);
});

test.each(cases)(
  "without the program of %s:// the command to run by hand is told, and results brought so are taken",
  async (scheme, name) => {
    process.env["PATH"] = join(root, "programs");
    const storage = storageAt(`${scheme}://bucket`);
    expect(await hasResults(storage, "job-1", signal)).toBe(false);
    const folder = join(root, "here");
    const brought = bringResults(storage, "job-1", folder, signal);
    await expect(brought).rejects.toThrow(UserError);
    await expect(brought).rejects.toThrow(new RegExp(`resume: ${name} .*${scheme}://bucket/job-1/out ${folder}/out`));
    await mkdir(join(folder, "out"), { recursive: true });
    await writeFile(join(folder, "out", "manifest.json"), "{}");
    await bringResults(storage, "job-1", folder, signal);
  },
);

test("what a program complains of is told with its command", async () => {
  process.env["PATH"] = `${join(root, "programs")}${delimiter}${pathBefore}`;
  await writeFile(join(root, "programs", "aws"), "#!/bin/sh\necho 'Unable to locate credentials' >&2\nexit 253\n");
  await chmod(join(root, "programs", "aws"), 0o755);
  const asked = hasResults(storageAt("s3://bucket"), "job-1", signal);
  await expect(asked).rejects.toThrow(UserError);
  await expect(asked).rejects.toThrow(/aws s3 cp .*Unable to locate credentials/);
});
