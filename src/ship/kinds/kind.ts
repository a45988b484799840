/** @file What a row of the table of kinds is: how a folder of its kind becomes a predictor. */
import type { FilePromptOptions } from "../../prompt/file-prompt.js";
import type { LoadOptions } from "../../tune/saved-classifier.js";
import type { Predictor } from "../../types/approach.js";
import type { NoteEvent } from "../../types/events.js";
import type { ArtifactKind, KindFields, Manifest } from "../manifest/manifest.js";

/** How a predictor is loaded: `threads` is for what runs on this machine, everything else for an LLM. */
export interface LoadPredictorOptions extends LoadOptions, Omit<FilePromptOptions, "source" | "suffix" | "batch"> {
  /** The approach to load, where the place is the folder of a run: `tune:probe`. @default the one that the run advises, or, where it chose none, the best */
  readonly approach?: string;
  /** Whether the bytes of its files are compared with the manifest's hashes, at half a second for 200 MB; sizes are always. @default true */
  readonly checksHashes?: boolean;
  /** Whether scores and confidences are calibrated, where a run's validation rows told how. @default true */
  readonly isCalibrated?: boolean;
  /**
   * Whether calls at the same time share the passes of a cascade's small model, as those of a server's requests should: only what it hands on is then
   * asked for each call by itself. @default false
   */
  readonly sharesPasses?: boolean;
  /** Receives notes about the LLM or the prompt, and of a run that is not finished or chose no approach. */
  readonly log?: (event: NoteEvent) => void;
}

/** A folder whose kind is known. */
export interface Artifact<Kind extends ArtifactKind = ArtifactKind> {
  readonly folder: string;
  readonly fields: Extract<KindFields, { readonly kind: Kind }>;
  /** `null`: it was written without one. */
  readonly manifest: Manifest | null;
}

/** What a folder was loaded as. The predictor owns what it holds. */
export interface Loaded {
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  readonly predictor: Predictor;
}

/** How folders of one kind are loaded. */
export interface Kind<Name extends ArtifactKind> {
  /** What such a folder is, after "as" and before its file: "a tuned model". */
  readonly noun: string;
  /** Whether each answer asks a service, and may cost money. */
  readonly asksLlm: boolean;
  /** Files beside what answers, for other programs: their bytes are not read. @default none */
  readonly isUnread?: (path: string) => boolean;
  /**
   * @param member loads a folder within this one, for kinds that are made of several
   * @throws UserError where the folder is damaged, or something that it needs is missing
   */
  load(artifact: Artifact<Name>, options: LoadPredictorOptions, member: LoadMember): Promise<Loaded>;
}

/** Loads a folder by its path, whatever its kind. */
export type LoadMember = (folder: string, options: LoadPredictorOptions) => Promise<Loaded>;
