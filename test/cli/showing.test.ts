/** @file How a result is shown: the verdict alone, in the browser, in files; and what is said where that cannot be. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openerCommand } from "../../src/cli/open-file.js";
import { verdictBadges } from "../../src/report/verdict-names.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

const quick = ["--approaches", "baseline:majority,tune:tfidf", "--curve", "off"];

let folder: string;
let data: string;
let runs: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
  runs = join(folder, "runs");
  expect((await crossover(["run", data, "--runs", runs, "--name", "r", ...quick])).code).toBe(0);
});

/** An opener that remembers what it was to open. */
function fakeOpener(isThere = true): { readonly opened: string[]; readonly open: (path: string) => Promise<boolean> } {
  const opened: string[] = [];
  return {
    opened,
    open: async (path) => {
      opened.push(path);
      return isThere;
    },
  };
}

const view = (...words: readonly string[]): Promise<Awaited<ReturnType<typeof crossover>>> =>
  crossover(["view", "r", "--runs", runs, ...words]);

describe("--quiet", () => {
  it("prints the verdict's word and its sentence, and nothing else", async () => {
    const ran = await crossover(["run", data, "--runs", runs, "--name", "quiet", "--quiet", ...quick]);
    const [badge, headline, ...rest] = ran.out.trimEnd().split("\n");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(Object.values(verdictBadges)).toContain(badge);
    expect(headline).toMatch(/[.?]$/);
    expect(rest).toEqual([]);
    expect(existsSync(join(runs, "quiet", "report.html"))).toBe(true);
  });

  it("prints the JSON alone with --json", async () => {
    const viewed = await view("-q", "--json");
    expect(viewed.err).toBe("");
    expect(JSON.parse(viewed.out)).toHaveProperty("advice");
  });

  it("still says which gate failed, with the same code", async () => {
    const gates = ["--require", "accuracy>=0", "--require", "accuracy>=2"];
    const [loud, quiet] = [await view(...gates), await view("--quiet", ...gates)];
    expect(loud.code).toBe(100);
    expect(quiet.code).toBe(100);
    expect(loud.err.trimEnd().split("\n").length).toBeGreaterThan(1);
    expect(quiet.err).toMatch(/^FAILED .*accuracy>=2[^\n]*\n$/);
  });

  it("says what went wrong", async () => {
    const refused = await crossover(["run", join(folder, "nothing.csv"), "--quiet"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("nothing.csv");
  });

  it("still says that a language model is not asked that was named, which no report tells", async () => {
    const ran = await crossover(
      ["run", data, "--runs", runs, "--name", "unasked", "-q", "--llm", "openai:gpt-5-mini", "--yes", ...quick],
      { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: "http://127.0.0.1:9" } },
    );
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("openai:gpt-5-mini is not asked");
  });

  it("is not to be had together with --full", async () => {
    const refused = await view("--quiet", "--full");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("--full");
  });
});

describe("--open", () => {
  it("opens the report of a run, by its whole path", async () => {
    const { opened, open } = fakeOpener();
    const words = ["run", data, "--runs", runs, "--name", "opened", "--open", ...quick];
    const ran = await crossover(words, {}, undefined, open);
    expect(ran.code).toBe(0);
    expect(opened).toEqual([resolve(runs, "opened", "report.html")]);
    expect(opened.every(isAbsolute)).toBe(true);
  });

  it("says where the page is if nothing here can open it", async () => {
    const { open } = fakeOpener(false);
    const viewed = await crossover(["view", "r", "--runs", runs, "--open"], {}, undefined, open);
    expect(viewed.code).toBe(0);
    expect(viewed.err).toContain(resolve(runs, "r", "report.html"));
  });

  it("does not open the stored page for a result that was decided otherwise", async () => {
    const { opened, open } = fakeOpener();
    const words = ["view", "r", "--runs", runs, "--margin", "0.05", "--open"];
    const refused = await crossover(words, {}, undefined, open);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("-o report.html");
    expect(opened).toEqual([]);
    const page = join(folder, "decided.html");
    expect((await crossover([...words, "-o", page], {}, undefined, open)).code).toBe(0);
    expect(opened).toEqual([resolve(page)]);
    expect(existsSync(page)).toBe(true);
  });

  it("opens nothing where there is no page", async () => {
    const { opened, open } = fakeOpener();
    await crossover(["run", data, "--runs", runs, "--name", "pageless", ...quick]);
    await rm(join(runs, "pageless", "report.html"));
    const refused = await crossover(["view", "pageless", "--runs", runs, "--open"], {}, undefined, open);
    expect(refused.code).toBe(2);
    expect(opened).toEqual([]);
  });

  it("is refused for a plan, which has no page", async () => {
    expect((await crossover(["run", data, "--runs", runs, "--dry-run", "--open"])).code).toBe(2);
  });

  it("hands a path to each system's program as one word, and to no shell", () => {
    const path = "/runs/a; rm -rf $HOME/report.html";
    for (const platform of ["darwin", "linux", "win32"] as const) {
      const [program, words] = openerCommand(platform, path);
      expect(words.at(-1)).toBe(path);
      expect(["open", "xdg-open", "rundll32"]).toContain(program);
    }
  });
});

describe("files", () => {
  it("that were asked for are confirmed, each by name", async () => {
    const [csv, xml] = [join(folder, "x.csv"), join(folder, "x.xml")];
    const viewed = await view("-o", csv, "-o", xml);
    expect(viewed.err).toContain(csv);
    expect(viewed.err).toContain(xml);
  });

  it("of no format of ours are refused with the formats there are, a PDF with the way to one", async () => {
    const pdf = await view("-o", "out.pdf");
    expect(pdf.code).toBe(2);
    for (const format of [".html", ".csv", ".json", ".xml"]) expect(pdf.err).toContain(format);
    expect(pdf.err).toContain("browser");
    expect(pdf.err).not.toContain('"md"');
    expect((await view("-o", "out.htm")).err).toContain('"html"');
  });
});

describe("help", () => {
  it.each(["rnu", "Run", "compare"])("on %s is refused, with the commands there are", async (topic) => {
    const refused = await crossover(["help", topic]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain(`'${topic}'`);
    expect(refused.err).toContain("label");
  });

  it("names the nearest command", async () => {
    expect((await crossover(["help", "rnu"])).err).toContain('Did you mean "run"?');
  });

  it("on a command prints its help", async () => {
    const helped = await crossover(["help", "run"]);
    expect(helped).toMatchObject({ code: 0, err: "" });
    expect(helped.out).toContain("--quiet");
    expect((await crossover(["help"])).code).toBe(0);
    expect((await crossover(["help", "help"])).code).toBe(0);
  });
});

describe("on a screen", () => {
  const screen = { isOutScreen: true, width: 80, screen: () => ({ columns: 80, rows: 24 }) };

  it("a report has at most 24 lines with the prompt, the verdict last, and nothing is printed after it", async () => {
    const viewed = await crossover(["view", "r", "--runs", runs, "-o", join(folder, "y.csv")], screen);
    const lines = viewed.out.trimEnd().split("\n");
    expect(viewed.err).toBe("");
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(lines.join("\n")).toContain("report.html");
    expect(lines.join(" ")).toContain("y.csv");
    expect(lines.slice(-6).some((line) => Object.values(verdictBadges).includes(line))).toBe(true);
  });

  it("the way to the rest is a command that can be called, with what was told", async () => {
    const words = [
      "view",
      "r",
      "--runs",
      runs,
      "--require",
      "accuracy>=0",
      "--require",
      "mcc>=-1",
      "--requests-per-month",
      "5000",
    ];
    const viewed = await crossover(words, { ...screen, width: 140 });
    const command = /crossover (view .* --full)/.exec(viewed.out)?.[1] ?? "";
    expect(command).toContain("--requests-per-month 5000");
    expect(command.match(/--require/g)).toHaveLength(2);
    const again = await crossover(command.replaceAll("'", "").split(" "));
    expect(again.code).toBe(0);
    // The page of the run was decided without that.
    expect(viewed.out).toContain("-o FILE.html");
  });
});
