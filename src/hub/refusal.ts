/** @file What the Hub means by a status other than success, and what can be done about it. */
import { UserError } from "../lib/errors.js";
import { type RepoId, repoText } from "./repo-id.js";

/** The request that was refused, without anything secret. */
export interface Refused {
  readonly status: number;
  /** The Hub's `X-Error-Code`: `GatedRepo`, `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`; empty where there is none. */
  readonly code: string;
  readonly endpoint: string;
  readonly hasToken: boolean;
}

/** There is no such repository, or none that this token may see: the Hub does not tell which. */
export class RepoNotFound extends UserError {
  override readonly name = "UserError";
}

/** The repository is there, the revision is not. */
export class RevisionNotFound extends UserError {
  override readonly name = "UserError";
}

/** The error for a refused request about a repository. */
export function refusalOf(repo: RepoId, { status, code, endpoint, hasToken }: Refused): UserError {
  const { host } = new URL(endpoint);
  const page = `${endpoint}/${repo.kind === "dataset" ? "datasets/" : ""}${repo.id}`;
  const tokens = "a token from https://huggingface.co/settings/tokens";
  if (code === "GatedRepo")
    return new UserError(
      hasToken
        ? `${repo.id} is gated, and this token's owner has no access yet (HTTP ${status}). Accept the terms at ${page}, wait for ` +
            "approval where that is asked for, and see that the token may read gated repositories."
        : `${repo.id} is gated (HTTP ${status}). Accept the terms at ${page}, then set HF_TOKEN to ${tokens}.`,
    );
  if (code === "RevisionNotFound")
    return new RevisionNotFound(`${repo.id} on ${host} has no revision "${repo.revision}". See ${page}/commits/main.`);
  if (code === "EntryNotFound")
    return new UserError(`${repoText(repo)} on ${host} has lost a file that it lists (HTTP ${status}). Try again.`);
  // The Hub answers 401 for what does not exist as well as for what is private, where nobody is logged in.
  if (code === "RepoNotFound" || status === 404 || (status === 401 && !hasToken))
    return new RepoNotFound(
      `There is no ${repo.kind} "${repo.id}" on ${host}, or it is private (HTTP ${status}). See that the name is right` +
        `${hasToken ? ", and that the token in use may read it" : `; for a private one, set HF_TOKEN to ${tokens}`}.`,
    );
  if (status === 401)
    return new UserError(
      `${host} does not accept the token (HTTP 401). Set HF_TOKEN to ${tokens}, or unset it for what is public.`,
    );
  if (status === 403)
    return new UserError(
      `${host} does not let ${hasToken ? "this token" : "you"} read ${repo.id} (HTTP 403). See ${page}, and HF_TOKEN.`,
    );
  return new UserError(`${host} refused a request about ${repoText(repo)} (HTTP ${status}).`);
}
