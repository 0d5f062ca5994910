#!/usr/bin/env bash
# Makes sure that the browser tests can run: Playwright's packages, Chromium, and chromedriver for the wasm tests.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

need_node
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  step "Installing Playwright and axe from npm" "10 s"
  quietly npm-ci npm ci --no-audit --no-fund
  touch node_modules/.package-lock.json
fi
if [ "$(chromium_path)" ] && have chromedriver; then
  exit 0
fi
if grep -qsx 'ID=debian' /etc/os-release; then
  step "Installing Debian's Chromium" "1 min"
  take_turns
  need_packages chromium chromium-driver
  exit 0
fi
step "Downloading Playwright's Chromium" "1 min"
npx playwright install chromium
have chromedriver || die "chromedriver is missing; the wasm tests need it: install the version of your Chrome, on macOS with: brew install --cask chromedriver"
