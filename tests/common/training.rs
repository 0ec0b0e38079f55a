//! Whole runs of the copy lab, natively and in a browser.

use mnemoscope::compute::Counters;
use mnemoscope::labs::copy::config::CopyConfig;
use mnemoscope::labs::trial::Trial;
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;

/// What a run reported.
#[derive(Debug, Default)]
pub struct Report {
    /// `loss[replica][step]`, bits per token.
    pub loss: Vec<Vec<f32>>,
    /// Gradient norms.
    pub gradient: Vec<Vec<f32>>,
    /// Step and held-out loss of each replica.
    pub evaluations: Vec<(u32, Vec<f32>)>,
    /// Step at which a replica stopped.
    pub stopped: Vec<(u32, u32)>,
    /// Parameters at the end.
    pub parameters: Vec<f32>,
    /// `cpu` or `webgpu`, and why.
    pub executor: (String, String),
    /// What happened between the first training step and the last.
    pub work: Counters,
}

/// The configuration of a link, which must be without problems.
pub fn configuration(link: &str) -> CopyConfig {
    let (config, problems) = CopyConfig::from_link(link);
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config
}

/// Trains `steps` steps of the configuration in `link`.
pub async fn train(link: &str, steps: u32) -> Report {
    let mut run = Trial::open(configuration(link), &mut Machine::default(), &mut |_, _| {}).await.unwrap();
    let mut report =
        Report { executor: (run.executor().kind.clone(), run.executor().reason.clone()), ..Report::default() };
    report.loss = vec![Vec::new(); run.runs().len()];
    report.gradient = report.loss.clone();
    let before = run.counters();
    let events = run.advance(f64::INFINITY, steps).await.unwrap();
    report.work = difference(run.counters(), before);
    for event in events {
        match event {
            // Loss, tokens right, gradient.
            Event::Training { values, .. } => {
                let [loss, _, gradient] = values.try_into().unwrap();
                report.loss.iter_mut().zip(loss).for_each(|(all, new)| all.extend(new));
                report.gradient.iter_mut().zip(gradient).for_each(|(all, new)| all.extend(new));
            }
            Event::Evaluation { step, mut values } => report.evaluations.push((step, values.remove(0))),
            Event::Stopped { replica, step, .. } => report.stopped.push((replica, step)),
            _ => {}
        }
    }
    report.parameters = run.parameters().await.unwrap();
    report
}

fn difference(after: Counters, before: Counters) -> Counters {
    Counters {
        launches: after.launches - before.launches,
        submits: after.submits - before.submits,
        uploads: after.uploads - before.uploads,
        buffers: after.buffers - before.buffers,
        bind_groups: after.bind_groups - before.bind_groups,
        reads: after.reads - before.reads,
        waits: after.waits - before.waits,
    }
}

/// A small race of all encodings; every kind of kernel takes part.
pub const SMALL: &str = "lab=copy&encodings=none,sinusoidal,compressed,spike-time,spike-time-gain,rank,rope,alibi\
    &seeds=1&seed=5&symbols=5&length=10&batch=7&held_out=9&layers=2&width=24&heads=3&mlp=20&steps=400&every=10\
    &activation=gelu&dropout=0.1&clip=1&warmup=5&schedule=cosine&decay=0.01&rate=0.003";

/// CPU and WebGPU train alike: the first ten losses to 1e-4 relative, and every held-out loss.
pub async fn executors_agree(link: &str) {
    let cpu = train(&format!("{link}&executor=cpu"), 10).await;
    let gpu = train(&format!("{link}&executor=webgpu"), 10).await;
    assert_eq!((&*cpu.executor.0, &*gpu.executor.0), ("cpu", "webgpu"), "{:?}", gpu.executor);
    let close = |want: f32, got: f32, what: &str| {
        assert!((want - got).abs() <= 1e-4 * want.abs(), "{what}: {want} on the CPU, {got} on WebGPU");
    };
    let mut worst = 0.0_f32;
    for (replica, (cpu, gpu)) in cpu.loss.iter().zip(&gpu.loss).enumerate() {
        assert_eq!((cpu.len(), gpu.len()), (10, 10));
        for (step, (&cpu, &gpu)) in cpu.iter().zip(gpu).enumerate() {
            close(cpu, gpu, &format!("loss of replica {replica} at step {}", step + 1));
            worst = worst.max((cpu - gpu).abs() / cpu.abs());
        }
    }
    assert_eq!(cpu.evaluations.len(), 2, "at step 0 and at step 10");
    for ((_, cpu), (_, gpu)) in cpu.evaluations.iter().zip(&gpu.evaluations) {
        cpu.iter().zip(gpu).for_each(|(&cpu, &gpu)| close(cpu, gpu, "held-out loss"));
    }
    println!("largest relative difference of the first ten losses: {worst:.1e}");
}

/// Twenty steps on WebGPU lower the loss, and the same configuration gives the same bits again.
pub async fn learns_and_repeats(link: &str) {
    let first = train(link, 20).await;
    let second = train(link, 20).await;
    for (replica, loss) in first.loss.iter().enumerate() {
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        assert!(mean(&loss[15..]) < mean(&loss[..5]) - 0.05, "replica {replica} does not learn: {loss:?}");
    }
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&first.parameters), bits(&second.parameters), "two runs differ");
    assert_eq!(first.loss, second.loss);
}
