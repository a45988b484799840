import type { Random } from "../../lib/random.js";

/**
 * √(ν/χ²) of one draw from the chi-squared distribution with ν degrees of freedom: a normal error of estimated size times it is Student's
 * t. Sums of squared normals up to 30 whole degrees of freedom (rounded down), beyond that the cube of Wilson & Hilferty (1931).
 */
export function studentScale(degrees: number, random: Random): number {
  if (degrees > 30) {
    const spread = 2 / (9 * degrees);
    return (1 - spread + Math.sqrt(spread) * random.normal()) ** -1.5;
  }
  const whole = Math.max(1, Math.floor(degrees));
  let squares = 0;
  for (let i = 0; i < whole; i++) squares += random.normal() ** 2;
  return Math.sqrt(whole / squares);
}
