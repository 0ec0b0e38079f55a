//! Where Node2Vec's descent ends, where that is known in closed form.
//!
//! On a connected k-regular graph whose second eigenspace (of the adjacency matrix: eigenvalue θ, projector E) is the only one that stays,
//! the end is `V Vᵀ = s E` and a constant, with s from "the softmax of s E has the eigenvalue θ/k there, as the targets have". Every unit
//! vector of the space then has `‖Vᵀe‖ = √s`. On a ring s is `r² n/2`, with r² from
//! `Σ cos θ_j e^(r² cos θ_j) / Σ e^(r² cos θ_j) = cos (2π/n)`, `θ_j = 2πj/n`. This solution is ours; no paper that we know has it.

use nalgebra::DMatrix;

use crate::labs::geometry::graph::{Nodes, Spectrum};

/// The end.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedForm {
    /// The objective, nats summed over the nodes.
    pub objective: f64,
    /// `‖Vᵀe‖` of every unit vector of the second eigenspace.
    pub projection: f64,
    /// Eigenvalue of C, per unit of rate, of what decays slowest; negative.
    pub slowest: f64,
}

/// How far from an eigenspace of the softmax the second one may be.
const APART: f64 = 1e-10;
/// Where the solution is sought: softmaxes of greater scales are rows of zeros and ones.
const GREATEST: f64 = 1e4;

impl ClosedForm {
    /// Of a graph with its spectrum, or which condition fails.
    ///
    /// # Errors
    /// The condition, as the end of "there is no closed form for this graph, because …".
    pub fn of(nodes: &Nodes, spectrum: &Spectrum) -> Result<Self, String> {
        let size = nodes.len();
        if nodes.components().iter().any(|&component| component > 0) {
            return Err("it has more than one component".to_owned());
        }
        let Some(degree) = nodes.degree() else {
            return Err("its nodes have unlike numbers of neighbours".to_owned());
        };
        let Some(space) = spectrum.spaces.get(1).cloned() else {
            return Err("it has no second eigenspace".to_owned());
        };
        // Of the targets D⁻¹A, which here are symmetric.
        let wanted = 0.5 * spectrum.values[space.start];
        if wanted <= 0.0 {
            return Err("its second eigenvalue is not above zero, so that nothing but the constant stays".to_owned());
        }
        let mut projector = DMatrix::<f64>::zeros(size, size);
        for vector in &spectrum.vectors[space.clone()] {
            let vector = nalgebra::DVector::from_column_slice(vector);
            projector += &vector * vector.transpose();
        }
        let even = space.len() as f64 / size as f64;
        if (0..size).any(|node| (projector[(node, node)] - even).abs() > 1e-9) {
            return Err("its second eigenspace does not weigh all nodes alike".to_owned());
        }
        let mean = |scale: f64| softmax(&projector, scale).component_mul(&projector).sum() / space.len() as f64;
        let (mut low, mut high) = (0.0, GREATEST);
        if mean(high) < wanted {
            return Err("no softmax of its second eigenspace is as sharp as its edges".to_owned());
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if mean(middle) < wanted { low = middle } else { high = middle }
        }
        let scale = 0.5 * (low + high);
        let shares = softmax(&projector, scale);
        if (&shares * &projector - wanted * &projector).norm() > APART {
            return Err("the softmax of its second eigenspace mixes it with others".to_owned());
        }
        let targets = DMatrix::from_row_slice(size, size, &nodes.targets());
        let difference = targets - &shares;
        let descent = Spectrum::of(&difference + difference.transpose());
        // Zero on the second eigenspace and on the constant; elsewhere everything has to decay.
        let kept = space.len() + 1;
        let elsewhere: Vec<f64> = descent.values.iter().copied().filter(|value| value.abs() > 1e-8).collect();
        let slowest = elsewhere.first().copied().unwrap_or(f64::NEG_INFINITY);
        if size - elsewhere.len() != kept || slowest >= 0.0 {
            return Err("another of its eigenspaces would grow beside the second".to_owned());
        }
        let norm = |row: usize| {
            let total: f64 = (0..size).map(|other| libm::exp(scale * projector[(row, other)])).sum();
            libm::log(total)
                - scale * nodes.neighbours[row].iter().map(|&other| projector[(row, other)]).sum::<f64>()
                    / degree as f64
        };
        Ok(Self { objective: (0..size).map(norm).sum(), projection: libm::sqrt(scale), slowest })
    }

    /// Steps at a rate after which what decays slowest has gone down by `e⁻⁸`.
    #[must_use]
    pub fn steps(&self, rate: f64) -> f64 {
        libm::ceil(8.0 / (rate * -self.slowest))
    }
}

/// Softmax of the rows of `scale` times a matrix.
pub fn softmax(matrix: &DMatrix<f64>, scale: f64) -> DMatrix<f64> {
    let mut shares = matrix * scale;
    for mut row in shares.row_iter_mut() {
        let top = row.max();
        row.apply(|value| *value = libm::exp(*value - top));
        let total = row.sum();
        row /= total;
    }
    shares
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::labs::geometry::shapes::{barbell, cycle, grid, hypercube, irregular, petersen, star};

    fn of(nodes: &Nodes) -> Result<ClosedForm, String> {
        ClosedForm::of(nodes, &nodes.spectrum())
    }

    #[test]
    fn known_ends() {
        for (nodes, projection, objective) in [
            (cycle(15), 6.75129, 21.52376),
            (cycle(16), 7.40553, 22.92488),
            (cycle(5), 1.27394, 7.55796),
            (cycle(6), 1.86396, 9.14136),
            (cycle(8), 2.86886, 11.91185),
            (cycle(12), 4.93935, 17.34837),
            (hypercube(3), 1.66511, 15.2763),
            (hypercube(4), 2.96461, 35.9894),
        ] {
            let end = of(&nodes).unwrap();
            assert!((end.projection - projection).abs() < 1e-5, "{} nodes: {end:?}", nodes.len());
            assert!((end.objective - objective).abs() < 6e-5, "{} nodes: {end:?}", nodes.len());
        }
        // The second harmonic on a ring of 15, and its time constant at a rate of .01.
        let end = of(&cycle(15)).unwrap();
        assert!((end.slowest + 0.06047).abs() < 1e-5, "{end:?}");
        assert!((end.steps(0.01) / 8.0 - 1654.0).abs() < 2.0, "{}", end.steps(0.01));
        // Every unit vector of the ring's own equation has the same norm: r √(n/2).
        let cos = |j: usize| libm::cos(std::f64::consts::TAU * j as f64 / 15.0);
        let square = end.projection * end.projection * 2.0 / 15.0;
        let weight = |j: usize| libm::exp(square * cos(j));
        let mean = (0..15).map(|j| cos(j) * weight(j)).sum::<f64>() / (0..15).map(weight).sum::<f64>();
        assert!((mean - cos(1)).abs() < 1e-9);
    }

    #[test]
    fn a_graph_that_breaks_a_condition_says_which() {
        let two = Nodes::new((0..6).map(|i| i.to_string()).collect(), (0..6).map(|i| [i, i / 3 * 3 + (i + 1) % 3]));
        for (nodes, words) in [
            (star(4, 5), "unlike numbers"),
            (barbell(4, 1), "unlike numbers"),
            (irregular(), "more than one component"),
            (two, "more than one component"),
            (grid(3, 5, true), ""),
            (cycle(3), "not above zero"),
            (petersen(), ""),
        ] {
            match (of(&nodes), words) {
                (Ok(end), "") => assert!(end.slowest < 0.0),
                (Err(why), words) => assert!(words.is_empty() || why.contains(words), "{why}"),
                (Ok(end), words) => assert_eq!(words, "", "{end:?}"),
            }
        }
    }
}
