//! The presets of the geometry lab, the defaults first.

use crate::labs::settings::Preset;

/// Values of a preset over paths: what all have alike, and its own.
macro_rules! paths {
    ($($name:ident = $value:literal),*) => {
        &[
            ("experiment", "paths"),
            ("arms", "1000"),
            ("heads", "4"),
            ("position_scale", "0.02"),
            ("decay", "0.01"),
            ("warmup", "200"),
            $((stringify!($name), $value),)*
        ]
    };
}

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "tiny",
        label: "Path-star",
        help: "Four arms of five nodes that share a root: four learners, three seeds.",
        values: &[],
    },
    Preset {
        id: "cycle",
        label: "Cycle",
        help: "Node2Vec on a ring of 15 nodes, whose end is known exactly: an objective of 21.524 nats.",
        values: &[("graph", "cycle"), ("models", "node2vec"), ("node2vec_steps", "14000"), ("every", "100")],
    },
    Preset { id: "grid", label: "Grid", help: "Four rows of four nodes: four learners.", values: &[("graph", "grid")] },
    Preset {
        id: "zigzag",
        label: "Zigzag",
        help: "The one-matrix net on a grid, without and with self-edges: neighbours as opposites, or alike.",
        values: &[("graph", "grid"), ("models", "net"), ("self_edges", "both")],
    },
    Preset {
        id: "knobs",
        label: "Knobs",
        help: "The one-matrix net on a ring at four rates and four initial scales: where is there a map?",
        values: &[("experiment", "knobs"), ("graph", "cycle"), ("steps", "1000"), ("every", "100")],
    },
    Preset {
        id: "release",
        label: "The release’s cycle",
        help: "The settings of the paper's code: a ring of 15, the net 512 wide for 10,000 steps, Node2Vec for as many. Minutes.",
        values: &[
            ("graph", "cycle"),
            ("models", "node2vec,net,transformer"),
            ("net_width", "512"),
            ("steps", "10000"),
            ("node2vec_steps", "10000"),
            ("every", "250"),
        ],
    },
    Preset {
        id: "paths-small",
        label: "Paths",
        help: "A path-star of 1000 arms in the weights of a small transformer: does it find paths that it was not taught? Minutes on a CPU.",
        values: paths!(
            path_nodes = "4",
            width = "64",
            layers = "2",
            mlp = "256",
            rate = "0.002",
            steps = "1500",
            seeds = "1",
            every = "50"
        ),
    },
    Preset {
        id: "one-hop",
        label: "One hop",
        help: "Paths of three nodes, whose first step is a neighbour of the leaf: success needs no geometry.",
        values: paths!(
            path_nodes = "3",
            width = "64",
            mlp = "256",
            rate = "0.002",
            steps = "600",
            seeds = "1",
            every = "50"
        ),
    },
    Preset {
        id: "paths-laptop",
        label: "Paths, wider",
        help: "The same star, 128 wide: about five times the work a step. For a graphics card.",
        values: paths!(
            path_nodes = "4",
            width = "128",
            layers = "2",
            mlp = "512",
            rate = "0.001",
            batch = "512",
            steps = "1000",
            seeds = "1",
            every = "50"
        ),
    },
    Preset {
        id: "paths-full",
        label: "Paths, all controls",
        help: "Edges and paths, edges only, forward only, and a frozen embedding, three seeds each. Hours; for the command line.",
        values: paths!(
            path_nodes = "4",
            width = "128",
            layers = "2",
            mlp = "512",
            rate = "0.001",
            batch = "512",
            steps = "4000",
            variants = "full,edges,forward,frozen",
            every = "100"
        ),
    },
];
