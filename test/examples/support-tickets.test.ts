import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";

const folder = resolve(import.meta.dirname, "../../examples");
const read = (name: string): string => new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(join(folder, name)));

/** The rows of a CSV file as objects; throws at a ragged row. */
function readRows<Column extends string>(name: string): Record<Column, string>[] {
  return parse<Record<Column, string>>(read(name), { columns: true });
}

const tickets = readRows<"id" | "customer" | "text" | "label">("support-tickets.csv");
const wrongLabels = readRows<"id" | "given_label" | "right_label">("support-tickets.wrong-labels.csv");
const readme = read("README.md");
const labels = [...new Set(tickets.map((ticket) => ticket.label))].sort();

/** How often each value occurs. */
function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const normalize = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

function shingles(text: string): Set<string> {
  const found = new Set<string>();
  for (let i = 0; i <= Math.max(0, text.length - 5); i++) found.add(text.slice(i, i + 5));
  return found;
}

/** Jaccard similarity of two sets, or 0 where their sizes alone keep it under `floor`. */
function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>, floor: number): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (small.size < floor * large.size) return 0;
  let shared = 0;
  for (const item of small) if (large.has(item)) shared++;
  return shared / (a.size + b.size - shared);
}

/** Every pair of messages that share at least half of their character 5-grams, exact duplicates apart. */
function similarPairs(): { similarity: number; isSameCustomer: boolean }[] {
  const messages = tickets.map(({ text, customer }) => ({ customer, text: normalize(text), grams: shingles(normalize(text)) }));
  return messages.flatMap((first, i) =>
    messages.slice(i + 1).flatMap((second) => {
      const similarity = first.text === second.text ? 0 : jaccard(first.grams, second.grams, 0.5);
      return similarity < 0.5 ? [] : [{ similarity, isSameCustomer: first.customer === second.customer }];
    }),
  );
}

describe("the shipped example", () => {
  it("has 720 messages of eight unequal classes, as its README counts them", () => {
    expect(tickets.length).toBe(720);
    const table = [...readme.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map((row): [string, number] => [row[1]!, Number(row[2])]);
    expect(new Map(table)).toEqual(countBy(tickets.map((ticket) => ticket.label)));
    expect(labels).toEqual([
      "account_access",
      "billing_question",
      "cancel_subscription",
      "defective_product",
      "delivery_problem",
      "feature_request",
      "how_to",
      "refund_request",
    ]);
  });

  it("numbers its rows T0001 to T0720", () => {
    expect(tickets.map((ticket) => ticket.id)).toEqual(tickets.map((_, i) => `T${String(i + 1).padStart(4, "0")}`));
  });

  it("names a customer in every row: many who wrote once, few who wrote often", () => {
    expect(tickets.filter((ticket) => !/^C\d{3}$/.test(ticket.customer))).toEqual([]);
    const sizes = [...countBy(tickets.map((ticket) => ticket.customer)).values()];
    expect(sizes.length).toBe(266);
    expect(sizes.filter((size) => size === 1).length).toBe(111);
    expect(Math.max(...sizes)).toBe(18);
  });

  it("has no empty text, and none with spaces around it", () => {
    expect(tickets.filter(({ text }) => text === "" || text !== text.trim())).toEqual([]);
  });

  it("lists its 17 wrong labels truthfully", () => {
    expect(wrongLabels.length).toBe(17);
    expect(new Set(wrongLabels.map((wrong) => wrong.id)).size).toBe(17);
    const given = new Map(tickets.map((ticket) => [ticket.id, ticket.label]));
    for (const wrong of wrongLabels) {
      expect(given.get(wrong.id), wrong.id).toBe(wrong.given_label);
      expect(labels, wrong.id).toContain(wrong.right_label);
      expect(wrong.right_label, wrong.id).not.toBe(wrong.given_label);
    }
  });

  it("has four exact duplicates, one of them with a conflicting label that is listed as wrong", () => {
    expect(tickets.length - new Set(tickets.map(({ text }) => text)).size).toBe(3);
    const repeated = [...countBy(tickets.map(({ text }) => normalize(text)))].filter(([, count]) => count > 1);
    expect(repeated.map(([, count]) => count)).toEqual([2, 2, 2, 2]);
    const groups = repeated.map(([text]) => tickets.filter((ticket) => normalize(ticket.text) === text));
    const conflicts = groups.filter((group) => new Set(group.map((ticket) => ticket.label)).size > 1);
    expect(conflicts.length).toBe(1);
    const listed = new Set(wrongLabels.map((wrong) => wrong.id));
    expect(conflicts.flat().filter((ticket) => listed.has(ticket.id)).length).toBe(1);
  });

  it("has 16 near-duplicates, and no other two messages that resemble each other", () => {
    const pairs = similarPairs();
    expect(pairs.length).toBe(16);
    expect(Math.min(...pairs.map((pair) => pair.similarity))).toBeGreaterThan(0.75);
    expect(pairs.filter((pair) => pair.isSameCustomer).length).toBe(11);
  });

  it("has personal data in seven messages, all of it nobody's", () => {
    const isPersonal = /@\w|\b555\b|(?:\d{4} ){3}\d{4}/;
    const personal = tickets.filter(({ text }) => isPersonal.test(text));
    expect(personal.length).toBe(7);
    for (const { text, id } of personal) {
      const addresses = [...text.matchAll(/@([\w.]+\w)/g)].map((match) => match[1]);
      const cards = text.match(/(?:\d{4} ){3}\d{4}/g) ?? [];
      expect(new Set([...addresses, "example.com"]), id).toEqual(new Set(["example.com"]));
      expect(new Set([...cards, "4111 1111 1111 1111"]), id).toEqual(new Set(["4111 1111 1111 1111"]));
    }
  });

  it("keeps what a careless reader would break", () => {
    const texts = tickets.map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith("=SUM(")).length).toBe(1);
    expect(texts.filter((text) => text.includes("<b>")).length).toBe(1);
    expect(texts.filter((text) => /\p{Extended_Pictographic}/u.test(text)).length).toBe(1);
    expect(texts.filter((text) => text.includes("\n") && text.includes('"') && text.includes(",")).length).toBe(1);
  });

  it("is UTF-8 with LF line ends and no byte order mark", () => {
    for (const name of ["support-tickets.csv", "support-tickets.wrong-labels.csv", "label-descriptions.yaml", "README.md"]) {
      expect(read(name), name).not.toContain("\r");
      expect(readFileSync(join(folder, name)).subarray(0, 3).toString("hex"), name).not.toBe("efbbbf");
      expect(read(name).endsWith("\n"), name).toBe(true);
    }
  });

  it("describes exactly its labels", () => {
    const descriptions: unknown = parseYaml(read("label-descriptions.yaml"));
    expect(descriptions).toEqual(Object.fromEntries(labels.map((label) => [label, expect.stringMatching(/^\w.{20,200}\w$/)])));
  });
});
