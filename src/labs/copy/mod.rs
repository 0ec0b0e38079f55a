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

use crate::labs::device::Check;

/// What it gives to the check of a device.
const CHECKS: &[Check] = &[
    Check::Odd(&[
        ("symbols", "5"),
        ("length", "10"),
        ("batch", "7"),
        ("encodings", "sinusoidal,spike-time-gain,rope,alibi"),
        ("seeds", "1"),
        ("width", "24"),
        ("heads", "3"),
        ("mlp", "21"),
        ("layers", "1"),
        ("activation", "gelu"),
        ("norm", "post"),
        ("dropout", "0.1"),
        ("clip", "1"),
        ("decay", "0.01"),
        ("held_out", "9"),
    ]),
    Check::Odd(&[
        ("task", "reversal"),
        ("symbols", "9"),
        ("length", "7"),
        ("batch", "5"),
        ("encodings", "rank"),
        ("seeds", "3"),
        ("width", "12"),
        ("heads", "1"),
        ("mlp", "33"),
        ("layers", "1"),
        ("activation", "tanh"),
        ("tied", "true"),
        ("optimiser", "momentum"),
        ("held_out", "11"),
    ]),
    Check::Preset("copy-tiny"),
];

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

    fn checks(&self) -> &'static [Check] {
        CHECKS
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
