import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { functionLengths } from "./function-lengths.js";
import { type Layer, layers, mayImport, onlyIn } from "./layers.js";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

/** Source files as paths relative to the repository, with what each imports. */
function readImports(folder: string): Map<string, string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(folder, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
      const specifiers = [
        ...text.matchAll(/(?:^|\s)(?:import|export)\s[^;'"]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g),
      ];
      return [relative(root, join(folder, file)), specifiers.map((match) => match[1] ?? match[2]!)];
    }),
  );
}

function layerOf(file: string): string {
  return relative("src", file).split("/")[0]!.replace(/\.ts$/, "");
}

/** What breaks the table, one sentence each. */
function violations(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  for (const [file, specifiers] of imports) {
    const layer = layerOf(file);
    if (!layers.includes(layer as Layer)) {
      found.push(`${file} belongs to no layer`);
      continue;
    }
    for (const specifier of specifiers) {
      if (specifier.startsWith(".")) {
        const target = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts");
        if (!imports.has(target) && !target.endsWith(".json")) found.push(`${file} imports ${target}, which does not exist`);
        const to = layerOf(target);
        if (to !== layer && !mayImport[layer as Layer].includes(to as Layer))
          found.push(`${file} (${layer}) may not import ${to}`);
      } else {
        const owner = onlyIn[specifier];
        if (owner !== undefined && !file.startsWith(owner)) found.push(`${file} may not import ${specifier}: only ${owner} may`);
      }
    }
  }
  return found;
}

/** The first cycle of imports, as a path, or nothing. */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (state.get(file) === "done") return undefined;
    if (state.get(file) === "open") return [...path.slice(path.indexOf(file)), file];
    state.set(file, "open");
    for (const specifier of imports.get(file) ?? []) {
      if (!specifier.startsWith(".")) continue;
      const cycle = visit(relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts"), [...path, file]);
      if (cycle) return cycle;
    }
    state.set(file, "done");
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

describe("the layers", () => {
  const imports = readImports(source);

  it("import only what the table allows", () => {
    expect(imports.size).toBeGreaterThan(5);
    expect(violations(imports)).toEqual([]);
  });

  it("have no cycles between files", () => {
    expect(findCycle(imports)).toBeUndefined();
  });

  it.each([
    ["the statistics", "src/compare/statistics/statistics.ts"],
    ["a comparison of measurements", "src/compare/summarize.ts"],
    ["the advice", "src/advise/advise.ts"],
  ])("let %s run anywhere: no package, nothing of Node", (_, door) => {
    const reached = new Set<string>();
    const foreign: string[] = [];
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      const code = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      const globals = code.match(/\b(?:process\.|Buffer\b|require\(|__dirname|import\.meta)/);
      if (globals !== null) foreign.push(`${file} uses ${globals[0]}`);
      for (const specifier of imports.get(file) ?? []) {
        if (specifier.startsWith(".")) visit(relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts"));
        else foreign.push(`${file} imports ${specifier}`);
      }
    };
    visit(door);
    expect(reached.size).toBeGreaterThan(10);
    expect(foreign).toEqual([]);
  });

  it("leave words to advise/ and report/: compare/ formats no number and names no metric", () => {
    const words = [...imports].flatMap(([file, specifiers]) =>
      file.startsWith("src/compare/")
        ? specifiers
            .filter((specifier) => /lib\/text\/(?!measurement-key\.js$)/.test(specifier))
            .map((specifier) => `${file} imports ${specifier}`)
        : [],
    );
    expect(words).toEqual([]);
  });

  it("are checked by a test that can fail", () => {
    const bad = new Map([
      ["src/compare/compare.ts", ["../tune/probe.js"]],
      ["src/tune/probe.ts", ["onnxruntime-node", "../compare/compare.js"]],
    ]);
    expect(violations(bad)).toEqual([
      "src/compare/compare.ts (compare) may not import tune",
      "src/tune/probe.ts may not import onnxruntime-node: only src/autodiff/session.ts may",
      "src/tune/probe.ts (tune) may not import compare",
    ]);
    expect(findCycle(bad)).toEqual(["src/compare/compare.ts", "src/tune/probe.ts", "src/compare/compare.ts"]);
  });
});

/** Whether code asks of a name what it begins or ends with, or takes it apart. `Identity` and `Traits` say what an approach is. */
function readsNames(code: string): boolean {
  const methods = "majority|recorded|optimized|zero-shot|few-shot";
  return [
    new RegExp(`\\.(startsWith|endsWith|includes|indexOf)\\(["'\`](tune|prompt|baseline|hybrid|${methods})`),
    /\.(includes|split|indexOf|lastIndexOf)\(["'`][@#]/,
    new RegExp(`/[^/\\n]*(\\^(tune|prompt|baseline|hybrid|${methods})\\b|\\b(${methods})\\$)[^/\\n]*/[a-z]*\\.(exec|test)\\(`),
  ].some((pattern) => pattern.test(code));
}

describe("the sources", () => {
  const files = [...readImports(source).keys()];
  const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

  it("draw no randomness outside lib/random.ts", () => {
    expect(files.filter((file) => textOf(file).includes("Math.random("))).toEqual([]);
  });

  it("append to files in store/ alone, where it is said what a killed process leaves of a line", () => {
    const appends = /\bappendFile(Sync)?\(|createWriteStream|\bopen(Sync)?\([^)]*"a\+?"/;
    const found = files.filter((file) => appends.test(textOf(file)));
    // A lock is made so, and nothing is written to it.
    const expected = ["journal.ts", "line-file.ts", "row-log.ts", "run-lock.ts"];
    expect(found.sort()).toEqual(expected.map((file) => `src/store/${file}`));
  });

  it("can be held in mind: at most 30 files in a folder, half of them under 120 lines", () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 30)).toEqual([]);
    const lengths = files.map((file) => textOf(file).split("\n").length).sort((a, b) => a - b);
    expect(lengths[lengths.length >> 1]).toBeLessThan(120);
  });

  it("have no function of 120 lines or more", async () => {
    const texts = files.map((file) => [file, textOf(file)] as const);
    // A shorter file has none.
    const functions = await functionLengths(new Map(texts.filter(([, text]) => text.split("\n").length >= 120)));
    expect(functions.length).toBeGreaterThan(1000);
    expect(functions.filter(({ lines }) => lines >= 120)).toEqual([]);
  });

  it.each([
    ["a function", "function f() {\n", "}"],
    ["an arrow", "const f = () => {\n", "};"],
    ["a method", "class C {\n  m() {\n", "}\n}"],
    ["an accessor", "const o = {\n  get a() {\n", "return 1;}\n};"],
    ["a constructor", "class C {\n  constructor() {\n", "}\n}"],
  ])("would be found to have %s of 120 lines", async (_, before, after) => {
    const lengths = await functionLengths(
      new Map([["src/a/long.ts", `/** What it is. */\n${before}${"act();\n".repeat(118)}${after}`]]),
    );
    expect(lengths.map(({ lines }) => lines)).toEqual([120]);
  });

  it("read nothing out of the name of an approach, but where somebody typed it", () => {
    const rooms = files.filter((file) => /^src\/(advise|compare|report|run|label|upkeep|cli|store|lib)\//.test(file));
    expect(rooms.length).toBeGreaterThan(150);
    // What stands before the "@" of an address is who asks.
    expect(rooms.filter((file) => readsNames(textOf(file)))).toEqual(["src/lib/base-url.ts"]);
  });

  it.each([
    'name.startsWith("prompt:")',
    'approach.startsWith("tune") && existsSync(path)',
    "spec.startsWith(`recorded:`)",
    "/^recorded:(.*)$/s.exec(spec)",
    "/^prompt:.*@/.test(approach)",
    'approach.endsWith("majority")',
    "/(^|:)majority$/.test(approach)",
    'approach.includes("@")',
    "names.some((name) => name.includes(`@`.concat(spec)))",
    'name.split("@")[0]',
    'name.split("#")[0] === other',
    'approach.slice(approach.indexOf("@") + 1)',
  ])("would be found to read names in %s", (code) => {
    expect(readsNames(code)).toBe(true);
  });

  it("write to no terminal, read no arguments and set no exit code where a run or labeling is", () => {
    const rooms = files.filter((file) => /^src\/(run|label|upkeep)\//.test(file));
    expect(rooms.length).toBeGreaterThan(20);
    const forbidden = /process\.(argv|exit|exitCode|stdout|stderr)|console\.|terminal/;
    const code = (file: string): string => textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(rooms.filter((file) => forbidden.test(code(file)))).toEqual([]);
  });
});

describe("the package", () => {
  const { exports, bin, sideEffects } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, { types: string; default: string }>;
    bin: Record<string, string>;
    sideEffects: string[];
  };
  const files = [...readImports(source).keys()];
  const sourceOf = (built: string): string => built.replace(/^(\.\/)?dist\//, "src/").replace(/(\.d\.ts|\.js)$/, ".ts");

  it("names only files that are built", () => {
    const named = [...Object.values(exports).flatMap(Object.values<string>), ...Object.values(bin), ...sideEffects];
    expect(named.length).toBeGreaterThan(8);
    expect(named.map(sourceOf).filter((file) => !files.includes(file))).toEqual([]);
  });

  it("says of every file that does something when it is imported that it does", () => {
    // Statements at the margin that are no declaration: calls, assignments, conditions.
    const acts = files.filter((file) => /^(?:[\w.]+\(|[\w.]+ = |await |if \()/m.test(readFileSync(join(root, file), "utf8")));
    expect(acts.filter((file) => !file.includes("/assembly/")).sort()).toEqual(sideEffects.map(sourceOf).sort());
  });
});
