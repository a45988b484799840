/**
 * p-values adjusted so that, over all of them together, the probability of one false rejection stays at its level (Holm 1979):
 * in ascending order p_(i) = max over j ≤ i of min(1, (m − j + 1)·p_(j)). In the order given. In R: `p.adjust(p, "holm")`.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  for (const [rank, index] of order.entries()) {
    running = Math.max(running, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = running;
  }
  return adjusted;
}
