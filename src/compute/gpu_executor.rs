//! The WebGPU executor: everything is made once; a step is a loop over (pipeline, bind group, workgroups).

use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

use crate::compute::gpu::{Gpu, Pipelines};
use crate::compute::{Clock, Counters, Program};
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Launch};
use crate::kernels::MOST_WORKGROUPS;

/// Distance between uniform blocks, WebGPU's guaranteed alignment of binding offsets.
const UNIFORM_STRIDE: u64 = 256;
/// Bytes that a plan may take on a device. WebGPU does not tell how much memory there is; past this, many laptops
/// would swap or lose the device.
const TOTAL_BYTES: u64 = 4 << 30;
/// Bytes of a stand-in for an unused binding.
const EMPTY: u64 = 256;

#[derive(Debug)]
struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    workgroups: [u32; 3],
}

impl Dispatch {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>) {
        let [x, y, z] = self.workgroups;
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        pass.dispatch_workgroups(x, y, z);
    }
}

/// A staging buffer on its way to the host.
#[derive(Debug)]
pub struct DeviceReading {
    staging: wgpu::Buffer,
    lengths: Vec<u64>,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// Runs a plan on a device.
#[derive(Debug)]
pub struct GpuExecutor {
    /// The device.
    pub gpu: Rc<Gpu>,
    replicas: u32,
    buffers: Vec<wgpu::Buffer>,
    /// Bytes of each buffer that the plan knows of; a device has a least size.
    lengths: Vec<u64>,
    training: Vec<Dispatch>,
    evaluation: Vec<Dispatch>,
    in_flight: VecDeque<oneshot::Receiver<()>>,
    /// Staging buffers that no read uses at present.
    staging: Vec<wgpu::Buffer>,
    /// What it has done.
    pub counters: Counters,
}

impl GpuExecutor {
    /// Allocates buffers, compiles kernels and makes bind groups; `progress` hears the fraction done.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::OutOfMemory`], [`Error::Shader`], [`Error::DeviceLost`].
    pub async fn new(gpu: Rc<Gpu>, plan: &Plan, progress: &mut dyn FnMut(f64)) -> Result<Self, Error> {
        gpu.check()?;
        let (needed, what) = plan.largest();
        if needed > gpu.largest_buffer() {
            return Err(Error::TooLarge { what: format!("of {what}"), needed, allowed: gpu.largest_buffer() });
        }
        if plan.bytes() > TOTAL_BYTES {
            return Err(Error::TooLarge { what: "in all".to_owned(), needed: plan.bytes(), allowed: TOTAL_BYTES });
        }
        for launch in plan.training.iter().chain(&plan.evaluation) {
            let kernel = &launch.kernel;
            if kernel.workgroups(gpu.form, plan.replicas).into_iter().any(|groups| groups > MOST_WORKGROUPS) {
                return Err(Error::Refused(format!("{} needs more than {MOST_WORKGROUPS} workgroups", kernel.name())));
            }
        }
        let mut counters = Counters::default();
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let mut buffer = |label: &str, size: u64, usage| {
            counters.buffers += 1;
            let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
            gpu.device.create_buffer(&descriptor)
        };
        let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        let lengths: Vec<u64> =
            plan.slots.iter().map(|slot| 4 * u64::from(slot.len) * u64::from(plan.replicas)).collect();
        let sizes = plan.slots.iter().zip(&lengths);
        let buffers: Vec<_> = sizes.map(|(slot, &bytes)| buffer(slot.label, bytes.max(EMPTY), storage)).collect();
        // One stand-in for reads; one for each write, since a buffer must not be written through two bindings.
        let empty: Vec<_> = (0..4).map(|_| buffer("stand-in", EMPTY, storage)).collect();
        let launches = plan.training.len() + plan.evaluation.len();
        let uniform_usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let uniforms = buffer("uniform blocks", UNIFORM_STRIDE * launches as u64, uniform_usage);
        if let Some(error) = scope.pop().await {
            return Err(Error::OutOfMemory { needed: plan.bytes(), message: error.to_string() });
        }

        let mut blocks = vec![0_u32; launches * UNIFORM_STRIDE as usize / 4];
        let mut pipelines = Pipelines::new();
        let mut made = Vec::with_capacity(launches);
        for (at, launch) in plan.training.iter().chain(&plan.evaluation).enumerate() {
            let kernel = &*launch.kernel;
            let words = kernel.uniform();
            let block = blocks.iter_mut().skip(at * UNIFORM_STRIDE as usize / 4);
            block.zip(&words).for_each(|(slot, (_, word))| *slot = word.bits());
            let pipeline = gpu.pipeline(kernel, gpu.form, &mut pipelines).await?;
            counters.bind_groups += 1;
            let bindings = bind(&gpu, launch, &buffers, &empty, &uniforms, at as u64)?;
            made.push(Dispatch { pipeline, bindings, workgroups: kernel.workgroups(gpu.form, plan.replicas) });
            progress((at + 1) as f64 / launches as f64);
        }
        counters.uploads += 1;
        gpu.queue.write_buffer(&uniforms, 0, bytemuck::cast_slice(&blocks));
        let evaluation = made.split_off(plan.training.len());
        gpu.check()?;
        Ok(Self {
            gpu,
            replicas: plan.replicas,
            buffers,
            lengths,
            training: made,
            evaluation,
            in_flight: VecDeque::new(),
            staging: Vec::new(),
            counters,
        })
    }

    fn buffer(&self, id: BufferId) -> Result<&wgpu::Buffer, Error> {
        self.buffers.get(id.0).ok_or_else(|| Error::Internal(format!("there is no buffer {}", id.0)))
    }

    /// Writes a buffer of all replicas.
    ///
    /// # Errors
    /// [`Error::Internal`] if `values` do not fill the buffer; [`Error::DeviceLost`].
    pub fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), Error> {
        self.gpu.check()?;
        let buffer = self.buffer(id)?;
        if self.lengths.get(id.0) != Some(&(4 * values.len() as u64)) {
            return Err(Error::Internal(format!("{} values do not fill buffer {}", values.len(), id.0)));
        }
        self.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(values));
        self.counters.uploads += 1;
        Ok(())
    }

    /// Submits a program `times` times, in one pass.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn run(&mut self, program: Program, times: u32) -> Result<(), Error> {
        self.gpu.check()?;
        let dispatches = match program {
            Program::Training => &self.training,
            Program::Evaluation => &self.evaluation,
        };
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for _ in 0..times {
                dispatches.iter().for_each(|dispatch| dispatch.record(&mut pass));
            }
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.in_flight.push_back(self.gpu.done());
        self.counters.launches += dispatches.len() as u64 * u64::from(times);
        self.counters.submits += 1;
        Ok(())
    }

    /// Waits until at most `ahead` submissions are unfinished.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn catch_up(&mut self, ahead: usize) -> Result<(), Error> {
        while self.in_flight.len() > ahead {
            if let Some(done) = self.in_flight.pop_front() {
                self.counters.waits += 1;
                self.gpu.wait(done).await?;
            }
        }
        Ok(())
    }

    /// Runs a training step with a pass per launch, and adds the milliseconds of each to `times`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn time_step(&mut self, times: &mut [f64]) -> Result<Clock, Error> {
        self.gpu.check()?;
        self.counters.launches += self.training.len() as u64;
        if self.gpu.has_clock() {
            self.time_on_device(times).await?;
            return Ok(Clock::Device);
        }
        for (dispatch, time) in self.training.iter().zip(times) {
            let start = web_time::Instant::now();
            let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            dispatch.record(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()));
            self.gpu.queue.submit([encoder.finish()]);
            self.gpu.wait(self.gpu.done()).await?;
            *time += start.elapsed().as_secs_f64() * 1e3;
        }
        Ok(Clock::Submission)
    }

    async fn time_on_device(&mut self, times: &mut [f64]) -> Result<(), Error> {
        let device = &self.gpu.device;
        let count = 2 * self.training.len() as u32;
        let size = 8 * u64::from(count);
        let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("timestamps"),
            ty: wgpu::QueryType::Timestamp,
            count,
        });
        let buffer = |usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("timestamps"),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let resolved = buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
        let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (dispatch, begin) in self.training.iter().zip((0..).step_by(2)) {
            let timestamp_writes = Some(wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(begin),
                end_of_pass_write_index: Some(begin + 1),
            });
            dispatch.record(
                &mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes }),
            );
        }
        encoder.resolve_query_set(&queries, 0..count, &resolved, 0);
        encoder.copy_buffer_to_buffer(&resolved, 0, &staging, 0, size);
        self.gpu.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| drop(sender.send(result)));
        self.gpu.wait(mapped).await?.map_err(|error| Error::DeviceLost(error.to_string()))?;
        let view = staging.get_mapped_range(..).map_err(|error| Error::DeviceLost(error.to_string()))?;
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&view);
        let each = f64::from(self.gpu.queue.get_timestamp_period()) / 1e6;
        for (time, ticks) in times.iter_mut().zip(ticks.chunks_exact(2)) {
            *time += ticks[1].saturating_sub(ticks[0]) as f64 * each;
        }
        Ok(())
    }

    /// Begins to copy buffers to the host: of all replicas, or of one.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn begin_read(&mut self, ids: &[BufferId], of: Option<u32>) -> Result<DeviceReading, Error> {
        self.gpu.check()?;
        let sources = ids.iter().map(|&id| self.buffer(id).cloned()).collect::<Result<Vec<_>, _>>()?;
        let share = |&length: &u64| if of.is_some() { length / u64::from(self.replicas) } else { length };
        let lengths: Vec<u64> = ids.iter().filter_map(|id| self.lengths.get(id.0)).map(share).collect();
        let total: u64 = lengths.iter().sum();
        let reusable = self.staging.iter().position(|staging| staging.size() == total);
        let staging = reusable.map(|at| self.staging.swap_remove(at)).unwrap_or_else(|| {
            self.counters.buffers += 1;
            self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size: total,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        });
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut offset = 0;
        for (source, &length) in sources.iter().zip(&lengths) {
            let from = of.map_or(0, |replica| u64::from(replica) * length);
            encoder.copy_buffer_to_buffer(source, from, &staging, offset, length);
            offset += length;
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.counters.reads += 1;
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| drop(sender.send(result)));
        Ok(DeviceReading { staging, lengths, mapped })
    }

    /// Waits for the copy and takes the values.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn finish_read(&mut self, reading: DeviceReading) -> Result<Vec<Vec<f32>>, Error> {
        let DeviceReading { staging, lengths, mapped } = reading;
        self.counters.waits += 1;
        self.gpu.wait(mapped).await?.map_err(|error| Error::DeviceLost(error.to_string()))?;
        // As a whole: a view of a part would have to start at a multiple of eight bytes.
        let whole = staging.get_mapped_range(..).map_err(|error| Error::DeviceLost(error.to_string()))?;
        let mut rest: &[u8] = &whole;
        let mut values = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (part, others) = rest.split_at_checked(length as usize).unwrap_or((rest, &[]));
            values.push(bytemuck::pod_collect_to_vec(part));
            rest = others;
        }
        drop(whole);
        staging.unmap();
        self.staging.push(staging);
        Ok(values)
    }
}

fn bind(
    gpu: &Gpu,
    launch: &Launch,
    buffers: &[wgpu::Buffer],
    empty: &[wgpu::Buffer],
    uniforms: &wgpu::Buffer,
    at: u64,
) -> Result<wgpu::BindGroup, Error> {
    let kernel = &*launch.kernel;
    let block = wgpu::BufferBinding {
        buffer: uniforms,
        offset: at * UNIFORM_STRIDE,
        size: std::num::NonZeroU64::new(UNIFORM_STRIDE),
    };
    let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(block) }];
    let reads = launch.reads.iter().map(|id| (id, 0));
    let writes = launch.writes.iter().zip(1..);
    for ((id, stand_in), binding) in reads.chain(writes).zip(1..) {
        let buffer = id.map_or_else(|| empty.get(stand_in), |id| buffers.get(id.0));
        let buffer = buffer.ok_or_else(|| Error::Internal(format!("{} has no binding {binding}", kernel.name())))?;
        entries.push(wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() });
    }
    Ok(gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(kernel.name()),
        layout: &gpu.layout(kernel),
        entries: &entries,
    }))
}
