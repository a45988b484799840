/** @file What is nested deeper than the stack that reads or writes it. */

/** Whether an error says that the stack was not deep enough; a reader of YAML may say it as an error of its own. */
export function isTooDeep(error: unknown): boolean {
  return error instanceof Error && /Maximum call stack/.test(error.message);
}

/** The same for people. */
export const tooDeep = (file: string): string =>
  `${file} is nested too deeply: lists or objects within one another, thousands of levels deep. Flatten it.`;
