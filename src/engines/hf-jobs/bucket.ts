/**
 * @file A storage bucket of the Hub: files without history, which is what checkpoints want. The job writes it through huggingface_hub (`hf://buckets/…`);
 * this side reads and removes over HTTP. Writing takes the Xet protocol, and is left to the job.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RepoNotFound } from "../../hub/refusal.js";
import { parseRepoId, type RepoId } from "../../hub/repo-id.js";
import { send } from "../../hub/requests.js";
import { retried } from "../../hub/retries.js";
import type { Hub } from "../../hub/settings.js";
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import { type Patience, patiently } from "../service/patience.js";
import { ask, jsonOf, requireSuccess, type Service } from "../service/service.js";
import type { Storage } from "../storage/storage.js";

/** A bucket and how it is asked. */
export interface Bucket {
  readonly service: Service;
  /** `name/of-it`. */
  readonly id: string;
  readonly pace: Patience;
  /** For downloads, which lead to another host. */
  hub(signal: AbortSignal): Hub;
}

/**
 * Makes a private bucket unless it is there.
 *
 * @throws UserError where it is there and anybody can read it
 */
export async function ensurePrivateBucket({ service, id, pace }: Bucket, signal: AbortSignal): Promise<void> {
  const path = `/api/buckets/${id}`;
  await patiently(pace, signal, "The job was not handed over. Resume to try again.", async () => {
    const made = await ask(service, { method: "POST", path, body: { visibility: "private" } }, signal);
    if (made.status !== 409) return requireSuccess(service, made);
    if (at(jsonOf(service, await ask(service, { method: "GET", path }, signal)), "private") !== true)
      throw new UserError(
        `The bucket ${id} on ${service.baseUrl} can be read by anybody. Results go there: make it private, or remove it.`,
      );
  });
}

/** The bucket as a storage. */
export function bucketStorage({ service, id, pace, hub }: Bucket): Storage {
  // What errors call it.
  const repo: RepoId = parseRepoId(id, "dataset");
  const addressOf = (path: string): string => `${service.baseUrl}/buckets/${id}/resolve/${encodeURIComponent(path)}`;
  return {
    uri: `hf://buckets/${id}`,
    async read(name, signal) {
      try {
        return await retried(hub(signal), async () => {
          await using response = await send(hub(signal), repo, addressOf(name));
          const parts: Uint8Array[] = [];
          for await (const chunk of response.chunks()) parts.push(chunk);
          return Buffer.concat(parts).toString("utf8");
        });
      } catch (error) {
        if (error instanceof RepoNotFound) return null;
        throw error;
      }
    },
    send() {
      throw new Error("a job's folder goes to a repository");
    },
    async bring(from, names, folder, signal) {
      for (const name of names) {
        const target = join(folder, name);
        await mkdir(dirname(target), { recursive: true });
        await retried(hub(signal), async () => {
          await using response = await send(hub(signal), repo, addressOf(`${from}/${name}`));
          await writeFile(target, response.chunks());
        });
      }
    },
    async remove(folder) {
      const signal = AbortSignal.timeout(pace.wholeSeconds * 1000);
      await patiently(pace, signal, "Not all was removed.", async () => {
        const path = `/api/buckets/${id}/tree/${encodeURIComponent(folder)}?recursive=true`;
        const answer = await ask(service, { method: "GET", path }, signal);
        if (answer.status === 404) return;
        const found = jsonOf(service, answer);
        const files = (Array.isArray(found) ? found : []).filter((entry) => textAt(entry, "type") === "file");
        // A prefix finds its neighbors as well: job-1 and job-10.
        const paths = files.map((entry) => textAt(entry, "path") ?? "").filter((path) => path.startsWith(`${folder}/`));
        if (paths.length === 0) return;
        const lines = paths.map((each) => `${JSON.stringify({ type: "deleteFile", path: each })}\n`).join("");
        const headers = { "content-type": "application/x-ndjson" };
        requireSuccess(
          service,
          await ask(service, { method: "POST", path: `/api/buckets/${id}/batch`, body: Buffer.from(lines), headers }, signal),
        );
      });
    },
  };
}
