#!/usr/bin/env bash
# Makes sure that the build tools are there in the versions that Trunk.toml pins: Trunk, wasm-bindgen, wasm-opt.
# With the argument `test-runner`, also the runner of the wasm tests, which comes with wasm-bindgen's own command.
#
# A tool on PATH in the right version is used as it is. Otherwise Trunk downloads wasm-bindgen and wasm-opt by
# itself while it builds; where it cannot, they come from the package registries.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

trunk=$(pinned trunk-version)
bindgen=$(pinned wasm_bindgen)
binaryen=$(pinned wasm_opt)

has_trunk() { [ "$(trunk --version 2>/dev/null)" = "trunk $trunk" ]; }
has_bindgen() { [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $bindgen" ] || trunk_has "wasm-bindgen-$bindgen"; }
has_runner() { [ "$(wasm-bindgen-test-runner --version 2>/dev/null)" = "wasm-bindgen-test-runner $bindgen" ]; }
has_wasm_opt() { [[ "$(wasm-opt --version 2>/dev/null)" == "wasm-opt version $binaryen"* ]] || trunk_has "wasm-opt-version_$binaryen"; }

# Whether Trunk has downloaded a tool in an earlier build, on Linux or on macOS.
trunk_has() { [ -d "${XDG_CACHE_HOME:-$HOME/.cache}/trunk/$1" ] || [ -d "$HOME/Library/Caches/dev.trunkrs.trunk/$1" ]; }

trunk_can_download() {
  have curl && curl --silent --fail --location --head --max-time 10 --output /dev/null \
    "https://github.com/rustwasm/wasm-bindgen/releases/tag/$bindgen"
}

# These tools run for seconds, so they are compiled in less time rather than for more speed; Trunk's own work is
# so little that it is not optimised at all.
install_crate() {
  take_turns
  quietly "install-${1%@*}" env -u RUSTUP_TOOLCHAIN -u CARGO_TARGET_DIR -u RUSTFLAGS CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install --root "$TOOLS" "$@"
}

have cargo || die "Rust is missing: install rustup from https://rustup.rs, then try again"
if ! has_trunk; then
  step "Building Trunk $trunk, which bundles the page" "4 min, once per machine"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 install_crate "trunk@$trunk" --locked
fi
if { [ "${1:-}" = test-runner ] && ! has_runner; } || { ! has_bindgen && ! trunk_can_download; }; then
  step "Building wasm-bindgen $bindgen, which joins wasm to JavaScript" "2 min, once per machine"
  # Not --locked: its lock file names versions that a registry mirror may not have yet.
  install_crate "wasm-bindgen-cli@$bindgen"
fi
if ! has_wasm_opt && ! trunk_can_download; then
  step "Installing wasm-opt $binaryen from npm" "15 s"
  need_node
  quietly install-wasm-opt npm install --prefix "$TOOLS" --no-save --no-audit --no-fund "binaryen@$binaryen"
fi
