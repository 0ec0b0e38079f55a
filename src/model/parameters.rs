//! The parameter pool: where each tensor lies, and how it starts.

use std::borrow::Cow;

use crate::error::Error;
use crate::kernels::control;
use crate::kernels::rng::{self, STREAM_WEIGHTS};

/// How a parameter tensor starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All one value.
    Constant(f32),
    /// N(0, σ²).
    Normal(f32),
    /// U(−bound, bound).
    Uniform(f64),
    /// Set by the positional encoding.
    Encoding,
}

/// A parameter tensor in the pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name: in a transformer's layers, PyTorch's key of `nn.TransformerEncoder`.
    pub name: String,
    /// First element.
    pub offset: u32,
    /// Shape in the pool, outermost first.
    pub shape: Vec<u32>,
    /// Whether it is the weight `[inputs, outputs]` of a linear layer, whose transpose is PyTorch's.
    pub linear: bool,
    /// How it starts.
    pub init: Init,
}

impl Parameter {
    /// Elements.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.shape.iter().product()
    }

    /// Whether it has no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its shape in PyTorch: of a linear layer `[outputs, inputs]`.
    #[must_use]
    pub fn torch_shape(&self) -> Vec<u32> {
        if self.linear { self.shape.iter().rev().copied().collect() } else { self.shape.clone() }
    }

    /// Its values as PyTorch has them, from those of the pool.
    #[must_use]
    pub fn for_torch<'a>(&self, values: &'a [f32]) -> Cow<'a, [f32]> {
        self.turned(values, 0)
    }

    /// Its values as the pool has them, from PyTorch's.
    #[must_use]
    pub fn of_torch<'a>(&self, values: &'a [f32]) -> Cow<'a, [f32]> {
        self.turned(values, 1)
    }

    /// The transpose of a linear layer's `values`, of which side `rows` of the pool's shape is outermost.
    fn turned<'a>(&self, values: &'a [f32], rows: usize) -> Cow<'a, [f32]> {
        let [from, to] = [rows, 1 - rows].map(|side| self.shape.get(side).copied().unwrap_or(0) as usize);
        if !self.linear || values.len() != from * to {
            return Cow::Borrowed(values);
        }
        (0..to).flat_map(|column| values.iter().skip(column).step_by(to).copied()).collect()
    }
}

/// The layout of a pool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// Tensors in the order of their offsets, without gaps.
    pub tensors: Vec<Parameter>,
}

impl Parameters {
    /// Elements of the pool.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.tensors.last().map_or(0, |tensor| tensor.offset + tensor.len())
    }

    /// Whether the pool is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where each tensor ends.
    #[must_use]
    pub fn ends(&self) -> Vec<u32> {
        self.tensors.iter().map(|tensor| tensor.offset + tensor.len()).collect()
    }

    /// Appends a tensor and returns its offset.
    pub fn add(&mut self, name: impl Into<String>, shape: &[u32], init: Init) -> u32 {
        let offset = self.len();
        self.tensors.push(Parameter { name: name.into(), offset, shape: shape.to_vec(), linear: false, init });
        offset
    }

    /// Appends the weight of a linear layer, `[inputs, outputs]`, and returns its offset.
    pub fn add_linear(&mut self, name: impl Into<String>, [inputs, outputs]: [u32; 2], init: Init) -> u32 {
        let offset = self.add(name, &[inputs, outputs], init);
        if let Some(added) = self.tensors.last_mut() {
            added.linear = true;
        }
        offset
    }

    /// Weights are drawn from N(0, 1), whatever bounds they had, and biases start at zero: times a replica's scale, the start of GPT-2
    /// (Radford et al. 2019).
    pub fn normal(&mut self) {
        for tensor in &mut self.tensors {
            tensor.init = match tensor.init {
                Init::Normal(_) | Init::Uniform(_) if tensor.name.ends_with("bias") => Init::Constant(0.0),
                Init::Normal(_) | Init::Uniform(_) => Init::Normal(1.0),
                kept @ (Init::Constant(_) | Init::Encoding) => kept,
            };
        }
    }

    /// Notes in a control block which tensors a replica does not train.
    ///
    /// # Errors
    /// [`Error::Internal`] if they make up more ranges of the pool than a block can name.
    pub fn freeze(&self, frozen: impl Fn(&str) -> bool, block: &mut [f32; control::LEN]) -> Result<(), Error> {
        let mut ranges: Vec<[u32; 2]> = Vec::new();
        for tensor in self.tensors.iter().filter(|tensor| frozen(&tensor.name)) {
            let [from, to] = [tensor.offset, tensor.offset + tensor.len()];
            match ranges.last_mut() {
                Some(last) if last[1] == from => last[1] = to,
                _ => ranges.push([from, to]),
            }
        }
        if ranges.len() > control::FROZEN_RANGES {
            let most = control::FROZEN_RANGES;
            return Err(Error::Internal(format!("{} ranges of parameters are frozen; {most} may be", ranges.len())));
        }
        let places = block[control::FROZEN..].iter_mut();
        places.zip(ranges.into_iter().flatten()).for_each(|(place, bound)| *place = bound as f32);
        Ok(())
    }

    /// Initial values of one replica: what is drawn is multiplied by `scale`, `Init::Encoding` tensors are left at zero.
    #[must_use]
    pub fn initial(&self, seed: u32, scale: f32) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.len() as usize);
        for (tensor, stream) in self.tensors.iter().zip(STREAM_WEIGHTS..) {
            let counter = |element| [seed, stream, 0, element];
            values.extend((0..tensor.len()).map(|element| match tensor.init {
                Init::Constant(value) => value,
                Init::Normal(deviation) => rng::normal(counter(element)) * deviation * scale,
                Init::Uniform(bound) => rng::symmetric(counter(element), bound) * scale,
                Init::Encoding => 0.0,
            }));
        }
        values
    }
}
