#!/bin/sh
# The cases about several relays with every relay a process in a network namespace of its own, where the machine allows that.
set -eu
cd "$(dirname "$0")/.."

cargo build --locked --release
status=0
./target/release/mmspec run --isolate namespace 'multi-relay-*' 'e2e-*killed*' 'mm?-killed-*' || status=$?
if [ "$status" -eq 4 ] && ! unshare --user --map-root-user --net -- true 2>/dev/null && ! unshare --net -- true 2>/dev/null; then
    echo "this machine allows no network namespaces: relays were not run in any"
    exit 0
fi
exit "$status"
