#!/bin/sh
# Has Wireshark read every PDU our parties can send, and the captures of runs, and compares what it read with what we meant.
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

# Captures of runs: one relay, two MMSEs, routing by DNS and pushes through Kannel; then pushes by SMPP, by datagram, and what was TLS.
embedded='mm1-content-is-delivered-unchanged mm4-content-reaches-the-peer-unchanged e2e-immediate-retrieval routing-enum-asks-for-the-reversed-digits*'
cargo run --locked --quiet -- run $embedded --report-dir "$dir/runs"
for target in over-smpp over-wsp over-tls; do
    cargo run --locked --quiet -- run mm1-content-is-delivered-unchanged mm4-forward-is-accepted-and-notified \
        --target "fixtures/targets/$target.yaml" --report-dir "$dir/runs"
done
python3 -B ci/tshark_captures.py mmse,smtp,imf,http,smpp,wsp,dns "$dir"/runs/*/2*
