/** Links the models that come along beside the benchmarks' build, where the built sources look for them. */
import { existsSync, symlinkSync } from "node:fs";

for (const folder of ["models", "packages"])
  if (!existsSync(`build/${folder}`)) symlinkSync(`../${folder}`, `build/${folder}`, "junction");
