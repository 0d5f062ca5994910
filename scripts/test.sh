#!/usr/bin/env bash
# Runs the checks, cheapest first, and stops at the first that fails: scripts/test.sh [STAGE...]
# Stages: lint native wasm build journeys; all of them when none is named.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

logs=$ROOT/target/test-logs
rm -rf "$logs"
mkdir -p "$logs"

# check LOG COMMAND...: runs a test runner and remembers what it printed for the summary at the end.
check() {
  local log=$logs/$1.log
  shift
  "$@" 2>&1 | tee "$log"
}

# Each runner's own closing lines, in the order in which they ran.
summary() {
  local log
  printf '\n==> Summary\n'
  for log in "$logs"/*.log; do
    [ -e "$log" ] || continue
    printf '%s:\n' "$(basename "$log" .log | cut -d- -f2-)"
    grep -E '^ *Summary \[|^test result:|^ +[0-9]+ (passed|failed|flaky|skipped|interrupted|did not run)' "$log" || true
  done
}
trap summary EXIT

# Runs a command with the cargo that builds for wasm32.
for_wasm() (
  use_wasm_toolchain
  "$@"
)

lint() {
  step "Checking the format" "2 s"
  cargo fmt --all --check
  ! have shellcheck || shellcheck --external-sources scripts/*.sh .ci/run
  step "Checking the native code with clippy" "1 min from nothing"
  cargo clippy --locked --all-targets -- -D warnings
  scripts/setup-wasm.sh
  step "Checking the page's code with clippy" "2 min from nothing"
  for_wasm cargo clippy --locked --target wasm32-unknown-unknown --features ui,worker --lib --bin app --bin engine_worker --bin unpack_worker --bin reading_worker --bin replay_worker --bin report_worker --bin collection --bin collection_worker -- -D warnings
}

native() {
  step "Running the native tests" "2 min from nothing"
  if cargo nextest --version >/dev/null 2>&1; then
    check 1-native cargo nextest run --locked --color never
    check 2-documentation cargo test --locked --doc
  else
    check 1-native cargo test --locked
  fi
}

# The runner finds the browser through this file, which it reads from the folder of Cargo.toml.
write_webdriver_config() {
  local browser=$1 sandbox=
  # Chromium refuses to start its sandbox as root.
  [ "$(id -u)" != 0 ] || sandbox='"--no-sandbox", '
  cat >webdriver.json <<JSON
{ "goog:chromeOptions": { "binary": "$browser", "args": ["--headless", $sandbox"--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] } }
JSON
}

wasm() {
  scripts/setup-wasm.sh
  scripts/setup-tools.sh test-runner
  scripts/setup-browser.sh
  step "Running the wasm tests in headless Chromium" "2 min from nothing"
  write_webdriver_config "$(chromium_path)"
  CHROMEDRIVER=$(command -v chromedriver) check 3-wasm \
    for_wasm cargo test --locked --target wasm32-unknown-unknown --features ui,worker --test wasm
}

build() {
  make --no-print-directory build
  step "Measuring what a first visit downloads" "5 s"
  node scripts/size-report.mjs dist
}

journeys() {
  make --no-print-directory build
  scripts/setup-browser.sh
  step "Running the browser journeys" "1 min"
  check 4-journeys npm run --silent test
}

(($#)) || set -- lint native wasm build journeys
for stage in "$@"; do "$stage"; done
