//! Every WGSL text that a plan can ask for: naga accepts it, and its interface is what the kernel says of itself.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use common::harness::Case;
use mnemoscope::choice::Choice;
use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::graph::Launch;
use mnemoscope::graph::ops::{Method, Optimiser};
use mnemoscope::kernels::attention::{Attention, Shape};
use mnemoscope::kernels::attention_backward::AttentionBackward;
use mnemoscope::kernels::matmul::{Activation, Epilogue, Matmul, Operand};
use mnemoscope::kernels::rng::Dropout;
use mnemoscope::kernels::rope::{Heads, Rope};
use mnemoscope::kernels::tick::Tick;
use mnemoscope::kernels::{Form, Kernel, Number, Word, shader};
use mnemoscope::model::transformer::{Architecture, Regime, Replica, Transformer};
use mnemoscope::task::{Layout, Task};
use naga::proc::GlobalCtx;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Handle, Module, Scalar, ShaderStage, StorageAccess, Type, TypeInner};

/// What WebGPU guarantees.
const MOST_STORAGE_BUFFERS: usize = 8;
const MOST_INVOCATIONS: u32 = 256;
const MOST_WORKGROUP_MEMORY: u32 = 16_384;
/// Bytes that the executor reserves for a uniform block.
const UNIFORM_BLOCK: u32 = 256;

/// Checks one kernel in one form, unless `seen` has its text.
fn check(kernel: &dyn Kernel, form: Form, seen: &mut HashSet<String>) {
    let text = shader::assemble(kernel.shader(form), &kernel.constants(form)).unwrap();
    if seen.contains(&text) {
        return;
    }
    let module = naga::front::wgsl::parse_str(&text)
        .unwrap_or_else(|error| panic!("{kernel:?}, {form:?}:\n{}", error.emit_to_string(&text)));
    // No capability beyond the core.
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    if let Err(error) = validator.validate(&module) {
        panic!("{kernel:?}, {form:?}:\n{}", error.emit_to_string(&text));
    }
    if let Err(wrong) = interface(kernel, &module) {
        panic!("{kernel:?}, {form:?}: {wrong}");
    }
    seen.insert(text);
}

fn interface(kernel: &dyn Kernel, module: &Module) -> Result<(), String> {
    let context: GlobalCtx<'_> = module.to_ctx();
    let size = |ty: Handle<Type>| module.types[ty].inner.size(context);

    let reads = kernel.reads().len();
    let told: Vec<&str> = kernel.reads().iter().chain(&kernel.writes()).map(|binding| binding.name).collect();
    let mut bindings = vec![None; 1 + told.len()];
    let mut workgroup_memory = 0;
    for (_, variable) in module.global_variables.iter() {
        let name = variable.name.clone().unwrap_or_default();
        match (&variable.binding, variable.space) {
            (None, AddressSpace::WorkGroup) => workgroup_memory += size(variable.ty).next_multiple_of(16),
            (Some(binding), space) if binding.group == 0 => {
                let count = bindings.len();
                let slot = bindings
                    .get_mut(binding.binding as usize)
                    .ok_or(format!("`{name}` is binding {}, of {count}", binding.binding))?;
                if slot.replace((name, space, variable.ty)).is_some() {
                    return Err(format!("binding {} is declared twice", binding.binding));
                }
            }
            other => return Err(format!("`{name}` is neither a binding nor workgroup memory: {other:?}")),
        }
    }
    for (index, binding) in bindings.iter().enumerate() {
        let (name, space, ty) = binding.as_ref().ok_or(format!("binding {index} is missing"))?;
        let expected = match index {
            0 => AddressSpace::Uniform,
            _ if index <= reads => AddressSpace::Storage { access: StorageAccess::LOAD },
            _ => AddressSpace::Storage { access: StorageAccess::LOAD | StorageAccess::STORE },
        };
        if *space != expected {
            return Err(format!("binding {index} `{name}` is {space:?}, not {expected:?}"));
        }
        if index == 0 {
            uniform(kernel, module, *ty)?;
        } else if name != told[index - 1] {
            return Err(format!("binding {index} is `{name}`, the kernel says `{}`", told[index - 1]));
        } else if !holds_floats(module, *ty) {
            return Err(format!("binding {index} `{name}` is not an array of f32"));
        }
    }
    let most = bindings.len() - 1;
    if most > MOST_STORAGE_BUFFERS {
        return Err(format!("{most} storage buffers"));
    }
    let [entry] = &module.entry_points[..] else { return Err("not one entry point".to_owned()) };
    let invocations: u32 = entry.workgroup_size.iter().product();
    if entry.name != "main" || entry.stage != ShaderStage::Compute || !(1..=MOST_INVOCATIONS).contains(&invocations) {
        return Err(format!("entry point `{}` with {invocations} invocations", entry.name));
    }
    if workgroup_memory > MOST_WORKGROUP_MEMORY {
        return Err(format!("{workgroup_memory} bytes of workgroup memory"));
    }
    Ok(())
}

/// The members of the uniform block are the kernel's words: names, order, types, no gaps.
fn uniform(kernel: &dyn Kernel, module: &Module, ty: Handle<Type>) -> Result<(), String> {
    let words = kernel.uniform();
    let TypeInner::Struct { members, span } = &module.types[ty].inner else {
        return Err("binding 0 is not a struct".to_owned());
    };
    let described = |name: &str, scalar: &str, offset| format!("{name}: {scalar} at {offset}");
    let declared: Vec<String> = members
        .iter()
        .map(|member| {
            let scalar = match module.types[member.ty].inner {
                TypeInner::Scalar(Scalar::U32) => "u32",
                TypeInner::Scalar(Scalar::F32) => "f32",
                _ => "another type",
            };
            described(member.name.as_deref().unwrap_or(""), scalar, member.offset)
        })
        .collect();
    let told: Vec<String> = words
        .iter()
        .zip((0_u32..).step_by(4))
        .map(|((name, word), offset)| described(name, if matches!(word, Word::U(_)) { "u32" } else { "f32" }, offset))
        .collect();
    if declared != told {
        return Err(format!("the uniform block is {declared:?}, the kernel says {told:?}"));
    }
    if *span > UNIFORM_BLOCK {
        return Err(format!("a uniform block of {span} bytes"));
    }
    Ok(())
}

/// Whether a binding is a runtime-sized array of `f32`, of vectors of four, or of the bits of `f32` for atomics.
fn holds_floats(module: &Module, ty: Handle<Type>) -> bool {
    let TypeInner::Array { base, size: naga::ArraySize::Dynamic, .. } = module.types[ty].inner else { return false };
    matches!(
        module.types[base].inner,
        TypeInner::Scalar(Scalar::F32)
            | TypeInner::Atomic(Scalar::U32)
            | TypeInner::Vector { size: naga::VectorSize::Quad, scalar: Scalar::F32 }
    )
}

fn check_all(kernels: impl IntoIterator<Item = Arc<dyn Kernel>>) -> usize {
    let mut seen = HashSet::new();
    for kernel in kernels {
        for form in Form::ALL {
            check(&*kernel, form, &mut seen);
        }
    }
    seen.len()
}

#[test]
fn kernels_of_the_parity_tests() {
    let kernels: Vec<_> = cases().map(|case| case.launch.kernel).collect();
    let texts = check_all(kernels.iter().cloned());
    assert!(texts > 100, "only {texts} texts");
    // Every file has a kernel, and every kernel has cases.
    let used: BTreeSet<String> =
        kernels.iter().flat_map(|kernel| Form::ALL.map(|form| format!("{}.wgsl", kernel.shader(form).name))).collect();
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders")).unwrap();
    let files = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(used, files.filter(|name| name != "lib").collect());
}

fn cases() -> impl Iterator<Item = Case> {
    common::FAMILIES.iter().flat_map(|family| common::cases(family))
}

/// What a kernel says that it needs of a buffer is what its cases have, on which the twin and the WGSL are seen to do their work.
#[test]
fn a_buffer_that_is_an_element_short_makes_no_plan() {
    let mut refused = 0;
    for case in cases() {
        assert!(case.plan(|_, len| len).is_ok(), "{}", case.name);
        let bindings = [case.kernel.reads(), case.kernel.writes()].concat();
        for (short, binding) in bindings.iter().enumerate().filter(|(_, binding)| binding.least.is_some()) {
            let error = case.plan(|at, len| len - u32::from(at == short)).unwrap_err().to_string();
            let named =
                error.contains(&format!("{} ", case.kernel.name())) && error.contains(&format!(" {},", binding.name));
            assert!(named, "{}: {error}", case.name);
            refused += 1;
        }
    }
    assert!(refused > 3000, "{refused}");
}

#[test]
fn a_twin_takes_no_other_number_of_buffers() {
    let tick = Tick { by: 1 };
    let mut clock = [0.0, 9.0];
    f32::run(&tick, &[], &mut [&mut clock]).unwrap();
    for error in [f32::run(&tick, &[], &mut []), f32::run(&tick, &[&[]], &mut [&mut clock])] {
        assert!(error.unwrap_err().to_string().contains("tick reads 0 buffers and writes 1"));
    }
    assert_eq!(clock, [1.0, 9.0]);
}

#[test]
fn every_epilogue_of_a_product() {
    let operand = Operand { offset: 0, row: 1, column: 1, len: 1 };
    let activations = [Activation::Linear, Activation::Relu, Activation::Gelu, Activation::Tanh];
    let mut kernels = Vec::new();
    for flags in 0..64_u32 {
        let flag = |bit: u32| flags >> bit & 1 == 1;
        for activation in activations {
            let epilogue = Epilogue {
                bias: flag(0).then_some(0),
                activation,
                keep_slope: flag(1),
                scale: flag(5),
                dropout: flag(2).then_some(Dropout { share: 0.1, stream: 1 }),
                residual: flag(3),
                accumulate: flag(4),
            };
            let matmul = Matmul { m: 1, n: 1, k: 1, a: operand, b: operand, bias_len: 1, epilogue };
            kernels.push(Arc::new(matmul) as Arc<dyn Kernel>);
        }
    }
    assert_eq!(check_all(kernels), 64 * activations.len() * 3, "64 flags, 3 activations, 3 forms");
}

#[test]
fn attention_of_every_head_width() {
    let mut kernels: Vec<Arc<dyn Kernel>> = Vec::new();
    for head in (4..=256).step_by(4) {
        let heads = Heads { rows: 1, length: 256, heads: 1, head };
        let flags = if head % 64 == 4 || head == 256 { 0..8 } else { 7..8 };
        kernels.push(Arc::new(Rope { shape: heads }));
        for flags in flags {
            let dropout = (flags & 1 == 1).then_some(Dropout { share: 0.1, stream: 1 });
            let shape = Shape { heads, causal: flags & 2 == 2, dropout };
            kernels.push(Arc::new(Attention { shape }));
            kernels.push(Arc::new(AttentionBackward { shape, rope: flags & 4 == 4 }));
        }
    }
    for length in 1..=256 {
        let heads = Heads { rows: 1, length, heads: 1, head: 4 };
        let shape = Shape { heads, causal: true, dropout: None };
        kernels.push(Arc::new(AttentionBackward { shape, rope: false }));
    }
    assert!(check_all(kernels) > 200);
}

#[test]
fn kernels_of_whole_plans() {
    let mut launches: Vec<Launch> = Vec::new();
    let optimiser = Optimiser { warmup: 3, cosine: Some(0.0), steps: 100, clip: 1.0 };
    for &task in Task::ALL {
        let layout = Layout { task, symbols: 5, length: 6 + u32::from(task == Task::AssociativeRecall) };
        for activation in [Activation::Relu, Activation::Gelu] {
            for flags in 0..8 {
                let flag = |bit: u32| flags >> bit & 1 == 1;
                let architecture = Architecture {
                    layout,
                    layers: 2,
                    width: 8,
                    heads: 2,
                    mlp: 7,
                    activation,
                    pre_norm: flag(0),
                    causal: flag(0) || layout.causal(),
                    dropout: if flag(1) { 0.1 } else { 0.0 },
                    tied: flag(2),
                };
                for encodings in [Encoding::ALL, &[Encoding::Sinusoidal][..]] {
                    let replica = |&encoding| Replica::new(encoding, 1, 0.01, Tuning::default());
                    let replicas: Vec<Replica> = encodings.iter().map(replica).collect();
                    let regime = Regime { batch: 3, held_out: 2, optimiser, method: Method::AdamW };
                    let plan = Transformer::new(architecture).plan(&replicas, &regime).unwrap();
                    launches.extend(plan.training);
                    launches.extend(plan.evaluation);
                }
            }
        }
    }
    assert!(check_all(launches.into_iter().map(|launch| launch.kernel)) > 60);
}

#[test]
fn a_wrong_interface_is_seen() {
    let heads = Heads { rows: 1, length: 3, heads: 1, head: 4 };
    let rope = Rope { shape: heads };
    let right = shader::assemble(rope.shader(Form::ALL[0]), &rope.constants(Form::ALL[0])).unwrap();
    let complaint = |text: &str| interface(&rope, &naga::front::wgsl::parse_str(text).unwrap());
    assert_eq!(complaint(&right), Ok(()));
    let broken = [
        ("rows: u32,\nlength: u32,", "length: u32,\nrows: u32,"),
        ("heads: u32,", "heads: u32,\nmore: u32,"),
        ("heads: u32,", "heads: u32,\nmore: f32,"),
        ("@binding(1) var<storage, read> control", "@binding(1) var<storage, read_write> control"),
        ("@binding(3) var<storage, read_write> qkv", "@binding(4) var<storage, read_write> qkv"),
        ("@group(0) @binding(2) var", "@group(1) @binding(2) var"),
        ("table: array<f32>", "table: array<f32, 64>"),
        ("@workgroup_size(64)", "@workgroup_size(64, 8)"),
        ("@compute", "var<workgroup> far_too_much: array<vec4<f32>, 1025>;\n@compute"),
    ];
    for (from, to) in broken {
        assert!(right.contains(from), "{from}");
        assert!(complaint(&right.replacen(from, to, 1)).is_err(), "`{to}` was not seen");
    }
    assert!(complaint(&right.replace("table", "turns")).is_err(), "another name was not seen");
}
