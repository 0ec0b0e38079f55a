//! What a table is measured against: the graph that it was taught. All in f64, from the table read back.

use crate::encoding::statistics::pearson;
use crate::kernels::real::dot;
use crate::labs::geometry::graph::{End, Nodes};
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::order::order;

/// Pearson's correlation of cosine and hops over all pairs.
pub const HOP_CORRELATION: &str = "hop-correlation";
/// Mean cosine of neighbours.
pub const EDGE_COSINE: &str = "edge-cosine";
/// Share of the neighbours found among the nearest.
pub const RECOVERY: &str = "recovery";
/// Energy at the top of the spectrum, over that of a table without geometry.
pub const TOP_ENERGY: &str = "top-energy";
/// The same at the bottom.
pub const BOTTOM_ENERGY: &str = "bottom-energy";

/// A graph with all that measures need of it.
#[derive(Clone, Debug)]
pub struct Landscape {
    nodes: Nodes,
    hops: Vec<u32>,
    ends: [End; 2],
}

impl Landscape {
    /// Of a graph. Takes a moment for hundreds of nodes.
    #[must_use]
    pub fn new(nodes: Nodes) -> Self {
        Self { hops: nodes.hops(), ends: nodes.ends(), nodes }
    }

    /// What [`Landscape::judge`] gives, in its order.
    #[must_use]
    pub fn measures() -> Vec<Measure> {
        let measure = |id, label, short, unit, kind, better| {
            Measure::new(id, [label, short, unit], kind, better, Phase::Evaluation)
        };
        let energy = |id, label, short| {
            let even = "even shares";
            measure(id, label, short, even, Kind::Amount, Better::Neither).by_chance(1.0)
        };
        vec![
            measure(HOP_CORRELATION, "Hop correlation", "Hops", "", Kind::Number, Better::Lower).by_chance(0.0),
            measure(EDGE_COSINE, "Cosine of neighbours", "Cosine", "", Kind::Number, Better::Neither).by_chance(0.0),
            measure(RECOVERY, "Neighbours found", "Found", "of neighbours", Kind::Share, Better::Higher),
            energy(TOP_ENERGY, "Top of the spectrum", "Top"),
            energy(BOTTOM_ENERGY, "Bottom of the spectrum", "Bottom"),
        ]
    }

    /// The measures of a table with a row a node, in the order of [`Landscape::measures`]. The first is not a number where all cosines are
    /// equal, the energies where all numbers are zero.
    #[must_use]
    pub fn judge(&self, table: &[f64]) -> [f64; 5] {
        let size = self.nodes.len();
        let width = table.len() / size.max(1);
        let rows: Vec<&[f64]> = table.chunks_exact(width.max(1)).collect();
        let products: Vec<f64> = rows.iter().flat_map(|a| rows.iter().map(|b| dot(a, b))).collect();
        let square = |node: usize| products[node * size + node];
        // As everywhere a zero vector has cosine zero.
        let cosine = |a: usize, b: usize| {
            let norms = libm::sqrt(square(a)) * libm::sqrt(square(b));
            if norms > 0.0 { products[a * size + b] / norms } else { 0.0 }
        };
        let pairs = (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b)));
        let (cosines, hops): (Vec<f64>, Vec<f64>) =
            pairs.map(|(a, b)| (cosine(a, b), f64::from(self.hops[a * size + b]))).unzip();
        let varies = cosines.iter().any(|cosine| (cosine - cosines[0]).abs() > EQUAL);
        let correlation = varies.then(|| pearson(&cosines, &hops)).flatten();

        let (mut edges, mut found, mut alike) = (0, 0, 0.0);
        for (node, neighbours) in self.nodes.neighbours.iter().enumerate() {
            edges += neighbours.len();
            alike += neighbours.iter().map(|&other| cosine(node, other)).sum::<f64>();
            // As many as it has neighbours; of equals the first. It is not its own.
            let away: Vec<f64> = products[node * size..][..size].iter().map(|product| -product).collect();
            let nearest = order(&away).into_iter().map(|other| other as usize).filter(|&other| other != node);
            found += nearest.take(neighbours.len()).filter(|other| neighbours.contains(other)).count();
        }
        let all: f64 = (0..size).map(square).sum();
        let along = |vector: &Vec<f64>, column: usize| {
            let sum: f64 = vector.iter().zip(&rows).map(|(own, row)| own * row[column]).sum();
            sum * sum
        };
        let energy = |end: &End| {
            let each = end.vectors.iter().map(|vector| (0..width).map(|column| along(vector, column)).sum::<f64>());
            each.sum::<f64>() / all / end.flat
        };
        let [top, bottom] = self.ends.each_ref().map(energy);
        let correlation = correlation.unwrap_or(f64::NAN);
        [correlation, alike / edges as f64, found as f64 / edges as f64, top, bottom]
    }
}

/// Cosines that differ by less are equal: single precision has no more.
const EQUAL: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a circle, a few of them.
    fn circle(nodes: usize, turns: usize) -> Vec<f64> {
        let at = |node: usize| libm::sincos(std::f64::consts::TAU * (node * turns % nodes) as f64 / nodes as f64);
        (0..nodes).flat_map(|node| [at(node).0, at(node).1]).collect()
    }

    #[test]
    fn tables_whose_measures_are_known() {
        let cycle = Landscape::new(Nodes::cycle(15));
        let angle = std::f64::consts::TAU / 15.0;
        // The map itself: neighbours are a fifteenth of a turn apart, all energy is in five of fifteen dimensions.
        let [hops, edges, found, top, bottom] = cycle.judge(&circle(15, 1));
        assert!(hops < -0.98 && (edges - libm::cos(angle)).abs() < 1e-12, "{hops} {edges}");
        assert!((found - 1.0).abs() < 1e-12 && (top - 3.0).abs() < 1e-12 && bottom < 1e-12, "{found} {top} {bottom}");
        // Seven turns: neighbours are as good as opposite, all energy is at the bottom, and nearest are those two hops away.
        let [hops, edges, found, top, bottom] = cycle.judge(&circle(15, 7));
        assert!(hops.abs() < 0.2 && (edges - libm::cos(7.0 * angle)).abs() < 1e-12, "{hops} {edges}");
        assert!(found == 0.0 && top < 1e-12 && (bottom - 15.0 / 4.0).abs() < 1e-12, "{found} {top} {bottom}");
        // One direction a node: no geometry at all, both ends have their even share.
        let mut apart = vec![0.0; 225];
        apart.iter_mut().step_by(16).for_each(|one| *one = 2.0);
        let [hops, edges, _, top, bottom] = cycle.judge(&apart);
        assert!(hops.is_nan() && edges == 0.0 && (top - 1.0).abs() < 1e-12 && (bottom - 1.0).abs() < 1e-12);
        // All nodes alike.
        let [hops, edges, _, top, _] = cycle.judge(&[0.1, 0.2, 0.3].repeat(15));
        assert!(hops.is_nan() && (edges - 1.0).abs() < 1e-12 && (top - 3.0).abs() < 1e-12, "{hops} {edges} {top}");
        // Nothing.
        let [hops, edges, _, top, bottom] = cycle.judge(&[0.0; 30]);
        assert!(hops.is_nan() && edges == 0.0 && top.is_nan() && bottom.is_nan());
        assert_eq!(Landscape::measures().len(), cycle.judge(&circle(15, 1)).len());
    }
}
