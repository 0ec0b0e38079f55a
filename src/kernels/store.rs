//! One-shot writing of pairs of ranked codes into the data store, twin of `shaders/store.wgsl`:
//! `store[line_j, data_i] = max(store[line_j, data_i], weight[j, i])`.
//!
//! Source: the rank-order rule `w_ij = max(w_ij, σ_i σ_j)` of Bose, Furber and Shapiro (IJCNN 2005); with equal weights it is the binary
//! OR. Writing is idempotent and commutative.

use super::clock::{self, Lists};
use super::real::Real;
use super::{grid, kernel, words};

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

kernel! {
    Store is "store" for (self, form, replicas);
    reads [
        clock: clock::LEN,
        lines: self.line_lists.items * self.lines,
        data: self.items * self.data,
        constants: self.constants.max(self.weights + self.lines * self.data),
        gates: self.gated.then_some(self.items),
    ];
    writes [store: self.decoders * self.size];
    constants words![GATED: self.gated];
    uniform words![
        self; rows, lines, data, decoders, size,
        line_items: self.line_lists.items, lines_clocked: self.line_lists.clocked,
        items, weights, constants,
    ];
    workgroups grid(self.rows * self.lines * self.data, replicas);
}

impl Store {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, lines, data, constants, gates]: [&[T]; 5], [store]: [&mut [T]; 1]) {
        let (count, width, size) = (self.lines as usize, self.data as usize, self.size as usize);
        let weights = &constants[self.weights as usize..][..count * width];
        for row in 0..self.rows as usize {
            let Some(item) = clock::item(time, self.rows, row) else { continue };
            let Some(place) = self.line_lists.place(item, row) else { continue };
            if self.gated && gates[item] == T::zero() {
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
