/**
 * @file Where results of jobs lie that run on machines without a way back: a folder that both sides see, or a bucket. `python/staged.py` writes there, and
 * tells the layout. This side reads folders itself; for buckets it runs the program that their owner gives out, with the user's own credentials.
 */
/** Files of jobs, each job's below its id. */
export interface Storage {
  /** As the other side opens it: a path, or a URI. Without secrets. */
  readonly uri: string;
  /** A file's text; `null` where there is none. */
  read(name: string, signal: AbortSignal): Promise<string | null>;
  /** Puts a job's folder there, without its `out/`. @param without another folder in it that is left out */
  send(folder: string, to: string, signal: AbortSignal, without?: string): Promise<void>;
  /** Brings files below a folder there into one here. What is there besides may come along. */
  bring(from: string, names: readonly string[], folder: string, signal: AbortSignal): Promise<void>;
  /** The command that does the same where the program of the storage is not at hand; without it there is no such program. */
  byHand?(from: string, folder: string): string;
  /** Removes all below a folder there. */
  remove(folder: string): Promise<void>;
}
