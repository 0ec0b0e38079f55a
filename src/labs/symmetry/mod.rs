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

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(SymmetryBench)
    }

    fn takes(&self) -> &'static [Takes] {
        TAKES
    }
}
