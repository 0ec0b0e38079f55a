//! The copy lab: which positional encodings let a transformer copy, and how soon?

pub mod claim;
pub mod config;
mod findings;
pub mod parts;
pub mod sweep;
pub mod why;

use crate::labs::ask::Bench;
use crate::labs::copy::config::CopyConfig;
use crate::labs::copy::why::CopyBench;
use crate::labs::onward::{ARMS, Gives, MATRIX, Of, TABLE, Takes};
use crate::labs::{Config, Lab};

const GIVES: &[Gives] = &[
    Gives { kind: ARMS, label: "The encodings that race", question: "onward.arms", of: Of::Settings },
    Gives { kind: TABLE, label: "The position table of the run", question: "run.hands", of: Of::Run },
    Gives { kind: MATRIX, label: "The value–output map of the head", question: "run.hands", of: Of::Head },
];

const TAKES: &[Takes] = &[Takes {
    kind: ARMS,
    label: "race them",
    part: "loss",
    file: false,
    read: |text| Ok(vec![("encodings", text.to_owned())]),
}];

/// The copy lab.
#[derive(Debug)]
pub struct CopyLab;

impl Lab for CopyLab {
    fn id(&self) -> &'static str {
        "copy"
    }

    fn label(&self) -> &'static str {
        "Copy"
    }

    fn question(&self) -> &'static str {
        "Which encodings let a transformer copy, and how soon?"
    }

    fn defaults(&self) -> Config {
        CopyConfig::default().into()
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(CopyBench)
    }

    fn gives(&self) -> &'static [Gives] {
        GIVES
    }

    fn takes(&self) -> &'static [Takes] {
        TAKES
    }
}
