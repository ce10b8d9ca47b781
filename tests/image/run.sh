#!/usr/bin/env bash
# Runs the Docker image for real and looks at it from outside: it starts, prints a set-up link, is healthy, is not root,
# stops when told, finds its data again on the same volume, also with a read-only root and no capabilities; and the
# sandbox answers. Removes the containers and the volume it made.
#
#   tests/image/run.sh [NAME]   the image to test; `pocketkey` (from scripts/image.sh) when none is given
. "$(dirname "$0")/../../scripts/lib.sh"

image=${1:-pocketkey}
id=pocketkey-test-$$
work=$(mktemp -d)
have curl || need_apt curl
have python3 || need_apt python3
need_docker

clean_up() {
  local status=$?
  if [ $status != 0 ]; then
    for container in $("${docker[@]}" ps -aq --filter "name=$id"); do
      say "what $container logged:"
      "${docker[@]}" logs --tail 30 "$container" >&2 || true
    done
  fi
  "${docker[@]}" ps -aq --filter "name=$id" | xargs -r "${docker[@]}" rm -f -v >/dev/null || true
  "${docker[@]}" volume rm -f "$id" >/dev/null || true
  rm -rf "$work"
  stop_docker
  exit $status
}
trap clean_up EXIT

# start NAME [docker options] -- [arguments]: runs a container and waits until it is healthy; sets `url`.
start() {
  local name=$id-$1 options=() tries status
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  "${docker[@]}" run -d --name "$name" -p 127.0.0.1::8080 "${options[@]}" "$image" "$@" >/dev/null
  url=http://$("${docker[@]}" port "$name" 8080/tcp | head -n 1)
  for tries in $(seq 240); do
    status=$("${docker[@]}" inspect -f '{{.State.Status}}' "$name")
    [ "$status" = running ] || die "$name is $status"
    curl -fs -m 5 -o /dev/null "$url/healthz" && break
    [ "$tries" -lt 240 ] || die "$name: no 200 from /healthz in two minutes"
    sleep 0.5
  done
  for tries in $(seq 240); do
    status=$("${docker[@]}" inspect -f '{{.State.Health.Status}}' "$name")
    [ "$status" = healthy ] && break
    [ "$tries" -lt 240 ] || die "$name: its own health check says $status"
    sleep 0.5
  done
  say "ok: $name is healthy"
}

# stop NAME: asks a container to end; it must do so by itself, without an error.
stop() {
  local name=$id-$1 code
  "${docker[@]}" stop -t 20 "$name" >/dev/null
  code=$("${docker[@]}" inspect -f '{{.State.ExitCode}}' "$name")
  [ "$code" = 0 ] || die "$name ended with $code when asked to stop (137: it had to be killed)"
}

# rows NAME: every row of every table in the stopped container's database, one a line.
rows() {
  rm -rf "$work/data" && "${docker[@]}" cp "$id-$1:/data" "$work/data" >/dev/null
  as_root chown -R "$(id -u):$(id -g)" "$work/data"
  python3 - "$work/data" <<'PY'
import pathlib, sqlite3, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")):
    if not path.is_file() or path.read_bytes()[:15] != b"SQLite format 3": continue
    base = sqlite3.connect(path)
    for (table,) in base.execute("select name from sqlite_master where type = 'table' order by 1").fetchall():
        try: found = base.execute(f'select * from "{table}"').fetchall()
        except sqlite3.Error: continue  # a virtual table of a module Python lacks
        for row in found: print(path.name, table, row)
PY
}

start first -v "$id:/data" --
"${docker[@]}" logs "$id-first" >"$work/log" 2>&1
grep -Eiq 'https?://[^ ]*set-?up' "$work/log" || die "no set-up link in the log"
say "ok: the log holds a set-up link"
uids=$("${docker[@]}" top "$id-first" -eo pid,uid | awk 'NR > 1 { print $2 }' | sort -u)
[ "$uids" = 65532 ] || die "runs as user $uids, not 65532"
say "ok: runs as user 65532"
stop first
say "ok: stops when asked to"
rows first | sort -u >"$work/before"
[ -s "$work/before" ] || die "there is no database with rows in /data"
"${docker[@]}" rm "$id-first" >/dev/null

start second -v "$id:/data" --read-only --cap-drop ALL --security-opt no-new-privileges --
stop second
rows second | sort -u >"$work/after"
kept=$(comm -12 "$work/before" "$work/after" | wc -l)
[ "$kept" -gt 0 ] || die "nothing of the first run's data is there in the second"
say "ok: $kept of $(wc -l <"$work/before") rows are there again on the same volume, with a read-only root and no capabilities"

start sandbox -- sandbox
code=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$url/sandbox")
[ "$code" = 200 ] || die "/sandbox answers $code"
say "ok: the sandbox answers"
stop sandbox
say "all passed"
