//! Many runs at a glance: totals, order, distribution.

use crate::engine::report::RunReport;
use crate::engine::trace::OutcomeValue;

/// What a table of runs is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    #[default]
    Score,
    Task,
    Agent,
    Steps,
    Time,
    Cost,
}

/// Numbers over all runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overview {
    pub runs: usize,
    pub resolved: usize,
    pub failed: usize,
    pub unknown: usize,
    /// Runs of which a failure was shown.
    pub with_verdict: usize,
    /// Runs with a finding that does not occur in runs that solved their task.
    pub certain: usize,
    pub median_score: Option<f64>,
    pub median_failed: Option<f64>,
    pub median_resolved: Option<f64>,
    pub cost_usd: Option<f64>,
    pub steps: u64,
}

impl Overview {
    pub fn new<'a>(reports: impl Iterator<Item = &'a RunReport> + Clone) -> Self {
        let of = |value| reports.clone().filter(move |report| report.outcome.value == value);
        let costs: Vec<f64> = reports.clone().filter_map(|report| report.totals.cost_usd).collect();
        Self {
            runs: reports.clone().count(),
            resolved: of(OutcomeValue::Resolved).count(),
            failed: of(OutcomeValue::Failed).count(),
            unknown: of(OutcomeValue::Unknown).count(),
            with_verdict: reports.clone().filter(|report| !report.verdict.abstained).count(),
            certain: reports
                .clone()
                .filter(|report| report.findings.iter().any(|finding| finding.certain && !finding.muted))
                .count(),
            median_score: median(reports.clone().filter_map(total)),
            median_failed: median(of(OutcomeValue::Failed).filter_map(total)),
            median_resolved: median(of(OutcomeValue::Resolved).filter_map(total)),
            cost_usd: (!costs.is_empty()).then(|| costs.iter().sum()),
            steps: reports.map(|report| u64::from(report.steps)).sum(),
        }
    }
}

fn total(report: &RunReport) -> Option<f64> {
    Some(report.score.as_ref()?.total)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    if values.len().is_multiple_of(2) {
        Some(f64::midpoint(upper, *values.get(values.len() / 2 - 1)?))
    } else {
        Some(upper)
    }
}

/// Bars of a histogram.
pub const BUCKETS: usize = 20;

/// What a histogram counts runs by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Score,
    Seconds,
    CostUsd,
}

/// How many runs have how much of something. Scores are parted evenly from 0 to 100; times and costs, of which
/// a few are far greater than the rest, by powers between the least and the greatest.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// In each bar: failed, of unknown outcome, resolved.
    pub buckets: [[u32; 3]; BUCKETS],
    pub from: f64,
    pub to: f64,
    pub median: f64,
}

impl Histogram {
    /// `None` where no run says how much.
    pub fn new(reports: &[&RunReport], by: Measure) -> Option<Self> {
        let value = |report: &RunReport| match by {
            Measure::Score => total(report),
            Measure::Seconds => report.totals.seconds,
            Measure::CostUsd => report.totals.cost_usd,
        };
        let known = || {
            let known = reports.iter().filter_map(|report| Some((value(report)?, report.outcome.value)));
            known.filter(|(value, _)| value.is_finite() && *value >= 0.0)
        };
        let median = median(known().map(|(value, _)| value))?;
        let (from, to) = match by {
            Measure::Score => (0.0, 100.0),
            _ => known()
                .fold((f64::INFINITY, 0.0_f64), |(from, to), (value, _)| (value.min(from), value.max(to))),
        };
        let mut buckets = [[0; 3]; BUCKETS];
        for (value, outcome) in known() {
            let part = if by == Measure::Score { value / 100.0 } else { part_by_powers(value, from, to) };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 1 before the cast"
            )]
            let place = (part.clamp(0.0, 0.999) * BUCKETS as f64) as usize;
            if let Some([failed, unknown, resolved]) = buckets.get_mut(place) {
                match outcome {
                    OutcomeValue::Failed => *failed += 1,
                    OutcomeValue::Unknown => *unknown += 1,
                    OutcomeValue::Resolved => *resolved += 1,
                }
            }
        }
        Some(Self { buckets, from, to, median })
    }

    /// The height of the highest bar.
    pub fn most(&self) -> u32 {
        self.buckets.iter().map(|bucket| bucket.iter().sum()).max().unwrap_or(0)
    }
}

/// Where a number lies between two others, each step of equal length a multiple of the last.
fn part_by_powers(value: f64, from: f64, to: f64) -> f64 {
    // Nothing is its own power: it is as little as a cent, or a hundredth of a second.
    let log = |value: f64| value.max(0.01).ln();
    let span = log(to) - log(from);
    if span > 0.0 { (log(value) - log(from)) / span } else { 0.5 }
}

/// The places of the runs in the order to show; what is not known comes last either way.
pub fn sorted(reports: &[&RunReport], key: SortKey, descending: bool) -> Vec<u32> {
    let mut places: Vec<u32> = (0u32..).zip(reports).map(|(place, _)| place).collect();
    let report = |place: u32| reports.get(place as usize).copied();
    let number = |place: u32| {
        let report = report(place)?;
        match key {
            SortKey::Score => total(report),
            SortKey::Steps => Some(f64::from(report.steps)),
            SortKey::Time => report.totals.seconds,
            SortKey::Cost => report.totals.cost_usd,
            SortKey::Task | SortKey::Agent => None,
        }
    };
    let text = |place: u32| {
        report(place).map_or_else(String::new, |report| match key {
            SortKey::Agent => report.agent.clone().unwrap_or_default().to_lowercase(),
            _ => name(report).to_lowercase(),
        })
    };
    match key {
        SortKey::Task | SortKey::Agent => places.sort_by_cached_key(|place| text(*place)),
        _ => places.sort_by(|a, b| match (number(*a), number(*b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            // The unknown counts as the largest here and is turned round below.
            (a, b) => b.is_some().cmp(&a.is_some()),
        }),
    }
    if descending {
        let known = places.partition_point(|place| number(*place).is_some() || is_text(key));
        if let Some(known) = places.get_mut(..known) {
            known.reverse();
        }
    }
    places
}

fn is_text(key: SortKey) -> bool {
    matches!(key, SortKey::Task | SortKey::Agent)
}

/// What a run is called in lists: its task's id, or else its file, which a run of many adds its number to.
/// Where the file's name says nothing, its folder or the first line of the task does.
pub fn name(report: &RunReport) -> String {
    let task = report.task.as_deref().and_then(|task| task.lines().next()).unwrap_or_default().trim();
    if !task.is_empty() && task.len() <= 80 && !task.contains(char::is_whitespace) {
        return task.to_owned();
    }
    let mut parts = report.file.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or(&report.file);
    let stem = file.split('.').next().unwrap_or(file);
    if is_uuid(stem) && !task.is_empty() {
        return task.to_owned();
    }
    let file = match parts.next() {
        Some(folder) if EMPTY_NAMES.contains(&stem) => format!("{folder}/{file}"),
        _ => file.to_owned(),
    };
    if report.index == 0 { file } else { format!("{file} · run {}", report.index + 1) }
}

/// File names that every run of a harness shares.
const EMPTY_NAMES: [&str; 8] =
    ["trajectory", "agent", "session", "output", "results", "messages", "history", "trace"];

fn is_uuid(name: &str) -> bool {
    name.len() == 36 && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// What a number of a score is felt as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    Bad,
    Middling,
    Good,
}

impl Grade {
    pub fn of(score: f64) -> Self {
        match score {
            ..40.0 => Self::Bad,
            40.0..70.0 => Self::Middling,
            _ => Self::Good,
        }
    }

    /// The name that classes carry.
    pub fn token(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Middling => "warn",
            Self::Good => "good",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Histogram, Measure, Overview, SortKey, name, sorted};
    use crate::engine::report::{RunReport, ScoreReport};
    use crate::engine::trace::Outcome;

    fn report(score: Option<f64>, outcome: Outcome) -> RunReport {
        let score = score.map(|total| ScoreReport {
            profile: "default".to_owned(),
            total,
            outcome: None,
            process: None,
            efficiency: None,
            reasons: Vec::new(),
        });
        RunReport { outcome, score, ..crate::view_model::testing::report() }
    }

    #[test]
    fn sums_up() {
        let reports = [
            report(Some(20.0), Outcome::failed("x")),
            report(Some(90.0), Outcome::resolved("x")),
            report(None, Outcome::default()),
        ];
        let overview = Overview::new(reports.iter());
        assert_eq!((overview.runs, overview.resolved, overview.failed, overview.unknown), (3, 1, 1, 1));
        assert_eq!(overview.median_score, Some(55.0));
        assert_eq!(overview.median_failed, Some(20.0));
        assert_eq!(overview.cost_usd, None);
        assert_eq!(overview.steps, 9);
        let bars = Histogram::new(&reports.iter().collect::<Vec<_>>(), Measure::Score).unwrap();
        assert_eq!((bars.buckets[4], bars.buckets[18], bars.most()), ([1, 0, 0], [0, 0, 1], 1));
    }

    #[test]
    fn times_are_parted_by_powers() {
        let took = |seconds| {
            let mut report = report(None, Outcome::default());
            report.totals.seconds = seconds;
            report
        };
        let reports = [took(Some(10.0)), took(Some(100.0)), took(Some(1000.0)), took(None)];
        let reports: Vec<&RunReport> = reports.iter().collect();
        let bars = Histogram::new(&reports, Measure::Seconds).unwrap();
        let filled: Vec<usize> = (0..super::BUCKETS).filter(|bar| bars.buckets[*bar][1] > 0).collect();
        assert_eq!((filled.as_slice(), bars.median), ([0, 10, 19].as_slice(), 100.0));
        assert_eq!(Histogram::new(&reports, Measure::CostUsd), None);
    }

    #[test]
    fn runs_without_a_score_come_last_in_both_orders() {
        let reports = [
            report(None, Outcome::default()),
            report(Some(90.0), Outcome::default()),
            report(Some(20.0), Outcome::default()),
        ];
        let reports: Vec<&RunReport> = reports.iter().collect();
        assert_eq!(sorted(&reports, SortKey::Score, false), [2, 1, 0]);
        assert_eq!(sorted(&reports, SortKey::Score, true), [1, 2, 0]);
    }

    #[test]
    fn a_run_without_a_task_is_called_by_its_file() {
        let mut run = report(None, Outcome::default());
        assert_eq!(name(&run), "run.jsonl");
        run.index = 4;
        assert_eq!(name(&run), "run.jsonl · run 5");
        run.index = 0;
        run.file = "task-7/trajectory.json".to_owned();
        assert_eq!(name(&run), "task-7/trajectory.json");
        run.task = Some("We're solving this issue:".to_owned());
        assert_eq!(name(&run), "task-7/trajectory.json");
        run.file = "0b6f3c1e-7d3a-4f0e-9f55-6a1f7c2d8e90.jsonl".to_owned();
        assert_eq!(name(&run), "We're solving this issue:");
        run.task = Some("django__django-11910".to_owned());
        assert_eq!(name(&run), "django__django-11910");
    }
}
