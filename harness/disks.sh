#!/usr/bin/env bash
# Runs ckptbench on file systems and disks of other kinds, and cuts their power under a
# store at work: XFS and ext4 on loop devices with sectors of 512, 4096 and 16384 bytes,
# tmpfs, and overlay. What this machine does not allow is skipped, with the reason.
#
#   harness/disks.sh            images of some algorithms on each, direct and buffered
#   CUTS=20 harness/disks.sh    and so many power cuts of each of some algorithms there
#   ONLY=xfs-16Kn harness/disks.sh      one of them
#
# Power is cut by the shutdown of xfs_io, which drops the page cache and what the file
# system has not written to its own log; mounting it again is its recovery.
set -uo pipefail
cd "$(dirname "$0")/.."
cuts=${CUTS:-0} only=${ONLY:-}
dir=$(mktemp -d)
loops=()
down() { # nothing is left mounted
  for m in "$dir"/*/; do ! mountpoint -q "$m" || umount "$m" || umount -l "$m"; done
  for l in "${loops[@]}"; do losetup -d "$l" 2>/dev/null; done
  rm -rf "$dir"
}
trap down EXIT
trap "exit 1" INT TERM # when the command under way has ended: until then its disk is busy

[ "$(id -u)" = 0 ] || { echo "skipped: mounting needs root"; exit 0; }
go build -o "$dir/ckptbench" ./harness/cmd/ckptbench || exit 2
go build -o "$dir/crash" ./algorithms/storetest/crash || exit 2
cat > "$dir/config.yaml" <<'END'
records: 20k
record_size: 100B
workers: 2
workload: {name: calc}
rate: 10k/s
duration: 600ms
warmup: 50ms
bucket: 100ms
trials: 1
seed: 1
wal: async
checkpoint: {first: 100ms, interval: 200ms}
verify: trial
verify_duration: 200ms
recover: true
algorithms: [calc, fuzzy, foedus, hekaton]
END

printf '%-22s %-8s %-44s %-8s %s\n' "disk" "asked" "images and log on" "direct" "trials, images read back"
failed=0
# try NAME: an experiment in $dir/NAME, with and without direct I/O asked for.
try() {
  local name=$1 ask out
  for ask in true false; do
    out=$dir/out-$name-$ask
    mkdir -p "$out"
    "$dir/ckptbench" run "$dir/config.yaml" -q --out "$out" --plots '' \
      --set checkpoint.dir="$dir/$name" --set checkpoint.direct=$ask > "$out/text" 2>&1 || { failed=1; tail -5 "$out/text"; }
    python3 - "$name" "$ask" "$out/config" <<'END' || failed=1
import glob, json, sys
name, ask, dir = sys.argv[1:]
m = json.load(open(dir + "/machine.json"))
f = m["folders"][0]
on = f["file_system"] + (" on " + f["device"] if "device" in f else "") + (", sectors of %d" % f["sector_bytes"] if "sector_bytes" in f else "")
ts = [json.load(open(t)) for t in glob.glob(dir + "/trials/*/trial.json")]
cs = [c for t in ts for c in t.get("checkpoints") or [] if not c.get("error")]
direct = {bool(c.get("direct")) for c in cs}
bad = [t["algorithm"] for t in ts if t["status"] != "ok" or not t["verdict"]["ok"]]
print("%-22s %-8s %-44s %-8s %d, %d%s" % (name, "direct" if ask == "true" else "buffered", on,
      "/".join("yes" if d else "no" for d in sorted(direct)), len(ts), sum(t["verdict"]["images"] for t in ts),
      ", FAILED: " + " ".join(bad) if bad else ""))
sys.exit(len(bad) > 0 or ask == "false" and True in direct)
END
  done
}

# loop NAME SECTOR MKFS...: a file system on a loop device with such sectors.
loop() {
  local name=$1 sector=$2 dev why
  [ -z "$only" ] || [ "$only" = "$name" ] || return 0
  shift 2
  command -v "$1" > /dev/null || { echo "$name: skipped: $1 is not installed"; return; }
  truncate -s 2G "$dir/$name.img"
  why=$(losetup -f --show -b "$sector" "$dir/$name.img" 2>&1) || { echo "$name: skipped: $why"; return; }
  dev=$why
  loops+=("$dev")
  mkdir "$dir/$name"
  why=$("$@" "$dev" 2>&1 && mount "$dev" "$dir/$name" 2>&1) || { echo "$name: skipped: $(tail -1 <<< "$why")"; return; }
  try "$name"
  [ "$cuts" = 0 ] || cut "$name" "$dev"
}

# cut NAME DEVICE: power cuts below a store at work.
cut() {
  command -v xfs_io > /dev/null || { echo "$1: no power cuts: xfs_io is not installed"; return; }
  cat > "$dir/$1.cutter" <<END
case \$1 in
down) xfs_io -x -c shutdown "$dir/$1" ;;
up) umount "$dir/$1" && mount "$2" "$dir/$1" ;;
esac
END
  local a
  for a in calc fuzzy pcalc foedus hekaton; do
    "$dir/crash" -only $a -trials "$cuts" -dir "$dir/$1" -cutter "sh $dir/$1.cutter" > "$dir/$1.cuts" 2> "$dir/$1.said" || { failed=1; cat "$dir/$1.said"; }
    sed "s/^/$1: /" "$dir/$1.cuts"
  done
}

loop xfs-512 512 mkfs.xfs -f -q
loop xfs-4Kn 4096 mkfs.xfs -f -q -s size=4096
loop xfs-16Kn 16384 mkfs.xfs -f -q -b size=16384 -s size=16384
loop ext4-4Kn 4096 mkfs.ext4 -F -q
mkdir "$dir/tmpfs" "$dir/overlay" "$dir/lower"
if [ -n "$only" ] && [ "$only" != tmpfs ]; then :
elif why=$(mount -t tmpfs -o size=2G none "$dir/tmpfs" 2>&1); then try tmpfs; else echo "tmpfs: skipped: $why"; fi
mkdir -p "$dir/upper" "$dir/work"
if [ -n "$only" ] && [ "$only" != overlay ]; then :
elif why=$(mount -t overlay -o "lowerdir=$dir/lower,upperdir=$dir/upper,workdir=$dir/work" none "$dir/overlay" 2>&1)
then try overlay; else echo "overlay: skipped: $why"; fi
exit $failed
