//! What operations are called in signatures and tracks.

use super::{Operation, RunKind};

impl Operation {
    /// `read`, `edit`, `run-test`, …: the same in every report, whatever the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Search => "search",
            Self::List => "list",
            Self::Edit => "edit",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Run(RunKind::Test) => "run-test",
            Self::Run(RunKind::Build) => "run-build",
            Self::Run(RunKind::Lint) => "run-lint",
            Self::Run(RunKind::Install) => "run-install",
            Self::Run(RunKind::VersionControl) => "run-version-control",
            Self::Run(RunKind::Server) => "run-server",
            Self::Run(RunKind::Program) => "run-program",
            Self::Run(RunKind::Other) => "run-other",
            Self::Browse => "browse",
            Self::Plan => "plan",
            Self::Delegate => "delegate",
            Self::Submit => "submit",
            Self::Ask => "ask",
            Self::Other => "other",
        }
    }
}
