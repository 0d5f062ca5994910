//! The versioned result of one run and of a collection, and its exporters.
//!
//! May use all result types of the engine.

mod build;
mod collection;
mod comparison;
mod doctor;
mod joined;
mod json;
mod markdown;
mod python;
mod rewards;
mod steps;
mod test_ledger;
mod text;
mod told;
mod types;
mod wording;

pub use crate::engine::cluster::Phase;
pub use crate::engine::compare::{
    Divergence, FileChange, FileDifference, OperationCounts, Row, RowKind, Separation, Separator,
    SeparatorPlace,
};
pub use build::{run_report, weighing};
pub use collection::{
    Choice, ClusterMap, Collection, Configuration, Detected, Difference, Facet, FacetValue, Facets,
    FailureKind, Field, Followed, Group, Judgement, MapBlock, MapTile, Outcomes, Quartiles, Rate, Rect,
    RunDigest, Subset, TaskCell, TaskMatrix, TaskRow, Trend, Value, WithinTasks, cluster_input, cluster_map,
    clusters, differences, facets, task_matrix, trend,
};
pub use comparison::{
    Agreement, ComparedRun, Comparison, FindingDifferences, FirstGreen, NumberDifference, TestDifference,
    compare, markdown_comparison, separation, text_comparison,
};
pub use doctor::{Diagnosis, Note, Recognised, Topic, diagnose, place, text_diagnosis};
pub use joined::{Joined, NoReport, Told, read_reports};
pub use json::{error_line, joined, run_line, whole};
pub use markdown::{markdown_collection, markdown_run};
pub use rewards::{
    OutcomeRewards, Parts, PotentialWeights, RewardEvidence, RewardWeights, Rewarded, RunReward, StepReward,
    WeightsError, reward_lines, rewards,
};
pub use steps::{Mark, StepMap, StepRow, StepShade, step_map, step_row};
pub use text::{TextInput, text_collection, text_run};
pub use told::{LeftOut, holds_reports, read_told};
pub use types::{
    CandidateReport, ErrorText, EvidenceReport, FORMAT_VERSION, FileError, FindingReport, PromptReport,
    ReasonReport, RunReport, ScoreReport, SignatureReport, TestColour, TestReport, TestRunReport,
    TestsReport, Track, VerdictReport, Weighing,
};
