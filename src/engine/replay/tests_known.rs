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
    tests: BTreeMap<&'a str, Standing<'a>>,
}

#[derive(Debug)]
struct Standing<'a> {
    framework: &'a str,
    /// Whether it was failing from that step on.
    changes: Vec<(StepId, bool)>,
}

impl<'a> TestLedger<'a> {
    pub(super) fn add(&mut self, step: StepId, run: &'a TestRun) {
        // A red run without names says nothing about any one test.
        if !run.green && run.failing.is_empty() {
            return;
        }
        for standing in self.tests.values_mut() {
            let failing = standing.changes.last().is_some_and(|(_, failing)| *failing);
            if failing && standing.framework == &*run.framework {
                standing.changes.push((step, false));
            }
        }
        for name in &run.failing {
            let fresh = Standing { framework: &run.framework, changes: Vec::new() };
            let changes = &mut self.tests.entry(name).or_insert(fresh).changes;
            // It is listed, so what was noted above for this run does not hold.
            changes.retain(|(known, _)| *known != step);
            changes.push((step, true));
        }
    }

    pub(super) fn at(&self, step: StepId) -> Vec<TestState<'_>> {
        let states = self.tests.iter().filter_map(|(name, standing)| {
            let (step, failing) = *last_until(&standing.changes, step, |(seen, _)| *seen)?;
            Some(TestState { name, failing, step })
        });
        states.collect()
    }
}
