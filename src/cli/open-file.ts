/** @file Opens a file in the program that the system has for it: a page in the browser. */
import { spawn } from "node:child_process";
import process from "node:process";

/** Opens a file; false where there is no program for it, or that says that it could not. */
export type Opener = (path: string) => Promise<boolean>;

/** A program that takes longer has the file open. */
const failsWithinMs = 2000;

/** The program and its words. None goes through a shell, where a path could be more than a name. */
export function openerCommand(platform: NodeJS.Platform, path: string): readonly [program: string, words: readonly string[]] {
  if (platform === "darwin") return ["open", [path]];
  if (platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", path]];
  return ["xdg-open", [path]];
}

/** Opens a file with this system's own program, which outlives this process. @param path absolute: no word of a command may begin with a hyphen */
export function openFile(path: string): Promise<boolean> {
  const [program, words] = openerCommand(process.platform, path);
  return new Promise((resolve) => {
    const child = spawn(program, words, { detached: true, stdio: "ignore", shell: false, windowsHide: true });
    const timer = setTimeout(() => resolve(true), failsWithinMs);
    const settle = (isOpen: boolean): void => {
      clearTimeout(timer);
      resolve(isOpen);
    };
    child.once("error", () => settle(false));
    child.once("exit", (code) => settle(code === 0));
    child.unref();
  });
}
