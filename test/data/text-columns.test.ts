import { describe, expect, it } from "vitest";
import { readDataset, readTask } from "../../src/data/data.js";
import { UserError } from "../../src/lib/errors.js";
import { temporaryFolder } from "./files.js";

const folder = temporaryFolder();

const rows = Array.from({ length: 24 }, (_, i) => ({
  customer: `c${i % 8}`,
  subject: i % 6 === 0 ? "" : `order ${i}`,
  body: i === 7 ? " " : `It came ${i} days late.\nPlease help.`,
  queue: i % 2 === 0 ? "late" : "lost",
}));
const cell = (text: string): string => `"${text}"`;
const csv = (given = rows): string =>
  `customer,subject,body,queue\n${given.map((row) => Object.values(row).map(cell).join(",")).join("\n")}\n`;

describe("a text in several columns", () => {
  it("is one text, each column on a line after its name, without those that are empty", async () => {
    const { examples } = await readDataset(folder.write("t.csv", csv()), { text: "subject, body", label: "queue" });
    expect(examples.map(({ text }) => text)).toEqual(
      rows.map(({ subject, body }) =>
        [subject && `subject: ${subject}`, body.trim() && `body: ${body}`].filter(Boolean).join("\n"),
      ),
    );
  });

  it("is told in the note on the rows, which a report shows", async () => {
    const task = await readTask({ path: folder.write("t.csv", csv()), text: "subject,body", label: "queue", seed: 1 });
    expect(task.splitNote).toMatch(/its columns "subject" and "body", each on a line after its name, for every approach\.$/);
    const alone = await readTask({ path: folder.path("t.csv"), text: "body", label: "queue", seed: 1 });
    expect(alone.splitNote).not.toContain("columns");
  });

  it("is made alike of a test file whose columns stand in another order", async () => {
    const held = folder.write("held.csv", "queue,body,subject\nlate,where is it,a parcel\nlost,nowhere,\n");
    const task = await readTask({
      path: folder.write("t.csv", csv()),
      test: held,
      text: "subject,body",
      label: "queue",
      seed: 1,
    });
    expect(task.test.examples.map(({ text }) => text)).toEqual(["subject: a parcel\nbody: where is it", "body: nowhere"]);
  });

  it("may have a part inside objects, and a part that is the group as well", async () => {
    const lines = rows.map(({ subject, ...row }) => JSON.stringify({ mail: { subject }, ...row }));
    const path = folder.write("t.jsonl", lines.join("\n"));
    const { examples } = await readDataset(path, { text: "mail.subject,customer", label: "queue", group: "customer" });
    expect(examples[1]).toMatchObject({ text: "mail.subject: order 1\ncustomer: c1", group: "c1" });
  });

  it("is one column where a column has this very name", async () => {
    const path = folder.write("comma.csv", csv().replace("subject,body", '"a,b",body'));
    const { examples } = await readDataset(path, { text: "a,b", label: "queue" });
    expect(examples[0]!.text).toBe("order 1");
  });

  it("leaves its parts out of what may be the label", async () => {
    const few = rows.map((row) => ({ ...row, subject: row.queue === "late" ? "x" : "y" }));
    const path = folder.write("few.csv", csv(few).replace("customer,", "zip,").replace(",queue", ",kind"));
    const { labels } = await readDataset(path, { text: "zip,subject,body" });
    expect(labels).toEqual(["late", "lost"]);
  });

  it.each([
    ["subject,bdy", /has no column "bdy" \(--text\)\..*the nearest first: "body"/],
    ["subject,meta", /column "meta" of meta\.jsonl|"meta" holds/],
  ])("%s is refused by the name of the part", async (text, message) => {
    const lines = rows.map((row) => JSON.stringify({ ...row, meta: { a: 1 } }));
    const path = folder.write("meta.jsonl", lines.join("\n"));
    const failed = readDataset(path, { text, label: "queue" });
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(message);
  });
});
