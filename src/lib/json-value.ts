/** A part of parsed JSON that may not be there; `null` counts as not there. */
export function at(value: unknown, key: string | number): unknown {
  const found =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string | number, unknown>>)[key] : undefined;
  return found === null ? undefined : found;
}

/** A text in parsed JSON; `null` where there is none. */
export function textAt(value: unknown, key: string | number): string | null {
  const found = at(value, key);
  return typeof found === "string" ? found : null;
}

/** The value of a key that people chose, such as a label: one named `constructor` or `__proto__` finds nothing that is not the record's own. */
export function ownValue<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
