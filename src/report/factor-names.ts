import type { FactorName } from "../types/factors.js";

/** The six factors of the decision, and quality, as they are headed in every report. */
export const factorNames: Readonly<Record<FactorName, string>> = {
  quality: "Quality",
  customization: "Customization",
  time: "Time",
  cost: "Cost",
  data: "Data needed",
  flexibility: "Flexibility",
  skill: "Skill needed",
};
