import { describe, expect, it } from "vitest";
import { readLogprobs } from "../../../src/prompt/reading/read-logprobs.js";

describe("log-probabilities of a choice", () => {
  it("are read with their alternatives, and no more than certain", () => {
    const content = [
      {
        token: "ham",
        logprob: 1e-7,
        bytes: [104, 97, 109],
        top_logprobs: [{ token: "ham", logprob: -0.1, bytes: null }, { token: "x" }],
      },
    ];
    expect(readLogprobs({ logprobs: { content } })).toEqual([
      { token: "ham", logprob: 0, top: [{ token: "ham", logprob: -0.1 }] },
    ]);
  });

  it.each([
    undefined,
    null,
    {},
    { logprobs: null },
    { logprobs: { content: [] } },
    { logprobs: { content: [{ token: "a" }] } },
    { logprobs: { tokens: ["a"] } },
  ])("are none in %j", (choice) => {
    expect(readLogprobs(choice)).toBeUndefined();
  });

  it("join the tokens of one character", () => {
    // U+1F600 is F0 9F 98 80; OpenAI writes parts of it as escapes.
    const content = [
      { token: "ok", logprob: -0.5, bytes: [111, 107], top_logprobs: [] },
      { token: "\\xf0\\x9f", logprob: -1, bytes: [0xf0, 0x9f], top_logprobs: [{ token: "!", logprob: -2 }] },
      { token: "\\x98\\x80", logprob: -0.25, bytes: [0x98, 0x80], top_logprobs: [] },
      { token: ".", logprob: -0.125, top_logprobs: [{ token: ".", logprob: -0.125 }] },
    ];
    expect(readLogprobs({ logprobs: { content } })).toEqual([
      { token: "ok", logprob: -0.5, top: [] },
      { token: "😀", logprob: -1.25, top: [] },
      { token: ".", logprob: -0.125, top: [{ token: ".", logprob: -0.125 }] },
    ]);
  });

  it("keep their alternatives near the end only, where a label is", () => {
    const content = Array.from({ length: 100 }, () => ({ token: "a", logprob: -1, top_logprobs: [{ token: "a", logprob: -1 }] }));
    const read = readLogprobs({ logprobs: { content } })!;
    expect(read).toHaveLength(100);
    expect(read.filter(({ top }) => top.length > 0)).toHaveLength(64);
    expect(read.at(-1)!.top).toHaveLength(1);
  });
});
