//! Three axes on which an embedding is looked at: its principal components, turned so that the same embedding always gives the same map.

use nalgebra::{DMatrix, Matrix3};

use crate::labs::geometry::graph::Spectrum;

/// Points in three dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// `[nodes, 3]`.
    pub points: Vec<[f64; 3]>,
    /// The share of all variance that lies along each axis.
    pub shares: [f64; 3],
}

/// The first three principal components of the rows `[nodes, width]`, around their mean: exactly, by eigenvalues of the smaller product of
/// the table with itself.
#[must_use]
pub fn principal(rows: &[f64], width: usize) -> Layout {
    let width = width.max(1);
    let table = DMatrix::from_row_slice(rows.len() / width, width, rows);
    let means = table.row_mean();
    let centred = DMatrix::from_fn(table.nrows(), width, |row, column| table[(row, column)] - means[column]);
    let wide = width > table.nrows();
    let product = if wide { &centred * centred.transpose() } else { centred.tr_mul(&centred) };
    let total = product.trace();
    let Spectrum { values, vectors, .. } = Spectrum::of(product);
    let mut points = vec![[0.0; 3]; table.nrows()];
    let mut shares = [0.0; 3];
    for (axis, (value, vector)) in values.into_iter().zip(&vectors).take(3).enumerate() {
        let value = value.max(0.0);
        shares[axis] = if total > 0.0 { value / total } else { 0.0 };
        for (node, point) in points.iter_mut().enumerate() {
            point[axis] = match wide {
                true => vector[node] * libm::sqrt(value),
                false => centred.row(node).iter().zip(vector).map(|(own, along)| own * along).sum(),
            };
        }
    }
    // A component has no sign: its largest entry is positive.
    for axis in 0..3 {
        let largest =
            points.iter().fold(0.0_f64, |most, point| if point[axis].abs() > most.abs() { point[axis] } else { most });
        if largest < 0.0 {
            points.iter_mut().for_each(|point| point[axis] = -point[axis]);
        }
    }
    Layout { points, shares }
}

impl Layout {
    /// The same, rotated or reflected so that it lies as near as can be to a reference (orthogonal Procrustes, Schönemann 1966). What it
    /// shows does not change; along which axis how much lies, does.
    #[must_use]
    pub fn turned_to(self, reference: &[[f64; 3]]) -> Self {
        let held: f64 = self.shares.iter().sum();
        let mut product = Matrix3::zeros();
        for (own, other) in self.points.iter().zip(reference) {
            product += nalgebra::Vector3::from(*own) * nalgebra::RowVector3::from(*other);
        }
        let turned = nalgebra::SVD::new(product, true, true);
        let (Some(u), Some(v)) = (turned.u, turned.v_t) else { return self };
        let turn = (u * v).transpose();
        let points: Vec<[f64; 3]> =
            self.points.iter().map(|&point| (turn * nalgebra::Vector3::from(point)).into()).collect();
        let squares =
            [0, 1, 2].map(|axis| points.iter().map(|point: &[f64; 3]| point[axis] * point[axis]).sum::<f64>());
        let all: f64 = squares.iter().sum();
        let shares = squares.map(|square| if all > 0.0 { held * square / all } else { 0.0 });
        Self { points, shares }
    }
}

/// The graph's own layout: the first three vectors of its spectrum that are not the same for all nodes of a component.
#[must_use]
pub fn spectral(spectrum: &Spectrum, components: usize) -> Vec<[f64; 3]> {
    let size = spectrum.values.len();
    let scale = libm::sqrt(size as f64);
    let entry =
        |which: usize, node: usize| spectrum.vectors.get(components + which).map_or(0.0, |vector| scale * vector[node]);
    (0..size).map(|node| [0, 1, 2].map(|which| entry(which, node))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(width: usize) -> Vec<f64> {
        (0..20 * width).map(|at| libm::sin((at * at) as f64 * 0.37) * (1.0 + (at % width) as f64)).collect()
    }

    #[test]
    fn components_hold_what_they_say_whichever_product_they_come_from() {
        for width in [4, 40] {
            let rows = cloud(width);
            let layout = principal(&rows, width);
            let mean = |column: usize| (0..20).map(|row| rows[row * width + column]).sum::<f64>() / 20.0;
            let total: f64 = (0..width)
                .map(|column| (0..20).map(|row| (rows[row * width + column] - mean(column)).powi(2)).sum::<f64>())
                .sum();
            for axis in 0..3 {
                let along: f64 = layout.points.iter().map(|point| point[axis] * point[axis]).sum();
                assert!((along / total - layout.shares[axis]).abs() < 1e-9, "{width}: {axis}");
                let across: f64 = layout.points.iter().map(|point| point[axis] * point[(axis + 1) % 3]).sum();
                assert!(across.abs() < 1e-9 * total);
            }
            assert!(layout.shares[0] >= layout.shares[1] && layout.shares[1] >= layout.shares[2]);
        }
        assert_eq!(principal(&[0.0; 12], 4).shares, [0.0; 3]);
    }

    #[test]
    fn a_map_that_was_turned_is_turned_back() {
        let layout = principal(&cloud(4), 4);
        let (sin, cos) = libm::sincos(0.7);
        let turned: Vec<[f64; 3]> =
            layout.points.iter().map(|&[x, y, z]| [-(cos * x - sin * y), sin * x + cos * y, z]).collect();
        let back = Layout { points: turned, shares: layout.shares }.turned_to(&layout.points);
        for (own, other) in back.points.iter().zip(&layout.points) {
            assert!((0..3).all(|axis| (own[axis] - other[axis]).abs() < 1e-9), "{own:?} {other:?}");
        }
        let held = |shares: [f64; 3]| shares.iter().sum::<f64>();
        assert!((held(back.shares) - held(layout.shares)).abs() < 1e-12);
    }
}
