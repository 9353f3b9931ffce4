#!/bin/sh
# Whether the suite notices every seeded defect, and every case notices one.
set -eu
cd "$(dirname "$0")/.."

cargo run --locked --release -- killmatrix --jobs 8
