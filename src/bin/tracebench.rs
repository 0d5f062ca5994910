//! The command line's entry.

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    tracebench::cli::main()
}

/// Cargo builds every program beside the wasm tests; there is no command line in a browser.
#[cfg(target_family = "wasm")]
fn main() {}
