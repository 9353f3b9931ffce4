#!/bin/sh
# Formatting, lints, and the licences and advisories of the dependencies.
set -eu
cd "$(dirname "$0")/.."

cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
if cargo deny --version >/dev/null 2>&1; then
    cargo deny check
else
    echo "cargo-deny is not installed: dependencies are not checked"
fi
