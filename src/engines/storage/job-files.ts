import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file that a job is given. */
export interface JobFile {
  /** Below the job's folder, with `/` between folders. */
  readonly path: string;
  /** On this machine. */
  readonly source: string;
  readonly bytes: number;
  /** Of its content, where it is known. */
  readonly sha256?: string;
}

/** All files of a job's folder in the order of their paths, links followed, but for what is in its `out/` or was brought beside that. */
export async function jobFiles(folder: string): Promise<readonly JobFile[]> {
  const files: JobFile[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(folder, below))).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      if (/^out(-\w{6})?$/.test(path)) continue;
      const found = await stat(join(folder, path));
      if (found.isDirectory()) await walk(path);
      else files.push({ path, source: join(folder, path), bytes: found.size });
    }
  };
  await walk("");
  return files;
}
