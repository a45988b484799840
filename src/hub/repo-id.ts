/** @file Names that come from people or from the Hub, checked before they become part of an address or of a path. */
import { UserError } from "../lib/errors.js";

/** A repository at a revision. */
export interface RepoId {
  /** `distilbert-base-uncased` or `org/name`. */
  readonly id: string;
  readonly kind: "model" | "dataset";
  /** A branch, a tag, a commit or a reference such as `refs/pr/3`. */
  readonly revision: string;
}

const part = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?";
const idPattern = new RegExp(`^(?:${part}/)?${part}$`);

/** Whether this could be a repository's name: `name` or `org/name`, by the rules of the Hub; perhaps with `@revision`. */
export function isRepoId(text: string): boolean {
  const at = text.indexOf("@");
  const id = at === -1 ? text : text.slice(0, at);
  return idPattern.test(id) && !/--|\.\.|\.git$/.test(id) && (at === -1 || isRevision(text.slice(at + 1)));
}

/** Git's rules for names, and nothing that could lead out of a folder. */
function isRevision(text: string): boolean {
  return text.length <= 255 && /^[\w.+-]+(\/[\w.+-]+)*$/.test(text) && !/(^|\/)\.|\.\.|\.lock(\/|$)/.test(text);
}

/** Reads `name`, `org/name` or either with `@revision`. An explicit `revision` wins; without any it is `main`. */
export function parseRepoId(text: string, kind: RepoId["kind"], revision?: string): RepoId {
  const at = text.indexOf("@");
  const id = at === -1 ? text : text.slice(0, at);
  const wanted = revision ?? (at === -1 ? "main" : text.slice(at + 1));
  if (!isRepoId(id))
    throw new UserError(
      `"${text}" can't be the name of a ${kind} on the Hub. Expected org/name or name, of letters, digits, "-", "_" and ".", ` +
        'without "--" or ".."; perhaps @revision after it.',
    );
  if (!isRevision(wanted))
    throw new UserError(`"${wanted}" can't be a revision of ${id}. Expected a branch, a tag or a commit: main, v1.0, refs/pr/3.`);
  return { id, kind, revision: wanted };
}

/** Whether it is a full commit, which never changes. */
export const isCommit = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/**
 * Whether a name from a listing stays below its folder on every system: no `..`, no absolute path, no drive, no stream, no
 * control character, and no name that Windows takes for a device or trims.
 */
export function isSafePath(path: string): boolean {
  if (path.length > 1024 || /[\\:*?"<>|\x00-\x1f\x7f]/.test(path)) return false;
  return path
    .split("/")
    .every((name) => name !== "" && !/[. ]$/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name));
}

/** As people write it: `org/name`, with its revision unless that is `main`. */
export function repoText({ id, revision }: RepoId): string {
  return revision === "main" ? id : `${id}@${isCommit(revision) ? revision.slice(0, 7) : revision}`;
}
