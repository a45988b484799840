/** @file Personal data in texts: what kinds, in how many rows. Never what it says. */

import { isIP } from "node:net";

export const personalDataKinds = ["email", "phone", "iban", "card", "ip"] as const;
export type PersonalDataKind = (typeof personalDataKinds)[number];

/** The kinds of personal data that a text holds. Patterns plus check digits where there are any; names and addresses are not found. */
export function personalDataIn(text: string): PersonalDataKind[] {
  const found = new Set<PersonalDataKind>();
  let rest = text;
  for (const kind of ["email", "iban", "ip", "card", "phone"] as const) {
    // What one kind has claimed is taken out, so that digits of a card are not a phone number as well.
    rest = rest.replace(patterns[kind], (match) => {
      if (!isReal[kind](match)) return match;
      found.add(kind);
      return " ";
    });
  }
  return personalDataKinds.filter((kind) => found.has(kind));
}

// Every repetition is bounded and no two neighbors can match the same characters, so that no text makes them slow.
const patterns: Readonly<Record<PersonalDataKind, RegExp>> = {
  email: /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi,
  // In print an IBAN stands in groups of four.
  iban: /(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])/g,
  ip: /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:]|\.\d))/gi,
  card: /(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-])/g,
  // With a country code, or divided as numbers are dialed, or ten digits and more after a 0; other bare digits may be anything.
  phone:
    /(?<![\w+.,-])(?:(?:\+|00)\d{1,3}(?:[ ./-]?\(?\d{1,4}\)?){2,6}|0\d{9,10}|(?:\(\d{2,5}\)|0\d{2,4}|\d{3})[ ./-]\d{3,4}[ .-]?\d{3,5})(?![\w-])/g,
};

const isReal: Readonly<Record<PersonalDataKind, (match: string) => boolean>> = {
  email: () => true,
  phone: (match) => {
    const digits = match.replace(/\D/g, "").length;
    return digits >= 8 && digits <= 15;
  },
  iban: (match) => hasIbanChecksum(match.replace(/ /g, "")),
  card: (match) => hasLuhnChecksum(match.replace(/\D/g, "")),
  ip: (match) => isIP(match) !== 0 && !/^[:0.]+$/.test(match),
};

/** ISO 13616: the first four characters moved to the end, letters as numbers from 10 up, the whole modulo 97 is 1. */
export function hasIbanChecksum(iban: string): boolean {
  if (iban.length < 15 || iban.length > 34) return false;
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** ISO/IEC 7812: every second digit from the right doubled, the digits of all of them add up to a multiple of 10. Not all alike. */
export function hasLuhnChecksum(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || new Set(digits).size === 1) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
