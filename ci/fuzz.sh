#!/bin/sh
# Hostile inputs for every decoder: the same targets by cargo-fuzz, where there is a nightly toolchain, and by mutated seeds.
# Without a sanitizer: the crate forbids unsafe code, so a panic or a broken property is what there is to find.
# FUZZ_SECONDS (default 15) is how long cargo-fuzz goes on with each target.
set -eu
cd "$(dirname "$0")/.."

cargo run --locked --release --quiet --example mutate -- --inputs "${MUTATE_INPUTS:-200000}"

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "there is no nightly toolchain: cargo-fuzz does not run, its targets were fed with mutated seeds only"
    exit 0
fi
if ! cargo fuzz --version >/dev/null 2>&1 && ! cargo install --locked --quiet cargo-fuzz; then
    echo "cargo-fuzz is not there and cannot be installed: its targets were fed with mutated seeds only"
    exit 0
fi
if ! cargo +nightly fuzz build --sanitizer none; then
    echo "the fuzz targets do not build with this nightly: they were fed with mutated seeds only"
    exit 0
fi

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
cargo run --locked --release --quiet --example mutate -- --write-seeds "$seeds"
for target in $(cargo +nightly fuzz list); do
    cargo +nightly fuzz run --sanitizer none "$target" "$seeds/$target" -- \
        -max_total_time="${FUZZ_SECONDS:-15}" -max_len=65536 -timeout=10 -rss_limit_mb=1024 -verbosity=0 -seed=1
done
