/** @file Values of a column in their order: numbers and dates. Anything else has none. */
import { UserError } from "../lib/errors.js";

/** A day and its month by numbers, the year last: 3/4/2024, 03.04.24. */
const dayAndMonth = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?[ T](.+))?$/;
/** The year first, or the month by its name: nothing else is sure to be read alike by everybody. */
const yearFirst = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ](.+))?$/;
const monthByName =
  /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\b\d{4}\b|\b\d{4}\b.*\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/**
 * The place of each value in their order; `null` where they have none: they are not all numbers, nor all dates.
 *
 * @param column its name, for messages
 * @throws UserError where days and months cannot be told apart
 */
export function placesOf(values: Iterable<string>, column: string): ReadonlyMap<string, number> | null {
  const distinct = [...new Set(values)];
  if (distinct.length === 0) return null;
  return placed(distinct, numberOf) ?? placed(distinct, writtenDate) ?? placedDays(distinct, column);
}

function placed(values: readonly string[], placeOf: (value: string) => number): ReadonlyMap<string, number> | null {
  const places = values.map((value) => [value, placeOf(value)] as const);
  return places.every(([, place]) => Number.isFinite(place)) ? new Map(places) : null;
}

const numberOf = (value: string): number => (/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value) ? Number(value) : Number.NaN);

function writtenDate(value: string): number {
  const [, year, month, day = "1", time] = yearFirst.exec(value) ?? [];
  if (year !== undefined) return dateOf({ year: Number(year), month: Number(month), day: Number(day), time });
  return monthByName.test(value) ? Date.parse(value) : Number.NaN;
}

function placedDays(values: readonly string[], column: string): ReadonlyMap<string, number> | null {
  const parts = values.map((value) => dayAndMonth.exec(value));
  if (!parts.every((part) => part !== null)) return null;
  const isDayFirst = parts.some((part) => part[2] === "." || Number(part[1]) > 12);
  const isMonthFirst = parts.some((part) => Number(part[3]) > 12);
  if (isDayFirst === isMonthFirst) {
    throw new UserError(
      `--shift: the dates in the column "${column}", such as ${JSON.stringify(values[0])}, can be read in two ways: ` +
        `which number is the month? Write the year first (2024-03-31).`,
    );
  }
  return placed(values, (value) => {
    const [, first, , second, year, time] = dayAndMonth.exec(value)!;
    const [day, month] = isDayFirst ? [first, second] : [second, first];
    return dateOf({ year: Number(year) + (year!.length === 2 ? 2000 : 0), month: Number(month), day: Number(day), time });
  });
}

interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly time: string | undefined;
}

/** Milliseconds; not a number where there is no such day or time. A time without a zone is UTC, so that it is the same on every machine. */
function dateOf({ year, month, day, time }: DateParts): number {
  const date = [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
  if (time === undefined) return Date.parse(date);
  const clock = time.trim().replace(/ ?(UTC|GMT)$/i, "Z");
  return Date.parse(`${date}T${/(z|[-+]\d{2}:?\d{2})$/i.test(clock) ? clock : `${clock}Z`}`);
}
