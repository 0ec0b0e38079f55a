//! Claims, and what a run says of them. Verdicts are computed by the labs; only the claims are written down.

use serde::{Deserialize, Serialize};

/// What a run says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every run agrees with it.
    Holds,
    /// At least one run speaks against it.
    Fails,
    /// The runs have not gone far enough to tell, or nothing learned the task in as many steps.
    Open,
    /// The run lacks something that the claim speaks of.
    Untested,
}

/// A claim and what a run says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Identifier.
    pub id: String,
    /// What is claimed, in one sentence.
    pub claim: String,
    /// Who claims it.
    pub source: String,
    /// The verdict.
    pub verdict: Outcome,
    /// What was measured, in one sentence.
    pub measured: String,
    /// Seeds behind it.
    pub seeds: u32,
}
