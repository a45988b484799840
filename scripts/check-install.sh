#!/usr/bin/env bash
# Installs the packed package in an empty folder exactly as the README says, and uses it. Needs the registry, so it is no part of `npm test`.
set -euo pipefail
clone="$(cd "$(dirname "$0")/.." && pwd)"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The commands of the README's section "Install". Dependencies of the clone are there: `npm ci` is not repeated.
commands=$(sed -n '/^## Install/,/^## /p' "$clone/README.md" | sed -n '/^```sh/,/^```/p' | sed '/^```/d')
make=$(sed -n '1s/^npm ci && //p' <<<"$commands")
install=$(sed -n '2p' <<<"$commands")
use=$(sed -n '3p' <<<"$commands")
[[ $make == *"npm pack"* && $install == "npm install -g "* && $use == "crossover "* ]] || { echo "the README's commands to install have changed: $commands" >&2; exit 1; }
say() { printf '%s\n' "check-install: $*"; }

say "$make"
cd "$clone"
bash -euc "$make" >"$folder/make.log" 2>&1 || { cat "$folder/make.log" >&2; exit 1; }
mv crossover-*.tgz "$folder/"

# Everything that a user's machine has: nothing of the clone's settings, an empty home, an empty folder, and whatever scripts do, they would do.
export HOME="$folder/home" NPM_CONFIG_PREFIX="$folder/global" NPM_CONFIG_CACHE="${NPM_CONFIG_CACHE:-$(npm config get cache)}"
export PATH="$folder/global/bin:$PATH"
mkdir -p "$HOME" "$folder/empty" "$folder/project"
cp "$folder"/crossover-*.tgz "$folder/empty/"
cp "$folder"/crossover-*.tgz "$folder/project/"

say "$install"
cd "$folder/empty"
bash -euc "$install"
say "$use"
[[ $(command -v crossover) == "$folder/global/bin/crossover" ]]
bash -euc "$use" >/dev/null
crossover check "$folder/global/lib/node_modules/crossover/examples/support-tickets.csv" --no-label-errors >/dev/null

# In a program of one's own.
say "${install/ -g / }"
cd "$folder/project"
bash -euc "${install/ -g / }"
printf 'text,label\n' >tiny.csv
for i in $(seq 1 20); do printf 'money back %d,refund\nlost password %d,login\n' "$i" "$i"; done >>tiny.csv
node_modules/.bin/crossover check tiny.csv >/dev/null
node_modules/.bin/crossover run tiny.csv --approaches baseline:majority,tune:probe --runs runs >run.log 2>&1 || { cat run.log >&2; exit 1; }
node --input-type=module -e '
  import { readTask } from "crossover";
  import { mcnemarMidP } from "crossover/statistics";
  import { pipeline } from "crossover/transformers";
  const { train } = await readTask({ path: "tiny.csv", seed: 1 });
  if (train.labels.length !== 2 || typeof pipeline !== "function" || mcnemarMidP(6, 1) > 0.0704) throw new Error("the library does not work");
'
if find "$folder" -name '*providers_cuda*' | grep .; then echo "CUDA was downloaded" >&2; exit 1; fi
if find node_modules/crossover/dist -name '*.map' | grep .; then echo "source maps without their sources" >&2; exit 1; fi
say "installed as the README says, and works"
