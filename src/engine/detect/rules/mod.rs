//! The detectors, one a file. A new one needs its two lines here: the `mod` and its entry in [`ALL`].

use super::Detector;

mod claim_contradicts_check;
mod failing_tests;
mod incomplete_fix;
mod last_check_failed;
mod retry_loop;
mod stopped_by_limit;
mod uncertain_fix;

/// Every detector, in the order in which findings of equal rank are listed: surest first.
pub(super) static ALL: &[&dyn Detector] = &[
    &claim_contradicts_check::ClaimContradictsCheck,
    &stopped_by_limit::StoppedByLimit,
    &last_check_failed::LastCheckFailed,
    &failing_tests::FailingTests,
    &incomplete_fix::IncompleteFix,
    &uncertain_fix::UncertainFix,
    &retry_loop::RetryLoop,
];
