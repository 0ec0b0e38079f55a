//! The encodings lab: what a position looks like to a dot product, and whether that predicts learning.

pub mod arms;
mod ask;
pub mod config;
mod findings;
pub mod lemma;
pub(crate) mod lengths;
pub mod logit;
pub mod outcome;
pub mod parts;
pub mod report;
pub mod shown;
pub mod table_file;
mod tables;
pub mod workbench;

use crate::error::Error;
use crate::labs::ask::Bench;
use crate::labs::encodings::config::EncodingsConfig;
use crate::labs::encodings::table_file::Upload;
use crate::labs::encodings::workbench::Workbench;
use crate::labs::onward::{ARMS, Gives, MATRIX, Of, TABLE, Takes, Values};
use crate::labs::{Config, Lab};

const GIVES: &[Gives] = &[
    Gives { kind: ARMS, label: "The encodings of the experiment", question: "onward.arms", of: Of::Settings },
    Gives { kind: TABLE, label: "The table on the left", question: "onward.left", of: Of::Settings },
    Gives { kind: TABLE, label: "The table on the right", question: "onward.right", of: Of::Settings },
    Gives { kind: TABLE, label: "The position table of the run", question: "run.hands", of: Of::Run },
    Gives { kind: MATRIX, label: "The value–output map of the head", question: "run.hands", of: Of::Head },
];

/// The first and the last stand beside each other.
fn arms(text: &str) -> Result<Values, Error> {
    let mut values = vec![("experiment", "live".to_owned()), ("encodings", text.to_owned())];
    if let Some((rest, last)) = text.rsplit_once(',') {
        let first = rest.split(',').next().unwrap_or(rest);
        values.extend([("left", first.to_owned()), ("right", last.to_owned())]);
    }
    Ok(values)
}

const TAKES: &[Takes] = &[
    Takes { kind: ARMS, label: "see what their positions look like", part: "inspect", file: false, read: arms },
    Takes {
        kind: TABLE,
        label: "compare it with other encodings",
        part: "inspect",
        file: true,
        read: |text| Upload::read("", text.as_bytes()).map(|_| Vec::new()),
    },
];

/// The encodings lab.
#[derive(Debug)]
pub struct EncodingsLab;

impl Lab for EncodingsLab {
    fn id(&self) -> &'static str {
        "encodings"
    }

    fn label(&self) -> &'static str {
        "Encodings"
    }

    fn question(&self) -> &'static str {
        "What does a position look like to a dot product?"
    }

    fn defaults(&self) -> Config {
        EncodingsConfig::default().into()
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(Workbench::default())
    }

    fn gives(&self) -> &'static [Gives] {
        GIVES
    }

    fn takes(&self) -> &'static [Takes] {
        TAKES
    }
}
