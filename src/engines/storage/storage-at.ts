import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/errors.js";
import { bucketProgram } from "./bucket-program.js";
import { sharedFolder } from "./shared-folder.js";
import type { Storage } from "./storage.js";

/**
 * The storage at an address as people write it: a path, `file://…`, `s3://bucket/path`, `gs://bucket/path`.
 *
 * @throws UserError for any other, and for one that holds more than that
 */
export function storageAt(address: string): Storage {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined && address !== "") return sharedFolder(resolve(address));
  if (scheme === "file") {
    try {
      return sharedFolder(fileURLToPath(address));
    } catch {
      throw new UserError('The storage is no folder of this machine. Expected file:/// and a path, as in "file:///mnt/jobs".');
    }
  }
  if (scheme === "s3" || scheme === "gs") {
    // What else a URI can hold are credentials and queries: those would be written to job folders and logs.
    if (/^[a-z0-9]+:\/\/[a-z0-9][a-z0-9._-]+(\/[\w.=+-]+)*\/?$/i.test(address))
      return bucketProgram(scheme, address.replace(/\/$/, ""));
    throw new UserError(
      `The storage is no bucket. Expected ${scheme}:// and a bucket's name, perhaps with a path of letters, digits, ".", "_" and "-" after it: ` +
        `${scheme}://bucket/jobs. Credentials are those that ${scheme === "s3" ? "the aws" : "the gcloud"} program and the cluster have of their own.`,
    );
  }
  throw new UserError(
    'The storage is of a kind that is not known. Expected a folder that this machine and the cluster share, "s3://bucket/path" or "gs://bucket/path".',
  );
}
