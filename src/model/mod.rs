//! Models: parameter layout, initial weights, and the recording of programs.

pub mod ensemble;
pub mod measure;
pub mod online;
pub mod parameters;
pub mod transformer;

use std::any::Any;
use std::ops::Range;

use crate::compute::cpu::CpuExecutor;
use crate::error::Error;
use crate::graph::BufferId;
use crate::graph::plan::Plan;
use crate::kernels::control;
use measure::Measure;
use parameters::Parameters;

/// Where a measure's numbers come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// A number of each entry of the ring of its phase, times a factor.
    Ring {
        /// Which number of the entry.
        entry: usize,
        /// What it is multiplied by.
        factor: f32,
    },
    /// Computed on the host by [`Model::judge`], from tensors that an evaluation leaves.
    Host,
}

/// Something that a race trains: one plan, whose replicas are runs that share shapes, number of steps, optimiser and loss, and differ in
/// seed, learning rate, weight decay, initial scale, frozen tensors, and whatever else is the model's own.
pub trait Model: Any {
    /// How many runs there are.
    fn runs(&self) -> usize;

    /// Where one run's parameters lie. All runs' lie alike.
    fn parameters(&self) -> &Parameters;

    /// Training steps in all.
    fn steps(&self) -> u32;

    /// Records a training step, its optimiser included, and an evaluation, for some of the runs.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error>;

    /// Initial parameters of a run.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such run.
    fn initial(&self, run: usize) -> Result<Vec<f32>, Error>;

    /// Control block of a run before its first step.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such run, or it freezes more than the block can say.
    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error>;

    /// Buffers that the programs only read, the same for every run, with what they hold.
    fn constants(&self, plan: &Plan) -> Vec<(BufferId, Vec<f32>)>;

    /// What is measured of each run, in the order of figures and columns, and where from.
    fn measures(&self) -> Vec<(Measure, Source)>;

    /// Buffers that an evaluation leaves and [`Model::judge`] reads.
    fn judged(&self, _plan: &Plan) -> Vec<BufferId> {
        Vec::new()
    }

    /// The measures with [`Source::Host`] of one run, in their order, from its part of the buffers of [`Model::judged`]. Computed in
    /// f64; not a number where a measure is not defined.
    ///
    /// # Errors
    /// [`Error::Internal`] if the tensors are not those of this model.
    fn judge(&self, _run: usize, _tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        Ok(Vec::new())
    }

    /// The same model with another number of training steps, of which the first are the same; nothing if its steps depend on how many
    /// there are.
    fn extended(&self, steps: u32) -> Option<Box<dyn Model>>;
}

/// What an evaluation of one run leaves with these parameters, on the CPU: the buffers of [`Model::judged`], in their order.
///
/// # Errors
/// [`Error::Internal`] if there is no such run, or the parameters are not those of this model.
pub fn evaluated(model: &dyn Model, run: usize, parameters: &[f32]) -> Result<Vec<Vec<f32>>, Error> {
    let plan = model.plan(run..run + 1)?;
    let mut executor = CpuExecutor::<f32>::new(&plan);
    executor.write(0, plan.shared.parameters, parameters)?;
    executor.write(0, plan.shared.control, &model.control(run)?)?;
    for (id, values) in model.constants(&plan) {
        executor.write(0, id, &values)?;
    }
    executor.run(&plan.evaluation, 1)?;
    model.judged(&plan).into_iter().map(|id| executor.buffer(0, id).map(<[f32]>::to_vec)).collect()
}

/// Without what it holds, so that a page need not carry how to print that.
impl std::fmt::Debug for dyn Model + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a model")
    }
}
