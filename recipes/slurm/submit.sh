#!/usr/bin/env bash
# Submits a sweep to Slurm: one array task per configuration, then, of the copy lab, one job that merges the results.
#
#   mnemoscope expand --preset paper --vary rate=0.001,0.003 --out-dir jobs
#   recipes/slurm/submit.sh jobs [options of sbatch for the array, such as --partition=short --time=00:30:00]
#
# MNEMOSCOPE names the program if it is not in PATH; AT_ONCE is the greatest number of tasks at a time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
die() { echo "submit.sh: $*" >&2; exit 2; }

[ $# -ge 1 ] && [ -d "$1" ] || die "name the folder that mnemoscope expand --out-dir wrote"
jobs=$(cd "$1" && pwd)
shift
last=-1
while [ -f "$jobs/job-$((last + 1)).json" ]; do last=$((last + 1)); done
[ "$last" -ge 0 ] || die "$jobs holds no job-0.json; mnemoscope expand --out-dir writes it"
MNEMOSCOPE=$(command -v "${MNEMOSCOPE:-mnemoscope}") || die "mnemoscope is not in PATH; set MNEMOSCOPE to where it is"
MNEMOSCOPE=$(realpath "$MNEMOSCOPE")
export MNEMOSCOPE

array=$(sbatch --parsable --array="0-$last${AT_ONCE:+%$AT_ONCE}" --chdir="$jobs" "$@" "$here/job.sbatch")
array=${array%%;*}
grep -q '"lab": "copy"' "$jobs/job-0.json" || {
    echo "array $array ($((last + 1)) tasks); results come to $jobs/result-N.json"
    exit 0
}
# afterany, not afterok: the merge names what is missing, and shows the rest.
merge=$(sbatch --parsable --dependency="afterany:$array" --chdir="$jobs" "$here/merge.sbatch" "$last")
echo "array $array ($((last + 1)) tasks), then merge ${merge%%;*}; results come to $jobs/sweep.json and sweep.csv"
