/** @file Folders as a run writes them, without a run. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withManifest } from "../../src/ship/manifest/make-manifest.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import type { Prediction } from "../../src/types/prediction.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { texts } from "../prompt/files/saved-prompt.js";

/** Fits the approach, writes its files with a manifest, and returns what it answers about `texts`. */
export async function savedArtifact(
  folder: string,
  approach: Approach,
  train: Dataset = contractData().train,
): Promise<readonly Prediction[]> {
  const context = recordingContext();
  await using predictor = await approach.fit(train, context);
  const { name, labels, isMultiLabel } = train;
  const files = await withManifest(await predictor.files(), {
    task: {
      name,
      labels,
      isMultiLabel,
      trainRows: train.examples.length,
      testRows: 4,
      trainHash: "a".repeat(64),
      testHash: "b".repeat(64),
      splitNote: "",
      warnings: [],
    },
    identity: { approach: approach.name, arm: approach.arm, method: approach.method ?? approach.name, seed: 7 },
    needs: predictor.facts.needs,
    summary: undefined,
  });
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return predictor.predict(
    texts.map((text, row) => ({ id: String(row), text })),
    context,
  );
}
