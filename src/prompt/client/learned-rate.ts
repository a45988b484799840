/**
 * @file How many requests a second a service takes: told by its headers, or else learned from its refusals. A number of open requests alone
 * cannot hold a rate, since how long an answer takes has nothing to do with it.
 */

import { createProbe } from "./limit-probe.js";
import { createToldBucket, type RequestsLeft } from "./told-bucket.js";

/** A request that was sent. Times in milliseconds. */
export interface Sent {
  /** From 0, in the order of sending. */
  readonly index: number;
  readonly at: number;
}

/** When the next request may be sent. */
export interface RequestRate {
  /** Requests a second at present; `Infinity` where no limit was met. */
  perSecond(now: number): number;
  /** Milliseconds until another one may be sent; 0: now. */
  waitMs(now: number): number;
  send(now: number): Sent;
  /** The service refused it. `roundSeconds`: from sending to an answer, lately. */
  refused(sent: Sent, now: number, roundSeconds: number): void;
  /** The service took it, and said what was left. */
  told(sent: Sent, left: RequestsLeft, now: number): void;
  /** What was learned from refusals was wrong. */
  forget(): void;
}

/** Requests that are remembered. */
const memory = 256;
/** From fewer a rate is not to be read, from so many it is to a few percent. */
const [fewest, enough] = [8, 64] as const;
/** Nor in a shorter time. */
const shortestMs = 50;
/** Of what the rate was, where it cannot be read: it is cut by this. */
const blindCut = 0.7;
/**
 * Where only so few are refused that it may be for another reason than the rate, the rate stays above this share of the best that was
 * reached: a service that refuses at random would otherwise bring it down to nothing.
 */
const [fewRefused, floorShare, bestLastsMs] = [0.25, 0.7, 600_000] as const;
/** Seconds worth of requests that may go out at once to make up for a late timer. */
const burstSeconds = 0.05;

/** A rate without a limit, until the service says or shows one. */
export function createRequestRate(): RequestRate {
  let probe = createProbe();
  const lately: { at: number; isRefused: boolean; index: number }[] = [];
  let count = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  /**
   * When the service had nothing left: what it took between two of these times is what it refilled, however many it had let through at once
   * before.
   */
  let emptyAt: number[] = [];
  /** Where the measurement behind the last cut began. */
  let measuredFrom = 0;
  /** The first measurements are rough, and soon tried again. */
  let trust = 1 / 8;
  let best = { perSecond: 0, at: 0 };
  let tokens = 1;
  let filledAt = 0;
  const bucket = createToldBucket();

  /** Sent between two times and not refused so far. */
  const taken = (from: number, until: number) => {
    const within = lately.filter(({ at }) => at >= from && at <= until);
    return { taken: within.filter(({ isRefused }) => !isRefused).length, since: within[0]?.at ?? until };
  };

  /** Requests a second that the service took until the last cut; `null` where there were too few to say. */
  const measured = (): number | null => {
    const { taken: requests, since } = taken(measuredFrom, cutAt);
    if (requests < fewest || cutAt - since < shortestMs) return null;
    return (requests / (cutAt - since)) * 1000;
  };

  const aboveFloor = (perSecond: number): number => {
    const refusedShare = lately.filter(({ isRefused }) => isRefused).length / lately.length;
    const floor = best.perSecond * Math.exp((best.at - cutAt) / bestLastsMs);
    if (refusedShare > fewRefused || perSecond > floor) best = { perSecond, at: cutAt };
    return refusedShare > fewRefused ? perSecond : Math.max(perSecond, floor * floorShare);
  };

  const refilled = (now: number): number => {
    const perSecond = probe.at(now);
    const most = Math.max(1, perSecond * burstSeconds);
    tokens = perSecond === Number.POSITIVE_INFINITY ? 1 : Math.min(most, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    return tokens;
  };

  return {
    perSecond: (now) => probe.at(now),
    waitMs(now) {
      const held = refilled(now);
      return Math.max(held >= 1 ? 0 : ((1 - held) / probe.at(now)) * 1000, bucket.waitMs(now));
    },
    send(now) {
      refilled(now);
      tokens--;
      bucket.sent();
      const sent = { at: now, isRefused: false, index: count++ };
      lately.push(sent);
      if (lately.length > memory) lately.shift();
      return sent;
    },
    refused(sent, now, roundSeconds) {
      const entry = lately.find(({ index }) => index === sent.index);
      if (entry !== undefined) entry.isRefused = true;
      if (sent.at < cutAt) {
        // Sent before the last cut, it only says that the cut was to be deeper.
        const known = measured();
        if (known !== null) probe.lower(aboveFloor(known));
        return;
      }
      // Where nothing at all was taken, a lower rate is no remedy: the service is closed for now.
      if (taken(cutAt, now).taken === 0) return;
      emptyAt.push(sent.at);
      if (emptyAt.length > 16) emptyAt.shift();
      const before = probe.at(now);
      measuredFrom = emptyAt.findLast((at) => taken(at, now).taken >= enough) ?? emptyAt[0]!;
      cutAt = now;
      const known = measured();
      if (known === null && before === Number.POSITIVE_INFINITY) return;
      const worked = aboveFloor(Math.min(before, known ?? before * blindCut));
      probe.cut(worked, now, spanSeconds(worked, roundSeconds) * trust);
      if (known !== null) trust = Math.min(1, trust * 2);
    },
    forget() {
      probe = createProbe();
      [cutAt, emptyAt, measuredFrom, trust] = [Number.NEGATIVE_INFINITY, [], 0, 1 / 8];
      best = { perSecond: 0, at: 0 };
    },
    told(sent, left, now) {
      bucket.told(left, (now - sent.at) / 1000, count - 1 - sent.index, now);
    },
  };
}

/** Seconds from a cut to where it was too much: forty answers one after the other, at most 2 s, and at least six hundred requests, so that far fewer than 1 % are refused. */
export function spanSeconds(perSecond: number, roundSeconds: number): number {
  return Math.min(60, Math.max(0.1, Math.min(2, 40 * roundSeconds), 600 / perSecond));
}
