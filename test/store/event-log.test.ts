import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openEventLog, readEventLog } from "../../src/store/event-log.js";

it("loses the event that a killed process was writing, and not the first of the run that goes on", () => {
  const path = join(mkdtempSync(join(tmpdir(), "crossover-events-")), "events.jsonl");
  openEventLog(path).add({ kind: "note", text: "début" });
  appendFileSync(path, Buffer.from('{"at":"2026-01-01T00:00:00.000Z","kind":"note","text":"d\u00e9').subarray(0, -1));
  openEventLog(path).add({ kind: "note", text: "after" });
  expect(readEventLog(path).map((event) => event.kind === "note" && event.text)).toEqual(["début", "after"]);
});
