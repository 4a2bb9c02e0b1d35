#!/usr/bin/env bash
# Runs the experiments of configs/reproduce.txt one after the other and holds the published claims
# against them: results/scorecard.md, and results/reproduce/scorecard.html as a page.
#
#   make reproduce             all of them
#   make reproduce FOR=5m      for five minutes; the next call goes on
#
# Ctrl-C, a kill or the end of FOR stop it; the next call runs what is not finished, the one that was
# interrupted from its next trial on. An experiment that fails is reported, and the others run; the
# next call tries it again. OUT is the folder of results, CKPT the program, CARD the scorecard's file,
# FLAGS go to each run (--force after the program was changed).
set -uo pipefail
cd "$(dirname "$0")/.."
ckpt=${CKPT:-./ckptbench} out=${OUT:-results/reproduce} plan=${PLAN:-configs/reproduce.txt}
card=${CARD:-results/scorecard.md}
times=$out/times.tsv # a line for each piece: experiment, seconds, and finished, stopped or failed
mkdir -p "$out" && touch "$times" || exit 2

# seconds DURATION: 1h2m3s in seconds; digits alone are seconds already.
seconds() {
  [[ $1 =~ ^(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s?)?$ && -n $1 ]] ||
    { echo "reproduce: $1 is no duration: want 5m, 90s or 1h30m" >&2; return 1; }
  echo $((${BASH_REMATCH[2]:-0} * 3600 + 10#${BASH_REMATCH[4]:-0} * 60 + 10#${BASH_REMATCH[6]:-0}))
}
minutes() { echo "$((($1 + 30) / 60)) min"; }
finished() { awk -F'\t' -v n="$1" '$1 == n && $3 == "finished" {f = 1} END {exit !f}' "$times"; }
spent() { awk -F'\t' -v n="$1" '$1 == n {s += $2} END {print s + 0}' "$times"; }

limit=0
if [ -n "${FOR:-}" ]; then limit=$(seconds "$FOR") || exit 2; fi

# The plan, with what the program expects of each: it refuses what does not fit this machine.
configs=() flags=() ends=() expected=()
while read -r config rest; do
  [[ -z $config || $config == \#* ]] && continue
  end=0
  [[ $rest =~ (.*)ends=([0-9]+)$ ]] && rest=${BASH_REMATCH[1]} end=${BASH_REMATCH[2]}
  [[ $rest == *scale=* ]] || rest="--set scale=0.05 $rest"
  configs+=("$config") flags+=("$rest ${FLAGS:-}") ends+=("$end")
  said=$("$ckpt" run "configs/$config.yaml" --dry-run --out "$out" $rest 2>&1)
  about=$(sed -nE 's/.*, about ([0-9hm]*[0-9]+s),.*/\1/p' <<< "$said" | tail -n 1)
  expected+=("$(seconds "${about:-60s}")")
done < "$plan"

# left FROM: what the experiments from that one on still take, in seconds, by what they are expected
# to take and how right that was for those that are finished.
left() {
  local i name was=0 took=0 sum=0 all
  for i in "${!configs[@]}"; do
    name=$(basename "${configs[i]}")
    if finished "$name"; then
      was=$((was + expected[i])) took=$((took + $(spent "$name")))
    elif [ "$i" -ge "$1" ]; then
      all=$((expected[i] - $(spent "$name")))
      sum=$((sum + (all > 10 ? all : 10)))
    fi
  done
  if [ "$was" -gt 120 ]; then sum=$((sum * took / was)); fi
  echo "$sum"
}

stopped="" failed=() child=""
trap 'stopped="it was interrupted"' INT # the child is told by the same key
trap 'stopped="it was interrupted"; [ -z "$child" ] || kill -HUP "$child"' TERM HUP
for i in "${!configs[@]}"; do
  name=$(basename "${configs[i]}")
  if finished "$name"; then continue; fi
  if [ "$limit" -gt 0 ] && [ "$SECONDS" -ge $((limit - 1)) ]; then stopped="$FOR are over"; fi
  if [ -n "$stopped" ]; then break; fi
  echo "reproduce: $((i + 1)) of ${#configs[@]}: $name, about $(minutes "${expected[i]}"); about $(minutes "$(left "$i")") left of all"
  begun=$SECONDS
  "$ckpt" run "configs/${configs[i]}.yaml" --resume --for $((limit > 0 ? limit - SECONDS : 0))s \
    --out "$out" --plots '' ${flags[i]} > "$out/$name.txt" &
  child=$!
  while wait "$child"; status=$?; kill -0 "$child" 2> /dev/null; do :; done # a signal ends wait too early
  child=""
  outcome=failed
  if [ "$status" = "${ends[i]}" ]; then
    outcome=finished
  elif [ "$status" = 130 ]; then
    outcome=stopped
    if [ -z "$stopped" ] && [ "$limit" -gt 0 ] && [ "$SECONDS" -ge "$limit" ]; then stopped="$FOR are over"; fi
    stopped=${stopped:-it was interrupted}
  fi
  printf '%s\t%d\t%s\n' "$name" $((SECONDS - begun)) "$outcome" >> "$times"
  if [ "$outcome" = failed ]; then
    failed+=("$name")
    echo "reproduce: $name ended with status $status, and the others run on" >&2
  fi
done

# card: the scorecard, with what was run for it.
card() {
  local i results=()
  for i in "$out"/*/; do if [ -d "$i/trials" ]; then results+=("${i%/}"); fi; done
  "$ckpt" claims --format html "${results[@]}" > "$out/scorecard.html" || return 1
  echo "# Scorecard: what was published, against what was measured"
  echo
  echo "Made by \`make reproduce\`. What is measured at a small scale shows orders, ratios and growth; figures of"
  echo "another machine are not numbers to reach. A claim that does not hold here is a finding, not an error."
  echo
  "$ckpt" claims --format markdown "${results[@]}" || return 1
  printf '\n## What was run\n\n| experiment | flags | seconds |\n|---|---|--:|\n'
  for i in "${!configs[@]}"; do
    echo "| \`${configs[i]}\` | \`$(xargs <<< "${flags[i]}")\` | $(spent "$(basename "${configs[i]}")") |"
  done
}
card > "$out/scorecard.md" || exit 1

if [ -n "$stopped" ]; then
  done=0
  for c in "${configs[@]}"; do if finished "$(basename "$c")"; then done=$((done + 1)); fi; done
  echo "reproduce: stopped, as $stopped: $done of ${#configs[@]} are finished, about $(minutes "$(left 0)") are left; make reproduce goes on"
  [ "$stopped" = "it was interrupted" ] && exit 130
  exit 0
fi
cp "$out/scorecard.md" "$card" || exit 1
grep -m 1 ' claims: ' "$card"
echo "reproduce: $card and $out/scorecard.html"
if [ "${#failed[@]}" -gt 0 ]; then
  echo "reproduce: failed: ${failed[*]}; make reproduce tries them again" >&2
  exit 1
fi
