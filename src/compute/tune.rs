//! Times the forms of the matrix product on an adapter, and keeps the fastest.

use std::rc::Rc;

use web_time::Instant;

use crate::compute::Program;
use crate::compute::error::Error;
use crate::compute::gpu::Gpu;
use crate::compute::gpu_executor::GpuExecutor;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::MatmulForm;
use crate::kernels::matmul::{Epilogue, Matmul, Operand};

/// Rows of the sample product; a batch of about 500 tokens.
const ROWS: u32 = 512;
/// Its other sides.
const WIDTH: u32 = 64;

/// Sets `gpu.form` to the form that runs a typical product fastest. Takes some tens of milliseconds: each form is
/// compiled, run once to warm up, then timed in growing batches until one takes 3 ms.
///
/// # Errors
/// [`Error::Shader`], [`Error::DeviceLost`].
pub async fn choose(gpu: Gpu) -> Result<Gpu, Error> {
    let mut gpu = Rc::new(gpu);
    let mut best = (f64::INFINITY, MatmulForm::Direct4);
    for form in MatmulForm::ALL {
        if let Some(gpu) = Rc::get_mut(&mut gpu) {
            gpu.form = form;
        }
        let mut executor = GpuExecutor::new(Rc::clone(&gpu), &sample(), &mut |_| {}).await?;
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
    let mut gpu = Rc::into_inner(gpu).ok_or_else(|| Error::Internal("the device is still in use".to_owned()))?;
    gpu.form = best.1;
    Ok(gpu)
}

fn sample() -> Plan {
    let slot = |label, len| Slot { label, len };
    let slots = vec![slot("left", ROWS * WIDTH), slot("right", WIDTH * WIDTH), slot("product", ROWS * WIDTH)];
    let [left, right, product] = [0, 1, 2].map(BufferId);
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
    let launch = Launch {
        kernel: matmul.into(),
        reads: vec![None, Some(left), Some(right), None, None],
        writes: vec![Some(product), None],
    };
    Plan::sample(slots, launch)
}
