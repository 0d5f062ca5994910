use crate::engine::detect::repeats::done_again;
use crate::engine::detect::words::{called, count};
use crate::engine::detect::{Category, DetectContext, Detector, DetectorInfo, Findings, Severity, Status};

pub(super) struct Cycle;

static INFO: DetectorInfo = DetectorInfo {
    id: "cycle",
    title: "Going round in circles",
    what: "Two to five actions in a row were repeated with the same input and the same results, three rounds \
           or more. The first action of the second round is blamed.",
    why: "The agent does not see that it has been here before. Every round after the first is wasted, and \
          most agents do not get out by themselves.",
    limits: "Every action of a round and every result must be the same but for times, addresses and the like: \
             rounds in which anything moves are not meant. Waiting and polling are left out.",
    category: Category::Flow,
    severity: Severity::Warning,
    status: Status::Preview,
    taxonomy: &["MAST 1.3", "OpenHands stuck", "Gemini CLI loop detection"],
    classic: None,
};

impl Detector for Cycle {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        if ctx.is_original() {
            return;
        }
        for cycle in &ctx.repeats().cycles {
            let round = cycle.steps.iter().take(cycle.period);
            let names: Vec<String> = round.map(|step| called(ctx, *step)).collect();
            let message = format!(
                "The same {} with the same results were done in {}: {}.",
                count(cycle.period, "action"),
                count(cycle.steps.len() / cycle.period, "round"),
                names.join(", then ")
            );
            findings.extend(done_again(ctx, &INFO, &cycle.steps, cycle.period, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cycle;
    use crate::engine::testing::script::check;

    #[test]
    fn three_rounds_of_two_actions() {
        let found = check(
            &Cycle,
            "
            search   parser
            read     a.rs
            list     src
            read     a.rs        <- cycle
            list     src
            read     a.rs
            list     src
            program  ./run
            ",
        );
        assert_eq!(
            found[0].message,
            "The same 2 actions with the same results were done in 3 rounds: “a.rs”, then “src”."
        );
        assert_eq!((found[0].steps.len(), found[0].waste.steps), (6, 4));
    }

    #[test]
    fn an_edit_that_is_taken_back_each_time_is_one_too() {
        check(
            &Cycle,
            "
            edit  a.rs a>b
            test  t            tests red 1/2
            edit  a.rs b>a
            edit  a.rs a>b     <- cycle
            test  t            tests red 1/2
            edit  a.rs b>a
            edit  a.rs a>b
            test  t            tests red 1/2
            edit  a.rs b>a
            ",
        );
    }

    #[test]
    fn silent_on_two_rounds_on_moving_results_and_on_polling() {
        check(&Cycle, "list  a\n read  b\n list  a\n read  b");
        check(
            &Cycle,
            "
            edit  a.rs +1
            test  t     tests red 3/9
            edit  a.rs +1
            test  t     tests red 2/9
            edit  a.rs +1
            test  t     tests red 1/9
            ",
        );
        check(
            &Cycle,
            "run  sleep 1  waits\n run  ps\n run  sleep 1  waits\n run  ps\n run  sleep 1  waits\n run  ps",
        );
    }
}
