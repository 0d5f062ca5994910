//! The command line: arguments, files, threads, exit codes. All else is the engine's.
#![forbid(unsafe_code)]

mod args;
mod catalog;
mod collect;
mod compare;
mod doctor;
mod files;
mod gather;
mod output;
mod pool;
mod profile;
mod read;
mod report;
mod rewards;
mod store;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Args, Command};

/// Something asked for could not be read; all else was done.
const INCOMPLETE: u8 = 2;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Report(args) => report::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Rewards(args) => rewards::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Formats => catalog::formats(&mut io::stdout().lock()).map(|()| true),
        Command::Detectors => catalog::detectors(&mut io::stdout().lock()).map(|()| true),
        Command::Profile(args) => profile::print(&args.name, &mut io::stdout().lock()).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(INCOMPLETE),
        // Whoever read the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("the output could not be written: {error}"));
            ExitCode::FAILURE
        }
    }
}
