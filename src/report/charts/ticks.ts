/** @file The round numbers on an axis, shorter than the same numbers in a text. */
import { formatNumber, formatPoints, formatSeconds } from "../../lib/text/format.js";

/** `0.85`, `1`. */
export function shareTick(share: number): string {
  return formatNumber(share);
}

/** `85%`. */
export function percentTick(share: number): string {
  return `${formatNumber(share * 100)}%`;
}

/** Of a difference of shares: `+1.2`. */
export function pointsTick(difference: number): string {
  return formatPoints(difference).replace(/ points?$/, "");
}

/** `$0.001`, `$10`. */
export function usdTick(usd: number): string {
  return `$${formatNumber(usd)}`;
}

/** `10 ms`, `1 s`. */
export function secondsTick(seconds: number): string {
  return formatSeconds(seconds).replace(".0 ", " ");
}
