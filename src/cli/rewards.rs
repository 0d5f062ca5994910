//! Rewards of all runs, as JSON lines in the order of the arguments.

use std::io::{self, Write as _};
use std::path::Path;

use super::args::RewardsArgs;
use super::files;
use super::gather::gather_or_complain;
use super::output::complain;
use super::pool::in_order;
use super::read::{Missed, is_cut_off, is_no_trace, read};
use crate::engine::report::{RewardWeights, error_line};
use crate::engine::{Options, Run};

/// Writes the lines; answers whether all files could be read whole.
pub(super) fn run(args: &RewardsArgs) -> io::Result<bool> {
    if args.print_weights {
        io::stdout().lock().write_all(RewardWeights::default().write().as_bytes())?;
        return Ok(true);
    }
    let weights = match args.weights.as_deref().map_or_else(|| Ok(RewardWeights::default()), find) {
        Ok(weights) => weights,
        Err(message) => {
            complain(&message);
            return Ok(false);
        }
    };
    let options = Options { hide_outcome: args.hide_outcome, ..Options::default() };
    let Some(gathered) = gather_or_complain(&args.files, args.jobs) else { return Ok(false) };
    let mut complete = gathered.losses.is_empty();
    in_order(
        &gathered.jobs,
        args.jobs,
        |job| {
            let lines = |(index, run): (u32, &Run)| run.reward_lines(job.name(), index, &weights);
            let told = read(job, &options).map(|(_, runs)| {
                let lines: String = (0..).zip(&runs).map(lines).collect();
                (runs.iter().any(is_cut_off), lines)
            });
            (job, told)
        },
        |(job, lines)| {
            let lines = match lines {
                Ok((cut_off, lines)) => {
                    if cut_off {
                        complete = false;
                        complain(&format!("{}: the file is cut off; what is there was told", job.name()));
                    }
                    lines
                }
                Err(Missed::Sidecar) => return Ok(()),
                Err(Missed::Unreadable(error)) if job.found && is_no_trace(&error) => return Ok(()),
                Err(Missed::Unreadable(error)) => {
                    complete = false;
                    complain(&format!("{}: {}", job.name(), error.error.message));
                    error_line(&error)
                }
            };
            io::stdout().lock().write_all(lines.as_bytes())
        },
    )?;
    io::stdout().lock().flush()?;
    Ok(complete)
}

fn find(path: &Path) -> Result<RewardWeights, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = files::read_text(path).map_err(|error| named(&error))?;
    RewardWeights::read(&text).map_err(|error| named(&error))
}
