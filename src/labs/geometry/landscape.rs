//! What a table of embeddings is measured against: the graph that it was taught. All in f64, from the table read back.

use crate::encoding::statistics::pearson;
use crate::kernels::real::dot;
use crate::labs::geometry::graph::{End, Nodes, Spectrum};
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::order::order;

/// Nats a directed edge.
pub const LOSS: &str = "loss";
/// Pearson's correlation of cosine and hops over all pairs between which there is a way.
pub const HOP_CORRELATION: &str = "hop-correlation";
/// Mean cosine of neighbours.
pub const EDGE_COSINE: &str = "edge-cosine";
/// Mean cosine of nodes that are no neighbours.
pub const OTHER_COSINE: &str = "other-cosine";
/// Share of the neighbours that were taught found among the greatest logits.
pub const RECOVERY: &str = "recovery";
/// Energy at the top of the spectrum, over that of a table without geometry.
pub const TOP_ENERGY: &str = "top-energy";
/// The same at the bottom.
pub const BOTTOM_ENERGY: &str = "bottom-energy";

/// Cosines that differ by less are equal: single precision has no more.
const EQUAL: f64 = 1e-6;

/// A graph with all that measures need of it.
#[derive(Clone, Debug)]
pub struct Landscape {
    /// The graph.
    pub nodes: Nodes,
    /// Its spectrum.
    pub spectrum: Spectrum,
    /// Between every two nodes.
    pub hops: Vec<u32>,
    ends: [End; 2],
}

/// The loss of an evaluation, as every arm of the lab has it.
#[must_use]
pub fn loss(phase: Phase) -> Measure {
    Measure::new(LOSS, ["Loss", "Loss", "nats per directed edge"], Kind::Amount, Better::Lower, phase)
}

/// Cosine of two rows, from their products with themselves and with each other. As everywhere a zero vector has cosine zero.
#[must_use]
pub fn cosine(product: f64, squares: [f64; 2]) -> f64 {
    let norms = libm::sqrt(squares[0]) * libm::sqrt(squares[1]);
    if norms > 0.0 { product / norms } else { 0.0 }
}

/// Products of every row of one table with every row of another, both `width` wide.
#[must_use]
pub fn products(a: &[f64], b: &[f64], width: usize) -> Vec<f64> {
    let width = width.max(1);
    a.chunks_exact(width).flat_map(|a| b.chunks_exact(width).map(move |b| dot(a, b))).collect()
}

impl Landscape {
    /// Of a graph. Takes a moment for hundreds of nodes.
    #[must_use]
    pub fn new(nodes: Nodes) -> Self {
        let spectrum = nodes.spectrum();
        Self { hops: nodes.hops(), ends: spectrum.ends(), spectrum, nodes }
    }

    /// The share of all dimensions that each end of the spectrum has.
    #[must_use]
    pub fn flat(&self) -> [f64; 2] {
        self.ends.each_ref().map(|end| end.flat)
    }

    /// What [`Landscape::judge`] gives, in its order.
    #[must_use]
    pub fn measures() -> Vec<Measure> {
        let measure = |id, label, short, unit, kind, better| {
            Measure::new(id, [label, short, unit], kind, better, Phase::Evaluation)
        };
        let cosine = |id, label, short| measure(id, label, short, "", Kind::Number, Better::Neither).by_chance(0.0);
        let energy =
            |id, label, short| measure(id, label, short, "even shares", Kind::Amount, Better::Neither).by_chance(1.0);
        vec![
            measure(HOP_CORRELATION, "Hop correlation", "Hops", "", Kind::Number, Better::Lower).by_chance(0.0),
            cosine(EDGE_COSINE, "Cosine of neighbours", "Neighbours"),
            cosine(OTHER_COSINE, "Cosine of others", "Others"),
            measure(RECOVERY, "Neighbours found", "Found", "of neighbours", Kind::Share, Better::Higher),
            energy(TOP_ENERGY, "Top of the spectrum", "Top"),
            energy(BOTTOM_ENERGY, "Bottom of the spectrum", "Bottom"),
        ]
    }

    /// The measures of a table with a row a node, in the order of [`Landscape::measures`]; `logits` are what the model says comes after
    /// each node, `taught` what it was taught of that. The first is not a number where all cosines are equal, the energies where all
    /// numbers are zero.
    #[must_use]
    pub fn judge(&self, table: &[f64], logits: &[f64], taught: &[Vec<usize>]) -> Vec<f64> {
        let size = self.nodes.len();
        let width = table.len() / size.max(1);
        let rows: Vec<&[f64]> = table.chunks_exact(width.max(1)).collect();
        let products = products(table, table, width);
        let square = |node: usize| products[node * size + node];
        let (mut cosines, mut hops) = (Vec::new(), Vec::new());
        let (mut alike, mut unlike, mut others) = (0.0, 0.0, 0);
        for (a, b) in (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b))) {
            let (cosine, far) = (cosine(products[a * size + b], [square(a), square(b)]), self.hops[a * size + b]);
            if far == 1 {
                alike += cosine;
            } else {
                unlike += cosine;
                others += 1;
            }
            if far < u32::MAX {
                cosines.push(cosine);
                hops.push(f64::from(far));
            }
        }
        let varies = cosines.iter().any(|cosine| (cosine - cosines[0]).abs() > EQUAL);
        let correlation = varies.then(|| pearson(&cosines, &hops)).flatten().unwrap_or(f64::NAN);

        let all_taught: usize = taught.iter().map(Vec::len).sum();
        let mut found = 0;
        for (node, neighbours) in taught.iter().enumerate() {
            // As many as it was taught; of equals the first. It is not its own.
            let away: Vec<f64> = logits[node * size..][..size].iter().map(|logit| -logit).collect();
            let nearest = order(&away).into_iter().map(|other| other as usize).filter(|&other| other != node);
            found += nearest.take(neighbours.len()).filter(|other| neighbours.contains(other)).count();
        }
        let all: f64 = (0..size).map(square).sum();
        let [top, bottom] = self.ends.each_ref().map(|end| energy(&end.vectors, &rows) / all / end.flat);
        let edges = self.nodes.edges.len() as f64;
        let unlike = if others == 0 { f64::NAN } else { unlike / f64::from(others) };
        vec![correlation, alike / edges, unlike, found as f64 / all_taught as f64, top, bottom]
    }

    /// Nats a directed edge of what the model says comes after each node.
    #[must_use]
    pub fn loss(&self, logits: &[f64]) -> f64 {
        let size = self.nodes.len().max(1);
        let rows = logits.chunks_exact(size).zip(&self.nodes.neighbours);
        let each = rows.map(|(row, neighbours)| {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let norm = top + libm::log(row.iter().map(|logit| libm::exp(logit - top)).sum());
            neighbours.iter().map(|&other| norm - row[other]).sum::<f64>()
        });
        each.sum::<f64>() / self.nodes.directed() as f64
    }
}

/// `‖Uᵀ V‖²` for orthonormal vectors over the nodes and the rows of a table.
#[must_use]
pub fn energy(vectors: &[Vec<f64>], rows: &[&[f64]]) -> f64 {
    let width = rows.first().map_or(0, |row| row.len());
    let along = |vector: &Vec<f64>, column: usize| {
        let sum: f64 = vector.iter().zip(rows).map(|(own, row)| own * row[column]).sum();
        sum * sum
    };
    vectors.iter().map(|vector| (0..width).map(|column| along(vector, column)).sum::<f64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::geometry::shapes::cycle;

    /// Points on a circle, a few of them.
    fn circle(nodes: usize, turns: usize) -> Vec<f64> {
        let at = |node: usize| libm::sincos(std::f64::consts::TAU * (node * turns % nodes) as f64 / nodes as f64);
        (0..nodes).flat_map(|node| [at(node).0, at(node).1]).collect()
    }

    /// The measures of a table whose products are the logits.
    fn judge(landscape: &Landscape, table: &[f64]) -> [f64; 6] {
        let logits = products(table, table, table.len() / landscape.nodes.len());
        let found = landscape.judge(table, &logits, &landscape.nodes.neighbours);
        assert_eq!(found.len(), Landscape::measures().len());
        std::array::from_fn(|at| found[at])
    }

    #[test]
    fn tables_whose_measures_are_known() {
        let ring = Landscape::new(cycle(15));
        let angle = std::f64::consts::TAU / 15.0;
        // The map itself: neighbours are a fifteenth of a turn apart, all energy is in five of fifteen dimensions.
        let [hops, edges, others, found, top, bottom] = judge(&ring, &circle(15, 1));
        assert!(hops < -0.98 && (edges - libm::cos(angle)).abs() < 1e-12, "{hops} {edges}");
        // All cosines of a node, its own among them, add up to zero.
        assert!((others + (1.0 + 2.0 * edges) / 12.0).abs() < 1e-12, "{others}");
        assert!((found - 1.0).abs() < 1e-12 && (top - 3.0).abs() < 1e-12 && bottom < 1e-12, "{found} {top} {bottom}");
        // Seven turns: neighbours are as good as opposite, all energy is at the bottom, and nearest are those two hops away.
        let [hops, edges, _, found, top, bottom] = judge(&ring, &circle(15, 7));
        assert!(hops.abs() < 0.2 && (edges - libm::cos(7.0 * angle)).abs() < 1e-12, "{hops} {edges}");
        assert!(found == 0.0 && top < 1e-12 && (bottom - 15.0 / 4.0).abs() < 1e-12, "{found} {top} {bottom}");
        // One direction a node: no geometry at all, both ends have their even share.
        let mut apart = vec![0.0; 225];
        apart.iter_mut().step_by(16).for_each(|one| *one = 2.0);
        let [hops, edges, others, _, top, bottom] = judge(&ring, &apart);
        assert!(hops.is_nan() && edges == 0.0 && others == 0.0);
        assert!((top - 1.0).abs() < 1e-12 && (bottom - 1.0).abs() < 1e-12, "{top} {bottom}");
        // All nodes alike.
        let [hops, edges, _, _, top, _] = judge(&ring, &[0.1, 0.2, 0.3].repeat(15));
        assert!(hops.is_nan() && (edges - 1.0).abs() < 1e-12 && (top - 3.0).abs() < 1e-12, "{hops} {edges} {top}");
        // Nothing; every node is as likely as any other.
        let [hops, edges, _, _, top, bottom] = judge(&ring, &[0.0; 30]);
        assert!(hops.is_nan() && edges == 0.0 && top.is_nan() && bottom.is_nan());
        assert!((ring.loss(&[0.0; 225]) - libm::log(15.0)).abs() < 1e-12);
    }

    #[test]
    fn nodes_without_a_way_between_them_are_no_pair_of_hops() {
        let names = (0..8).map(|node| node.to_string()).collect();
        let two = Nodes::new(names, (0..4).flat_map(|node| [[node, (node + 1) % 4], [node + 4, (node + 1) % 4 + 4]]));
        let two = Landscape::new(two);
        let table = [circle(4, 1), circle(4, 1)].concat();
        let [hops, edges, ..] = judge(&two, &table);
        assert!((hops + 1.0).abs() < 1e-12 && edges.abs() < 1e-12, "{hops} {edges}");
    }

    /// What a table is measured as does not depend on how the nodes are numbered, nor on a copy of the graph beside it.
    #[test]
    fn other_numbers_and_a_copy_change_nothing() {
        let path: Vec<[usize; 2]> = (1..12).map(|node| [node - 1, node]).collect();
        let name = |nodes: usize| (0..nodes).map(|node| node.to_string()).collect::<Vec<_>>();
        let number = |node: usize, column: usize| libm::sin((node * 7 + column * 3 + 1) as f64) + (node as f64) * 0.1;
        let table: Vec<f64> = (0..12).flat_map(|node| (0..5).map(move |column| number(node, column))).collect();
        let one = judge(&Landscape::new(Nodes::new(name(12), path.clone())), &table);
        let turned = |node: usize| node * 5 % 12;
        let mut other = vec![0.0; 60];
        (0..12).for_each(|node| other[turned(node) * 5..][..5].copy_from_slice(&table[node * 5..][..5]));
        let renamed = Nodes::new(name(12), path.iter().map(|edge| edge.map(turned)));
        let two = judge(&Landscape::new(renamed), &other);
        assert!(one.iter().zip(two).all(|(one, two)| (one - two).abs() < 1e-9), "{one:?} {two:?}");
        // The copy has a table of its own dimensions, so that logits across are zero.
        let both = Nodes::new(name(24), path.iter().flat_map(|&[a, b]| [[a, b], [a + 12, b + 12]]));
        let mut wide = vec![0.0; 240];
        for node in 0..12 {
            wide[node * 10..][..5].copy_from_slice(&table[node * 5..][..5]);
            wide[(node + 12) * 10 + 5..][..5].copy_from_slice(&table[node * 5..][..5]);
        }
        let copy = judge(&Landscape::new(both), &wide);
        assert!([0, 1].iter().all(|&at| (one[at] - copy[at]).abs() < 1e-9), "{one:?} {copy:?}");
    }
}
