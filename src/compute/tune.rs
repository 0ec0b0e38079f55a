//! Times the forms of kernels on an adapter, and keeps the fastest.

use std::rc::Rc;

use web_time::Instant;

use crate::compute::Program;
use crate::compute::gpu::Gpu;
use crate::compute::gpu_executor::GpuExecutor;
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::matmul::{Epilogue, Matmul, Operand};
use crate::kernels::weight_grad::WeightGrad;
use crate::kernels::{Form, Sums};

/// Rows of the samples; a batch of about 500 tokens.
const ROWS: u32 = 512;
/// Their other sides.
const WIDTH: u32 = 64;

/// Sets `gpu.form` to the forms that run a typical product and a typical sum over rows fastest. Takes some tens of
/// milliseconds: each form is compiled, run once to warm up, then timed in growing batches until one takes 3 ms.
///
/// # Errors
/// [`Error::Shader`], [`Error::DeviceLost`].
pub async fn choose(gpu: Gpu) -> Result<Gpu, Error> {
    let mut gpu = Rc::new(gpu);
    let best = fastest(&mut gpu, |form| form.sums == Sums::Sliced, &product()?).await?;
    let form = fastest(&mut gpu, |form| form.product == best.product, &sum()?).await?;
    let mut gpu = Rc::into_inner(gpu).ok_or_else(|| Error::Internal("the device is still in use".to_owned()))?;
    gpu.form = form;
    Ok(gpu)
}

/// Of the forms that `may` be taken, the one that runs `sample` fastest.
async fn fastest(gpu: &mut Rc<Gpu>, may: impl Fn(&Form) -> bool, sample: &Plan) -> Result<Form, Error> {
    let mut best = (f64::INFINITY, Form::ALL[0]);
    for form in Form::ALL.into_iter().filter(may) {
        if let Some(gpu) = Rc::get_mut(gpu) {
            gpu.form = form;
        }
        let mut executor = GpuExecutor::new(Rc::clone(gpu), sample, &mut |_| {}).await?;
        executor.run(Program::Training, 1)?;
        executor.catch_up(0).await?;
        let mut times = 2;
        let each = loop {
            let start = Instant::now();
            executor.run(Program::Training, times)?;
            executor.catch_up(0).await?;
            let taken = start.elapsed().as_secs_f64() * 1e3;
            if taken > 3.0 || times >= 512 {
                break taken / f64::from(times);
            }
            times *= 4;
        };
        if each < best.0 {
            best = (each, form);
        }
    }
    Ok(best.1)
}

fn slot(label: &'static str, len: u32) -> Slot {
    Slot { label, len }
}

fn product() -> Result<Plan, Error> {
    let slots = [slot("left", ROWS * WIDTH), slot("right", WIDTH * WIDTH), slot("product", ROWS * WIDTH)];
    let operand = |rows| Operand { offset: 0, row: WIDTH, column: 1, len: rows * WIDTH };
    let matmul = Matmul {
        m: ROWS,
        n: WIDTH,
        k: WIDTH,
        a: operand(ROWS),
        b: operand(WIDTH),
        bias_len: 0,
        epilogue: Epilogue::default(),
    };
    let reads = [None, Some(BufferId(0)), Some(BufferId(1)), None, None];
    Plan::sample(&slots, Launch::new(matmul, reads, [Some(BufferId(2)), None]))
}

fn sum() -> Result<Plan, Error> {
    let slots = [slot("x", ROWS * WIDTH), slot("g", ROWS * WIDTH), slot("gradients", WIDTH * WIDTH)];
    let (inputs, outputs, pool) = (WIDTH, WIDTH, WIDTH * WIDTH);
    let kernel = WeightGrad { rows: ROWS, inputs, outputs, weight: 0, transposed: false, bias: None, pool };
    Plan::sample(&slots, Launch::new(kernel, [Some(BufferId(0)), Some(BufferId(1))], [Some(BufferId(2))]))
}
