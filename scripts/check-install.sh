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
# The weights of the language model are in its own package alone.
list() { tar -tzf "$1" | sed 's/^package\///' | sort; }
list crossover-smollm2-*.tgz >"$folder/model.txt"
(cd packages/smollm2-135m-instruct && ls) | sort | diff - "$folder/model.txt"
if list crossover-[0-9]*.tgz | grep -E '\.zlib$|^packages/'; then echo "the language model is in crossover's package" >&2; exit 1; fi
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
# Opens the language model and reads its last weights, wherever npm has put its package. $1: the folder of crossover.
open_model() {
  node --input-type=module -e '
    const { openBoxedModel } = await import(`${process.argv[1]}/dist/tune/pretrained/boxed/boxed-model.js`);
    const model = await openBoxedModel("smollm2");
    if ((await model.floats("model.norm.weight")).length !== 576) throw new Error("the language model cannot be read");
  ' "$1"
}
open_model "$folder/global/lib/node_modules/crossover"
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
open_model "$folder/project/node_modules/crossover"
# Alone, crossover says which package has the model. That the registry has none is no error: it is an optional dependency.
mkdir "$folder/alone"
cp "$folder"/crossover-[0-9]*.tgz "$folder/alone/"
cd "$folder/alone"
npm install --ignore-scripts ./crossover-[0-9]*.tgz >"$folder/alone.log" 2>&1 || { cat "$folder/alone.log" >&2; exit 1; }
if open_model "$folder/alone/node_modules/crossover" 2>"$folder/alone.log"; then echo "the model came from elsewhere" >&2; exit 1; fi
grep -q 'is in the package crossover-smollm2-135m-instruct, which is not installed' "$folder/alone.log"
if find "$folder" -name '*providers_cuda*' | grep .; then echo "CUDA was downloaded" >&2; exit 1; fi
if find "$folder/project/node_modules/crossover/dist" -name '*.map' | grep .; then echo "source maps without their sources" >&2; exit 1; fi
say "installed as the README says, and works"
