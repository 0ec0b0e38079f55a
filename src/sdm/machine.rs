//! The sequence machine: a memory whose address is the context of what came before.
//!
//! For every symbol, in this order (Bose, Furber and Shapiro, IJCNN 2005): the input is written at the *present* context; the new context
//! is made of the old one and the input; the store is read at the *new* context, and what comes out is the prediction of the next symbol.
//! All of it is one program that runs once a symbol; the clock is on the device, so that a whole sequence needs no read-back and no
//! upload in between.

mod fixed;
mod plan;
mod trace;

pub use fixed::Fixed;
pub use plan::{bytes, plan};
pub use trace::Trace;

use super::code::{Order, draw, levels};
use super::decoder::Weights;
use super::memory::Shape as MemoryShape;
use crate::compute::{Executor, Program};
use crate::error::Error;
use crate::kernels::rng::{STREAM_CODES, STREAM_OLD_CONTEXT};
use plan::Buffer;

/// How a machine remembers what came before; see [`crate::kernels::context`] for the formulas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// The last two inputs side by side.
    Shift,
    /// Fixed weights, the old context times λ = Λ / (1 − Λ), nothing scaled.
    Layer(f64),
    /// Both parts scaled to the same sum, shares Λ and 1 − Λ.
    Combined(f64),
}

/// Number of a symbol that no reader has, and of a row that no projection has.
const START: u32 = u32::MAX;

/// One machine of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replica {
    /// Its context.
    pub model: Model,
    /// Of its codes and fixed weights.
    pub seed: u32,
}

/// Sizes and rules, the same for all machines of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// D, neurons of a symbol's code and of a data word.
    pub size: u32,
    /// d, neurons of it that fire.
    pub data_active: u32,
    /// C, neurons of a context layer.
    pub context: u32,
    /// m, neurons of it that fire.
    pub context_active: u32,
    /// W, neurons of the address decoder.
    pub decoders: u32,
    /// w, neurons of it that fire.
    pub chosen: u32,
    /// Fixed weights of the decoder.
    pub weights: Weights,
    /// Significance ratio of all codes.
    pub alpha: f64,
    /// Whether stored weights keep significance.
    pub graded: bool,
    /// Symbols that can have a code.
    pub symbols: u32,
    /// Symbols that can be presented in one go.
    pub items: u32,
}

/// What is made of a plan's replicas: a context list has room for every model among them.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// Neurons of the context.
    neurons: u32,
    /// Places of its order.
    active: u32,
}

impl Shape {
    fn room(&self, replicas: &[Replica]) -> Room {
        let shift = replicas.iter().any(|replica| replica.model == Model::Shift);
        let layer = replicas.iter().any(|replica| replica.model != Model::Shift);
        let of = |yes: bool, value: u32| if yes { value } else { 1 };
        Room {
            neurons: of(shift, 2 * self.size).max(of(layer, self.context)),
            active: of(shift, 2 * self.data_active).max(of(layer, self.context_active)),
        }
    }

    /// The memory behind the context.
    #[must_use]
    pub fn memory(&self) -> MemoryShape {
        MemoryShape {
            inputs: self.context,
            inputs_active: self.context_active,
            decoders: self.decoders,
            chosen: self.chosen,
            weights: self.weights,
            size: self.size,
            data_active: self.data_active,
            alpha: self.alpha,
            graded: self.graded,
        }
    }

    /// Levels of a code's ranks of which every product of two, summed over a code, stays exact.
    #[must_use]
    pub fn overlap_levels(&self) -> Vec<u32> {
        // The largest level bounds the other factor.
        let most = |most: u32| levels(self.data_active, self.alpha, most);
        let fits = |levels: &[u32], scale: u32| levels.first().is_none_or(|&first| first <= scale);
        let scales = (0..=12).rev().map(|bits| 1_u32 << bits);
        scales
            .map(|scale| (most(scale), scale))
            .find(|(levels, scale)| fits(levels, *scale))
            .map_or_else(|| most(1), |(l, _)| l)
    }

    /// The context before the first symbol: a random code of the machine's own, so that the first symbol has an address too. A shift
    /// register begins as if a symbol of no name had come twice.
    #[must_use]
    pub fn start(&self, replica: &Replica) -> Order {
        match replica.model {
            Model::Shift => {
                let code = self.code(replica.seed, START);
                code.iter().flat_map(|&neuron| [neuron, self.size + neuron]).collect()
            }
            _ => draw(self.context_active, self.context, [replica.seed, STREAM_OLD_CONTEXT, START]),
        }
    }

    /// The code of the symbol with this number.
    #[must_use]
    pub fn code(&self, seed: u32, symbol: u32) -> Order {
        draw(self.data_active, self.size, [seed, STREAM_CODES, symbol])
    }
}

/// What a machine takes in at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    /// The symbol; nothing is the machine's own prediction.
    pub symbol: Option<u32>,
    /// Whether it is written.
    pub write: bool,
}

/// Machines on an executor.
#[derive(Debug)]
pub struct SequenceMachine {
    shape: Shape,
    replicas: Vec<Replica>,
    room: Room,
    executor: Executor,
    /// The context that each machine is in.
    contexts: Vec<Order>,
    launches: u32,
}

impl SequenceMachine {
    /// Machines on an executor that was made for [`plan`], blank. `codes[replica]` are the codes of its symbols.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn new(shape: Shape, replicas: Vec<Replica>, executor: Executor) -> Result<Self, Error> {
        let room = shape.room(&replicas);
        let launches = plan(&shape, &replicas)?.training.len() as u32;
        let contexts = vec![Order::new(); replicas.len()];
        let mut machine = Self { shape, replicas, room, executor, contexts, launches };
        // Several times the weights of all machines are in memory here for a moment; the lab bounds how many there are.
        let fixed: Vec<Fixed> = machine.replicas.iter().map(|replica| Fixed::in_room(&shape, replica, room)).collect();
        let all =
            |of: fn(&Fixed) -> &[f32]| fixed.iter().flat_map(|fixed| of(fixed).iter().copied()).collect::<Vec<_>>();
        let executor = &mut machine.executor;
        executor.write(Buffer::OldWeights.id(), &all(|fixed| &fixed.old))?;
        executor.write(Buffer::NewWeights.id(), &all(|fixed| &fixed.new))?;
        executor.write(Buffer::Decoder.id(), &all(|fixed| &fixed.decoder))?;
        executor.write(Buffer::Constants.id(), &all(|fixed| &fixed.constants))?;
        let codes = |replica: &Replica| {
            let codes = (0..shape.symbols).flat_map(|symbol| shape.code(replica.seed, symbol));
            codes.map(|neuron| neuron as f32).collect::<Vec<_>>()
        };
        let codes: Vec<f32> = machine.replicas.iter().flat_map(codes).collect();
        machine.executor.write(Buffer::Codes.id(), &codes)?;
        machine.forget()?;
        Ok(machine)
    }

    /// Sizes and rules.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The machines.
    #[must_use]
    pub fn replicas(&self) -> &[Replica] {
        &self.replicas
    }

    /// Kernel launches for one symbol.
    #[must_use]
    pub fn launches_per_symbol(&self) -> u32 {
        self.launches
    }

    /// What the executor has done.
    #[must_use]
    pub fn counters(&self) -> crate::compute::Counters {
        self.executor.counters()
    }

    /// A blank store, and the context before the first symbol.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn forget(&mut self) -> Result<(), Error> {
        let len = self.replicas.len() * (self.shape.decoders * self.shape.size) as usize;
        self.executor.write(Buffer::Store.id(), &vec![0.0; len])?;
        self.rest();
        Ok(())
    }

    /// The context before the first symbol; what is stored stays.
    pub fn rest(&mut self) {
        self.contexts = self.replicas.iter().map(|replica| self.shape.start(replica)).collect();
    }

    /// Puts every machine into a context that it was in before.
    pub fn go_to(&mut self, contexts: Vec<Order>) {
        if contexts.len() == self.contexts.len() {
            self.contexts = contexts;
        }
    }

    /// The store of one machine, `[W, D]`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn store(&mut self, replica: u32) -> Result<Vec<f32>, Error> {
        let [store] = self.executor.read([Buffer::Store.id()], Some(replica)).await?;
        Ok(store)
    }

    /// Takes in some symbols, from the context that each machine is in; as many for every machine. Longer sequences than the plan has
    /// room for go in parts.
    ///
    /// # Errors
    /// [`Error::Internal`] if the sequences differ in length; [`Error::DeviceLost`].
    pub async fn take_in(&mut self, inputs: &[Vec<Input>]) -> Result<Vec<Trace>, Error> {
        let length = inputs.first().map_or(0, Vec::len);
        if inputs.len() != self.replicas.len() || inputs.iter().any(|inputs| inputs.len() != length) {
            return Err(Error::Internal("every machine takes in as many symbols as the others".to_owned()));
        }
        let room = self.shape.items as usize;
        let mut traces = vec![Trace::default(); inputs.len()];
        // Without a symbol, one part all the same: it tells what is predicted next.
        for begin in (0..length.max(1)).step_by(room) {
            let part: Vec<&[Input]> =
                inputs.iter().map(|inputs| inputs.get(begin..length.min(begin + room)).unwrap_or_default()).collect();
            let later = self.part(&part).await?;
            traces.iter_mut().zip(later).for_each(|(trace, later)| trace.append(later));
        }
        Ok(traces)
    }

    async fn part(&mut self, inputs: &[&[Input]]) -> Result<Vec<Trace>, Error> {
        let count = inputs.first().map_or(0, |inputs| inputs.len());
        let items = self.shape.items as usize;
        let padded = |of: fn(&Input) -> f32| {
            let each = inputs
                .iter()
                .flat_map(|inputs| inputs.iter().map(of).chain(std::iter::repeat(0.0)).take(items).collect::<Vec<_>>());
            each.collect::<Vec<f32>>()
        };
        let given = padded(|input| input.symbol.map_or(-1.0, |symbol| symbol as f32));
        let gates = padded(|input| f32::from(u8::from(input.write)));
        let active = self.room.active as usize;
        let contexts = self.contexts.iter().flat_map(|order| {
            let first = order.iter().map(|&neuron| neuron as f32);
            first.chain(std::iter::repeat(-1.0)).take(active).chain(vec![-1.0; items * active])
        });
        let contexts: Vec<f32> = contexts.collect();
        // With no symbol there is still an item to read at.
        let clock = [0.0, count.max(1) as f32].repeat(inputs.len());
        let executor = &mut self.executor;
        executor.write(Buffer::Given.id(), &given)?;
        executor.write(Buffer::Gates.id(), &gates)?;
        executor.write(Buffer::Contexts.id(), &contexts)?;
        executor.write(Buffer::Clock.id(), &clock)?;
        executor.run(Program::Evaluation, 1)?;
        if count > 0 {
            executor.run(Program::Training, count as u32)?;
        }
        let ids =
            [Buffer::Presented, Buffer::Contexts, Buffer::Lines, Buffer::Outputs, Buffer::Overlaps, Buffer::Predicted];
        let [presented, contexts, lines, outputs, overlaps, predicted] =
            executor.read(ids.map(Buffer::id), None).await?;
        let shape = self.shape;
        let traces: Vec<Trace> = (0..inputs.len())
            .map(|replica| Trace {
                symbols: part_of(&presented, replica, items, 1, count).iter().map(|v| symbol(v[0])).collect(),
                contexts: orders(&contexts, replica, items + 1, active, count + 1),
                lines: orders(&lines, replica, items + 1, shape.chosen as usize, count + 1),
                outputs: orders(&outputs, replica, items + 1, shape.data_active as usize, count + 1),
                overlaps: part_of(&overlaps, replica, items + 1, shape.symbols as usize, count + 1)
                    .iter()
                    .map(|row| row.iter().map(|&overlap| overlap as u32).collect())
                    .collect(),
                predicted: part_of(&predicted, replica, items + 1, 1, count + 1).iter().map(|v| symbol(v[0])).collect(),
            })
            .collect();
        for (context, trace) in self.contexts.iter_mut().zip(&traces) {
            context.clone_from(trace.contexts.last().unwrap_or(&Order::new()));
        }
        Ok(traces)
    }
}

fn symbol(value: f32) -> Option<u32> {
    (value >= 0.0).then_some(value as u32)
}

/// The first `count` lists of `width` of a replica that has `items` of them.
fn part_of(values: &[f32], replica: usize, items: usize, width: usize, count: usize) -> Vec<&[f32]> {
    let own = values.get(replica * items * width..).unwrap_or_default();
    own.chunks_exact(width).take(count).collect()
}

fn orders(values: &[f32], replica: usize, items: usize, width: usize, count: usize) -> Vec<Order> {
    let order = |list: &&[f32]| list.iter().filter_map(|&value| symbol(value)).collect();
    part_of(values, replica, items, width, count).iter().map(order).collect()
}
