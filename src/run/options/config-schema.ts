/** @file The JSON schema of a configuration, for editors and other programs. */
import { z } from "zod";
import { configKeys } from "./config-file.js";
import { flagOf, type Option } from "./option.js";
import { optionGroups } from "./options-table.js";

/** Where the package has the schema. The build writes it. */
export const configSchemaFile = "schema/crossover.config.schema.json";

/** What an option of a configuration does, in words. */
export const keyHelpOf = ({ help, keyHelp, isMachineDefault }: Option): string =>
  `${keyHelp ?? help}${isMachineDefault ? " (default: by the cores of this machine)" : ""}`;

/** The schema, as draft 7 of JSON Schema: the newest that editors read in full. */
export function configSchema(): object {
  const keys = [...configKeys].map(([key, { name, row }]) => {
    const told = row.default === undefined || row.isMachineDefault ? {} : { default: row.default };
    const title = row.isRequired ? key : flagOf(name, row);
    return [key, row.kind.written.meta({ title, description: keyHelpOf(row), ...told }).optional()] as const;
  });
  const $schema = z.string().meta({ title: "$schema", description: "where this schema is, for editors" }).optional();
  const whole = z.strictObject({ $schema, ...Object.fromEntries(keys) }).meta({
    title: "Configuration of crossover",
    description: "What is compared and how: crossover run -c crossover.config.yaml",
  });
  return z.toJSONSchema(whole, {
    target: "draft-7",
    io: "input",
    override({ jsonSchema }) {
      // No limit that anybody set.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}

/** All options in groups, as the documentation has them; `key` is null where a configuration cannot say it. */
export function optionTables(): readonly {
  readonly title: string;
  readonly rows: readonly {
    readonly key: string | null;
    readonly flag: string;
    readonly default: unknown;
    /** The flag with a value; `null` of what is no flag. */
    readonly example: string | null;
    readonly help: string;
  }[];
}[] {
  return optionGroups.map(({ title, options }) => ({
    title,
    rows: Object.entries<Option>(options).map(([name, row]) => ({
      key: row.isCommandLineOnly ? null : (row.key ?? name),
      flag: row.isRequired ? "DATA" : `${row.short === undefined ? "" : `${row.short}, `}${flagOf(name, row)}`,
      default: row.isMachineDefault ? undefined : row.default,
      example: row.isRequired ? null : exampleOf(name, row),
      help: keyHelpOf(row),
    })),
  }));
}

/** `--require 'macro_f1>=0.9'`: a flag as it is typed, its value in quotes where a shell asks for them. */
function exampleOf(name: string, row: Option): string {
  const { example } = row;
  if (example === undefined) return flagOf(name, row);
  return `${flagOf(name, row)} ${/^[\w./@:,=+-]+$/.test(example) ? example : `'${example}'`}`;
}
