/** @file An option of a run, as the command line, a configuration and a stored run have it; and the kinds of values that there are. */
import { z } from "zod";

/** What an option may be, and how a person writes it. */
export interface ValueKind<Value> {
  /** The value as code has it, and as it is kept with a run. */
  readonly schema: z.ZodType<Value>;
  /** What a configuration may say. What comes of it is the value, or a text that is then read by `read`. */
  readonly written: z.ZodType;
  /** The value that a text means, on the command line or in a configuration; `undefined` where it means none. */
  readonly read: (text: string) => Value | undefined;
  /** The text that `read` reads as this value. @default `String(value)` */
  write?(value: Value): string;
  /** What it must do, for messages: "be a whole number from 1 to 1000". */
  readonly must: string;
  /** A switch takes no value on the command line; a list may be given several times. */
  readonly form: "single" | "switch" | "list";
  readonly choices?: readonly string[];
}

/** Which file an option names: one for sure, perhaps one (otherwise it is a name), or one behind `recorded:`. */
export type PathKind = "file" | "perhaps" | "recorded";

/** What is said of an option besides what it may be. */
export interface OptionFacts<Value> {
  /** For `--help`, the configuration and the documentation. */
  readonly help: string;
  /** What stands for the value in `--help`, without its brackets. */
  readonly argument?: string;
  /** A value as a person would write it on the command line, for the documentation. A switch has none. */
  readonly example?: string;
  /** Its letter on the command line. */
  readonly short?: string;
  /** What holds where it is not given. Absent: the option is absent then, and `help` says what that means. */
  readonly default?: Value;
  /** What holds in a run that was stored before the option was there, where that is another one: such a run goes on as it began. */
  readonly before?: NoInfer<Value>;
  /** Whether the default depends on the machine, so that nothing that is published may tell it. */
  readonly isMachineDefault?: true;
  /** Whether there is neither a run without it nor a default. */
  readonly isRequired?: true;
  /** Variable of the environment that says it; the command line wins over it, and it over a configuration. */
  readonly env?: string;
  /** Its name in a configuration, where that is another one. */
  readonly key?: string;
  /** For a configuration and the documentation, where `help` speaks of the flag that turns it off. */
  readonly keyHelp?: string;
  /** Said on the command line only: it is consent, or about one call. */
  readonly isCommandLineOnly?: true;
  readonly path?: PathKind;
}

/** One row of the table. Its name is its key there. */
export type Option<Value = unknown> = { readonly kind: ValueKind<Value> } & OptionFacts<Value>;

/** A row, checked so that the default is a value of the kind. */
export function option<Value, const Facts extends OptionFacts<Value>>(
  kind: ValueKind<Value>,
  facts: Facts & OptionFacts<NoInfer<Value>>,
): { readonly kind: ValueKind<Value> } & Facts {
  return { kind, ...facts };
}

/** Rows by name. The kinds of their values differ, so none is asked for here. */
// biome-ignore lint/suspicious/noExplicitAny: a kind reads and checks its value, so it is neither wider nor narrower than another.
export type Options = Readonly<Record<string, Option<any>>>;

type ValueOf<Row> = Row extends { readonly kind: ValueKind<infer Value> } ? Value : never;
type Certain = { readonly default: unknown } | { readonly isRequired: true };

/** The values of a group of options: those with a default are always there. */
export type OptionValues<Rows> = {
  readonly [Name in keyof Rows as Rows[Name] extends Certain ? Name : never]: ValueOf<Rows[Name]>;
} & { readonly [Name in keyof Rows as Rows[Name] extends Certain ? never : Name]?: ValueOf<Rows[Name]> };

/** The defaults of a group of options. */
export type DefaultValues<Rows> = {
  readonly [Name in keyof Rows as Rows[Name] extends { readonly default: unknown } ? Name : never]: ValueOf<Rows[Name]>;
};

/** The zod shape of a group of options. */
export type OptionShape<Rows> = {
  readonly [Name in keyof Rows]: Rows[Name] extends Certain
    ? z.ZodType<ValueOf<Rows[Name]>>
    : z.ZodExactOptional<z.ZodType<ValueOf<Rows[Name]>>>;
};

/** What holds where nothing is said. */
export function defaultsOf<Rows extends Options>(rows: Rows): DefaultValues<Rows> {
  const given = Object.entries(rows).flatMap(([name, row]) => (row.default === undefined ? [] : [[name, row.default]]));
  return Object.fromEntries(given) as DefaultValues<Rows>;
}

/** The values as they are stored, for `z.looseObject`. */
export function shapeOf<Rows extends Options>(rows: Rows): OptionShape<Rows> {
  const fields = Object.entries(rows).map(([name, { kind, isRequired, before, default: usual }]) => {
    if (before !== undefined) return [name, kind.schema.default(before)];
    return [name, isRequired || usual !== undefined ? kind.schema : kind.schema.exactOptional()];
  });
  return Object.fromEntries(fields) as OptionShape<Rows>;
}

/** `maxConcurrency` → `max-concurrency`, `maxUsdPer1k` → `max-usd-per-1k`. */
const dashed = (name: string): string => name.replace(/[A-Z]|(?<=[a-z])(?=\d)/g, (letter) => `-${letter.toLowerCase()}`);

/** The long flag of an option; for a switch that is on by default, the flag that turns it off. */
export function flagOf(name: string, row: Pick<Option, "kind" | "default">): string {
  return `--${row.kind.form === "switch" && row.default === true ? "no-" : ""}${dashed(name)}`;
}

/** Any text, such as a name or a path. */
export function text(): ValueKind<string> {
  const schema = z.string();
  return { schema, written: schema, read: (given) => given, must: "be a text", form: "single" };
}

/** A whole number in a range. */
export function wholeNumber(low: number, high = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  return numeric(z.int().min(low).max(high), `be a whole number ${rangeOf(low, high)}`);
}

/** A number in a range. */
export function number(low: number, high = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  return numeric(z.number().min(low).max(high), `be a number ${rangeOf(low, high)}`);
}

function rangeOf(low: number, high: number): string {
  return high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
}

function numeric(schema: z.ZodType<number>, must: string): ValueKind<number> {
  const read = (given: string): number | undefined => (given.trim() === "" ? undefined : schema.safeParse(Number(given)).data);
  return { schema, written: schema, read, must, form: "single" };
}

/** One of several names. */
export function choice<const Name extends string>(choices: readonly Name[]): ValueKind<Name> {
  const schema = z.enum(choices) as unknown as z.ZodType<Name>;
  const must = `be one of ${choices.join(", ")}`;
  return { schema, written: schema, read: (given) => schema.safeParse(given).data, must, form: "single", choices };
}

/** On or off. */
export function toggle(): ValueKind<boolean> {
  const schema = z.boolean();
  return { schema, written: schema, read: () => undefined, must: "be true or false", form: "switch" };
}

const texts: z.ZodType<readonly string[]> = z.array(z.string());

/** Texts, each given by itself: the flag several times, or a list. */
export function severalTexts(): ValueKind<readonly string[]> {
  const written = z.union([z.string(), z.array(z.string())]);
  return { schema: texts, written, read: (given) => [given], must: "be a text or a list of texts", form: "list" };
}

/** Names between commas, or a list of them. @param example what to write; with it there must be one at least */
export function names(example?: string): ValueKind<readonly string[]> {
  const least = example === undefined ? 0 : 1;
  const schema: z.ZodType<readonly string[]> = z.array(z.string()).min(least);
  return {
    schema,
    written: z.union([z.string(), z.array(z.string()).min(least)]),
    read: (given) => schema.safeParse(partsOf(given)).data,
    write: (value) => value.join(","),
    must: example === undefined ? "be names between commas" : `name at least one, e.g. ${example}`,
    form: "single",
  };
}

/** Names between commas. */
export function partsOf(value: string): readonly string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A column, or several between commas; a configuration may list them. */
export function columns(): ValueKind<string> {
  const several = z.array(z.string()).min(1);
  return {
    ...text(),
    written: z.union([z.string(), several.transform((list) => list.join(","))]),
    must: "be a text or a list of texts",
  };
}

/** What joins labels, as it is typed: `\\n` and `\\t` are what they are in texts. */
export function separator(): ValueKind<string> {
  return {
    ...text(),
    read: (given) => given.replaceAll("\\n", "\n").replaceAll("\\t", "\t"),
    write: (value) => value.replaceAll("\n", "\\n").replaceAll("\t", "\\t"),
  };
}

/** Amounts by name: `accuracy=5,cost=3`, or an object. @param example what to write */
export function amounts<const Name extends string>(
  known: readonly Name[],
  example: string,
): ValueKind<Readonly<Partial<Record<Name, number>>>> {
  const amount = z.number().nonnegative();
  const schema: z.ZodType<Readonly<Partial<Record<Name, number>>>> = z
    .partialRecord(z.enum(known), amount)
    .refine((given) => Object.values(given).some((each) => (each as number) > 0));
  return {
    schema,
    written: z.union([z.string(), z.partialRecord(z.enum(known), amount)]),
    read(given) {
      const pairs = partsOf(given).map((part) => /^\s*([a-z]+)\s*=\s*([\d.]+)\s*$/.exec(part)?.slice(1) ?? ["", ""]);
      return schema.safeParse(
        Object.fromEntries(pairs.map(([name, value]) => [name!, value === "" ? Number.NaN : Number(value)])),
      ).data;
    },
    write: (value) =>
      Object.entries(value)
        .map(([name, amount]) => `${name}=${amount}`)
        .join(","),
    must: `be amounts by name (${known.join(", ")}), one of them above 0, e.g. ${example}`,
    form: "single",
  };
}

const secondsOfUnit: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, min: 60, h: 3600 };

/** A time, in seconds; written with its unit: `90s`, `10m`, `1.5h`; `0` for none. */
export function duration(): ValueKind<number> {
  return {
    schema: z.number().nonnegative(),
    written: z.union([z.string().regex(/^\s*(\d+(\.\d+)?\s*(s|m|min|h)|0+(\.0+)?)\s*$/), z.literal(0)]),
    read(given) {
      const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|)$/.exec(given.trim()) ?? [];
      const seconds = Number(amount) * (secondsOfUnit[unit ?? ""] ?? Number.NaN);
      return Number.isFinite(seconds) && (unit !== "" || seconds === 0) ? seconds : undefined;
    },
    write: (seconds) => `${seconds}s`,
    must: "be a time with its unit, such as 90s, 10m or 1h, or 0",
    form: "single",
  };
}
