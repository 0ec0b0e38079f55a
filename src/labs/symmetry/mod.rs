//! The symmetry lab: which maps from sequences to sequences respect rotations of the embedding space?

mod answers;
mod ask;
pub mod block;
pub mod choices;
pub mod claim;
pub mod config;
pub mod errors;
pub mod exam;
pub mod given;
pub mod group;
pub mod learner;
pub mod maps;
pub mod matrix;
pub mod own;
pub mod parts;
pub mod presets;
mod race;
pub mod twins;

use crate::error::Error;
use crate::labs::ask::Bench;
use crate::labs::device::Check;
use crate::labs::onward::{MATRIX, Takes, Values};
use crate::labs::symmetry::ask::SymmetryBench;
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::{Config, Lab};

/// In the place of another map of the reader's.
fn matrix(text: &str) -> Result<Values, Error> {
    let matrix = given::of_file(given::W, text.as_bytes())?;
    let room = choices::MOST_MAP as usize;
    if matrix.len() > room {
        let why = format!("its numbers take {} characters in a link, which holds {room}", matrix.len());
        return Err(Error::File(why));
    }
    let none = String::new;
    Ok(vec![("x", none()), ("z", none()), ("q", none()), ("y", none()), ("turned", none()), ("w", matrix)])
}

const TAKES: &[Takes] =
    &[Takes { kind: MATRIX, label: "does it respect rotations?", part: "own", file: false, read: matrix }];

/// What it gives to the check of a device.
const CHECKS: &[Check] = &[
    Check::Odd(&[
        ("d", "5"),
        ("n", "3"),
        ("m", "2"),
        ("train_on", "new-knowledge"),
        ("mlp", "9"),
        ("tests", "17"),
        ("batch", "7"),
    ]),
    // Its loss is of one of the two trainings, so that it says nothing of the gradients of the other.
    Check::Launches(&[
        ("experiment", "training"),
        ("d", "5"),
        ("n", "3"),
        ("m", "2"),
        ("optimisers", "descent,momentum,adam-tensor,adam"),
        ("norms", "none,rms,layer"),
        ("batch", "7"),
        ("seeds", "1"),
    ]),
];

/// The symmetry lab.
#[derive(Debug)]
pub struct SymmetryLab;

impl Lab for SymmetryLab {
    fn id(&self) -> &'static str {
        "symmetry"
    }

    fn label(&self) -> &'static str {
        "Symmetry"
    }

    fn question(&self) -> &'static str {
        "Which maps from sequences to sequences respect rotations of the embedding space?"
    }

    fn defaults(&self) -> Config {
        SymmetryConfig::default().into()
    }

    fn checks(&self) -> &'static [Check] {
        CHECKS
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(SymmetryBench)
    }

    fn takes(&self) -> &'static [Takes] {
        TAKES
    }
}
