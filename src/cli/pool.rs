//! Work on many files at once, results in the order of the files.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is done by then shows no progress.
const PATIENCE: Duration = Duration::from_millis(800);

/// Calls `work` on each item, on up to `jobs` threads, and hands the results to `done` in the order of the
/// items, each as soon as those before it are done. Stops early when `done` fails.
pub(super) fn in_order<'a, T: Sync, R: Send>(
    items: &'a [T],
    jobs: Option<NonZeroUsize>,
    work: impl Fn(&'a T) -> R + Sync,
    mut done: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.map_or(0, NonZeroUsize::get))
        .build()
        .map_err(io::Error::other)?;
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    pool.in_place_scope(|scope| {
        for _ in 0..pool.current_num_threads().min(items.len()) {
            let sender = sender.clone();
            let (next, stopped, work) = (&next, &stopped, &work);
            scope.spawn(move |_| {
                while !stopped.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    if sender.send((place, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let result = put_in_order(&receiver, items.len(), &mut done);
        stopped.store(true, Ordering::Relaxed);
        result
    })
}

fn put_in_order<R>(
    receiver: &mpsc::Receiver<(usize, R)>,
    total: usize,
    done: &mut impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok((place, result)) => {
                waiting.insert(place, result);
                bar.inc(1);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if bar.is_hidden() && bar.elapsed() > PATIENCE {
            show(&bar);
        }
        while let Some(result) = waiting.remove(&next) {
            bar.suspend(|| done(result))?;
            next += 1;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Drawn on standard error, and only if that is a terminal.
fn show(bar: &ProgressBar) {
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} files, {eta} to go") {
        bar.set_style(style);
    }
    bar.set_draw_target(ProgressDrawTarget::stderr());
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::num::NonZeroUsize;

    use super::in_order;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..200).collect();
        let mut seen = Vec::new();
        in_order(
            &items,
            NonZeroUsize::new(4),
            |item| {
                // The first ones take longest.
                std::hint::black_box((0..(200 - item) * 500).sum::<u64>());
                *item
            },
            |item| {
                seen.push(item);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, items);
    }

    #[test]
    fn a_failure_stops_the_work() {
        let items: Vec<u64> = (0..1000).collect();
        let mut count = 0;
        let result = in_order(
            &items,
            NonZeroUsize::new(2),
            |item| *item,
            |_| {
                count += 1;
                Err(io::ErrorKind::BrokenPipe.into())
            },
        );
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(count, 1);
    }
}
