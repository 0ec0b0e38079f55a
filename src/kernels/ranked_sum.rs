//! Dot products of ranked codes with the columns of a matrix, twin of `shaders/ranked_sum.wgsl`:
//! `sums[row, c] = Σ_r level[r] · matrix[order[row, r], c]`.
//!
//! The address decoder (matrix: its weights, inputs by neurons) and the read of the data store (matrix: the store) are both this. Only
//! rows of active neurons are read. The twin goes through blocks of columns, so that the part of the matrix that a batch of codes
//! meets stays in cache, and takes four rows at a time.

use super::clock::{self, Lists};
use super::real::Real;
use super::{grid, kernel, words};

/// Columns of a block of the twin: 256 rows of them are half a megabyte.
const BLOCK: usize = 512;

/// What a row has to add up: matrix rows with their levels. Nothing where the item does not exist.
type Terms<T> = Option<Vec<(usize, T)>>;

/// Reads: clock, orders `[lists.items, active]`, constants, matrix `[inputs, columns]`. Writes: sums `[rows, columns]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedSum {
    /// Codes of a batch.
    pub rows: u32,
    /// Neurons of a code.
    pub active: u32,
    /// Rows of the matrix.
    pub inputs: u32,
    /// Columns of the matrix.
    pub columns: u32,
    /// Where the orders are.
    pub lists: Lists,
    /// Where the levels of the ranks are among the constants.
    pub levels: u32,
    /// Constants of a replica.
    pub constants: u32,
}

kernel! {
    RankedSum is "ranked_sum" for (self, form, replicas);
    reads [
        clock: clock::LEN,
        orders: self.lists.items * self.active,
        constants: self.constants.max(self.levels + self.active),
        matrix: self.inputs * self.columns,
    ];
    writes [sums: self.rows * self.columns];
    uniform [words![self; rows, firing: self.active, inputs, columns], self.lists.words(), words![self; levels, constants]].concat();
    workgroups grid(self.rows * self.columns, replicas);
    flops 2.0 * f64::from(self.rows) * f64::from(self.active) * f64::from(self.columns);
}

impl RankedSum {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, orders, constants, matrix]: [&[T]; 4], [sums]: [&mut [T]; 1]) {
        let (active, columns) = (self.active as usize, self.columns as usize);
        let levels = &constants[self.levels as usize..][..active];
        let terms: Vec<Terms<T>> = (0..self.rows as usize)
            .map(|row| {
                let place = self.lists.place(clock::item(time, self.rows, row)?, row)?;
                let order = &orders[place * active..][..active];
                let term = |(&value, &level): (&T, &T)| Some((clock::neuron(value)?, level));
                Some(order.iter().zip(levels).filter_map(term).collect())
            })
            .collect();
        let work = |(rows, terms): (&mut [T], &[Terms<T>])| {
            for begin in (0..columns).step_by(BLOCK) {
                let end = (begin + BLOCK).min(columns);
                for (row, terms) in rows.chunks_exact_mut(columns).zip(terms) {
                    let Some(terms) = terms else { continue };
                    add_up(&mut row[begin..end], terms, |neuron| &matrix[neuron * columns..][begin..end]);
                }
            }
        };
        super::each_part(sums, columns, &terms, work);
    }
}

/// `sums = Σ level · row`, four rows at a time.
fn add_up<'a, T: Real + 'a>(sums: &mut [T], terms: &[(usize, T)], row: impl Fn(usize) -> &'a [T]) {
    sums.fill(T::zero());
    let fours = terms.chunks_exact(4);
    for &(neuron, level) in fours.remainder() {
        sums.iter_mut().zip(row(neuron)).for_each(|(sum, &weight)| *sum += level * weight);
    }
    for four in fours {
        let &[(a, p), (b, q), (c, r), (d, s)] = four else { continue };
        let weights = row(a).iter().zip(row(b)).zip(row(c).iter().zip(row(d)));
        for (sum, ((&a, &b), (&c, &d))) in sums.iter_mut().zip(weights) {
            *sum += (p * a + q * b) + (r * c + s * d);
        }
    }
}
