import { join } from "node:path";

/** The folder of an approach's files within its run. */
export function artifactFolder(run: string, approach: string): string {
  return join(run, "artifacts", approach.replace(/[^\w.@-]+/g, "_"));
}
