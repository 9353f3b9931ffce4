#!/bin/sh
# Has Wireshark read every PDU our parties can send, and compares what it read with what we meant.
set -eu
cd "$(dirname "$0")/.."

missing=
command -v tshark >/dev/null 2>&1 || missing="$missing tshark"
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
if [ -n "$missing" ]; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update
    # $missing is a list of words.
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cargo run --locked --quiet --example emit_pdus -- "$dir/pdus"
python3 -B ci/tshark_compare.py "$dir/pdus"
cargo run --locked --quiet --example emit_carriers -- "$dir/carriers"
python3 -B ci/tshark_carriers.py "$dir/carriers"
