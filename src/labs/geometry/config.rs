//! The geometry lab's settings.

use crate::choice::{Choice, choice};
use crate::error::Error;
use crate::labs::geometry::edges;
use crate::labs::geometry::graph::{MOST_NODES, Nodes};
use crate::labs::geometry::parts;
use crate::labs::geometry::paths::PathTask;
use crate::labs::geometry::presets::PRESETS;
use crate::labs::geometry::shapes::{self, Shape};
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::labs::settings::{FromFile, Preset, Settings};
use crate::property::{Field, Kind, Problem, properties};
use crate::run::heads;
use crate::run::machine::{Cores, ExecutorChoice};
use crate::run::training::Schedule;

/// The most attention heads.
const MOST_HEADS: u32 = 16;
/// What the names of arms with self-edges end with, where there are also some without.
pub const WITH_ITSELF: &str = "-self";

/// The most nodes of a path-star whose paths are taught.
const MOST_PATH_NODES: u32 = 100_000;

choice! {
    /// What is raced.
    pub enum Experiment {
        Tiny = "tiny", "Learners", "Several learners on the edges of one graph.";
        Knobs = "knobs", "Knobs", "The one-matrix net at every pair of two settings: where does geometry come and go?";
        Paths = "paths", "Paths", "A path-star in the weights: is the first step of paths found that were not taught?";
    }
}

choice! {
    /// What learns the edges.
    pub enum Learned {
        Node2Vec = "node2vec", "Node2Vec", "One table, its own output layer; gradient descent on the sum.";
        Net = "net", "One-matrix net", "An embedding, one matrix, the embedding again; AdamW.";
        NetFrozen = "net-frozen", "Net, embedding frozen", "The same, whose embedding stays as it was drawn.";
        Transformer = "transformer", "Transformer", "A pre-norm transformer, its output layer tied to its embedding; AdamW.";
        TransformerFrozen = "transformer-frozen", "Transformer, embedding frozen", "The same, whose embedding stays as it was drawn, with rows of about unit norm.";
    }
}

choice! {
    /// Which way edges are taught.
    pub enum Directions {
        Both = "both", "Both ways", "Each edge from either end.";
        Forward = "forward", "Forward only", "Each edge in the direction in which the graph has it: on trees and stars away from the root.";
    }
}

choice! {
    /// Whether nodes are neighbours of themselves.
    pub enum SelfEdges {
        No = "no", "No", "Only what the graph has.";
        Yes = "yes", "Yes", "Every node is taught as its own neighbour too.";
        Both = "both", "Without and with", "Two arms of every net and transformer.";
    }
}

choice! {
    /// What is turned beside the learning rate.
    pub enum Knob {
        Scale = "scale", "Initial scale", "Standard deviation of the first weights.";
        Decay = "decay", "Weight decay", "AdamW's decoupled decay.";
    }
}

choice! {
    /// What is taught of a path-star.
    pub enum Variant {
        Full = "full", "Edges and paths", "All edges, both ways, and the paths of most arms.";
        Edges = "edges", "Edges only", "All edges, both ways; no path.";
        Forward = "forward", "Forward edges and paths", "All edges away from the root, and the paths.";
        Frozen = "frozen", "Embedding frozen", "Edges and paths; the embedding stays as it was drawn, with rows of about unit norm.";
    }
}

choice! {
    /// What is answered of a path.
    pub enum Target {
        First = "first", "First node", "The first step from the root.";
        Path = "path", "Whole path", "All nodes from the root to the leaf, one by one.";
    }
}

choice! {
    /// Which embedding is looked at.
    pub enum Looked {
        Trained = "trained", "As it is trained", "Of the run that is looked at.";
        Own = "own", "My own table", "A table of yours with a row a node, or one from another lab.";
    }
}

choice! {
    /// A matrix over the nodes.
    pub enum Matrix {
        Cosine = "cosine", "Cosine", "Of the embedding, between every two nodes.";
        Adjacency = "adjacency", "Edges", "One where two nodes are neighbours.";
        Hops = "hops", "Hops", "Edges on the way between two nodes.";
        Logits = "logits", "Logits", "What the learner says comes after each node.";
    }
}

properties! {
    /// Settings of the geometry lab. Defaults are the paper's small star, with four learners.
    pub struct GeometryConfig {
        experiment: Experiment = Experiment::Tiny, Kind::one_of::<Experiment>(), Run, "Experiment", "Experiment", "", "What is raced.";
        graph: Shape = Shape::Star, Kind::one_of::<Shape>(), Run, "Graph", "Graph", "", "Whose edges are taught.";
        arms: u32 = 4, Kind::integer(2, 10_000), Run, "Graph", "Arms", "", "Paths of the path-star.";
        path_nodes: u32 = 5, Kind::integer(3, 12), Run, "Graph", "Nodes of a path", "", "The root, which all share, is one of them.";
        rows: u32 = 4, Kind::integer(2, 32), Run, "Graph", "Rows", "", "Rows of grid and torus.";
        columns: u32 = 4, Kind::integer(2, 32), Run, "Graph", "Columns", "", "Columns of grid and torus.";
        nodes: u32 = 15, Kind::integer(3, MOST_NODES), Run, "Graph", "Nodes", "", "Nodes of cycle, path and random regular graph.";
        degree: u32 = 4, Kind::integer(2, 8), Run, "Graph", "Neighbours", "", "Of each node of the random regular graph.";
        dimension: u32 = 4, Kind::integer(2, 9), Run, "Graph", "Dimension", "", "Of the hypercube.";
        depth: u32 = 3, Kind::integer(1, 8), Run, "Graph", "Depth", "", "Levels of the tree below its root.";
        clique: u32 = 5, Kind::integer(3, 64), Run, "Graph", "Group", "nodes", "Nodes of each group of the barbell.";
        bridge: u32 = 2, Kind::integer(0, 64), Run, "Graph", "Bridge", "nodes", "Nodes between the groups of the barbell.";
        graph_seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Graph", "Graph's seed", "", "What the random graph is drawn from.";
        edges: String = String::new(), Kind::rows(edges::MOST_TEXT), Run, "Graph", "My edges", "", "Two names with a blank between, a semicolon between edges, as in a b; b c; or a file of them.";
        models: Vec<Learned> = vec![Learned::Node2Vec, Learned::Net, Learned::Transformer, Learned::NetFrozen], Kind::many_of::<Learned>(), Run, "Race", "Learners", "", "What learns the edges.";
        directions: Directions = Directions::Both, Kind::one_of::<Directions>(), Run, "Race", "Directions", "", "Which way edges are taught to nets and transformers; Node2Vec always has them both ways.";
        self_edges: SelfEdges = SelfEdges::No, Kind::one_of::<SelfEdges>(), Run, "Race", "Self-edges", "", "Whether every node is taught as its own neighbour too, to nets and transformers.";
        steps: u32 = 500, Kind::integer(1, 200_000), Run, "Race", "Steps", "", "Training steps of nets and transformers.";
        seeds: u32 = 3, Kind::integer(1, 16), Run, "Race", "Seeds", "", "Independent runs, each with first numbers of its own.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Race", "First seed", "", "The other seeds follow it.";
        net_width: u32 = 32, Kind::integer(4, 512), Run, "Net", "Net’s width", "", "Numbers a node in the net’s embedding; a multiple of 4.";
        net_schedule: Schedule = Schedule::Constant, Kind::one_of::<Schedule>(), Run, "Net", "Net’s schedule", "", "Its learning rate over time; a cosine goes down to a tenth.";
        frozen_rate: f32 = 0.2, Kind::number(0.0, 20.0), Run, "Net", "Rate of the frozen net", "", "With its embedding fixed, the net needs greater steps.";
        width: u32 = 32, Kind::integer(4, 512), Run, "Transformer", "Width", "", "Width of the residual stream.";
        layers: u32 = 1, Kind::integer(1, 4), Run, "Transformer", "Layers", "", "Transformer layers.";
        heads: u32 = 1, Kind::integer(1, MOST_HEADS), Run, "Transformer", "Heads", "", "Attention heads. Width / heads must be a multiple of 4, at most 64.";
        mlp: u32 = 128, Kind::integer(4, 2048), Run, "Transformer", "MLP width", "", "Hidden width of the feed-forward part.";
        position_scale: f32 = 1.0, Kind::number(0.0, 1.0), Run, "Transformer", "Scale of positions", "", "Standard deviation of the first table of positions.";
        schedule: Schedule = Schedule::Cosine, Kind::one_of::<Schedule>(), Run, "Transformer", "Schedule", "", "The transformer’s learning rate over time; a cosine goes down to a tenth.";
        dropout: f32 = 0.0, Kind::number(0.0, 0.9), Run, "Transformer", "Dropout", "", "Share of activations and attention weights set to zero in training.";
        node2vec_width: u32 = 100, Kind::integer(4, 512), Run, "Node2Vec", "Node2Vec’s width", "", "Numbers a node: with more of them than nodes, nothing forces a table to be simple.";
        node2vec_scale: f32 = 1.0, Kind::number(0.001, 3.0), Run, "Node2Vec", "Node2Vec’s first scale", "", "Standard deviation of its first numbers.";
        node2vec_rate: f32 = 0.01, Kind::number(0.0, 10.0), Run, "Node2Vec", "Node2Vec’s rate", "", "Of gradient descent on the sum over all nodes.";
        node2vec_steps: u32 = 3000, Kind::integer(1, 200_000), Run, "Node2Vec", "Node2Vec’s steps", "", "Training steps, each over all edges.";
        initial_scale: f32 = 0.02, Kind::number(0.001, 3.0), Run, "Optimiser", "Initial scale", "", "Standard deviation of the first weights of nets and transformers.";
        rate: f32 = 0.01, Kind::number(0.0, 20.0), Run, "Optimiser", "Learning rate", "", "AdamW’s step size.";
        warmup: u32 = 0, Kind::integer(0, 5000), Run, "Optimiser", "Warm-up", "steps", "Steps over which the learning rate rises linearly.";
        decay: f32 = 0.0, Kind::number(0.0, 10.0), Run, "Optimiser", "Weight decay", "", "AdamW’s decoupled decay.";
        knob: Knob = Knob::Scale, Kind::one_of::<Knob>(), Run, "Knobs", "Beside the rate", "", "What is turned beside the learning rate.";
        variants: Vec<Variant> = vec![Variant::Full], Kind::many_of::<Variant>(), Run, "Paths", "What is taught", "", "Arms of the race over paths.";
        target: Target = Target::First, Kind::one_of::<Target>(), Run, "Paths", "Answer", "", "What is answered of a path.";
        share: f32 = 0.75, Kind::number(0.05, 0.95), Run, "Paths", "Share taught", "", "Share of the arms whose path is taught; the others are held out.";
        pauses: u32 = 1, Kind::integer(0, 16), Run, "Paths", "Pauses", "tokens", "Tokens between the question and its answer.";
        batch: u32 = 256, Kind::integer(1, 4096), Run, "Paths", "Batch", "examples", "Examples of a step, drawn from edges and paths.";
        every: u32 = 25, Kind::integer(1, 10_000), Run, "Evaluation", "Evaluate every", "steps", "Steps between two looks at the embedding.";
        embedding: Looked = Looked::Trained, Kind::one_of::<Looked>(), Look, "Embedding", "Embedding", "", "What map, spectrum and matrices show.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
        cores: Cores = Cores::Auto, Kind::one_of::<Cores>(), Look, "Machine", "Cores", "", "How many share the work where the CPU does it, from the next start on. No number depends on it.";
    }
}

/// Settings by name.
pub type GraphKey = Vec<(&'static str, String)>;

/// Why edges were refused, without the sentence around it.
fn reason(error: &Error) -> String {
    if let Error::File(why) = error { why.clone() } else { error.to_string() }
}

impl GeometryConfig {
    /// Nodes of the graph; 0 of one of the reader's that cannot be read (yet).
    #[must_use]
    pub fn size(&self) -> u32 {
        match self.graph {
            Shape::Star => 1 + self.arms * (self.path_nodes - 1),
            Shape::Tree => (2 << self.depth) - 1,
            Shape::Grid | Shape::Torus => self.rows * self.columns,
            Shape::Cycle | Shape::Path | Shape::Regular => self.nodes,
            Shape::Barbell => 2 * self.clique + self.bridge,
            Shape::Hypercube => 1 << self.dimension,
            Shape::Petersen => 10,
            Shape::Irregular => 16,
            Shape::Own => edges::of_link(&self.edges).map_or(0, |nodes| nodes.len() as u32),
        }
    }

    /// The graph.
    ///
    /// # Errors
    /// [`Error::File`] if it is one of the reader's that cannot be read: such settings are [lacking](Settings::lacking).
    pub fn network(&self) -> Result<Nodes, Error> {
        Ok(match self.graph {
            Shape::Star => shapes::star(self.arms, self.path_nodes),
            Shape::Tree => shapes::tree(self.depth),
            Shape::Grid => shapes::grid(self.rows, self.columns, false),
            Shape::Torus => shapes::grid(self.rows, self.columns, true),
            Shape::Cycle => shapes::cycle(self.nodes),
            Shape::Path => shapes::path(self.nodes),
            Shape::Barbell => shapes::barbell(self.clique, self.bridge),
            Shape::Hypercube => shapes::hypercube(self.dimension),
            Shape::Petersen => shapes::petersen(),
            Shape::Regular => shapes::random_regular(self.nodes, self.degree, self.graph_seed),
            Shape::Irregular => shapes::irregular(),
            Shape::Own => edges::of_link(&self.edges)?,
        })
    }

    /// The settings that the graph follows from, by name.
    #[must_use]
    pub fn graph_key(&self) -> GraphKey {
        let used = self.graph.settings();
        self.values().into_iter().filter(|(name, _)| *name == "graph" || used.contains(name)).collect()
    }

    /// The task over paths, as a variant has it.
    #[must_use]
    pub fn paths(&self, variant: Variant) -> PathTask {
        PathTask {
            arms: self.arms,
            path_nodes: self.path_nodes,
            pauses: self.pauses,
            share: self.share,
            paths: variant != Variant::Edges,
            whole: self.target == Target::Path,
            forward: variant == Variant::Forward,
            batch: self.batch,
        }
    }

    /// What is wrong with the graph as a whole, mended.
    fn settle_graph(&mut self) -> Vec<Problem> {
        let problem = |field: &str, given: String, allowed: String, used: String| {
            vec![Problem { field: field.to_owned(), given, allowed, used }]
        };
        if self.experiment == Experiment::Paths && self.graph != Shape::Star {
            let given = std::mem::replace(&mut self.graph, Shape::Star).id().to_owned();
            let allowed = "a path-star where paths are taught: each of its arms is one question".to_owned();
            return problem("graph", given, allowed, Shape::Star.id().to_owned());
        }
        if self.graph == Shape::Regular {
            let most = self.degree.min(self.nodes - 1);
            let fits = if (most * self.nodes).is_multiple_of(2) { most } else { most - 1 };
            if fits != self.degree {
                let given = std::mem::replace(&mut self.degree, fits).text();
                let allowed = format!("fewer than {} neighbours, and an even number of stubs in all", self.nodes);
                return problem("degree", given, allowed, fits.text());
            }
        }
        let limit = if self.experiment == Experiment::Paths { MOST_PATH_NODES } else { MOST_NODES };
        if self.size() <= limit {
            return Vec::new();
        }
        let (field, value, most) = match self.graph {
            Shape::Star => ("arms", &mut self.arms, (limit - 1) / (self.path_nodes - 1)),
            Shape::Grid | Shape::Torus => ("columns", &mut self.columns, limit / self.rows),
            _ => ("nodes", &mut self.nodes, limit),
        };
        let given = std::mem::replace(value, most).text();
        let allowed = format!("at most {most}: a graph has up to {limit} nodes here");
        problem(field, given, allowed, most.text())
    }

    /// Settings of models that are not raced, and of experiments that are not chosen.
    fn unused_in_race(&self) -> impl Iterator<Item = &'static str> {
        let (tiny, knobs, paths) = (
            self.experiment == Experiment::Tiny,
            self.experiment == Experiment::Knobs,
            self.experiment == Experiment::Paths,
        );
        let raced = |models: &[Learned]| tiny && self.models.iter().any(|model| models.contains(model));
        let node2vec = raced(&[Learned::Node2Vec]);
        let net = knobs || raced(&[Learned::Net, Learned::NetFrozen]);
        let transformer = paths || raced(&[Learned::Transformer, Learned::TransformerFrozen]);
        let adam = net || transformer;
        let groups: [(&[&str], bool); 12] = [
            (&["models"], tiny),
            (&["directions", "self_edges"], !paths && adam),
            (&["steps", "warmup"], adam),
            (&["initial_scale"], adam && !(knobs && self.knob == Knob::Scale)),
            (&["decay"], adam && !(knobs && self.knob == Knob::Decay)),
            (&["rate"], paths || raced(&[Learned::Net, Learned::Transformer, Learned::TransformerFrozen])),
            (&["net_width", "net_schedule"], net),
            (&["frozen_rate"], raced(&[Learned::NetFrozen])),
            (&["width", "layers", "heads", "mlp", "position_scale", "schedule", "dropout"], transformer),
            (&["node2vec_width", "node2vec_scale", "node2vec_rate", "node2vec_steps"], node2vec),
            (&["knob"], knobs),
            (&["variants", "target", "share", "pauses", "batch"], paths),
        ];
        groups.into_iter().filter(|(_, used)| !used).flat_map(|(names, _)| names.iter().copied())
    }

    fn settle_widths(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut mend = |field: &str, value: &mut u32, used: u32, allowed: String| {
            if *value != used {
                let given = std::mem::replace(value, used).text();
                problems.push(Problem { field: field.to_owned(), given, allowed, used: used.text() });
            }
        };
        let net = self.net_width / 4 * 4;
        mend("net_width", &mut self.net_width, net, "a multiple of 4".to_owned());
        let width = heads::width_below(self.width, MOST_HEADS);
        mend("width", &mut self.width, width, "a multiple of 4 that heads of up to 64 can share".to_owned());
        if !heads::fits(self.width, self.heads) {
            let used = heads::nearest(self.width, self.heads, MOST_HEADS);
            let allowed = heads::list(self.width, MOST_HEADS);
            mend("heads", &mut self.heads, used, allowed);
        }
        problems
    }
}

impl Settings for GeometryConfig {
    const LAB: &'static str = "geometry";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        parts::all()
    }

    fn tables(&self) -> &'static [&'static str] {
        if self.experiment == Experiment::Paths { &[] } else { &["kinds"] }
    }

    fn racing(&self) -> Option<&dyn Racing> {
        Some(self)
    }

    fn of_file(name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error> {
        let own = || ("graph", Shape::Own.id().to_owned());
        let list = (name == "edges").then(|| edges::of_file(bytes)).transpose()?;
        Ok(list.map(|list| (vec![("edges", list.edges), own()], list.notices)))
    }

    fn plainly(name: &str, text: &str) -> Option<String> {
        // As a file has them, an edge a line.
        let list = (name == "edges" && text.trim().contains(['\n', '\r'])).then(|| edges::of_file(text.as_bytes()))?;
        Some(list.map_or_else(|_| text.trim().replace("\r\n", ";").replace(['\n', '\r'], ";"), |list| list.edges))
    }

    fn ends(&self) -> Vec<&'static str> {
        let tiny = self.experiment == Experiment::Tiny;
        let lengths = [
            ("node2vec_steps", self.node2vec_steps, tiny && self.models.contains(&Learned::Node2Vec)),
            ("steps", self.steps, !tiny || self.models.iter().any(|&model| model != Learned::Node2Vec)),
        ];
        let longest = lengths.iter().filter(|(.., there)| *there).map(|(_, steps, _)| *steps).max();
        lengths
            .into_iter()
            .filter(|&(_, steps, there)| there && Some(steps) == longest)
            .map(|(name, ..)| name)
            .collect()
    }

    fn lacking(&self) -> Vec<Problem> {
        // Whoever chooses a graph of their own has not typed it yet, and what is typed stays, to be mended.
        let Some(why) = (self.graph == Shape::Own).then(|| edges::of_link(&self.edges).err()).flatten() else {
            return Vec::new();
        };
        let so_far = if self.edges.trim().is_empty() { String::new() } else { format!(" ({})", reason(&why)) };
        let allowed = format!("edges, such as a b; b c, or a file of them{so_far}");
        vec![Problem { field: "edges".to_owned(), given: self.edges.clone(), allowed, used: String::new() }]
    }

    fn unused(&self) -> Vec<&'static str> {
        let of_shapes = self.graph.settings();
        let graph = parts::GRAPH.into_iter().filter(|&name| name != "graph" && !of_shapes.contains(&name));
        graph.chain(self.unused_in_race()).collect()
    }

    fn settle(&mut self) -> Vec<Problem> {
        let mut problems = self.settle_graph();
        problems.extend(self.settle_widths());
        problems
    }
}
