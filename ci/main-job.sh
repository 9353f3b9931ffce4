#!/bin/sh
# What README.md tells a newcomer to run: every case against embedded relays. Then the case files themselves.
set -eu
cd "$(dirname "$0")/.."

cargo run --locked --release
cargo run --locked --release -- lint
