//! A graph's edges as lessons, and what a learner of them is judged by: the landscape.

use std::rc::Rc;

use crate::labs::geometry::landscape::{Landscape, products};
use crate::labs::geometry::learner::{Examples, Judge, Lessons};
use crate::model::measure::Measure;

/// Which pairs of a graph are taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taught {
    /// Only in the direction in which edges are given.
    pub forward: bool,
    /// Also from every node to itself.
    pub itself: bool,
}

/// All pairs, at every step, and judged on the same; a node after which nothing is taught is shown, and not judged.
#[must_use]
pub fn lessons(landscape: &Landscape, Taught { forward, itself }: Taught) -> Lessons {
    let pairs = landscape.nodes.taught(forward, itself);
    let tokens: Vec<i32> = pairs.iter().flatten().map(|&node| node as i32).collect();
    let silent = (0..landscape.nodes.len()).filter(|&node| !pairs.iter().any(|pair| pair[0] == node));
    let silent: Vec<i32> = silent.flat_map(|node| [node as i32, -1]).collect();
    let asked = Examples { length: 1, answers: 1, tokens: tokens.iter().chain(&silent).copied().collect() };
    Lessons { taught: Examples { length: 1, answers: 1, tokens }, batch: None, asked }
}

/// Judges a learner of a graph.
#[derive(Debug)]
pub struct GraphJudge {
    landscape: Rc<Landscape>,
    /// Of each node, the first example that shows it.
    shown: Vec<usize>,
    /// And what was taught to come after it, itself left out.
    taught: Vec<Vec<usize>>,
}

impl GraphJudge {
    /// Of what the lessons ask.
    #[must_use]
    pub fn new(landscape: Rc<Landscape>, lessons: &Lessons) -> Self {
        let mut shown = vec![0; landscape.nodes.len()];
        for (at, example) in lessons.asked.tokens.chunks_exact(2).enumerate().rev() {
            shown[example[0] as usize] = at;
        }
        let mut taught = vec![Vec::new(); landscape.nodes.len()];
        for example in lessons.taught.tokens.chunks_exact(2).filter(|example| example[0] != example[1]) {
            taught[example[0] as usize].push(example[1] as usize);
        }
        Self { landscape, shown, taught }
    }

    /// What the model says comes after each node, `[nodes, nodes]`.
    #[must_use]
    pub fn logits(&self, embedding: &[f64], hidden: &[f32]) -> Vec<f64> {
        let width = embedding.len() / self.shown.len().max(1);
        let rows = self.shown.iter().flat_map(|&at| hidden[at * width..][..width].iter().copied().map(f64::from));
        products(&rows.collect::<Vec<_>>(), embedding, width)
    }
}

impl Judge for GraphJudge {
    fn measures(&self) -> Vec<Measure> {
        Landscape::measures()
    }

    fn judge(&self, embedding: &[f32], hidden: &[f32], _scores: &[f32]) -> Vec<f64> {
        let embedding: Vec<f64> = embedding.iter().copied().map(f64::from).collect();
        self.landscape.judge(&embedding, &self.logits(&embedding, hidden), &self.taught)
    }
}
