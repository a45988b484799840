/**
 * @file Numbers as Python reads them: it tells `2.0` from `2`, and transformers since version 5 refuses a configuration whose
 * `initializer_cutoff_factor` is `2`. JavaScript reads and writes both as `2`, so which fields had a fraction is kept beside them.
 */

const field = /"((?:[^"\\]|\\.)*)"\s*:\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** The names of fields, anywhere in a JSON text, whose number has a fraction or an exponent. */
export function floatFields(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(field)].flatMap(([, name, number]) => (/[.eE]/.test(number!) ? [name!] : [])));
}

/** `JSON.stringify(value, null, 2)` where whole numbers in these fields are written with a fraction. */
export function pythonJson(value: object, floats: ReadonlySet<string>): string {
  return JSON.stringify(value, null, 2).replace(
    /^(\s*"((?:[^"\\]|\\.)*)": -?\d+)(?=,?$)/gm,
    (whole, _line: string, name: string) => (floats.has(name) ? `${whole}.0` : whole),
  );
}
