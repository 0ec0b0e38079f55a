#!/bin/sh
# On a machine with a graphics card: is every kernel right there, and what does a step cost? docs/gpu.md explains it.
#
#   run.sh [FOLDER]     writes gpu.md and gpu.json there (default: here), in less than six minutes
#
# Starts from the folder that pack.sh made, or from a checkout in which it has. BUDGET_S are the seconds that it may take.
set -eu
pack=$(cd "$(dirname "$0")" && pwd -P)
[ -x "$pack/mnemoscope" ] || pack=$pack/../../target/gpu
if ! [ -x "$pack/mnemoscope" ]; then
    echo "run.sh: there is no target/gpu; make it with recipes/gpu/pack.sh, where Rust is" >&2
    exit 2
fi
if ! command -v python3 >/dev/null; then
    echo "run.sh: python3 is missing; any from 3.8 on will do" >&2
    exit 2
fi
exec python3 "$pack/measure.py" "$@"
