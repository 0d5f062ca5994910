#!/usr/bin/env bash
# Prints throughput and peak memory per format: natively, then in a worker in headless Chromium.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

step "Measuring natively" "5 min from nothing"
cargo bench --locked
make --no-print-directory build
scripts/setup-browser.sh
step "Measuring in a worker in headless Chromium" "2 min"
npm run --silent bench
