#!/bin/sh
# What README.md tells a developer to run.
set -eu
cd "$(dirname "$0")/.."

cargo test --locked
