let turn: Promise<void> | undefined;

/** Resolves when the event loop has handled what had arrived by now. All who wait in one turn go on together, in the order in which they called. */
export function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
