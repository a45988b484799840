import { describe, expect, it } from "vitest";
import { hasIbanChecksum, hasLuhnChecksum, personalDataIn } from "../../../src/data/audit/personal-data.js";

describe("personalDataIn", () => {
  it.each<[string, string[]]>([
    ["write to jane.doe+x@mail.example.co.uk please", ["email"]],
    ["call me at +49 30 901820 today", ["phone"]],
    ["(212) 555-0123 or 212-555-0123", ["phone"]],
    ["tel 020 7946 0958", ["phone"]],
    ["text 08712300220 now", ["phone"]],
    // The example of the IBAN registry, in print and as a machine writes it.
    ["to GB29 NWBK 6016 1331 9268 19 please", ["iban"]],
    ["to DE89370400440532013000.", ["iban"]],
    // Test numbers of the card networks.
    ["card 4111 1111 1111 1111 exp 12/27", ["card"]],
    ["378282246310005", ["card"]],
    ["from 192.168.0.17:8080", ["ip"]],
    ["at 2001:db8::8a2e:370:7334", ["ip"]],
    ["jane@example.com, +1 212 555 0123", ["email", "phone"]],
  ])("finds it in %j", (text, kinds) => {
    expect(personalDataIn(text)).toEqual(kinds);
  });

  it.each([
    "order 20231105 came late",
    "it cost 1,234,567.89 in 2024",
    "card 4111 1111 1111 1112",
    "to GB28 NWBK 6016 1331 9268 19",
    "at 10:30 or 12:45:10",
    "version 300.1.2.999",
    "a@b, @handle, user@localhost",
    "0000000000000000",
    "std::vector",
    "",
  ])("finds none in %j", (text) => {
    expect(personalDataIn(text)).toEqual([]);
  });

  it("takes hostile texts in linear time", () => {
    const start = performance.now();
    for (const piece of ["a.", "1 ", "a@a.", "1:", "GB29 ", "+1 ", "(1"]) personalDataIn(piece.repeat(50_000));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("check digits", () => {
  it("of IBANs are modulo 97", () => {
    expect(["GB29NWBK60161331926819", "DE89370400440532013000", "NO9386011117947"].map(hasIbanChecksum)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["GB29NWBK60161331926818", "DE89"].map(hasIbanChecksum)).toEqual([false, false]);
  });

  it("of cards are Luhn's", () => {
    expect(["4111111111111111", "5555555555554444", "378282246310005"].map(hasLuhnChecksum)).toEqual([true, true, true]);
    expect(["4111111111111112", "79927398713", "0000000000000000"].map(hasLuhnChecksum)).toEqual([false, false, false]);
  });
});
