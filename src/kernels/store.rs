//! One-shot writing of pairs of ranked codes into the data store, twin of `shaders/store.wgsl`:
//! `store[line_j, data_i] = max(store[line_j, data_i], weight[j, i])`.
//!
//! Source: the rank-order rule `w_ij = max(w_ij, σ_i σ_j)` of Bose, Furber and Shapiro (IJCNN 2005); with equal weights it is the binary
//! OR. Writing is idempotent and commutative.

use super::clock::{self, Lists};
use super::real::Real;
use super::{Constants, Form, Spec, Word, grid};

/// Reads: clock, lines `[line_lists.items, lines]`, data `[items, data]`, constants, gates `[items]` (only if `gated`). Writes:
/// store `[decoders, size]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// Pairs of a batch.
    pub rows: u32,
    /// Decoder neurons that fire.
    pub lines: u32,
    /// Data neurons that fire.
    pub data: u32,
    /// Decoder neurons.
    pub decoders: u32,
    /// Data neurons.
    pub size: u32,
    /// Where the lines are; never ahead.
    pub line_lists: Lists,
    /// Items of data and gates.
    pub items: u32,
    /// Where the weights `[lines, data]` are among the constants.
    pub weights: u32,
    /// Constants of a replica.
    pub constants: u32,
    /// Whether an item is written only if its gate is open.
    pub gated: bool,
}

impl Spec for Store {
    fn name(&self) -> &'static str {
        "store"
    }
    fn reads(&self) -> usize {
        5
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("GATED", Word::U(u32::from(self.gated)))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("rows", Word::U(self.rows)),
            ("lines", Word::U(self.lines)),
            ("data", Word::U(self.data)),
            ("decoders", Word::U(self.decoders)),
            ("size", Word::U(self.size)),
            ("line_items", Word::U(self.line_lists.items)),
            ("lines_clocked", Word::U(u32::from(self.line_lists.clocked))),
            ("items", Word::U(self.items)),
            ("weights", Word::U(self.weights)),
            ("constants", Word::U(self.constants)),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        grid(self.rows * self.lines * self.data, replicas)
    }
}

impl Store {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([time, lines, data, constants, gates], [store]) = (reads, writes) else { return };
        let (count, width, size) = (self.lines as usize, self.data as usize, self.size as usize);
        let weights = &constants[self.weights as usize..][..count * width];
        for row in 0..self.rows as usize {
            let Some(item) = clock::item(time, self.rows, row) else { continue };
            let Some(place) = self.line_lists.place(item, row) else { continue };
            if self.gated && gates.get(item).is_none_or(|gate| *gate == T::zero()) {
                continue;
            }
            let data = &data[item * width..][..width];
            let lines = lines[place * count..][..count].iter().zip(weights.chunks_exact(width));
            for (&line, weights) in lines {
                let Some(line) = clock::neuron(line) else { continue };
                let stored = &mut store[line * size..][..size];
                for (&neuron, &weight) in data.iter().zip(weights) {
                    if let Some(neuron) = clock::neuron(neuron) {
                        stored[neuron] = stored[neuron].max(weight);
                    }
                }
            }
        }
    }
}
