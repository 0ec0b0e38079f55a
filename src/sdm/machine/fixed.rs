//! What a machine is born with: fixed random weights, and the numbers that its kernels read.

use super::{Model, Replica, Room, Shape};
use crate::kernels::context::SHARES;
use crate::kernels::rng::{STREAM_NEW_CONTEXT, STREAM_OLD_CONTEXT};
use crate::sdm::code::levels;
use crate::sdm::decoder::{self, even};

/// Fixed numbers of one machine.
#[derive(Debug)]
pub struct Fixed {
    /// P1 `[neurons, neurons]`.
    pub old: Vec<f32>,
    /// P2 `[D, neurons]`.
    pub new: Vec<f32>,
    /// Decoder weights `[neurons, W]`.
    pub decoder: Vec<f32>,
    pub(super) constants: Vec<f32>,
}

impl Fixed {
    /// Draws the fixed weights of a machine on its own.
    #[must_use]
    pub fn of(shape: &Shape, replica: &Replica) -> Self {
        Self::in_room(shape, replica, shape.room(std::slice::from_ref(replica)))
    }

    /// What a context gives the decoder neurons: whole-number dot products.
    #[must_use]
    pub fn decode(&self, shape: &Shape, replica: &Replica, context: &[u32]) -> Vec<u32> {
        let room = shape.room(std::slice::from_ref(replica));
        let mut sums = vec![0; shape.decoders as usize];
        for (&neuron, level) in context.iter().zip(context_levels(shape, replica, room.active)) {
            let row = self.decoder.chunks_exact(shape.decoders as usize).nth(neuron as usize).unwrap_or_default();
            sums.iter_mut().zip(row).for_each(|(sum, &weight)| *sum += level * weight as u32);
        }
        sums
    }

    pub(super) fn in_room(shape: &Shape, replica: &Replica, room: Room) -> Self {
        let Room { neurons, active } = room;
        let s = shape;
        let old = even(neurons, neurons, replica.seed, STREAM_OLD_CONTEXT);
        let new = even(s.size, neurons, replica.seed, STREAM_NEW_CONTEXT);
        let decoder = s.weights.draw(neurons, s.decoders, replica.seed);
        // Context neurons beyond a smaller model's own never fire: nothing leads to them.
        let own = if replica.model == Model::Shift { neurons } else { s.context.min(neurons) };
        let masked = |weights: Vec<f32>| -> Vec<f32> {
            let rows = weights.chunks_exact(neurons as usize);
            rows.flat_map(|row| row.iter().enumerate().map(|(c, &w)| if (c as u32) < own { w } else { 0.0 })).collect()
        };
        let (old, new) = (masked(old), masked(new));
        let mean16 = |weights: &[f32]| -> Vec<f32> {
            let mean =
                |row: &[f32]| libm::round(16.0 * row.iter().map(|&w| f64::from(w)).sum::<f64>() / f64::from(own));
            weights.chunks_exact(neurons as usize).map(|row| mean(row) as f32).collect()
        };
        let input_levels = levels(s.data_active, s.alpha, decoder::MOST);
        let context_levels = context_levels(s, replica, active);
        // One unit for both parts of the context layer, in the levels of either: the mean sum of the larger code, so that no sum is
        // more than about two units and none is cut off.
        let middle = f64::from(decoder::MOST) / 2.0;
        let first = |levels: &[u32]| f64::from(levels.first().copied().unwrap_or(1).max(1));
        let size = |levels: &[u32]| levels.iter().map(|&level| f64::from(level)).sum::<f64>() / first(levels);
        let unit = middle * size(&input_levels).max(size(&context_levels));
        let unit_old = unit * first(&context_levels);
        let unit_new = unit * first(&input_levels);
        let (model, retention) = match replica.model {
            Model::Shift => (0.0, 0.0),
            Model::Layer(retention) => (1.0, retention),
            Model::Combined(retention) => (2.0, retention),
        };
        let share = libm::round(retention * f64::from(SHARES));
        let head = [model, share, libm::round(unit_old), libm::round(unit_new), 0.0, 0.0, 0.0, 0.0];
        let memory = s.memory();
        let whole = |values: Vec<u32>| values.into_iter().map(|value| value as f32);
        let constants = head
            .into_iter()
            .map(|value| value as f32)
            .chain(whole(context_levels))
            .chain(whole(input_levels))
            .chain(mean16(&old))
            .chain(mean16(&new))
            .chain(whole(memory.line_levels()))
            .chain(whole(memory.written()))
            .chain(whole(s.overlap_levels()))
            .collect();
        Self { old, new, decoder, constants }
    }
}

/// Levels of the places of a context's order: of a shift register the two inputs take turns, so that equal ranks weigh the same.
fn context_levels(shape: &Shape, replica: &Replica, active: u32) -> Vec<u32> {
    let mut levels = match replica.model {
        Model::Shift => {
            // Twice as many neurons fire as in one input.
            let single = levels(shape.data_active, shape.alpha, 2 * decoder::MOST);
            single.iter().flat_map(|&level| [level, level]).collect()
        }
        _ => levels(shape.context_active, shape.alpha, decoder::MOST),
    };
    levels.resize(active as usize, 0);
    levels
}
