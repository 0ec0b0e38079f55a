//! The geometry lab's settings.

use crate::labs::geometry::graph::{MOST_NODES, Nodes, Shape};
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::labs::settings::{Preset, Settings};
use crate::property::{Field, Kind, Problem, properties};
use crate::run::machine::ExecutorChoice;

properties! {
    /// Settings of the geometry lab. Defaults are the paper's small star.
    pub struct GeometryConfig {
        graph: Shape = Shape::Star, Kind::one_of::<Shape>(), Run, "Graph", "Graph", "", "Whose edges are taught.";
        arms: u32 = 4, Kind::integer(2, 255), Run, "Graph", "Arms", "", "Paths of the path-star.";
        path_nodes: u32 = 5, Kind::integer(3, 12), Run, "Graph", "Nodes of a path", "", "The root, which all share, is one of them.";
        rows: u32 = 4, Kind::integer(2, 32), Run, "Graph", "Rows", "", "Rows of the grid.";
        columns: u32 = 4, Kind::integer(2, 32), Run, "Graph", "Columns", "", "Columns of the grid.";
        nodes: u32 = 15, Kind::integer(3, MOST_NODES), Run, "Graph", "Nodes", "", "Nodes of the cycle.";
        node2vec_width: u32 = 100, Kind::integer(4, 512), Run, "Model", "Width", "", "Numbers a node: with more of them than nodes, nothing forces a table to be simple.";
        node2vec_scale: f32 = 1.0, Kind::number(0.001, 3.0), Run, "Model", "Initial scale", "", "Standard deviation of a table's first numbers.";
        rate: f32 = 0.01, Kind::number(0.0, 10.0), Run, "Race", "Learning rate", "", "Of gradient descent on the sum over all nodes.";
        steps: u32 = 3000, Kind::integer(1, 200_000), Run, "Race", "Steps", "", "Training steps, each over all edges.";
        seeds: u32 = 3, Kind::integer(1, 16), Run, "Race", "Seeds", "", "Independent runs, each with first numbers of its own.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Race", "First seed", "", "The other seeds follow it.";
        every: u32 = 50, Kind::integer(1, 10_000), Run, "Evaluation", "Evaluate every", "steps", "Steps between two looks at the table.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
    }
}

/// The presets, the defaults first.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "star",
        label: "Path-star",
        help: "Four arms of five nodes that share a root, three seeds.",
        values: &[],
    },
    Preset {
        id: "cycle",
        label: "Cycle",
        help: "A ring of 15 nodes, on which the end is known exactly: an objective of 21.524 nats.",
        values: &[("graph", "cycle"), ("steps", "10000"), ("every", "100")],
    },
    Preset { id: "grid", label: "Grid", help: "Four rows of four nodes.", values: &[("graph", "grid")] },
];

impl GeometryConfig {
    /// Nodes of the graph.
    #[must_use]
    pub fn size(&self) -> u32 {
        match self.graph {
            Shape::Star => 1 + self.arms * (self.path_nodes - 1),
            Shape::Grid => self.rows * self.columns,
            Shape::Cycle => self.nodes,
        }
    }

    /// The graph.
    #[must_use]
    pub fn network(&self) -> Nodes {
        match self.graph {
            Shape::Star => Nodes::star(self.arms, self.path_nodes),
            Shape::Grid => Nodes::grid(self.rows, self.columns),
            Shape::Cycle => Nodes::cycle(self.nodes),
        }
    }
}

impl Settings for GeometryConfig {
    const LAB: &'static str = "geometry";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        vec![
            Part::new("head", "Heading", "Title, question and claim."),
            Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
            Part::new("settings", "Settings", "All controls."),
            Part::new("objective", "Objective", "The curve of what is descended."),
            Part::new("verdicts", "Verdicts", "The claim, and what this race says of it."),
            Part::new("measures", "Measures", "The curves of what the table looks like beside its graph."),
            Part::new("keep", "Keep and share", "Link, downloads, uploads."),
        ]
    }

    fn racing(&self) -> Option<&dyn Racing> {
        Some(self)
    }

    fn settle(&mut self) -> Vec<Problem> {
        if self.size() <= MOST_NODES {
            return Vec::new();
        }
        let (field, value, most) = match self.graph {
            Shape::Star => ("arms", &mut self.arms, (MOST_NODES - 1) / (self.path_nodes - 1)),
            Shape::Grid => ("columns", &mut self.columns, MOST_NODES / self.rows),
            Shape::Cycle => ("nodes", &mut self.nodes, MOST_NODES),
        };
        let given = std::mem::replace(value, most).text();
        let allowed = format!("at most {most}: a graph has up to {MOST_NODES} nodes here");
        vec![Problem { field: field.to_owned(), given, allowed, used: most.text() }]
    }
}
