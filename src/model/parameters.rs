//! The parameter pool: where each tensor lies, and how it starts.

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
    /// Its name, as PyTorch would give it.
    pub name: String,
    /// First element.
    pub offset: u32,
    /// Shape, outermost first.
    pub shape: Vec<u32>,
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

    /// Appends a tensor and returns its offset.
    pub fn add(&mut self, name: impl Into<String>, shape: &[u32], init: Init) -> u32 {
        let offset = self.len();
        self.tensors.push(Parameter { name: name.into(), offset, shape: shape.to_vec(), init });
        offset
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
