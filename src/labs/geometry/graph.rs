//! Graphs of the lab: who neighbours whom, how far apart, and both ends of the spectrum.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::choice::choice;
use crate::order::order;

/// The most nodes: every pair of them has a target.
pub const MOST_NODES: u32 = 512;

/// An end of the spectrum has at least so many dimensions.
const DIMENSIONS: usize = 4;
/// Eigenvalues that differ by less than this share of the largest are one.
const SAME: f64 = 1e-9;

choice! {
    /// The graph whose edges are taught.
    pub enum Shape {
        Star = "star", "Path-star", "Arms of equal length from one root.";
        Grid = "grid", "Grid", "Rows and columns, each node beside its four neighbours.";
        Cycle = "cycle", "Cycle", "One ring.";
    }
}

/// A connected graph without loops, its edges taken both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// Neighbours of each node.
    pub neighbours: Vec<Vec<usize>>,
}

/// An end of the spectrum: the fewest whole eigenspaces from there that hold at least four dimensions together. So what it says does not
/// depend on how nodes are numbered, nor on which vectors a solver picks within an eigenspace.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Orthonormal vectors over the nodes.
    pub vectors: Vec<Vec<f64>>,
    /// Their share of all dimensions: what of a table without geometry lies there.
    pub flat: f64,
}

impl Nodes {
    fn of_edges(nodes: u32, edges: impl IntoIterator<Item = [u32; 2]>) -> Self {
        let mut neighbours = vec![Vec::new(); nodes as usize];
        for [a, b] in edges.into_iter().map(|edge| edge.map(|node| node as usize)) {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        Self { neighbours }
    }

    /// `arms` paths of `path_nodes` nodes that share their first one, the root, which is node 0.
    #[must_use]
    pub fn star(arms: u32, path_nodes: u32) -> Self {
        let each = path_nodes - 1;
        let arm = |arm| (0..each).map(move |at| [if at == 0 { 0 } else { arm * each + at }, arm * each + at + 1]);
        Self::of_edges(1 + arms * each, (0..arms).flat_map(arm))
    }

    /// Row by row.
    #[must_use]
    pub fn grid(rows: u32, columns: u32) -> Self {
        let edges = (0..rows * columns).flat_map(|node| {
            let right = (node % columns + 1 < columns).then_some([node, node + 1]);
            let below = (node + columns < rows * columns).then_some([node, node + columns]);
            [right, below].into_iter().flatten()
        });
        Self::of_edges(rows * columns, edges)
    }

    /// A ring.
    #[must_use]
    pub fn cycle(nodes: u32) -> Self {
        Self::of_edges(nodes, (0..nodes).map(|node| [node, (node + 1) % nodes]))
    }

    /// Nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.neighbours.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.neighbours.is_empty()
    }

    /// `D⁻¹A`, row by row: a node's neighbours share its target.
    #[must_use]
    pub fn targets(&self) -> Vec<f64> {
        let mut targets = vec![0.0; self.len() * self.len()];
        for (row, neighbours) in targets.chunks_exact_mut(self.len().max(1)).zip(&self.neighbours) {
            neighbours.iter().for_each(|&node| row[node] = 1.0 / neighbours.len() as f64);
        }
        targets
    }

    /// Edges between every two nodes, row by row.
    #[must_use]
    pub fn hops(&self) -> Vec<u32> {
        let from = |start: usize| {
            let mut hops = vec![u32::MAX; self.len()];
            hops[start] = 0;
            let mut reached = vec![start];
            let mut next = 0;
            while let Some(&node) = reached.get(next) {
                next += 1;
                for &other in &self.neighbours[node] {
                    if hops[other] == u32::MAX {
                        hops[other] = hops[node] + 1;
                        reached.push(other);
                    }
                }
            }
            hops
        };
        (0..self.len()).flat_map(from).collect()
    }

    /// Both ends of the spectrum of `D⁻¹A + (D⁻¹A)ᵀ`, which is 2 less the paper's Laplacian: the top, where neighbours are alike, and the
    /// bottom, where they are opposites.
    #[must_use]
    pub fn ends(&self) -> [End; 2] {
        let targets = DMatrix::from_row_slice(self.len(), self.len(), &self.targets());
        let eigen = SymmetricEigen::new(&targets + targets.transpose());
        let rising: Vec<usize> = order(eigen.eigenvalues.as_slice()).into_iter().map(|at| at as usize).collect();
        let same = SAME * eigen.eigenvalues.amax();
        let end = |order: Vec<usize>| {
            let value = |at: usize| eigen.eigenvalues[order[at]];
            let whole = |&size: &usize| size == order.len() || (value(size) - value(size - 1)).abs() > same;
            let size = (DIMENSIONS.min(order.len())..=order.len()).find(whole).unwrap_or(order.len());
            let vector = |&at: &usize| eigen.eigenvectors.column(at).iter().copied().collect();
            let vectors = order[..size].iter().map(vector).collect();
            End { vectors, flat: size as f64 / order.len().max(1) as f64 }
        };
        [end(rising.iter().rev().copied().collect()), end(rising)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_have_their_edges() {
        let star = Nodes::star(4, 5);
        assert_eq!((star.len(), star.neighbours[0].len(), &star.neighbours[1][..]), (17, 4, &[0, 2][..]));
        assert_eq!((&star.neighbours[4][..], &star.neighbours[5][..]), (&[3][..], &[0, 6][..]));
        let edges = |nodes: &Nodes| nodes.neighbours.iter().map(Vec::len).sum::<usize>();
        assert_eq!([star, Nodes::grid(4, 4), Nodes::cycle(15)].map(|nodes| edges(&nodes)), [32, 48, 30]);
        assert_eq!(Nodes::grid(3, 2).neighbours[3], [1, 2, 5]);
        let hops = Nodes::cycle(7).hops();
        assert_eq!(hops[7..14], [1, 0, 1, 2, 3, 3, 2]);
        assert_eq!(Nodes::grid(3, 4).hops().iter().max(), Some(&5));
    }

    /// Spectra as the paper's release prints them: after the top 1, 1, 1, .787 on the star, and on the cycle pairs.
    #[test]
    fn ends_are_whole_eigenspaces() {
        let sizes = |nodes: &Nodes| nodes.ends().map(|end| end.vectors.len());
        assert_eq!(sizes(&Nodes::star(4, 5)), [4, 4]);
        assert_eq!(sizes(&Nodes::cycle(15)), [5, 4]);
        assert_eq!(sizes(&Nodes::cycle(16)), [5, 5]);
        assert_eq!(sizes(&Nodes::cycle(3)), [3, 3]);
        // Numbered in another order the top is the same space: its projector moves with the nodes.
        let turned = |node: usize| node * 4 % 15;
        let mut other = Nodes::cycle(15);
        for (node, neighbours) in Nodes::cycle(15).neighbours.iter().enumerate() {
            other.neighbours[turned(node)] = neighbours.iter().map(|&node| turned(node)).collect();
        }
        let projector = |nodes: &Nodes| {
            let [End { vectors, flat }, _] = nodes.ends();
            assert_eq!(flat, 5.0 / 15.0);
            move |a: usize, b: usize| vectors.iter().map(|vector| vector[a] * vector[b]).sum::<f64>()
        };
        let (one, two) = (projector(&Nodes::cycle(15)), projector(&other));
        for (a, b) in (0..15).flat_map(|a| (0..15).map(move |b| (a, b))) {
            assert!((one(a, b) - two(turned(a), turned(b))).abs() < 1e-12);
        }
    }
}
