/** @file A storage that both sides see as a folder: of one machine, or of a network's file system. */
import { chmod, copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isErrorCode, throwIfAborted } from "../../lib/errors.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { jobFiles } from "./job-files.js";
import type { Storage } from "./storage.js";

const usualMode = 0o644;

/** The folder as a storage. Its files have the usual modes: the cluster may run as another user. */
export function sharedFolder(root: string): Storage {
  return {
    uri: root,
    async read(name) {
      try {
        return await readFile(join(root, name), "utf8");
      } catch (error) {
        if (isErrorCode(error, "ENOENT")) return null;
        throw await whyUnreadable(join(root, name), error);
      }
    },
    async send(folder, to, signal, without) {
      for (const { path, source } of await jobFiles(folder)) {
        throwIfAborted(signal);
        if (without !== undefined && path.startsWith(`${without}/`)) continue;
        const target = join(root, to, path);
        await mkdir(dirname(target), { recursive: true });
        await copyFile(source, `${target}.part`);
        // A copy has the mode of what it is of, which is for its owner alone.
        await chmod(`${target}.part`, usualMode);
        await rename(`${target}.part`, target);
      }
    },
    async bring(from, names, folder, signal) {
      for (const name of names) {
        throwIfAborted(signal);
        const target = join(folder, name);
        await mkdir(dirname(target), { recursive: true });
        // What is missing is found by whoever compares sizes.
        await copyFile(join(root, from, name), target).catch((error: unknown) => {
          if (!isErrorCode(error, "ENOENT")) throw error;
        });
      }
    },
    async remove(folder) {
      await rm(join(root, folder), { recursive: true, force: true });
    },
  };
}
