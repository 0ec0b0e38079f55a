//! A graph as all else needs it: who neighbours whom, how far apart, in which components, and its spectrum.

use std::ops::Range;

use nalgebra::{DMatrix, SymmetricEigen};

use crate::order::order;

/// The most nodes where every pair of them counts.
pub const MOST_NODES: u32 = 512;

/// An end of the spectrum has at least so many dimensions.
const DIMENSIONS: usize = 4;
/// Eigenvalues that differ by less than this share of the largest are one.
const SAME: f64 = 1e-9;

/// A graph without loops, in which every node has a neighbour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// What each node is called.
    pub names: Vec<String>,
    /// Edges, each once, in the direction in which they were given.
    pub edges: Vec<[usize; 2]>,
    /// Neighbours of each node: edges are taken both ways.
    pub neighbours: Vec<Vec<usize>>,
}

/// Eigenvalues of a symmetric matrix from the greatest down, with orthonormal vectors. Those that are equal to rounding are one space:
/// which vectors a solver picks within it means nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// A vector over the nodes for each.
    pub vectors: Vec<Vec<f64>>,
    /// Places of equal eigenvalues.
    pub spaces: Vec<Range<usize>>,
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

impl Spectrum {
    /// Of a symmetric matrix.
    #[must_use]
    pub fn of(matrix: DMatrix<f64>) -> Self {
        let eigen = SymmetricEigen::new(matrix);
        let falling: Vec<usize> = order(eigen.eigenvalues.as_slice()).into_iter().rev().map(|at| at as usize).collect();
        let values: Vec<f64> = falling.iter().map(|&at| eigen.eigenvalues[at]).collect();
        let vectors = falling.iter().map(|&at| eigen.eigenvectors.column(at).iter().copied().collect()).collect();
        let same = SAME * eigen.eigenvalues.amax();
        let mut spaces: Vec<Range<usize>> = Vec::new();
        for at in 0..values.len() {
            match spaces.last_mut() {
                Some(space) if values[at - 1] - values[at] <= same => space.end = at + 1,
                _ => spaces.push(at..at + 1),
            }
        }
        Self { values, vectors, spaces }
    }

    /// The top and the bottom.
    #[must_use]
    pub fn ends(&self) -> [End; 2] {
        let end = |spaces: &mut dyn Iterator<Item = &Range<usize>>| {
            let mut vectors = Vec::new();
            for space in spaces {
                if vectors.len() < DIMENSIONS {
                    vectors.extend(self.vectors[space.clone()].iter().cloned());
                }
            }
            let flat = vectors.len() as f64 / self.values.len().max(1) as f64;
            End { vectors, flat }
        };
        [end(&mut self.spaces.iter()), end(&mut self.spaces.iter().rev())]
    }
}

impl Nodes {
    /// Of edges between nodes that are called so; an edge that is there already, in either direction, is left out.
    #[must_use]
    pub fn new(names: Vec<String>, edges: impl IntoIterator<Item = [usize; 2]>) -> Self {
        let mut nodes = Self { neighbours: vec![Vec::new(); names.len()], names, edges: Vec::new() };
        for [a, b] in edges {
            if a != b && !nodes.neighbours[a].contains(&b) {
                nodes.neighbours[a].push(b);
                nodes.neighbours[b].push(a);
                nodes.edges.push([a, b]);
            }
        }
        nodes
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

    /// Edges, each counted both ways.
    #[must_use]
    pub fn directed(&self) -> usize {
        2 * self.edges.len()
    }

    /// The number of neighbours that all nodes have; nothing if they differ.
    #[must_use]
    pub fn degree(&self) -> Option<usize> {
        let first = self.neighbours.first()?.len();
        self.neighbours.iter().all(|own| own.len() == first).then_some(first)
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

    /// What is taught: from each node to its neighbours, or only in the direction in which edges were given; with `itself` also to itself.
    #[must_use]
    pub fn taught(&self, forward: bool, itself: bool) -> Vec<[usize; 2]> {
        let mut given = vec![Vec::new(); self.len()];
        self.edges.iter().for_each(|&[a, b]| given[a].push(b));
        let mut pairs = Vec::new();
        for (node, others) in (if forward { &given } else { &self.neighbours }).iter().enumerate() {
            pairs.extend(itself.then_some([node, node]));
            pairs.extend(others.iter().map(|&other| [node, other]));
        }
        pairs
    }

    /// Edges between a node and every other, `u32::MAX` where there is no way.
    #[must_use]
    pub fn hops_from(&self, start: usize) -> Vec<u32> {
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
    }

    /// The same of all nodes, row by row.
    #[must_use]
    pub fn hops(&self) -> Vec<u32> {
        (0..self.len()).flat_map(|start| self.hops_from(start)).collect()
    }

    /// Which component each node is in, counted in the order of their first nodes.
    #[must_use]
    pub fn components(&self) -> Vec<usize> {
        let mut of = vec![usize::MAX; self.len()];
        let mut count = 0;
        for start in 0..self.len() {
            if of[start] == usize::MAX {
                let hops = self.hops_from(start);
                of.iter_mut().zip(hops).filter(|(_, hops)| *hops < u32::MAX).for_each(|(of, _)| *of = count);
                count += 1;
            }
        }
        of
    }

    /// The spectrum of `D⁻¹A + (D⁻¹A)ᵀ`, which is 2 less the paper's Laplacian: at the top neighbours are alike, at the bottom opposites.
    #[must_use]
    pub fn spectrum(&self) -> Spectrum {
        let targets = DMatrix::from_row_slice(self.len(), self.len(), &self.targets());
        Spectrum::of(&targets + targets.transpose())
    }

    /// Nats a directed edge that no model goes below which is taught these pairs: it can only share among what stands after a node,
    /// `mean of ln (pairs from u)` over all pairs.
    #[must_use]
    pub fn floor(pairs: &[[usize; 2]], nodes: usize) -> f64 {
        let mut from = vec![0_u32; nodes];
        pairs.iter().for_each(|&[node, _]| from[node] += 1);
        pairs.iter().map(|&[node, _]| libm::log(f64::from(from[node]))).sum::<f64>() / pairs.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;
    use crate::labs::geometry::shapes::{cycle, grid, star};

    #[test]
    fn hops_components_and_floors() {
        let hops = cycle(7).hops();
        assert_eq!(hops[7..14], [1, 0, 1, 2, 3, 3, 2]);
        let two = Nodes::new((0..5).map(|i| i.to_string()).collect(), [[0, 2], [1, 3], [2, 4], [4, 2], [3, 3]]);
        assert_eq!((two.components(), two.edges.len()), (vec![0, 1, 0, 1, 0], 3));
        assert_eq!(two.hops()[1], u32::MAX);
        // As the release prints them.
        for (nodes, floor, with_itself) in
            [(star(4, 5), LN_2, 1.0845), (grid(4, 4, false), 1.1269, 1.4021), (cycle(15), LN_2, 1.0986)]
        {
            for (itself, floor) in [(false, floor), (true, with_itself)] {
                let found = Nodes::floor(&nodes.taught(false, itself), nodes.len());
                assert!((found - floor).abs() < 1e-4, "{found}, not {floor}");
            }
        }
        let star = star(1000, 4);
        assert!((Nodes::floor(&star.taught(false, false), star.len()) - 1.6134).abs() < 1e-4);
        assert_eq!(cycle(5).taught(true, false), [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]);
    }

    /// Spectra as the paper's release prints them: after the top 1, 1, 1, .787 on the star, and on the cycle pairs.
    #[test]
    fn ends_are_whole_eigenspaces() {
        let sizes = |nodes: &Nodes| nodes.spectrum().ends().map(|end| end.vectors.len());
        assert_eq!(sizes(&star(4, 5)), [4, 4]);
        assert_eq!([15, 16, 3].map(|nodes| sizes(&cycle(nodes))), [[5, 4], [5, 5], [3, 3]]);
        let spectrum = cycle(15).spectrum();
        assert_eq!(spectrum.spaces.len(), 8);
        assert!((spectrum.values[1] - 2.0 * libm::cos(std::f64::consts::TAU / 15.0)).abs() < 1e-12);
        // Numbered in another order the top is the same space: its projector moves with the nodes.
        let turned = |node: usize| node * 4 % 15;
        let other = Nodes::new(cycle(15).names, (0..15).map(|node| [turned(node), turned((node + 1) % 15)]));
        let projector = |nodes: &Nodes| {
            let [End { vectors, flat }, _] = nodes.spectrum().ends();
            assert_eq!(flat, 5.0 / 15.0);
            move |a: usize, b: usize| vectors.iter().map(|vector| vector[a] * vector[b]).sum::<f64>()
        };
        let (one, two) = (projector(&cycle(15)), projector(&other));
        for (a, b) in (0..15).flat_map(|a| (0..15).map(move |b| (a, b))) {
            assert!((one(a, b) - two(turned(a), turned(b))).abs() < 1e-12);
        }
    }
}
