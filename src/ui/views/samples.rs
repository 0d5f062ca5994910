/// A trace that comes with the page.
pub(super) struct Sample {
    pub(super) title: &'static str,
    pub(super) story: &'static str,
    /// In the folder `samples` beside the page.
    pub(super) file: &'static str,
}

pub(super) static SAMPLES: [Sample; 4] = [
    Sample {
        title: "The API timeout",
        story: "Tests fail, a retry, tests fail, a retry. TraceBench's own format.",
        file: "api-timeout.json",
    },
    Sample {
        title: "Fake success",
        story: "The final message contradicts the last check. A Claude Code session.",
        file: "fake-success.jsonl",
    },
    Sample {
        title: "Going in circles",
        story: "The same command and the same error, again and again. A SWE-agent run.",
        file: "going-in-circles.traj",
    },
    Sample {
        title: "A clean run",
        story: "No failure signal found, and what that means. An ATIF trajectory.",
        file: "clean-run.json",
    },
];
