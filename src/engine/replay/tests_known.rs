use std::collections::BTreeMap;

use super::last_until;
use crate::engine::facts::TestRun;
use crate::engine::trace::StepId;

/// A test that was seen failing, and how it stood up to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestState<'a> {
    pub name: &'a str,
    /// `false` once a later run of the same framework no longer lists it. That run may have left it out.
    pub failing: bool,
    /// Where that was seen.
    pub step: StepId,
}

/// Every test that ever failed, with the steps at which its standing changed.
#[derive(Debug, Default)]
pub(super) struct TestLedger<'a> {
    /// By name; whether the test was failing from a step on.
    tests: BTreeMap<&'a str, Vec<(StepId, bool)>>,
    /// The last run of each framework.
    latest: BTreeMap<&'a str, &'a TestRun>,
}

impl<'a> TestLedger<'a> {
    pub(super) fn add(&mut self, step: StepId, run: &'a TestRun) {
        // A red run without names says nothing about any one test.
        if !run.green && run.failing.is_empty() {
            return;
        }
        let before = self.latest.insert(&run.framework, run);
        for name in before.iter().flat_map(|before| &before.failing) {
            if !run.failing.contains(name) {
                self.tests.entry(name).or_default().push((step, false));
            }
        }
        for name in &run.failing {
            self.tests.entry(name).or_default().push((step, true));
        }
    }

    pub(super) fn at(&self, step: StepId) -> Vec<TestState<'_>> {
        let states = self.tests.iter().filter_map(|(name, changes)| {
            let (step, failing) = *last_until(changes, step, |(seen, _)| *seen)?;
            Some(TestState { name, failing, step })
        });
        states.collect()
    }
}
