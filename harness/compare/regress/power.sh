#!/usr/bin/env bash
# Shows what `ckptbench regress` can see on this machine: it runs it FOUND times (5)
# against a build with a slow-down of 5 % planted in calc's write, and SAME times
# (20) against the same code, and prints how often it was right. The slow-down is a
# loop in the write; how many turns make 5 % is measured first (PROBE, twice), unless TURNS says it.
#
#   FOUND=5 SAME=20 harness/compare/regress/power.sh [--time 3m ...]   # flags go to regress
set -euo pipefail
cd "$(dirname "$0")/../../.."
found=${FOUND:-5} same=${SAME:-20}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags=(-trimpath -buildvcs=false)
source=algorithms/calc/calc.go

go build "${flags[@]}" -o "$dir/same" ./harness/cmd/ckptbench

# plant N: builds a program whose calc turns an empty loop N times in each write.
plant() {
  sed "/^func (c \*calc) Write(/a\\
	for i := range $1 {\\
		_ = i\\
	}" "$source" > "$dir/calc.go"
  cmp -s "$source" "$dir/calc.go" && { echo "power: no write found in $source" >&2; exit 2; }
  echo "{\"Replace\": {\"$PWD/$source\": \"$dir/calc.go\"}}" > "$dir/overlay.json"
  go build "${flags[@]}" -overlay "$dir/overlay.json" -o "$dir/slow" ./harness/cmd/ckptbench
}

# regress HEAD FLAGS...: compares; its exit code is the outcome.
regress() {
  local head=$1; shift
  "$dir/same" regress --base-binary "$dir/same" --head-binary "$head" --baseline "" --quiet "$@"
}

# ratio: calc's throughput over base's, at rest, from one run.
ratio() {
  regress "$dir/slow" --only calc --time "${PROBE:-60s}" --format json > "$dir/ratio.json" || true
  awk '/"phase": "at rest"/ {rest = 1} rest && /"mid":/ {gsub(/[^0-9.]/, "", $2); print $2; exit}' "$dir/ratio.json"
}

# What a write costs more is a + b * turns: a loop has a cost of its own besides its turns,
# so two of them are measured.
if [ -z "${TURNS:-}" ]; then
  few=${FEW:-2} many=${MANY:-20}
  plant "$few"; r=$(ratio)
  plant "$many"; R=$(ratio)
  TURNS=$(awk -v n="$few" -v m="$many" -v r="$r" -v R="$R" 'BEGIN {
    if (r == "" || R == "" || R > 0.97 || R > r - 0.02) exit 1
    x = n + (1/0.95 - 1/r) * (m - n) / (1/R - 1/r)
    print x < 0 ? 0 : int(x + 0.5) }') ||
    { echo "power: $few turns made calc $r of base and $many made it $R, too near to tell; set MANY higher" >&2; exit 2; }
  echo "$few turns a write: calc at $r of base; $many: $R; $TURNS turns make 5 %"
fi
plant "$TURNS"

hits=0 others=0
for i in $(seq "$found"); do
  status=0; regress "$dir/slow" "$@" > "$dir/out" || status=$?
  [ $status -eq 1 ] && grep -q 'Regressed: .*calc' "$dir/out" && hits=$((hits + 1))
  sed -n 's/^\(Regressed: [^.]*\(\.[0-9][^.]*\)*\)\. .*/\1/p' "$dir/out" | grep -qE '(none|naive-copy|zigzag|pingpong|cpr|lineairdb) (at rest|while)' && others=$((others + 1))
  echo "planted $i: exit $status; $(tail -n 1 "$dir/out")"
done
alarms=0 unclear=0
for i in $(seq "$same"); do
  status=0; regress "$dir/same" "$@" > "$dir/out" || status=$?
  [ $status -eq 1 ] && alarms=$((alarms + 1))
  [ $status -eq 2 ] && unclear=$((unclear + 1))
  echo "same $i: exit $status; $(tail -n 1 "$dir/out")"
done
echo "planted 5 % in calc: found in $hits of $found (in $others of them another algorithm was blamed too); same code: $alarms alarms in $same runs, $unclear could not compare"
[ "$hits" -eq "$found" ] && [ "$alarms" -eq 0 ]
