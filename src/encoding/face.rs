//! The face that an encoding shows to a dot product: vectors, or a kernel where it has none.

use ndarray::ArrayView2;

use super::{Encoding, Recipe, Shape, Table, alibi, rope};
use crate::error::Error;
use crate::kernels::similarity::Measure;

/// How positions are compared under an encoding.
#[derive(Clone, Debug, PartialEq)]
pub enum Face {
    /// A vector for each position, as the model adds it (or, of RoPE, as it acts on equal queries and keys).
    Vectors(Table),
    /// Only a number for each distance `0 .. length`.
    ByDistance(Vec<f64>),
    /// Nothing tells positions apart.
    Nothing,
}

impl Face {
    /// The face of an encoding of `shape`. ALiBi's slope is averaged over `heads` heads; RoPE acts in one head of the whole width.
    #[must_use]
    pub fn of(encoding: Encoding, shape: &Shape, heads: u32) -> Self {
        match encoding {
            Encoding::None => Self::Nothing,
            Encoding::Rope => Self::Vectors(rope::features(shape)),
            Encoding::Alibi => Self::ByDistance(alibi::kernel(shape, heads)),
            Encoding::OneHot => {
                let own = Shape { width: shape.length, ..*shape };
                Self::Vectors(Table::of(&encoding.recipe(&own), own.length))
            }
            _ => Self::Vectors(Table::of(&encoding.recipe(shape), shape.length)),
        }
    }

    /// Positions.
    #[must_use]
    pub fn length(&self) -> usize {
        match self {
            Self::Vectors(table) => table.rows,
            Self::ByDistance(kernel) => kernel.len(),
            Self::Nothing => 0,
        }
    }

    /// What is compared, in a sentence.
    #[must_use]
    pub fn what(&self, encoding: Option<Encoding>) -> &'static str {
        match (self, encoding) {
            (_, Some(Encoding::Rope)) => {
                "The position-only kernel that RoPE gives to a query and a key: for equal entries, the mean of cos((p − q) ω) over its \
                 frequencies ω, in one head of the whole width."
            }
            (Self::ByDistance(_), _) => {
                "The position-only kernel that ALiBi adds to the logit of a query and a key: minus the distance, times the slope, \
                 averaged over the heads. It has no vectors."
            }
            (Self::Vectors(_), _) => {
                "The position vectors as a model adds them: the rows of the table, times the gain."
            }
            (Self::Nothing, _) => {
                "This encoding adds nothing, and does nothing in attention: no position differs from another."
            }
        }
    }
}

impl Table {
    /// The table of a recipe, times its gain.
    #[must_use]
    pub fn of(recipe: &Recipe, length: u32) -> Self {
        let rows = length as usize;
        let columns = recipe.table.len() / rows.max(1);
        Self { rows, columns, values: recipe.table.iter().map(|value| value * recipe.gain).collect() }
    }

    /// Brings an extreme table into a unit in which single precision neither overflows nor vanishes on the way to `measure`, and
    /// gives the unit of the distances. It is a power of two, so that no bit is lost; a dot product that overflows does so by
    /// itself.
    pub(crate) fn tame(&mut self, measure: Measure) -> f64 {
        let divide = |entries: &mut [f32]| {
            let unit = unit(entries);
            if unit != 1.0 {
                entries.iter_mut().for_each(|entry| *entry = (f64::from(*entry) / unit) as f32);
            }
            unit
        };
        match measure {
            Measure::Dot => 1.0,
            // Every row has an angle, however long it is.
            Measure::Cosine => {
                self.values.chunks_exact_mut(self.columns.max(1)).for_each(|row| _ = divide(row));
                1.0
            }
            Measure::Distance => divide(&mut self.values),
        }
    }

    /// The rows, in f64.
    ///
    /// # Errors
    /// [`Error::Internal`] if the number of values is not rows times columns.
    pub(super) fn wide(&self) -> Result<ndarray::Array2<f64>, Error> {
        let view = ArrayView2::from_shape((self.rows, self.columns), &self.values);
        Ok(view.map_err(|error| Error::Internal(error.to_string()))?.mapv(f64::from))
    }
}

/// Largest entries of which sums of squares keep well within the range of single precision.
const TAME: std::ops::Range<f64> = 1e-12..1e12;

/// A power of two close to the largest entry; 1 where that is tame.
fn unit(entries: &[f32]) -> f64 {
    let largest = f64::from(entries.iter().fold(0.0_f32, |most, entry| most.max(entry.abs())));
    let tame = largest == 0.0 || TAME.contains(&largest);
    if tame { 1.0 } else { libm::ldexp(1.0, libm::frexp(largest).1) }
}

/// All dot products `[length, length]` in f64, whatever gives them.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// Positions.
    pub length: usize,
    /// `[length, length]`, row-major, symmetric.
    pub values: Vec<f64>,
}

impl Gram {
    /// The dot products of a face; of a kernel by distance, its values. Nothing where there is nothing.
    ///
    /// # Errors
    /// [`Error::Internal`] if a table's shape is wrong.
    pub fn of(face: &Face) -> Result<Option<Self>, Error> {
        let length = face.length();
        let values = match face {
            Face::Nothing => return Ok(None),
            Face::ByDistance(kernel) => {
                (0..length * length).map(|at| kernel[(at / length).abs_diff(at % length)]).collect()
            }
            Face::Vectors(table) => {
                let rows = table.wide()?;
                rows.dot(&rows.t()).into_raw_vec_and_offset().0
            }
        };
        Ok(Some(Self { length, values }))
    }

    /// `⟨p, q⟩`.
    #[must_use]
    pub fn at(&self, p: usize, q: usize) -> f64 {
        self.values[p * self.length + q]
    }

    /// `|p − q|² = ⟨p, p⟩ + ⟨q, q⟩ − 2 ⟨p, q⟩`, never negative.
    #[must_use]
    pub fn square_distance(&self, p: usize, q: usize) -> f64 {
        (self.at(p, p) + self.at(q, q) - 2.0 * self.at(p, q)).max(0.0)
    }

    /// The products of all pairs p < q.
    #[must_use]
    pub fn pairs(&self) -> Vec<f64> {
        let row = |p: usize| self.values[p * self.length + p + 1..(p + 1) * self.length].iter().copied();
        (0..self.length).flat_map(row).collect()
    }
}

/// Mean, least and greatest value of a matrix `[length, length]` at each distance `0 .. length`.
#[must_use]
pub fn by_distance(matrix: &[f32], length: usize) -> [Vec<f32>; 3] {
    let mut sums = vec![0.0_f64; length];
    let mut least = vec![f32::INFINITY; length];
    let mut greatest = vec![f32::NEG_INFINITY; length];
    for (p, row) in matrix.chunks_exact(length.max(1)).enumerate() {
        for (distance, &value) in row[p..].iter().enumerate() {
            sums[distance] += f64::from(value);
            least[distance] = least[distance].min(value);
            greatest[distance] = greatest[distance].max(value);
        }
    }
    let mean = sums.iter().enumerate().map(|(distance, sum)| (sum / (length - distance) as f64) as f32).collect();
    [mean, least, greatest]
}
