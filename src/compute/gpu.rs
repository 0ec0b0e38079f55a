//! A WebGPU device: opening it, compiling kernels, and noticing its loss.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_channel::oneshot;

use crate::error::Error;
use crate::kernels::{Form, Kernel, shader};

/// A device with its queue, and the matrix-product form that its adapter runs best.
#[derive(Debug)]
pub struct Gpu {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    /// Name of the adapter.
    pub name: String,
    /// Whether the adapter computes on the CPU.
    pub software: bool,
    /// The forms in use.
    pub form: Form,
    failed: Arc<Mutex<Option<Error>>>,
}

/// Pipelines of a plan, by their complete text.
pub(crate) type Pipelines = HashMap<String, wgpu::ComputePipeline>;

impl Gpu {
    /// Opens the machine's preferred adapter.
    ///
    /// # Errors
    /// [`Error::NoWebGpu`] if there is no adapter, or it refuses a device.
    pub async fn open() -> Result<Self, Error> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|error| Error::NoWebGpu(error.to_string()))?;
        let info = adapter.get_info();
        let software = info.device_type == wgpu::DeviceType::Cpu
            || ["swiftshader", "llvmpipe", "basic render"].iter().any(|s| info.name.to_ascii_lowercase().contains(s));
        // Only what WebGPU guarantees, except for the sizes of buffers, of which we take what there is.
        let offered = adapter.limits();
        let limits = wgpu::Limits {
            max_buffer_size: offered.max_buffer_size,
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            ..wgpu::Limits::defaults()
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("mnemoscope"),
            required_limits: limits,
            // Times kernels where there is such a clock; nothing needs it.
            required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
            ..Default::default()
        };
        let (device, queue) =
            adapter.request_device(&descriptor).await.map_err(|error| Error::NoWebGpu(error.to_string()))?;
        let failed = Arc::new(Mutex::new(None));
        let note = |failed: &Arc<Mutex<Option<Error>>>, error: Error| {
            if let Ok(mut failed) = failed.lock() {
                failed.get_or_insert(error);
            }
        };
        let from_loss = Arc::clone(&failed);
        device.set_device_lost_callback(move |_, message| note(&from_loss, Error::DeviceLost(message)));
        let from_error = Arc::clone(&failed);
        let on_error = move |error: wgpu::Error| note(&from_error, Error::Refused(error.to_string()));
        device.on_uncaptured_error(Arc::new(on_error));
        let name = match (info.name.as_str(), info.driver.as_str()) {
            ("", "") if software => "software adapter".to_owned(),
            ("", "") => "adapter that keeps its name".to_owned(),
            (name, "") => name.to_owned(),
            (name, driver) => format!("{name} ({driver})"),
        };
        Ok(Self { device, queue, name, software, form: Form::ALL[0], failed })
    }

    /// # Errors
    /// [`Error::DeviceLost`] if the device is gone, [`Error::Refused`] if it refused something.
    pub fn check(&self) -> Result<(), Error> {
        match self.failed.lock() {
            Ok(failed) => failed.clone().map_or(Ok(()), Err),
            Err(_) => Err(Error::DeviceLost("its state is unknown".to_owned())),
        }
    }

    /// Gives the device up, as a driver's crash or a sleeping machine may. What runs on it has to recover.
    pub fn lose(&self) {
        self.device.destroy();
    }

    /// Whether the device writes timestamps.
    pub(crate) fn has_clock(&self) -> bool {
        self.device.features().contains(wgpu::Features::TIMESTAMP_QUERY)
    }

    /// The largest buffer that can be bound, in bytes.
    #[must_use]
    pub fn largest_buffer(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    /// The pipeline of a kernel in `form`, compiled unless `pipelines` has it.
    ///
    /// # Errors
    /// [`Error::Shader`] with the compiler's words.
    pub(crate) async fn pipeline(
        &self,
        kernel: &dyn Kernel,
        form: Form,
        pipelines: &mut Pipelines,
    ) -> Result<wgpu::ComputePipeline, Error> {
        let wgsl = kernel.shader(form);
        let name = wgsl.name;
        let text = shader::assemble(wgsl, &kernel.constants(form))?;
        if let Some(pipeline) = pipelines.get(&text) {
            return Ok(pipeline.clone());
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(name),
            source: wgpu::ShaderSource::Wgsl(text.as_str().into()),
        });
        let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(name),
            bind_group_layouts: &[Some(&self.layout(kernel))],
            immediate_size: 0,
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                // The kernels write all workgroup memory before they read it.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        if let Some(error) = scope.pop().await {
            return Err(Error::Shader(format!("{name}: {error}")));
        }
        pipelines.insert(text, pipeline.clone());
        Ok(pipeline)
    }

    /// Bindings of a kernel: the uniform block, buffers read, buffers written.
    pub(crate) fn layout(&self, kernel: &dyn Kernel) -> wgpu::BindGroupLayout {
        let reads = kernel.reads().len();
        let total = 1 + reads + kernel.writes().len();
        let entries: Vec<_> = (0..total)
            .map(|binding| wgpu::BindGroupLayoutEntry {
                binding: binding as u32,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: match binding {
                        0 => wgpu::BufferBindingType::Uniform,
                        _ => wgpu::BufferBindingType::Storage { read_only: binding <= reads },
                    },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
    }

    /// Resolves when everything submitted so far is done.
    pub(crate) fn done(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        // Nobody may be waiting any more; that is not an error.
        self.queue.on_submitted_work_done(move || {
            let _ = sender.send(());
        });
        receiver
    }

    /// Waits for a callback of the device. Natively somebody has to drive it; a browser does so itself.
    pub(crate) async fn wait<T>(&self, receiver: oneshot::Receiver<T>) -> Result<T, Error> {
        #[cfg(not(target_arch = "wasm32"))]
        if let Err(error) = self.device.poll(wgpu::PollType::wait_indefinitely()) {
            return Err(Error::DeviceLost(error.to_string()));
        }
        let value = receiver.await.map_err(|_| Error::DeviceLost("it stopped answering".to_owned()));
        self.check()?;
        value
    }
}
