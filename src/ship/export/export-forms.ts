/** @file The forms in which an approach leaves this program: for whom each is, and which files it takes. */
import type { ArtifactKind } from "../manifest/manifest.js";

/** A form of export. */
export interface ExportForm {
  /** What reads it, for people. */
  readonly reader: string;
  /** The kinds of folders that have it. */
  readonly kinds: readonly ArtifactKind[];
  /** Whether a file of the folder belongs to it. */
  takes(path: string): boolean;
  /** The file without which there is nothing to export. */
  readonly sign: string;
  /** Why a folder of the right kind may lack that file. */
  readonly whyLacking: string;
  /** Whether what is exported is loaded by `loadPredictor` too, so that its manifest goes along. */
  readonly isLoadable: boolean;
}

/** What tells how training went, for who looks at the run. */
const isRecord = (path: string): boolean => /^(trainer_state|all_results|training_args)\.json$/.test(path);
const isOnnx = (path: string): boolean => path.startsWith("onnx/");
const isPromptfoo = (path: string): boolean => path.startsWith("promptfoo");
const isTokenizer = (path: string): boolean =>
  /^(config|tokenizer|tokenizer_config|special_tokens_map|calibration)\.json$|^vocab\.txt$|^README\.md$/.test(path);

/** By the words that `--as` takes. */
export const exportForms = {
  hf: {
    reader: "Python's transformers, and whatever reads its folders",
    kinds: ["classifier"],
    takes: (path) => !isOnnx(path) && !isRecord(path),
    sign: "model.safetensors",
    whyLacking: "",
    isLoadable: true,
  },
  onnx: {
    reader: "transformers.js in Node and the browser, and ONNX Runtime",
    kinds: ["classifier"],
    takes: (path) => isOnnx(path) || isTokenizer(path),
    sign: "onnx/model.onnx",
    whyLacking:
      "Models whose family transformers.js has no classifier of are saved without ONNX; its README.md says so. --as hf has its weights.",
    isLoadable: false,
  },
  prompt: {
    reader: "people and other programs, as plain files",
    kinds: ["prompt"],
    takes: (path) => !isPromptfoo(path),
    sign: "prompt.json",
    whyLacking: "",
    isLoadable: true,
  },
  promptfoo: {
    reader: "promptfoo (npx promptfoo eval -c promptfooconfig.yaml)",
    kinds: ["prompt"],
    takes: isPromptfoo,
    sign: "promptfooconfig.yaml",
    whyLacking:
      "promptfoo can't ask the same: it has no examples that are found for each text, no shortlists of labels, and not every model. --as prompt has its files.",
    isLoadable: false,
  },
} as const satisfies Readonly<Record<string, ExportForm>>;

/** The words that `--as` takes. */
export type ExportFormName = keyof typeof exportForms;
export const exportFormNames = Object.keys(exportForms) as readonly ExportFormName[];
