/**
 * @file What re-checks keep in a run: `rechecks/TIME.json` of each that came to its end, and of one that was stopped the folder `rechecks/TIME` with
 * what was answered and paid so far. Nothing else of the run is written.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writePrivateFile } from "../../lib/private-file.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { sealedDocument, unsealed } from "../../lib/sealed-json.js";
import { type RecheckResult, recheckFormat } from "./recheck-result.js";
import { rechecksFolder } from "./rechecks-folder.js";

const stateSchema = z.object({ format: z.literal(recheckFormat), fingerprint: z.string(), begunAt: z.string() });

/** An asking that is under way. Plain JSON; never a key. */
type RecheckState = z.output<typeof stateSchema>;

/** One that was stopped goes on within so many hours: answers of last week and of today are not one asking. */
const longestPauseHours = 24;

/** An asking with a folder of its own. */
export interface OpenAsking {
  readonly folder: string;
  readonly begunAt: string;
  /** Whether it was begun by an earlier call. */
  readonly isResumed: boolean;
}

/** The asking that was stopped, if it may go on; otherwise a new one. The caller holds the lock of the folder of all. */
export async function openAsking(
  run: string,
  { fingerprint, pauseHours = longestPauseHours }: { readonly fingerprint: string; readonly pauseHours?: number },
  now: Date,
): Promise<OpenAsking> {
  const all = rechecksFolder(run);
  const names = existsSync(all) ? (await readdir(all)).sort().reverse() : [];
  for (const name of names) {
    const folder = join(all, name);
    const state = await readState(join(folder, "recheck.json"));
    if (state === null || state.fingerprint !== fingerprint || existsSync(`${folder}.json`)) continue;
    const hours = (now.getTime() - Date.parse(state.begunAt)) / 3_600_000;
    if (hours < pauseHours) return { folder, begunAt: state.begunAt, isResumed: true };
  }
  const begunAt = now.toISOString();
  const time = begunAt.slice(0, 19).replace("T", "-").replaceAll(":", "");
  let folder = join(all, time);
  for (let number = 2; existsSync(folder) || existsSync(`${folder}.json`); number++) folder = join(all, `${time}-${number}`);
  await writePrivateFile(join(folder, "recheck.json"), sealedDocument({ format: recheckFormat, fingerprint, begunAt }));
  return { folder, begunAt, isResumed: false };
}

/** `null` where there is none, or none of this version: then another one is begun. */
async function readState(path: string): Promise<RecheckState | null> {
  if (!existsSync(path)) return null;
  checkRegularFile(path);
  const parsed = stateSchema.safeParse(unsealed(await readFile(path, "utf8")));
  return parsed.success ? parsed.data : null;
}

/** Writes what an asking came to, and takes its folder away. Returns the file. */
export async function concludeAsking({ folder }: OpenAsking, result: RecheckResult): Promise<string> {
  const file = `${folder}.json`;
  await writePrivateFile(file, sealedDocument(result));
  await rm(folder, { recursive: true, force: true });
  return file;
}

const formerSchema = z.looseObject({
  format: z.literal(recheckFormat),
  at: z.string(),
  approach: z.string(),
  llm: z.string().nullable(),
  askings: z
    .array(
      z.looseObject({
        accuracy: z.looseObject({ now: z.looseObject({ value: z.number() }), difference: z.looseObject({ value: z.number() }) }),
      }),
    )
    .min(1),
  verdict: z.looseObject({ finding: z.enum(["worse", "kept", "unclear"]) }),
});

/** An earlier re-check of the same approach. */
export interface FormerRecheck {
  readonly at: string;
  readonly accuracy: number;
  readonly difference: number;
  readonly finding: "worse" | "kept" | "unclear";
}

/** The earlier re-checks of an approach by the same answerer, the oldest first. Files that are not what was written are passed over. */
export async function formerRechecks(
  run: string,
  { approach, llm }: Pick<RecheckResult, "approach" | "llm">,
): Promise<FormerRecheck[]> {
  const all = rechecksFolder(run);
  const names = existsSync(all) ? (await readdir(all)).filter((name) => name.endsWith(".json")).sort() : [];
  const found: FormerRecheck[] = [];
  for (const name of names) {
    const parsed = formerSchema.safeParse(unsealed(await readFile(join(all, name), "utf8").catch(() => "")));
    if (!parsed.success || parsed.data.approach !== approach || parsed.data.llm !== llm) continue;
    const { at, askings, verdict } = parsed.data;
    const { accuracy } = askings.at(-1)!;
    found.push({ at, accuracy: accuracy.now.value, difference: accuracy.difference.value, finding: verdict.finding });
  }
  return found;
}
