//! The detectors, one a file. A new one needs its two lines here: the `mod` and its entry in [`ALL`].

use super::Detector;

mod assumed_result;
mod blind_retry;
mod checking_impossible;
mod claim_contradicts_check;
mod coherence_collapse;
mod cycle;
mod edit_not_applied;
mod ended_mid_work;
mod environment_blocked;
mod error_ignored;
mod exact_repeat;
mod failing_tests;
mod gave_up;
mod incomplete_fix;
mod invented_path;
mod last_check_failed;
mod loop_anatomy;
mod masked_exit;
mod never_tested;
mod no_action_taken;
mod no_source_changed;
mod nothing_delivered;
mod others_would_have_stopped;
mod plan_action_mismatch;
mod plan_left_open;
mod red_ignored;
mod redundant_read;
mod regression;
mod repeated_thinking;
mod retry_loop;
mod risky_command;
mod state_back_and_forth;
mod steps_out_of_order;
mod stopped_by_limit;
mod substituted_input;
mod tampering_signs;
mod threshold_missed;
mod tool_protocol_errors;
mod uncertain_fix;

/// Every detector, in the order in which findings of equal rank are listed: surest first.
pub(super) static ALL: &[&dyn Detector] = &[
    &no_action_taken::NoActionTaken,
    &nothing_delivered::NothingDelivered,
    &no_source_changed::NoSourceChanged,
    &claim_contradicts_check::ClaimContradictsCheck,
    &stopped_by_limit::StoppedByLimit,
    &ended_mid_work::EndedMidWork,
    &last_check_failed::LastCheckFailed,
    &regression::Regression,
    &coherence_collapse::CoherenceCollapse,
    &failing_tests::FailingTests,
    &threshold_missed::ThresholdMissed,
    &incomplete_fix::IncompleteFix,
    &plan_left_open::PlanLeftOpen,
    &gave_up::GaveUp,
    &assumed_result::AssumedResult,
    &tampering_signs::TamperingSigns,
    &red_ignored::RedIgnored,
    &checking_impossible::CheckingImpossible,
    &masked_exit::MaskedExit,
    &uncertain_fix::UncertainFix,
    &never_tested::NeverTested,
    &retry_loop::RetryLoop,
    &substituted_input::SubstitutedInput,
    &edit_not_applied::EditNotApplied,
    &tool_protocol_errors::ToolProtocolErrors,
    &environment_blocked::EnvironmentBlocked,
    &cycle::Cycle,
    &blind_retry::BlindRetry,
    &exact_repeat::ExactRepeat,
    &plan_action_mismatch::PlanActionMismatch,
    &loop_anatomy::LoopAnatomy,
    &state_back_and_forth::StateBackAndForth,
    &steps_out_of_order::StepsOutOfOrder,
    &redundant_read::RedundantRead,
    &repeated_thinking::RepeatedThinking,
    &others_would_have_stopped::OthersWouldHaveStopped,
    &error_ignored::ErrorIgnored,
    &invented_path::InventedPath,
    &risky_command::RiskyCommand,
];
