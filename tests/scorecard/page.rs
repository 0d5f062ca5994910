//! `SCORECARD.md`.

use std::fmt::Write as _;

use tracebench::engine::detect::{Runs, catalog};

use crate::Scorecard;
use crate::bars::{BARS, Limit};
use crate::located::Located;
use crate::outcomes::Outcomes;
use crate::relations::Told;
use crate::stats::Estimate;

const HEAD: &str = "\
# Scorecard

How often TraceBench is right, on runs that others have labelled. `make scorecard` writes this page; the \
figures beside each detector in the page's help and in `tracebench detectors` come from the same measurement. \
Every run is analysed with its outcome hidden, from its trace alone. Intervals hold 95 % of 1000 bootstrap \
draws of whole tasks, with a fixed seed.

## What was tuned on what

The rules were written while these runs could be seen, so the figures below are on the hopeful side; other \
halves of most sets are kept aside and measured separately. No weight was fitted: those of the score are round \
numbers set by hand, in the light of how a rule did on all sets together. No rule names a task, a file or a \
model of these sets, and none may be kept that cannot be explained in a sentence. Nothing is learnt from data: \
the same build gives the same figures. The labels are used as their authors published them; only the spelling \
of AgentRx's categories is made one. Runs of which nobody knows how they ended count nowhere.

";

const JUDGES: &str = "\
Published for all 184 logs of Who&When, of which the ones above are a part: GPT-4o names the step in .135 to .166 of the algorithm-generated \
and in .035 to .088 of the hand-crafted logs, the agent in .543 and .552; AgenTracer-8B, trained for it, the \
step in .207 and the agent in .691 of the hand-crafted ones. The best language models of 2026 whose answers are \
public reach .42 to .50 on the steps of the algorithm-generated half (with top-3 of .67 to .79 and a mean \
reciprocal rank of .61 to .67), small ones .135 to .35. At this number of logs a difference of less than about \
.09 is within chance. The mean reciprocal rank here knows three places only and is a lower bound. A verdict \
that abstains, or names nothing, counts as wrong. Whether a run failed is hidden here too, though everybody \
else was told.

";

/// The whole page.
pub(crate) fn page(card: &Scorecard) -> String {
    let mut page = HEAD.to_owned();
    bars(card, &mut page);
    outcomes(card, &mut page);
    certainty(card, &mut page);
    located(card, &mut page);
    relations(card, &mut page);
    categories(card, &mut page);
    returns(card, &mut page);
    replay(card, &mut page);
    detectors(card, &mut page);
    page
}

/// A line; writing to a string cannot fail.
macro_rules! line {
    ($page:expr, $($text:tt)*) => {
        writeln!($page, $($text)*).unwrap()
    };
}

fn bars(card: &Scorecard, page: &mut String) {
    line!(page, "## What was promised\n\n| Measure | Bar | Measured | |\n|---|---|---|---|");
    for bar in BARS {
        let value = (bar.of)(card);
        let limit = match bar.limit {
            Limit::AtLeast(least) => format!("≥ {}", short(least, 2)),
            Limit::AtMost(most) => format!("≤ {}", short(most, 2)),
        };
        let reached = value.is_some_and(|value| bar.is_reached(value));
        let said = if reached { "holds" } else { "**open**" };
        line!(page, "| {} | {limit} | {} | {said} |", bar.name, number(value));
    }
    line!(page, "");
}

fn outcomes(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Telling failed runs from resolved ones\n\nHow often a failed run has a lower score than a resolved \
         one (ROC AUC; a run without a score stands at 50). Chance is .5; *steps only* ranks by the number of \
         steps, which the score never looks at. *Within tasks* compares runs of one task only, so that hard \
         tasks do not help.\n\n| Runs | Failed | Resolved | Unknown | AUC | Steps only | Within tasks |\n\
         |---|---|---|---|---|---|---|"
    );
    for set in &card.outcomes {
        let within = match set.task_pairs {
            0 => "–".to_owned(),
            pairs => format!("{} of {pairs} pairs", interval(set.within_tasks)),
        };
        line!(
            page,
            "| {} | {} | {} | {} | {} | {} | {within} |",
            set.title,
            set.runs.failed,
            set.runs.resolved,
            set.unknown,
            interval(set.auc),
            interval(set.auc_of_length),
        );
    }
    line!(page, "");
}

fn certainty(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Certainty, false alarms and silence\n\nA finding that claims *certainty* says that its pattern does \
         not occur in runs that solved their task: its precision is the share of failed runs among those \
         flagged, its coverage the share of the failed runs it flags. A *false alarm* is a resolved run with a \
         finding of severity error. Of the runs in which *no failure signal* was found, the last column says \
         how many had failed.\n\n| Runs | Certain: precision | coverage | False alarms | Resolved with a warning or \
         worse | No signal, yet failed |\n|---|---|---|---|---|---|"
    );
    let mut rows: Vec<(&str, [Runs; 5])> =
        card.outcomes.iter().map(|set| (set.title, figures(set))).collect();
    let pooled = |part: &str| -> [Runs; 5] {
        let sets: Vec<[Runs; 5]> =
            card.outcomes.iter().filter(|set| set.id.contains(part)).map(figures).collect();
        std::array::from_fn(|place| sets.iter().map(|figures| figures[place]).sum())
    };
    rows.push(("Both of Terminal-Bench", pooled("_tb")));
    rows.push(("All", pooled("")));
    for (title, [all, certain, alarmed, warned, abstained]) in rows {
        line!(
            page,
            "| {title} | {} | {} | {} | {} | {} |",
            of(certain.failed, certain.all()),
            of(certain.failed, all.failed),
            of(alarmed.resolved, all.resolved),
            of(warned.resolved, all.resolved),
            of(abstained.failed, abstained.all()),
        );
    }
    line!(page, "");
}

fn figures(set: &Outcomes) -> [Runs; 5] {
    [set.runs, set.certain, set.alarmed, set.warned, set.abstained]
}

fn returns(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Rewards\n\nWhat the steps of a run earn together (`tracebench rewards` with its own weights, not \
         discounted, outcomes hidden), and how often a failed run earns less than a resolved one (ROC AUC, \
         chance .5), with the penalties and by the potential alone. They say how much of the work was done in \
         good order, not whether it is right.\n\n| Runs | Mean, failed | Mean, resolved | AUC | Potential \
         alone |\n|---|---|---|---|---|"
    );
    for set in &card.returns {
        let [failed, resolved] =
            set.means.map(|mean| mean.map_or("–".to_owned(), |mean| format!("{mean:.3}")));
        let (all, potential) = (interval(set.auc), interval(set.auc_of_potential));
        line!(page, "| {} | {failed} | {resolved} | {all} | {potential} |", set.title);
    }
    line!(page, "");
}

fn located(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Where it went wrong\n\nThe first of the verdict's candidates against the step, and the agent, that \
         people blame; the step must be the very one.\n\n| Logs | Number | Step | Top 3 | Mean reciprocal \
         rank | Agent | Blindly: step | agent |\n|---|---|---|---|---|---|---|---|"
    );
    for Located { title, runs, step, top_3, mrr, agent, random_step, random_agent } in &card.located {
        line!(
            page,
            "| {title} | {runs} | {} | {} | {} | {} | {} | {} |",
            interval(*step),
            interval(*top_3),
            interval(*mrr),
            interval(*agent),
            short(*random_step, 3),
            short(*random_agent, 3),
        );
    }
    line!(page, "\n{}", JUDGES.trim_end());
    line!(page, "");
}

fn relations(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Repeats\n\nEach two neighbouring actions, or thoughts, of the thought-action-result study, where \
         people said how the second relates to the first. Runs are used whose labels align with their steps. \
         No published detector is known to have been measured on them.\n\n| Relation | Runs | Pairs | Labelled \
         so | Precision | Recall | F1 |\n|---|---|---|---|---|---|---|"
    );
    for told in [&card.repetition].into_iter().chain(&card.redundancy) {
        let Told { title, runs, pairs, labelled, precision, recall, f1 } = told;
        line!(
            page,
            "| {title} | {runs} | {pairs} | {labelled} | {} | {} | {} |",
            interval(*precision),
            interval(*recall),
            interval(*f1),
        );
    }
    line!(page, "");
}

fn categories(card: &Scorecard, page: &mut String) {
    let grouped = &card.grouped;
    line!(
        page,
        "## Failures that are the same\n\nThe {} failures that people found in AgentRx's runs, in {} \
         categories, grouped by the signature that can be had at their step without a language model ({} \
         groups): detector, operation or kind of the step, error template, phase. No text of the step is read \
         for it, so it says what sort of step failed rather than why.\n\n| Grouping | Adjusted Rand index | V-measure |\n|---|---|---|",
        grouped.failures,
        grouped.categories,
        grouped.groups,
    );
    let rows = [("Signature", grouped.by_signature), ("The benchmark it comes from", grouped.by_source)];
    for (name, agreement) in rows {
        line!(page, "| {name} | {} | {} |", short(agreement.ari, 3), short(agreement.v, 3));
    }
    line!(page, "| Keywords of the step's text, an earlier prototype | .297 | .249 |");
    line!(
        page,
        "| TF-IDF and k-means over the step's text, the same prototype | .054 to .072 | .235 to .285 |\n"
    );
}

fn replay(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Replay\n\nThe files at the end of a run, reconstructed from its transcript alone, beside the patch \
         that it handed in, which the reconstruction is not shown. A file counts as *known* where each of its \
         changes is (its other lines need not be), as *partly* known where a command changed it in a way that is \
         not shown, and as *unknown* where nothing of its text is left. A run agrees if every file of it that is \
         called known, those said to be new or gone included, is what the patch makes of it, line by line.\n\n\
         | Runs | With a patch | With a known file | Of these agree | Files known | Of these right | Partly | \
         Unknown | Never named |\n|---|---|---|---|---|---|---|---|---|",
    );
    for (title, of) in &card.replayed {
        line!(
            page,
            "| {title} | {} | {} | {} | {} | {} | {} | {} | {} |",
            of.runs,
            of.told,
            of.agreeing,
            of.known,
            of.known_right,
            of.partly,
            of.unknown,
            of.unnamed,
        );
    }
    line!(
        page,
        "\n*Never named* are files that changed without a step that names them: by the harness before the run, or \
         by a program.\n"
    );
}

fn detectors(card: &Scorecard, page: &mut String) {
    line!(
        page,
        "## Detector by detector\n\nRuns flagged, how many of those had failed (precision) beside how many of \
         all runs had (base rate), and what share of the failed (coverage) and of the resolved runs (false \
         alarms) is flagged. A precision near the base rate says that a pattern costs time, not that it \
         decides the outcome."
    );
    for set in &card.outcomes {
        line!(
            page,
            "\n### {}\n\nBase rate {}.\n\n| Detector | Severity | Failed | Resolved | Precision | Coverage | False \
             alarms |\n|---|---|---|---|---|---|---|",
            set.title,
            of(set.runs.failed, set.runs.all()),
        );
        for info in catalog() {
            let flagged = set.detectors[info.id];
            if flagged.all() == 0 {
                continue;
            }
            line!(
                page,
                "| `{}` | {} | {} | {} | {} | {} | {} |",
                info.id,
                format!("{:?}", info.severity).to_lowercase(),
                flagged.failed,
                flagged.resolved,
                ratio(flagged.failed, flagged.all()),
                ratio(flagged.failed, set.runs.failed),
                ratio(flagged.resolved, set.runs.resolved),
            );
        }
    }
    let never: Vec<String> = catalog()
        .filter(|info| card.outcomes.iter().all(|set| set.detectors[info.id].all() == 0))
        .map(|info| format!("`{}`", info.id))
        .collect();
    if !never.is_empty() {
        line!(page, "\n### Not measured\n\nFired on none of these runs: {}.", never.join(", "));
    }
}

/// `.812`, `1.000`, `-.021`.
fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    text.strip_prefix("0.").map(|rest| format!(".{rest}")).unwrap_or(text).replace("-0.", "-.")
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| short(value, 3))
}

/// `.812 (.754 to .866)`
fn interval(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "–".to_owned(),
        |Estimate { value, low, high }| {
            format!("{} ({} to {})", short(value, 3), short(low, 3), short(high, 3))
        },
    )
}

fn ratio(part: u32, whole: u32) -> String {
    number((whole > 0).then(|| f64::from(part) / f64::from(whole)))
}

/// `.912 (31 of 34)`
fn of(part: u32, whole: u32) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{} ({part} of {whole})", ratio(part, whole)) }
}
