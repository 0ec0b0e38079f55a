//! The graphs that a reader can choose, each with a place for every node on paper.

use std::f64::consts::TAU;

use crate::choice::choice;
use crate::labs::geometry::graph::Nodes;
use crate::rng::{STREAM_GRAPH, pcg4d, unit};

choice! {
    /// The graph whose edges are taught.
    pub enum Shape {
        Star = "star", "Path-star", "Arms of equal length from one root.";
        Tree = "tree", "Binary tree", "Every node but the leaves has two children.";
        Grid = "grid", "Grid", "Rows and columns, each node beside its four neighbours.";
        Torus = "torus", "Torus", "A grid whose ends meet.";
        Cycle = "cycle", "Cycle", "One ring.";
        Path = "path", "Path", "One line.";
        Barbell = "barbell", "Barbell", "Two groups in which all know each other, and a bridge between them.";
        Hypercube = "hypercube", "Hypercube", "Corners of a cube of some dimension.";
        Petersen = "petersen", "Petersen graph", "Ten nodes with three neighbours each, no two of which share more than one.";
        Regular = "random-regular", "Random regular", "Every node has as many neighbours, drawn at random.";
        Irregular = "irregular", "Irregular", "The paper's release: 16 nodes, 20 edges, two components.";
        Own = "own", "My own", "An edge list of yours.";
    }
}

impl Shape {
    /// Names of the settings that such a graph follows from.
    #[must_use]
    pub fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Star => &["arms", "path_nodes"],
            Self::Tree => &["depth"],
            Self::Grid | Self::Torus => &["rows", "columns"],
            Self::Cycle | Self::Path => &["nodes"],
            Self::Barbell => &["clique", "bridge"],
            Self::Hypercube => &["dimension"],
            Self::Regular => &["nodes", "degree", "graph_seed"],
            Self::Own => &["edges"],
            Self::Petersen | Self::Irregular => &[],
        }
    }
}

/// The release's irregular graph.
const IRREGULAR: [[usize; 2]; 20] = [
    [12, 15],
    [5, 8],
    [5, 6],
    [8, 9],
    [7, 8],
    [1, 3],
    [13, 14],
    [13, 15],
    [12, 14],
    [12, 13],
    [1, 2],
    [4, 5],
    [3, 4],
    [10, 11],
    [0, 1],
    [2, 3],
    [6, 7],
    [11, 0],
    [9, 10],
    [14, 15],
];

fn numbered(nodes: usize, edges: impl IntoIterator<Item = [usize; 2]>) -> Nodes {
    Nodes::new((0..nodes).map(|node| node.to_string()).collect(), edges)
}

/// `arms` paths of `path_nodes` nodes that share their first one, the root, which is node 0. The others are called by arm and place.
#[must_use]
pub fn star(arms: u32, path_nodes: u32) -> Nodes {
    let (arms, each) = (arms as usize, path_nodes as usize - 1);
    let name = |node: usize| match node.checked_sub(1) {
        None => "root".to_owned(),
        Some(node) => format!("{}.{}", node / each + 1, node % each + 1),
    };
    let arm = |arm| (0..each).map(move |at| [if at == 0 { 0 } else { arm * each + at }, arm * each + at + 1]);
    Nodes::new((0..=arms * each).map(name).collect(), (0..arms).flat_map(arm))
}

/// A binary tree of so many levels below the root, which is node 0; each node before its children, level by level.
#[must_use]
pub fn tree(depth: u32) -> Nodes {
    let nodes = (2_usize << depth) - 1;
    numbered(nodes, (1..nodes).map(|node| [(node - 1) / 2, node]))
}

/// Row by row; `closed`, both directions are rings.
#[must_use]
pub fn grid(rows: u32, columns: u32, closed: bool) -> Nodes {
    let (rows, columns) = (rows as usize, columns as usize);
    let name = |node| format!("{},{}", node / columns + 1, node % columns + 1);
    let edges = (0..rows * columns).flat_map(|node| {
        let (row, column) = (node / columns, node % columns);
        let right = (closed || column + 1 < columns).then_some([node, row * columns + (column + 1) % columns]);
        let below = (closed || row + 1 < rows).then_some([node, (row + 1) % rows * columns + column]);
        [right, below].into_iter().flatten()
    });
    Nodes::new((0..rows * columns).map(name).collect(), edges)
}

/// A ring.
#[must_use]
pub fn cycle(nodes: u32) -> Nodes {
    let nodes = nodes as usize;
    numbered(nodes, (0..nodes).map(|node| [node, (node + 1) % nodes]))
}

/// A line.
#[must_use]
pub fn path(nodes: u32) -> Nodes {
    let nodes = nodes as usize;
    numbered(nodes, (1..nodes).map(|node| [node - 1, node]))
}

/// Two complete graphs of `clique` nodes, and `bridge` nodes in a line between them.
#[must_use]
pub fn barbell(clique: u32, bridge: u32) -> Nodes {
    let (clique, bridge) = (clique as usize, bridge as usize);
    let far = clique + bridge;
    let group = |first: usize| (first..first + clique).flat_map(move |a| (first..a).map(move |b| [b, a]));
    let line = (clique - 1..far).map(|node| [node, node + 1]);
    numbered(far + clique, group(0).chain(line).chain(group(far)))
}

/// Corners of a cube, neighbours where one coordinate differs.
#[must_use]
pub fn hypercube(dimension: u32) -> Nodes {
    let name = |node: usize| format!("{node:0width$b}", width = dimension as usize);
    let nodes = 1_usize << dimension;
    let edges = (0..nodes).flat_map(|node| (0..dimension).map(move |axis| [node, node ^ (1 << axis)]));
    Nodes::new((0..nodes).map(name).collect(), edges)
}

/// The Petersen graph: an outer ring of five, and an inner one that goes by twos.
#[must_use]
pub fn petersen() -> Nodes {
    let spokes = |at: usize| [[at, (at + 1) % 5], [at, at + 5], [at + 5, (at + 2) % 5 + 5]];
    numbered(10, (0..5).flat_map(spokes))
}

/// Every node with `degree` neighbours, drawn by `seed`: from a ring on which each node knows those nearest to it, two edges at a time
/// exchange an end, twenty times as often as there are edges. The product of both has to be even, the degree less than the nodes are.
#[must_use]
pub fn random_regular(nodes: u32, degree: u32, seed: u32) -> Nodes {
    let (count, degree) = (nodes as usize, degree as usize);
    let reach = degree / 2;
    let mut edges: Vec<[usize; 2]> =
        (0..count).flat_map(|node| (1..=reach).map(move |far| [node, (node + far) % count])).collect();
    if degree % 2 == 1 {
        edges.extend((0..count / 2).map(|node| [node, node + count / 2]));
    }
    let mut known: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &[a, b] in &edges {
        known[a].push(b);
        known[b].push(a);
    }
    for draw in 0..20 * edges.len() as u32 {
        let [first, second, way, _] = pcg4d([seed, STREAM_GRAPH, 0, draw]);
        let [first, second] = [first, second].map(|word| (unit(word) * edges.len() as f64) as usize);
        let ([a, b], [mut c, mut d]) = (edges[first], edges[second]);
        if way & 1 == 1 {
            (c, d) = (d, c);
        }
        if a == d || c == b || a == c || b == d || known[a].contains(&d) || known[c].contains(&b) {
            continue;
        }
        for (node, from, to) in [(a, b, d), (b, a, c), (c, d, b), (d, c, a)] {
            known[node].iter_mut().filter(|other| **other == from).for_each(|other| *other = to);
        }
        edges[first] = [a, d];
        edges[second] = [c, b];
    }
    numbered(count, edges)
}

/// The release's irregular graph.
#[must_use]
pub fn irregular() -> Nodes {
    numbered(16, IRREGULAR)
}

/// Where the nodes of a graph stand on paper, x and y in −1 … 1: as its shape has it, else by the second and third vectors of its spectrum.
#[must_use]
pub fn drawing(shape: Shape, nodes: &Nodes, [rows, columns]: [u32; 2], path_nodes: u32) -> Vec<[f64; 2]> {
    let count = nodes.len();
    let around = |at: usize, of: usize, radius: f64| {
        let (sin, cos) = libm::sincos(TAU * at as f64 / of as f64);
        [radius * sin, -radius * cos]
    };
    let spread = |at: usize, of: usize| if of > 1 { 2.0 * at as f64 / (of - 1) as f64 - 1.0 } else { 0.0 };
    let lattice = |node: usize| {
        let columns = columns as usize;
        [spread(node % columns, columns), spread(node / columns, rows as usize)]
    };
    let each = path_nodes as usize - 1;
    let place = |node: usize| match shape {
        Shape::Star => match node.checked_sub(1) {
            None => [0.0, 0.0],
            Some(at) => around(at / each, (count - 1) / each, (at % each + 1) as f64 / each as f64),
        },
        Shape::Tree => {
            let level = (node + 1).ilog2() as usize;
            let (at, of) = (node + 1 - (1 << level), 1_usize << level);
            let levels = (count + 1).ilog2() as usize;
            [(2 * at + 1) as f64 / of as f64 - 1.0, spread(level, levels)]
        }
        Shape::Grid | Shape::Torus => lattice(node),
        Shape::Petersen => around(node % 5, 5, if node < 5 { 1.0 } else { 0.5 }),
        Shape::Path => [spread(node, count), 0.0],
        _ => around(node, count, 1.0),
    };
    if matches!(shape, Shape::Hypercube | Shape::Barbell | Shape::Regular | Shape::Irregular | Shape::Own) {
        return spectral(nodes);
    }
    (0..count).map(place).collect()
}

/// By the first two vectors of the spectrum that are not the same for all nodes of a component, each to −1 … 1. Nodes that have the same
/// neighbours would fall together; they stand around their place.
fn spectral(nodes: &Nodes) -> Vec<[f64; 2]> {
    let spectrum = nodes.spectrum();
    let apart = nodes.components().into_iter().max().unwrap_or(0) + 1;
    let column = |which: usize| {
        let vector = spectrum.vectors.get(apart + which).cloned().unwrap_or_else(|| vec![0.0; nodes.len()]);
        let most = vector.iter().fold(1e-12_f64, |most, value| most.max(value.abs()));
        vector.into_iter().map(move |value| (1.0 - AROUND) * value / most).collect::<Vec<_>>()
    };
    let places: Vec<[f64; 2]> = column(0).into_iter().zip(column(1)).map(|(x, y)| [x, y]).collect();
    let together = |[x, y]: [f64; 2]| {
        let near = move |place: &&[f64; 2]| (place[0] - x).abs() + (place[1] - y).abs() < 0.1 * AROUND;
        move |places: &[[f64; 2]]| places.iter().filter(near).count()
    };
    let moved = places.iter().enumerate().map(|(node, &[x, y])| {
        let count = together([x, y]);
        let (before, all) = (count(&places[..node]), count(&places));
        let (sin, cos) = libm::sincos(TAU * before as f64 / all as f64);
        if all > 1 { [x + AROUND * sin, y + AROUND * cos] } else { [x, y] }
    });
    moved.collect()
}

/// How far from their place nodes stand that would fall together.
const AROUND: f64 = 0.06;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_have_their_nodes_and_edges() {
        let sizes = |nodes: Nodes| (nodes.len(), nodes.edges.len(), nodes.degree());
        assert_eq!(sizes(star(4, 5)), (17, 16, None));
        assert_eq!(sizes(tree(3)), (15, 14, None));
        assert_eq!(sizes(grid(4, 4, false)), (16, 24, None));
        assert_eq!(sizes(grid(3, 5, true)), (15, 30, Some(4)));
        assert_eq!(sizes(cycle(15)), (15, 15, Some(2)));
        assert_eq!(sizes(path(12)), (12, 11, None));
        assert_eq!(sizes(barbell(5, 2)), (12, 23, None));
        assert_eq!(sizes(barbell(3, 0)), (6, 7, None));
        assert_eq!(sizes(hypercube(4)), (16, 32, Some(4)));
        assert_eq!(sizes(petersen()), (10, 15, Some(3)));
        assert_eq!(sizes(irregular()), (16, 20, None));
        for (nodes, degree) in [(10, 3), (15, 4), (512, 8), (6, 5), (3, 2)] {
            let (count, edges, found) = sizes(random_regular(nodes, degree, 7));
            assert_eq!((count as u32, edges as u32, found), (nodes, nodes * degree / 2, Some(degree as usize)));
        }
        assert_ne!(random_regular(30, 3, 1), random_regular(30, 3, 2));
        let star = star(4, 5);
        assert_eq!((&star.names[..2], &star.names[16][..]), (&["root".to_owned(), "1.1".to_owned()][..], "4.4"));
        assert_eq!(
            (star.neighbours[0].len(), &star.neighbours[1][..], &star.neighbours[5][..]),
            (4, &[0, 2][..], &[0, 6][..])
        );
        assert_eq!(grid(3, 2, false).neighbours[3], [1, 2, 5]);
        assert_eq!(grid(3, 4, false).hops().iter().max(), Some(&5));
        assert_eq!(irregular().components().into_iter().max(), Some(1));
        // Two groups that know each other, seven nodes far apart through the bridge.
        assert_eq!(barbell(5, 2).hops().iter().max(), Some(&5));
    }

    #[test]
    fn every_node_has_a_place_of_its_own_on_paper() {
        for (shape, nodes) in [
            (Shape::Star, star(4, 5)),
            (Shape::Tree, tree(4)),
            (Shape::Grid, grid(4, 4, false)),
            (Shape::Torus, grid(4, 4, true)),
            (Shape::Cycle, cycle(15)),
            (Shape::Path, path(12)),
            (Shape::Petersen, petersen()),
            (Shape::Regular, random_regular(20, 3, 0)),
            (Shape::Barbell, barbell(5, 2)),
            (Shape::Hypercube, hypercube(3)),
            (Shape::Irregular, irregular()),
            (Shape::Own, star(6, 3)),
        ] {
            let places = drawing(shape, &nodes, [4, 4], 5);
            assert_eq!(places.len(), nodes.len());
            for (at, [x, y]) in places.iter().enumerate() {
                assert!(x.abs() <= 1.0 + 1e-9 && y.abs() <= 1.0 + 1e-9, "{shape:?} {at}");
                let near = |[a, b]: &[f64; 2]| (a - x).abs() + (b - y).abs() < 1e-6;
                assert!(!places[..at].iter().any(near), "{shape:?}: two nodes at {x}, {y}");
            }
        }
    }
}
