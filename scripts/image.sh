#!/usr/bin/env bash
# Builds the Docker image `pocketkey` (or the name given) from the static binary, and fails if it is over 20 MB.
#
#   scripts/image.sh [NAME]             builds the binary first (scripts/build-static.sh)
#   scripts/image.sh --no-build [NAME]  takes target/static/pocketkey as it is
. "$(dirname "$0")/lib.sh"

build=yes
if [ "${1:-}" = --no-build ]; then build=no; shift; fi
name=${1:-pocketkey}
limit=20000000

if [ $build = yes ]; then "$root/scripts/build-static.sh"; fi
certificates=/etc/ssl/certs/ca-certificates.crt
[ -s "$certificates" ] || need_apt ca-certificates
need_docker

context=$root/target/image
rm -rf "$context" && mkdir -p "$context/data"
cp "$root/target/static/pocketkey" "$certificates" "$context/"
say "building the image $name"
"${docker[@]}" build -q -t "$name" -f "$root/docker/Dockerfile" "$context" >/dev/null
size=$("${docker[@]}" image inspect -f '{{.Size}}' "$name")
say "$name: $(bytes "$size") bytes"
[ "$size" -le $limit ] || die "the image is over $(bytes $limit) bytes"
