import { describe, expect, it } from "vitest";
import { namedApproaches, promptWayOf } from "../../src/run/named-approaches.js";
import type { Approach } from "../../src/types/approach.js";
import type { Arm } from "../../src/types/identity.js";
import { fake, majority } from "../compare/fakes.js";

const approach = (name: string, arm: Arm): Approach => fake(name, arm, majority).approach;

const all = [
  approach("baseline:majority", "baseline"),
  approach("baseline:nearest-centroid", "baseline"),
  approach("tune:probe", "tune"),
  approach("prompt:labels", "prompt"),
  approach("prompt:zero-shot@openai:a", "prompt"),
  approach("prompt:zero-shot@openai:b", "prompt"),
  approach("prompt:file:mine@openai:a", "prompt"),
  approach("prompt:file:mine#2@openai:a", "prompt"),
  approach("prompt:recorded@a", "prompt"),
  approach("prompt:recorded@a#2", "prompt"),
];
const chosen = (...names: string[]): string[] => namedApproaches(all, names).map(({ name }) => name);

describe("--approaches", () => {
  it("takes a whole name, a name without its model, and a way with all of its variants, and adds the floor", () => {
    expect(chosen("prompt:zero-shot@openai:b")).toEqual(["baseline:majority", "prompt:zero-shot@openai:b"]);
    expect(chosen("prompt:zero-shot")).toEqual(["baseline:majority", "prompt:zero-shot@openai:a", "prompt:zero-shot@openai:b"]);
    expect(chosen("prompt:file")).toEqual(["baseline:majority", "prompt:file:mine@openai:a", "prompt:file:mine#2@openai:a"]);
    expect(chosen("prompt:file:mine#2")).toEqual(["baseline:majority", "prompt:file:mine#2@openai:a"]);
    expect(chosen("prompt:recorded", "tune:probe")).toEqual([
      "baseline:majority",
      "tune:probe",
      "prompt:recorded@a",
      "prompt:recorded@a#2",
    ]);
  });

  it("refuses what is none, and says where an LLM is missing", () => {
    expect(() => chosen("tune:prob")).toThrow(/"tune:prob" is not an approach of this run.*tune:probe/);
    expect(() => chosen("prompt:zero-shot@openai:c")).toThrow("add --llm openai:c.");
    expect(() => namedApproaches(all.slice(0, 4), ["prompt:few-shot"])).toThrow("It needs an LLM: add --llm");
    expect(() => chosen("prompt:few-shot")).not.toThrow("It needs an LLM");
  });

  it("refuses a way that makes no sense with its LLM, by name and with the reason, and takes it of another", () => {
    const refused = new Map([["prompt:cot@decide:typesafe/jev", "a decision model writes no thoughts"]]);
    for (const name of ["prompt:cot@decide:typesafe/jev", "prompt:cot"]) {
      const others = all.filter(({ method }) => method !== "cot");
      expect(() => namedApproaches(others, [name], refused)).toThrow(
        "--approaches: prompt:cot@decide:typesafe/jev makes no sense: a decision model writes no thoughts. Leave it out.",
      );
    }
    const cot = { ...all.at(-1)!, name: "prompt:cot@openai:m", arm: "prompt" as const, method: "cot" };
    expect(namedApproaches([...all, cot], ["prompt:cot"], refused).map(({ name }) => name)).toContain("prompt:cot@openai:m");
  });
});

it("a way of asking an LLM is known with an LLM and without", () => {
  expect(promptWayOf("prompt:optimized")).toBe("prompt:optimized");
  expect(promptWayOf("prompt:optimized@azure:x@y")).toBe("prompt:optimized");
  expect(promptWayOf("prompt:optimized2")).toBeUndefined();
  expect(promptWayOf("prompt:labels")).toBeUndefined();
});
