# Shared by the scripts beside it, which source it. It only defines names; it does nothing by itself.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools are kept per user, so that a second clone on the same machine need not build them again.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/tracebench
TOOLS=$CACHE/tools
# The name, known to rustup, of the stand-in for a Rust whose wasm32 target cannot be downloaded.
WASM_TOOLCHAIN=debian-wasm

cd "$ROOT" || exit
mkdir -p "$TOOLS/bin"
export PATH="$TOOLS/bin:$TOOLS/node_modules/.bin:$PATH"

# Says what is about to happen and how long it usually takes on two cores.
step() { printf '\n==> %s (usually %s)\n' "$1" "$2"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# quietly LOG COMMAND...: keeps the output in a log and shows its end only when the command fails.
quietly() {
  local log=$CACHE/log/$1.log
  shift
  mkdir -p "$CACHE/log"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    die "failed: $* (whole output: $log)"
  fi
}

# Two clones may be set up at the same moment: the second waits for the first.
take_turns() {
  if have flock; then
    exec 9>"$CACHE/lock"
    flock 9
  fi
}

# The scripts in JavaScript need nothing but Node.js itself.
need_node() {
  have node && have npm && return
  have apt-get || die "Node.js is missing: install version 18 or newer from https://nodejs.org, then try again"
  step "Installing Node.js" "1 min"
  need_packages nodejs npm
}

# Where a Chromium that is already installed lies; nothing when there is none.
chromium_path() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

# The value of a quoted key of Trunk.toml, the one place that pins the versions of the build tools.
pinned() { sed -n "s/^$1 = \"[=]*\(version_\)\{0,1\}\([0-9.]*\)\".*/\2/p" "$ROOT/Trunk.toml"; }

# need_packages NAME...: installs Debian packages that are missing, or says exactly what to install.
need_packages() {
  local package missing=() as_root=()
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if [ "$(id -u)" != 0 ]; then
    if have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      die "ask an administrator to run: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    fi
  fi
  quietly apt-update "${as_root[@]}" apt-get update
  quietly apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# Whether the Rust in use has the wasm32 standard library of its own.
rust_has_wasm() { [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; }

# Makes the cargo of this shell build for wasm32. Native builds keep their own target folder, because
# the stand-in is another compiler and the two would throw away each other's work.
use_wasm_toolchain() {
  rust_has_wasm || export RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN
  export CARGO_TARGET_DIR=$ROOT/target/wasm
}
