//! The neurons with the largest sums, in their order: k winners take all, twin of `shaders/winners.wgsl`.
//!
//! Of equal sums the lower neuron comes first; neurons without any sum stay silent (−1, at the end). Sums are whole numbers below
//! 2²⁴. The twin keeps the winners so far sorted, and passes over blocks in which nothing beats the last of them.

use super::clock::{self, Lists};
use super::real::Real;
use super::{kernel, words};

/// Sums that are looked over at once.
const BLOCK: usize = 32;

/// Reads: clock, sums `[rows, size]`. Writes: orders `[lists.items, active]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Winners {
    /// Codes of a batch.
    pub rows: u32,
    /// Neurons to choose from.
    pub size: u32,
    /// Neurons that win, at most 128.
    pub active: u32,
    /// Where the orders go.
    pub lists: Lists,
}

kernel! {
    Winners is "winners" for (self, form, replicas);
    reads [clock: clock::LEN, sums: self.rows * self.size];
    writes [orders: self.lists.items * self.active];
    constants words![ACTIVE: self.active];
    uniform [words![self; rows, size], self.lists.words()].concat();
    workgroups [self.rows, 1, replicas];
}

impl Winners {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, sums]: [&[T]; 2], [orders]: [&mut [T]; 1]) {
        let (active, size) = (self.active as usize, self.size as usize);
        // Rows of a batch lie one after the other among the items too.
        let places: Vec<Option<usize>> =
            (0..self.rows as usize).map(|row| self.lists.place(clock::item(time, self.rows, row)?, row)).collect();
        let Some(first) = places.first().copied().flatten() else { return };
        let rows = places.iter().take_while(|place| place.is_some()).count();
        let orders = &mut orders[first * active..][..rows * active];
        let sums: Vec<&[T]> = sums.chunks_exact(size).take(rows).collect();
        super::each_part(orders, active, &sums, |(orders, sums): (&mut [T], &[&[T]])| {
            let mut best = Vec::with_capacity(active + 1);
            for (order, sums) in orders.chunks_exact_mut(active).zip(sums) {
                choose(sums, active, &mut best);
                let winners = best.iter().map(|&(_, neuron)| T::int(neuron));
                let silent = std::iter::repeat(-T::one());
                order.iter_mut().zip(winners.chain(silent)).for_each(|(place, neuron)| *place = neuron);
            }
        });
    }
}

/// The largest sums with their neurons, largest first, into `best`.
fn choose<T: Real>(sums: &[T], active: usize, best: &mut Vec<(T, u32)>) {
    best.clear();
    // What a sum has to exceed to be among the winners.
    let mut bar = T::zero();
    for (block, begin) in sums.chunks(BLOCK).zip((0_u32..).step_by(BLOCK)) {
        // Counting has no early end, which lets it use SIMD; most blocks have nothing to offer.
        if block.iter().filter(|&&sum| sum > bar).count() == 0 {
            continue;
        }
        for (&sum, neuron) in block.iter().zip(begin..) {
            if sum > bar {
                if best.len() == active {
                    best.pop();
                }
                let at = best.partition_point(|&(other, _)| other >= sum);
                best.insert(at, (sum, neuron));
                if best.len() == active {
                    bar = best.last().map_or(bar, |&(sum, _)| sum);
                }
            }
        }
    }
}
