import { availableParallelism } from "node:os";
import type { Assumptions } from "../types/prices.js";

/**
 * What one core of a rented machine costs an hour: half the price of AWS m7g.large (2 vCPUs; Linux, on demand, us-east-1),
 * $0.0816 in June 2026 (https://www.factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026/).
 */
export const usdPerCoreHour = 0.0816 / 2;

/** The default assumptions: a margin of one point, this machine rented and busy a fifth of the time. */
export const defaultAssumptions: Assumptions = {
  margin: 0.01,
  usdPerMachineHour: Number((usdPerCoreHour * availableParallelism()).toPrecision(3)),
  utilization: 0.2,
};
