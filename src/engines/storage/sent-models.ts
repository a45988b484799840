/** @file Models of jobs in a storage: each is sent once in a process, whoever of its jobs is handed over first, and removed with the last of them. */
import type { SharedModel } from "../job/shared-models.js";
import type { Storage } from "./storage.js";

/** Models that jobs of this process were given. */
export interface SentModels {
  /** Has the model in the storage. */
  send(model: SharedModel, signal: AbortSignal): Promise<void>;
  /** A job that was handed over by an earlier process has it. */
  meet(model: SharedModel | undefined): void;
  /** Removes all of them. */
  remove(): Promise<void>;
}

/** None is known yet. */
export function sentModels(storage: Storage): SentModels {
  const sent = new Map<string, Promise<void>>();
  const scopes = new Set<string>();
  const scopeOf = ({ id }: SharedModel): string => id.split("/", 1)[0]!;
  return {
    async send(model, signal) {
      scopes.add(scopeOf(model));
      const sending = sent.get(model.id) ?? storage.send(model.folder, model.id, signal);
      sent.set(model.id, sending);
      // Whoever comes next tries again.
      sending.catch(() => sent.delete(model.id));
      await sending;
    },
    meet(model) {
      if (model !== undefined) scopes.add(scopeOf(model));
    },
    async remove() {
      for (const scope of scopes) await storage.remove(scope);
      scopes.clear();
      sent.clear();
    },
  };
}
