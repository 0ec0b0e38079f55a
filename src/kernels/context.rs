//! Sums from which the next context is chosen, twin of `shaders/context.wgsl`.
//!
//! - **Combined** (thesis eq. 5.5): `Λ · scale(P1 C) + (1 − Λ) · scale(P2 I)`, where `scale` divides by the sum. Here it divides by the
//!   mean, which is the same up to the number of neurons: `scaled(s) = ⌊4096 s / mean⌋`, at most 16383, and Λ is in 1024ths.
//! - **Layer** (thesis eq. 5.4): `λ P1 C + P2 I` with λ = Λ / (1 − Λ): the same with a fixed unit for both parts in place of their means.
//! - **Shift register**: the present input's neurons in their order, then the neurons of the input before, as a code of twice as many.
//!
//! The sum of `P1 C` over all neurons is `Σ level · (sum of that row of P1)`, so that every neuron finds it by itself. Everything
//! is whole numbers: integer division gives the same bits everywhere, which a division of floating-point numbers does not in WGSL.
//!
//! Source: A. Bose's thesis (2007) as her own re-implementation gives it.

use super::clock;
use super::real::Real;
use super::{grid, kernel, words};

/// Numbers before the levels among the constants: model, Λ in 1024ths, unit of the old context, unit of the input, and four spare ones.
pub const HEAD: u32 = 8;
/// What Λ = 1 is.
pub const SHARES: u32 = 1024;

/// Reads: clock, contexts `[items + 1, active]`, inputs `[items, data]`, P1 `[neurons, neurons]`, P2 `[inputs, neurons]`, constants.
/// Writes: sums `[neurons]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// Neurons of the context.
    pub neurons: u32,
    /// Of which so many fire.
    pub active: u32,
    /// Neurons of an input.
    pub inputs: u32,
    /// Of which so many fire.
    pub data: u32,
    /// Symbols that can be presented.
    pub items: u32,
    /// Constants of a replica.
    pub constants: u32,
}

kernel! {
    Context is "context" for (self, form, replicas);
    reads [
        clock: clock::LEN,
        contexts: (self.items + 1) * self.active,
        inputs: self.items * self.data,
        old_weights: self.neurons * self.neurons,
        new_weights: self.inputs * self.neurons,
        constants: self.constants.max(HEAD + self.active + self.data + self.neurons + self.inputs),
    ];
    writes [sums: self.neurons];
    uniform words![self; neurons, firing: self.active, inputs, data, items, constants];
    workgroups grid(self.neurons, replicas);
}

/// A part's sums, and 16 times their mean.
struct Part {
    sums: Vec<u32>,
    mean: u32,
}

impl Part {
    /// Of a code, with the weights of its neurons `[·, neurons]` and 16 times their means.
    fn of<T: Real>(order: &[T], levels: &[T], weights: &[T], means: &[T], neurons: usize) -> Self {
        let mut sums = vec![T::zero(); neurons];
        let mut mean = 0_u32;
        for (&neuron, &level) in order.iter().zip(levels) {
            let Some(neuron) = clock::neuron(neuron) else { continue };
            let row = &weights[neuron * neurons..][..neurons];
            sums.iter_mut().zip(row).for_each(|(sum, &weight)| *sum += level * weight);
            mean = mean.wrapping_add(level.index().wrapping_mul(means[neuron].index()));
        }
        Self { sums: sums.into_iter().map(Real::index).collect(), mean }
    }

    fn scaled(&self) -> impl Iterator<Item = u32> + '_ {
        let unit = (self.mean >> 8).max(1);
        self.sums.iter().map(move |&sum| (sum.wrapping_mul(256) / unit).min(16_383))
    }
}

impl Context {
    /// The CPU twin.
    fn twin<T: Real>(
        &self,
        [time, contexts, inputs, old_weights, new_weights, constants]: [&[T]; 6],
        [sums]: [&mut [T]; 1],
    ) {
        let Some(item) = clock::item(time, 1, 0) else { return };
        let (neurons, active, data) = (self.neurons as usize, self.active as usize, self.data as usize);
        let context = &contexts[item * active..][..active];
        let input = &inputs[item * data..][..data];
        let (head, rest) = constants.split_at(HEAD as usize);
        if head[0] == T::zero() {
            return self.shift(context, input, sums);
        }
        let (old_levels, rest) = rest.split_at(active);
        let (new_levels, rest) = rest.split_at(data);
        let (old_means, new_means) = rest.split_at(neurons);
        let mut old = Part::of(context, old_levels, old_weights, old_means, neurons);
        let mut new = Part::of(input, new_levels, new_weights, new_means, neurons);
        if head[0] == T::one() {
            old.mean = head[2].index() << 4;
            new.mean = head[3].index() << 4;
        }
        let share = head[1].index();
        for (sum, (old, new)) in sums.iter_mut().zip(old.scaled().zip(new.scaled())) {
            *sum = T::int(share * old + (SHARES - share) * new);
        }
    }

    fn shift<T: Real>(&self, context: &[T], input: &[T], sums: &mut [T]) {
        let inputs = self.inputs as usize;
        sums.fill(T::zero());
        for (neuron, rank) in input.iter().filter_map(|&value| clock::neuron(value)).zip(0_u32..) {
            sums[neuron] = T::int(8192 - 2 * rank);
        }
        let before = context.iter().filter_map(|&value| clock::neuron(value)).filter(|&neuron| neuron < inputs);
        for (neuron, rank) in before.zip(0_u32..) {
            sums[inputs + neuron] = T::int(8191 - 2 * rank);
        }
    }
}
