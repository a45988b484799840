import type { Terminal } from "../../src/cli/terminal.js";

/** A terminal that remembers what was printed, with a clock that tests turn. */
export interface FakeTerminal extends Terminal {
  readonly printed: { out: string; err: string };
  clock: number;
}

export function fakeTerminal(changes: Partial<Terminal> = {}): FakeTerminal {
  const printed = { out: "", err: "" };
  const terminal: FakeTerminal = {
    printed,
    clock: 0,
    out: (text) => {
      printed.out += text;
    },
    rows: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    isInteractive: false,
    screen: () => ({ columns: 100, rows: 24 }),
    width: 100,
    hasColor: false,
    hasErrColor: false,
    hasUnicode: true,
    env: {},
    now: () => terminal.clock * 1000,
    input: async function* () {},
    isOutScreen: false,
    confirm: async () => undefined,
    ask: async () => undefined,
    ...changes,
  };
  return terminal;
}
