#!/usr/bin/env bash
# Makes sure that Rust can build for wasm32-unknown-unknown.
#
# The ordinary way is `rustup target add`. Where that download is not to be had, Debian's rustc-web and the
# library source beside it are used: the standard library is built once, into a toolchain folder of this
# user, which rustup then knows as "debian-wasm". Nothing is written under /usr but Debian's own packages.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

toolchain=$CACHE/$WASM_TOOLCHAIN
stamp=$toolchain/built-by # the compiler that the standard library was built with

stand_in_ready() {
  [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$(/usr/bin/rustc -vV)" ] &&
    [ "$(rustc "+$WASM_TOOLCHAIN" --print sysroot 2>/dev/null)" = "$toolchain" ]
}

# A folder that looks like a toolchain: Debian's programs, told to use this folder's standard libraries.
lay_out_toolchain() {
  local host=$1 program rustlib=$toolchain/lib/rustlib
  rm -rf "$toolchain"
  mkdir -p "$toolchain/bin" "$rustlib/$host/bin" "$rustlib/wasm32-unknown-unknown/lib"
  ln -s "/usr/lib/rustlib/$host/lib" "$rustlib/$host/lib"
  ln -s /usr/bin/lld-19 "$rustlib/$host/bin/rust-lld"
  ln -s /usr/bin/cargo "$toolchain/bin/cargo"
  for program in rustc rustdoc; do
    printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' "$program" "$toolchain" >"$toolchain/bin/$program"
  done
  # Clippy starts its driver from beside its own program and takes the folder from the environment.
  printf '#!/bin/sh\nSYSROOT="%s" exec /usr/bin/cargo-clippy "$@"\n' "$toolchain" >"$toolchain/bin/cargo-clippy"
  chmod +x "$toolchain"/bin/*
}

# RUSTC_BOOTSTRAP allows -Zbuild-std here and is set for nothing else. Embedded bitcode lets fat LTO work.
build_standard_library() {
  local crate=$CACHE/std-build
  rm -rf "$crate"
  mkdir -p "$crate/src"
  printf '[package]\nname = "empty"\nedition = "2021"\n' >"$crate/Cargo.toml"
  touch "$crate/src/lib.rs"
  quietly build-std env -u RUSTUP_TOOLCHAIN -u CARGO_TARGET_DIR RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS=-Cembed-bitcode=yes /usr/bin/cargo build --release --manifest-path "$crate/Cargo.toml" \
    --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort,test
  rm "$crate"/target/wasm32-unknown-unknown/release/deps/libempty-*.rlib
  cp "$crate"/target/wasm32-unknown-unknown/release/deps/*.rlib "$toolchain/lib/rustlib/wasm32-unknown-unknown/lib/"
  rm -rf "$crate"
}

have rustup || die "Rust is missing: install rustup from https://rustup.rs, then try again"
if rust_has_wasm || stand_in_ready; then
  exit 0
fi
take_turns
if stand_in_ready; then
  exit 0
fi

step "Adding the wasm32-unknown-unknown target with rustup" "10 s"
if rustup target add wasm32-unknown-unknown; then
  exit 0
fi
have apt-get || die "rustup could not download the wasm32-unknown-unknown target, and there is no other way on this system"
step "It cannot be downloaded here: installing Debian's Rust with its library source" "1 min"
need_packages rustc-web cargo-web rust-web-src rust-web-clippy lld-19
step "Building the standard library for wasm32" "1 min"
lay_out_toolchain "$(/usr/bin/rustc -vV | sed -n 's/^host: //p')"
build_standard_library
rustup toolchain link "$WASM_TOOLCHAIN" "$toolchain"
# What was built against an older standard library cannot be used with the new one.
rm -rf "$ROOT/target/wasm"
/usr/bin/rustc -vV >"$stamp"
