import { describe, expect, it } from "vitest";
import { jobEnvironment } from "../../src/engines/command/environment.js";
import { commandWords, withJob } from "../../src/engines/command/words.js";
import { UserError } from "../../src/lib/errors.js";

describe("the words of a command", () => {
  it.each([
    ["python", ["python"]],
    ["  ssh  gpu-box   python3 ", ["ssh", "gpu-box", "python3"]],
    ["'/opt/my python/bin/python' -u", ["/opt/my python/bin/python", "-u"]],
    ['srun --comment "a \\"b\\" c" python', ["srun", "--comment", 'a "b" c', "python"]],
    ["a\\ b ''", ["a b", ""]],
    ["echo $HOME;ls", ["echo", "$HOME;ls"]],
    ["x'y'\"z\"", ["xyz"]],
  ])("%s", (command, words) => {
    expect(commandWords(command)).toEqual(words);
  });

  it("refuses a quote that is not closed, and no words", () => {
    expect(() => commandWords("python 'x")).toThrow(UserError);
    expect(() => commandWords("   ")).toThrow(UserError);
  });

  it("get the script and the folder at the end, or where they are named", () => {
    expect(withJob(["python", "-u"], "/j/train.py", "/j")).toEqual(["python", "-u", "/j/train.py", "/j"]);
    expect(withJob(["run", "--dir={folder}", "{script}"], "/j/train.py", "/j")).toEqual(["run", "--dir=/j", "/j/train.py"]);
    expect(withJob(["run", "{folder}"], "/j/train.py", "/j")).toEqual(["run", "/j"]);
  });
});

describe("the environment of a job", () => {
  it("has what tools, the Hub and devices need, and no key of a service", () => {
    const kept = {
      PATH: "/bin",
      HOME: "/h",
      HF_HOME: "/hf",
      HF_TOKEN: "t",
      VLLM_USE_V1: "1",
      CUDA_VISIBLE_DEVICES: "0",
      OMP_NUM_THREADS: "1",
      https_proxy: "p",
    };
    const withheld = {
      OPENAI_API_KEY: "1",
      ANTHROPIC_API_KEY: "2",
      GOOGLE_GENERATIVE_AI_API_KEY: "3",
      AWS_SECRET_ACCESS_KEY: "4",
      AZURE_API_KEY: "5",
      MY_SECRET: "6",
      VLLM_API_KEY: "7",
    };
    expect(jobEnvironment({ ...kept, ...withheld, LANG: undefined })).toEqual(kept);
  });
});
