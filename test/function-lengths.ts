import type { Node, SourceFile } from "typescript/unstable/ast";
import { isFunctionLikeDeclaration } from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/async";
import { createVirtualFileSystem } from "typescript/unstable/fs";

/** A function with a body, of any kind: declared, arrow, method, accessor. Functions within it count among its lines. */
export interface FunctionLength {
  readonly file: string;
  /** From 1. */
  readonly firstLine: number;
  /** From the first to the last, both included. */
  readonly lines: number;
}

/** The functions of these files, by the parser of the compiler. Nothing that they import is read. */
export async function functionLengths(texts: ReadonlyMap<string, string>): Promise<FunctionLength[]> {
  const root = "/sources";
  const config = `${root}/tsconfig.json`;
  const compilerOptions = { noLib: true, noResolve: true, types: [] };
  const files = Object.fromEntries([...texts].map(([file, text]) => [`${root}/${file}`, text]));
  const api = new API({
    cwd: root,
    fs: createVirtualFileSystem({ ...files, [config]: JSON.stringify({ compilerOptions, files: [...texts.keys()] }) }),
  });
  try {
    const [project] = (await api.updateSnapshot({ openProjects: [config] })).getProjects();
    const sources = await Promise.all([...texts.keys()].map((file) => project!.program.getSourceFile(`${root}/${file}`)));
    return [...texts.keys()].flatMap((file, i) => functionsIn(file, sources[i]!));
  } finally {
    await api.close();
  }
}

function functionsIn(file: string, source: SourceFile): FunctionLength[] {
  const found: FunctionLength[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: Node): void => {
    if (isFunctionLikeDeclaration(node) && node.body !== undefined) {
      const firstLine = lineOf(node.getStart(source));
      found.push({ file, firstLine, lines: lineOf(node.end) - firstLine + 1 });
    }
    node.forEachChild(visit);
  };
  source.forEachChild(visit);
  return found;
}
