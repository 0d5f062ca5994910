#!/usr/bin/env bash
# Builds the page into dist/: plain static files that work under any path.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

need_node
scripts/setup-wasm.sh
scripts/setup-tools.sh
use_wasm_toolchain
unset NO_COLOR # Trunk takes only "true" or "false" for it and stops at "1".

step "Building the page" "5 min from nothing, 1 min after a change"
TRUNK_SKIP_VERSION_CHECK=true trunk build --release --locked
