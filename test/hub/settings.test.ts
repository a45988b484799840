import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isSafePath } from "../../src/hub/repo-id.js";
import { hubSettings } from "../../src/hub/settings.js";

const nowhere = { HF_HOME: "/nowhere" };

describe("the environment", () => {
  it.each([
    [{}, join(homedir(), ".cache/huggingface/hub")],
    [{ HOME: "/home/a" }, "/home/a/.cache/huggingface/hub"],
    [{ XDG_CACHE_HOME: "/c" }, "/c/huggingface/hub"],
    [{ XDG_CACHE_HOME: "/c", HF_HOME: "/h" }, "/h/hub"],
    [{ HOME: "/home/a", HF_HOME: "~/hf" }, "/home/a/hf/hub"],
    [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old" }, "/old"],
    [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "/new" }, "/new"],
    [{ HF_HUB_CACHE: "$SCRATCH/hf-$NAME", SCRATCH: "/s", NAME: "n" }, "/s/hf-n"],
    [{ HF_HOME: "", HOME: "/home/a" }, "/home/a/.cache/huggingface/hub"],
  ] as const)("%j keeps models in %s", (env, folder) => {
    expect(hubSettings(env).cacheFolder).toBe(folder);
  });

  it("says where the hub is and how to ask it", () => {
    expect(hubSettings(nowhere)).toMatchObject({
      endpoint: "https://huggingface.co",
      token: undefined,
      isOffline: false,
      silenceSeconds: 10,
      useSymlinks: true,
    });
    const set = {
      HF_ENDPOINT: "https://mirror.example/hf/",
      HF_TOKEN: " hf_x\n",
      HF_HUB_OFFLINE: "yes",
      HF_HUB_DOWNLOAD_TIMEOUT: "30",
      HF_HUB_DISABLE_SYMLINKS: "1",
    };
    expect(hubSettings({ ...nowhere, ...set })).toMatchObject({
      endpoint: "https://mirror.example/hf",
      token: "hf_x",
      isOffline: true,
      silenceSeconds: 30,
      useSymlinks: false,
    });
    expect(hubSettings({ ...nowhere, HUGGING_FACE_HUB_TOKEN: "hf_old" }).token).toBe("hf_old");
    expect(hubSettings({ ...nowhere, TRANSFORMERS_OFFLINE: "1" }).isOffline).toBe(true);
    expect(hubSettings({ ...nowhere, HF_HUB_OFFLINE: "0" }).isOffline).toBe(false);
  });

  it.each(["mirror.example", "ftp://mirror.example", "https://me:s3cr3t@mirror.example", "https://mirror.example/?key=s3cr3t"])(
    "refuses HF_ENDPOINT %s without quoting it",
    (HF_ENDPOINT) => {
      expect(() => hubSettings({ HF_ENDPOINT })).toThrow(/^HF_ENDPOINT is not the address of a hub/);
      expect(() => hubSettings({ HF_ENDPOINT })).not.toThrow(/s3cr3t/);
    },
  );
});

describe("a file's name", () => {
  it.each([
    "config.json",
    "1_Pooling/config.json",
    "data/train-00000-of-00001.parquet",
    "a b/c.csv",
    "übung.csv",
    "a..b.csv",
    "..a/b",
  ])("%j is safe", (path) => expect(isSafePath(path)).toBe(true));
  it.each([
    "../x",
    "a/../../x",
    "/etc/passwd",
    "a//b",
    "",
    ".",
    "a/.",
    "C:\\x",
    "C:x",
    "a\\..\\b",
    "a\0b",
    "a\nb",
    "nul",
    "com1.json",
    "x.",
    "x ",
    "a/".repeat(600),
  ])("%j is not", (path) => expect(isSafePath(path)).toBe(false));
});
