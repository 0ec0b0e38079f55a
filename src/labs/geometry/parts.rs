//! Parts of the geometry lab's page.

use crate::labs::part::Part;

/// Settings that the graph depends on.
pub const GRAPH: [&str; 13] = [
    "graph",
    "arms",
    "path_nodes",
    "rows",
    "columns",
    "nodes",
    "degree",
    "dimension",
    "depth",
    "clique",
    "bridge",
    "graph_seed",
    "edges",
];

/// The parts, from the top down.
#[must_use]
pub fn all() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
        Part::new("settings", "Settings", "All controls."),
        Part::new("map", "Map", "The graph on paper, and beside it what a learner has made of it.")
            .after_training()
            .with(&["figure-graph"])
            .of(&GRAPH)
            .of(&["embedding"]),
        Part::new("paths", "Paths", "Which paths are held out, and whether their first steps are found.").of(&[
            "experiment",
            "arms",
            "path_nodes",
            "variants",
            "target",
            "share",
            "pauses",
        ]),
        Part::new("kinds", "Storage", "In a word, how each run has stored the graph.").after_training().of(&GRAPH),
        Part::new("verdicts", "Verdicts", "The claims, and what this race says of them.").after_training(),
        Part::new("objective", "Loss", "The curve of what is descended.").after_training(),
        Part::new("spectrum", "Spectrum", "The graph's eigenvalues, and how much of the embedding lies along each.")
            .with(&["figure-spectrum"])
            .of(&GRAPH)
            .of(&["node2vec_rate", "embedding"]),
        Part::new("matrices", "Matrices", "Every node against every other.")
            .after_training()
            .with(&["figure-matrix"])
            .of(&GRAPH)
            .of(&["embedding"]),
        Part::new("measures", "Measures", "The curves of what the embedding looks like beside its graph.")
            .after_training(),
        Part::new("compare", "Compare", "Earlier runs laid over the present one.").after_training(),
        Part::new("keep", "Keep and share", "Link, downloads, uploads."),
    ]
}
