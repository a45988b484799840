import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DecoderSource, openDecoderSource } from "../../../src/tune/decoders/decoder-source.js";
import { encodeSafetensors, type TensorToStore } from "../../../src/tune/pretrained/safetensors.js";
import { goldenFile } from "../pretrained/gguf/golden-gguf.js";

/** What a Hugging Face folder is made of. */
interface Parts {
  readonly fields: object;
  readonly tensors: Map<string, TensorToStore>;
  readonly files: Record<string, unknown>;
}

/** The parts of a folder with the weights of a golden file. */
async function partsOf(source: DecoderSource): Promise<Parts> {
  const tensors = new Map<string, TensorToStore>();
  for (const [name, shape] of source.shapes)
    tensors.set(name, { dtype: "F32", shape, bytes: new Uint8Array((await source.floats(name)).buffer) });
  const { tokenizer, config } = source.tokens.files;
  return { fields: source.fields, tensors, files: { "tokenizer.json": tokenizer, "tokenizer_config.json": config } };
}

function writeFolder({ fields, tensors, files }: Parts): string {
  const folder = mkdtempSync(join(tmpdir(), "decoder-"));
  for (const [name, value] of Object.entries({ "config.json": fields, ...files }))
    writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(tensors));
  return folder;
}

const name = "llama";

describe("a Hugging Face folder", () => {
  it("is the model that a GGUF file of the same weights is", async () => {
    await using file = await openDecoderSource(goldenFile(name));
    await using folder = await openDecoderSource(writeFolder(await partsOf(file)));
    expect(folder.config).toEqual(file.config);
    expect([...folder.shapes].sort()).toEqual([...file.shapes].sort());
    for (const weight of file.shapes.keys()) expect(await folder.floats(weight)).toEqual(await file.floats(weight));
    expect(folder.tokens).toMatchObject({ chatTemplate: file.tokens.chatTemplate, files: file.tokens.files });
  });

  it("may leave out the prefix of the names, as a model without its head does", async () => {
    await using file = await openDecoderSource(goldenFile(name));
    const parts = await partsOf(file);
    const bare = new Map([...parts.tensors].map(([weight, tensor]) => [weight.replace(/^model\./, ""), tensor]));
    await using folder = await openDecoderSource(writeFolder({ ...parts, tensors: bare }));
    const weight = "model.layers.0.self_attn.q_proj.weight";
    expect(await folder.floats(weight)).toEqual(await file.floats(weight));
  });

  it("says in its files how it converses and where an answer ends", async () => {
    await using file = await openDecoderSource(goldenFile(name));
    const parts = await partsOf(file);
    const files = {
      ...parts.files,
      "tokenizer_config.json": {
        eos_token: null,
        chat_template: [
          { name: "tools", template: "no" },
          { name: "default", template: "yes" },
        ],
      },
      "generation_config.json": { eos_token_id: [5, 7] },
    };
    const fields = { ...parts.fields, eos_token_id: 7 };
    await using folder = await openDecoderSource(writeFolder({ ...parts, fields, files }));
    expect(folder.tokens).toMatchObject({ chatTemplate: "yes", endIds: [5, 7] });
    await using other = await openDecoderSource(
      writeFolder({ ...parts, fields, files: { ...files, "chat_template.jinja": "own" } }),
    );
    expect(other.tokens.chatTemplate).toBe("own");
  });
});
