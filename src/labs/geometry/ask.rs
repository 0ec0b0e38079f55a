//! What is asked of the geometry lab beside its race.

use std::rc::Rc;

use crate::choice::Choice;
use crate::error::Error;
use crate::kernels::real::dot;
use crate::labs::arrays::Floats;
use crate::labs::ask::{self, Nothing, Reply, TableName, questions};
use crate::labs::geometry::answers::{
    ClosedAnswer, EdgeFile, GraphAnswer, MapAnswer, MapTable, MatrixAnswer, Near, NearestAnswer, OfMap, OfMatrix,
    OfNode, OfRun, PathsAnswer, SpectrumAnswer,
};
use crate::labs::geometry::closed::ClosedForm;
use crate::labs::geometry::config::{Experiment, GeometryConfig, GraphKey, Looked, Matrix, Variant};
use crate::labs::geometry::edges::{self, EdgeList};
use crate::labs::geometry::embedding::Embedding;
use crate::labs::geometry::graph::{MOST_NODES, Nodes};
use crate::labs::geometry::kinds::{StoredRun, stored};
use crate::labs::geometry::landscape::{Landscape, cosine, energy, products};
use crate::labs::geometry::layout::{principal, spectral};
use crate::labs::geometry::learner::Learner;
use crate::labs::geometry::maps::{Maps, Turned, beside_of, one_map};
use crate::labs::geometry::shapes::{Shape, drawing};
use crate::labs::geometry::table::OwnTable;
use crate::labs::onward::{Handed, Values, Which};
use crate::reading::brief;
use crate::run::table::{Cell, Column, Table};

type Place<'a> = ask::Place<'a, GeometryConfig>;
type Answer<T> = Result<Reply<T>, Error>;

/// Nodes that are nearest to one.
const NEAREST: usize = 5;

questions! {
    GeometryBench, GeometryConfig;
    /// The graph on paper, and what a learner has made of it in three dimensions.
    "map": ask_map(OfMap) -> MapAnswer;
    /// The nodes that are nearest to one in the embedding.
    "map.nearest": ask_nearest(OfNode) -> NearestAnswer;
    /// A graph of the reader’s, from an edge list.
    "map.edges": "page" ask_edges(EdgeFile) -> EdgeList;
    /// A table of the reader’s, to look at as an embedding: the settings that show it.
    "map.table": "page" ask_table(MapTable) -> Values;
    /// The embedding that is looked at, for another lab.
    "onward.table": "page" ask_onward(Which) -> Handed;
    /// The arms of a path-star: which paths are held out, and which first steps a run finds.
    "paths": ask_paths(OfRun) -> PathsAnswer;
    /// In a word, how each run of the race has stored the graph.
    "kinds": "page" ask_kinds(Nothing) -> Vec<StoredRun>;
    /// The graph's eigenvalues, how much of the embedding lies along each, and the closed form.
    "spectrum": ask_spectrum(OfRun) -> SpectrumAnswer;
    /// Every node against every other.
    "matrices": ask_matrix(OfMatrix) -> MatrixAnswer;
    /// A table of the lab as CSV.
    "csv": ask_csv(TableName) -> String;
    /// The graph: nodes, edges, and what no learner goes below.
    "graph": ask_graph(Nothing) -> GraphAnswer;
}

/// Answers what is asked of the lab. The graph is kept: its spectrum takes a moment.
#[derive(Debug, Default)]
pub(crate) struct GeometryBench {
    /// With the settings that the graph follows from.
    kept: Option<(GraphKey, Rc<Landscape>)>,
    maps: Maps,
    /// The reader's own embedding.
    own: Option<OwnTable>,
}

fn untrained() -> Error {
    Error::Stopped(
        "Nothing of this graph is trained yet. Train, or open the weights of a trained run, first.".to_owned(),
    )
}

fn names(nodes: &Nodes, which: impl Iterator<Item = usize>) -> Vec<String> {
    which.filter_map(|node| nodes.names.get(node).cloned()).collect()
}

impl GeometryBench {
    /// The graph of the settings with its spectrum, unless it is too large for one.
    fn landscape(&mut self, config: &GeometryConfig) -> Result<Rc<Landscape>, Error> {
        if config.size() > MOST_NODES {
            let why = format!("This graph has {} nodes; of up to {MOST_NODES} every pair is looked at.", config.size());
            return Err(Error::Config(why));
        }
        let key = config.graph_key();
        if let Some((known, landscape)) = &self.kept
            && *known == key
        {
            return Ok(landscape.clone());
        }
        let landscape = Rc::new(Landscape::new(config.network()?));
        self.kept = Some((key, landscape.clone()));
        Ok(landscape)
    }

    async fn ask_map(&mut self, OfMap { run, beside }: OfMap, place: Place<'_>) -> Answer<MapAnswer> {
        let ask::Place { config, run: mut run_open, machine, .. } = place;
        let small = config.size() <= MOST_NODES;
        let landscape = if small { Some(self.landscape(config)?) } else { None };
        let nodes = match &landscape {
            Some(landscape) => landscape.nodes.clone(),
            None => config.network()?,
        };
        let components = nodes.components();
        let count = components.iter().max().map_or(0, |last| last + 1);
        let which = run.unwrap_or(0);
        let alone = config.embedding == Looked::Own;
        let others = if beside == Some(true) && !alone { beside_of(run_open.as_deref(), which) } else { Vec::new() };
        let reference = landscape.as_ref().map(|landscape| spectral(&landscape.spectrum, count));
        let (mut maps, mut why, mut measured) = (Vec::new(), String::new(), String::new());
        for which in std::iter::once(which).chain(others) {
            let moment = run_open.as_deref_mut().and_then(|run| run.trains().map(|trains| trains.moment()));
            // The graph is shown also where a table does not fit it.
            let embedding =
                match Embedding::asked(run_open.as_deref_mut(), machine, which, config, self.own.as_ref()).await {
                    Ok(embedding) => embedding,
                    Err(Error::Config(reason)) if alone => {
                        why = reason;
                        break;
                    }
                    Err(error) => return Err(error),
                };
            let Some(embedding) = embedding else { break };
            if let Some(landscape) = landscape.as_ref().filter(|_| alone) {
                measured = measures(landscape, &embedding);
            }
            let layout = principal(&embedding.table, embedding.width);
            let (layout, turned) = match &reference {
                Some(reference) => (layout.turned_to(reference), Turned::Spectral),
                None => {
                    let (race, step) = moment.unwrap_or_default();
                    self.maps.after_the_last(layout, (race, which), step)
                }
            };
            maps.push(one_map(&embedding, layout, turned));
        }
        let why = match (maps.is_empty(), run_open.is_some()) {
            _ if alone => why,
            (false, _) => String::new(),
            (true, false) => "Nothing is trained yet.".to_owned(),
            (true, true) => "The open run is of another graph.".to_owned(),
        };
        let (groups, group_names) = groups(config, &components);
        let on_paper = drawing(config.graph, &nodes, [config.rows, config.columns], config.path_nodes);
        let mut maps = maps.into_iter();
        Ok(Reply::Done(MapAnswer {
            map: maps.next(),
            measured,
            beside: maps.collect(),
            why,
            drawing: Floats(on_paper.into_iter().flatten().map(|value| value as f32).collect()),
            links: nodes.edges.iter().flatten().map(|&node| node as u32).collect(),
            groups,
            group_names,
            nodes: nodes.names,
        }))
    }

    async fn ask_paths(&mut self, OfRun { run }: OfRun, place: Place<'_>) -> Answer<PathsAnswer> {
        let config = place.config;
        if config.experiment != Experiment::Paths {
            return Err(Error::Config("Only the experiment \"paths\" has paths that are held out.".to_owned()));
        }
        let task = config.paths(Variant::Full);
        let held_out: Vec<bool> = (0..config.arms).map(|arm| task.held_out(arm)).collect();
        let chance = 1.0 / f64::from(config.arms);
        let same = place.run.as_ref().is_some_and(|run| {
            let own = run.config().of::<GeometryConfig>();
            own.is_some_and(|own| own.experiment == config.experiment && own.paths(Variant::Full) == task)
        });
        let embedding = match same {
            true => Embedding::trained(place.run, place.machine, run.unwrap_or(0), config).await?,
            false => None,
        };
        let nothing = || Floats(Vec::new());
        let Some(embedding) = embedding else {
            let about = "Nothing is trained yet: which paths are held out does not depend on the seed.".to_owned();
            let (asked, found) = (Vec::new(), Vec::new());
            let (probability, cosine) = (nothing(), nothing());
            return Ok(Reply::Done(PathsAnswer {
                held_out,
                taught: true,
                asked,
                found,
                probability,
                cosine,
                chance,
                about,
            }));
        };
        let strange = || Error::Internal("paths are taught to learners".to_owned());
        let trained = embedding.trained.as_ref().ok_or_else(strange)?;
        let model: &dyn std::any::Any = trained.model.as_ref();
        let learner = model.downcast_ref::<Learner>().ok_or_else(strange)?;
        let [_, scores] = learner.evaluated(trained.run, &trained.parameters)?;
        let asked: Vec<u32> = task.asked_arms().concat();
        let row = |node: u32| &embedding.table[node as usize * embedding.width..][..embedding.width];
        let cosines = asked.iter().map(|&arm| {
            let [first, leaf] = task.ends(arm).map(row);
            cosine(dot(first, leaf), [dot(first, first), dot(leaf, leaf)]) as f32
        });
        let (each, step) = (2 * task.answers() as usize, 2 * task.first_step());
        let of = |which: usize| scores.chunks_exact(each).map(move |own| own[step + which]).take(asked.len());
        Ok(Reply::Done(PathsAnswer {
            held_out,
            taught: trained.arm.id != Variant::Edges.id(),
            found: of(1).map(|right| right > 0.5).collect(),
            probability: Floats(of(0).map(|nats| libm::expf(-nats)).collect()),
            cosine: Floats(cosines.collect()),
            chance,
            about: embedding.who.clone(),
            asked,
        }))
    }

    async fn ask_nearest(&mut self, OfNode { run, node }: OfNode, place: Place<'_>) -> Answer<NearestAnswer> {
        let nodes = place.config.network()?;
        let at = node as usize;
        let Some(name) = nodes.names.get(at).cloned() else {
            return Err(Error::Config(format!(
                "node: {node} is not allowed; the graph has nodes 0 to {}",
                nodes.len() - 1
            )));
        };
        let own = self.own.as_ref();
        let Some(embedding) = Embedding::asked(place.run, place.machine, run, place.config, own).await? else {
            return Err(untrained());
        };
        let (table, width) = (&embedding.table, embedding.width);
        let own = &table[at * width..][..width];
        let square = |row: &[f64]| row.iter().map(|value| value * value).sum::<f64>();
        let away: Vec<f64> = products(own, table, width)
            .into_iter()
            .zip(table.chunks_exact(width.max(1)))
            .map(|(product, row)| -cosine(product, [square(own), square(row)]))
            .collect();
        let hops = nodes.hops_from(at);
        let nearest = crate::order::order(&away).into_iter().filter(|&other| other != node).take(NEAREST);
        let near = |other: u32| Near {
            node: other,
            name: nodes.names[other as usize].clone(),
            cosine: -away[other as usize],
            hops: Some(hops[other as usize]).filter(|&hops| hops < u32::MAX),
        };
        Ok(Reply::Done(NearestAnswer {
            node,
            name,
            neighbours: nodes.neighbours[at].len(),
            nearest: nearest.map(near).collect(),
        }))
    }

    async fn ask_edges(&mut self, EdgeFile { bytes }: EdgeFile, _: Place<'_>) -> Answer<EdgeList> {
        edges::of_file(&bytes.0).map(Reply::Done)
    }

    async fn ask_table(&mut self, MapTable { name, bytes }: MapTable, place: Place<'_>) -> Answer<Values> {
        let text = std::str::from_utf8(&bytes.0).map_err(|_| Error::File("it is not text in UTF-8".to_owned()))?;
        // A refused one leaves the one before.
        let table = OwnTable::read(&name, text)?;
        let (rows, config) = (table.rows(), place.config);
        // On the reader's own graph if that has as many nodes, else on a path, its rows in their order.
        let mut settings = Vec::new();
        if config.graph != Shape::Own || config.size() as usize != rows {
            let path = Shape::Path.id().to_owned();
            settings =
                vec![("experiment", Experiment::Tiny.id().to_owned()), ("graph", path), ("nodes", rows.to_string())];
        }
        settings.push(("embedding", Looked::Own.id().to_owned()));
        self.own = Some(table);
        Ok(Reply::Done(settings))
    }

    async fn ask_onward(&mut self, Which { run, .. }: Which, place: Place<'_>) -> Answer<Handed> {
        let own = self.own.as_ref();
        let found = Embedding::asked(place.run, place.machine, run.unwrap_or(0), place.config, own).await?;
        let Embedding { table, width, who, .. } = found.ok_or_else(untrained)?;
        let values = table.iter().map(|&value| value as f32).collect();
        let table = crate::encoding::Table { rows: table.len() / width.max(1), columns: width, values };
        Ok(Reply::Done(Handed::table(format!("Embedding of {who}"), &table)))
    }

    async fn spectrum(&mut self, which: Option<u32>, place: Place<'_>) -> Result<SpectrumAnswer, Error> {
        let landscape = self.landscape(place.config)?;
        let spectrum = &landscape.spectrum;
        let (which, own) = (which.unwrap_or(0), self.own.as_ref());
        let embedding = Embedding::asked(place.run, place.machine, which, place.config, own).await?;
        let closed = ClosedForm::of(&landscape.nodes, spectrum);
        let spaces = spectrum.spaces.iter().zip(1..).flat_map(|(space, at)| space.clone().map(move |_| at)).collect();
        let projections = embedding.map_or_else(Vec::new, |embedding| {
            let rows: Vec<&[f64]> = embedding.table.chunks_exact(embedding.width.max(1)).collect();
            let norm = |space: &std::ops::Range<usize>| {
                let norm = libm::sqrt(energy(&spectrum.vectors[space.clone()], &rows) / space.len() as f64);
                std::iter::repeat_n(norm, space.len())
            };
            spectrum.spaces.iter().flat_map(norm).collect()
        });
        let why = closed
            .as_ref()
            .err()
            .map_or_else(String::new, |why| format!("There is no closed form for this graph, because {why}."));
        let closed = closed.ok().map(|closed| ClosedAnswer {
            objective: closed.objective,
            projection: closed.projection,
            steps: closed.steps(f64::from(place.config.node2vec_rate)),
        });
        Ok(SpectrumAnswer { eigenvalues: spectrum.values.clone(), spaces, projections, closed, why })
    }

    async fn ask_spectrum(&mut self, OfRun { run }: OfRun, place: Place<'_>) -> Answer<SpectrumAnswer> {
        self.spectrum(run, place).await.map(Reply::Done)
    }

    async fn ask_matrix(&mut self, OfMatrix { run, which, flip }: OfMatrix, place: Place<'_>) -> Answer<MatrixAnswer> {
        let Some(which) = Matrix::from_id(&which) else {
            let all = Matrix::ALL.iter().map(|matrix| matrix.id()).collect::<Vec<_>>().join(", ");
            return Err(Error::Config(format!(
                "which: \"{}\" is not allowed; it takes one of {all}",
                crate::reading::quoted(&which)
            )));
        };
        let config = place.config;
        let nodes = config.network()?;
        let paths = config.experiment == Experiment::Paths;
        let embedding = match which {
            Matrix::Cosine | Matrix::Logits => {
                let (which, own) = (run.unwrap_or(0), self.own.as_ref());
                let found = Embedding::asked(place.run, place.machine, which, place.config, own).await?;
                Some(found.ok_or_else(untrained)?)
            }
            Matrix::Adjacency | Matrix::Hops => None,
        };
        if paths {
            let Some(embedding) = embedding.filter(|_| which == Matrix::Cosine) else {
                return Err(Error::Config(
                    "Of a star whose paths are taught, the cosines of leaves and first nodes are shown.".to_owned(),
                ));
            };
            let ends = config.paths(Variant::Full).asked_ends();
            let [firsts, leaves] = [0, 1].map(|end| ends.iter().map(|ends| ends[end]).collect::<Vec<usize>>());
            let values = cosines(&embedding, &leaves, &firsts);
            let about = format!("{}: cosine of leaf and first node, of arms that are held out.", embedding.who);
            let (rows, columns) = (names(&nodes, leaves.into_iter()), names(&nodes, firsts.into_iter()));
            return Ok(Reply::Done(MatrixAnswer { rows, columns, values: Floats(values), about }));
        }
        let landscape = self.landscape(config)?;
        let (size, hops) = (landscape.nodes.len(), &landscape.hops);
        let all: Vec<usize> = (0..size).collect();
        let mut values: Vec<f32> = match (&embedding, which) {
            (Some(embedding), Matrix::Cosine) => cosines(embedding, &all, &all),
            (Some(embedding), _) => embedding.logits(size)?.into_iter().map(|logit| logit as f32).collect(),
            (None, Matrix::Hops) => {
                hops.iter().map(|&hops| if hops < u32::MAX { hops as f32 } else { f32::NAN }).collect()
            }
            (None, _) => hops.iter().map(|&hops| f32::from(u8::from(hops == 1))).collect(),
        };
        if flip == Some(true) && embedding.is_some() {
            let odd = |hops: u32| hops < u32::MAX && hops % 2 == 1;
            values.iter_mut().zip(hops).filter(|(_, hops)| odd(**hops)).for_each(|(value, _)| *value = -*value);
        }
        let what = which.help().trim_end_matches('.');
        let about = match embedding {
            Some(embedding) => format!("{}: {what}.", embedding.who),
            None => format!("{what}."),
        };
        let own = landscape.nodes.names.clone();
        Ok(Reply::Done(MatrixAnswer { rows: own.clone(), columns: own, values: Floats(values), about }))
    }

    async fn ask_csv(&mut self, TableName { table, at }: TableName, place: Place<'_>) -> Answer<String> {
        match table.as_str() {
            "spectrum" => spectrum_table(&self.spectrum(at, place).await?).csv().map(Reply::Done),
            "kinds" => {
                let run = place.run.ok_or_else(untrained)?;
                let results = run.results()?;
                Table::csv_of(&run.tables(&results)?, Some("kinds")).map(Reply::Done)
            }
            other => Err(Error::Config(format!(
                "There is no table \"{}\"; there are kinds, spectrum.",
                crate::reading::quoted(other)
            ))),
        }
    }

    async fn ask_kinds(&mut self, _: Nothing, place: Place<'_>) -> Answer<Vec<StoredRun>> {
        let Some(run) = place.run else { return Ok(Reply::Done(Vec::new())) };
        let own = run.config().own::<GeometryConfig>()?.clone();
        let results = run.results()?;
        Ok(Reply::Done(stored(&results, self.landscape(&own)?.flat()[0])))
    }

    async fn ask_graph(&mut self, _: Nothing, place: Place<'_>) -> Answer<GraphAnswer> {
        let nodes = place.config.network()?;
        let degrees = nodes.neighbours.iter().map(Vec::len);
        let floor = |itself| Nodes::floor(&nodes.taught(false, itself), nodes.len());
        Ok(Reply::Done(GraphAnswer {
            nodes: nodes.len(),
            edges: nodes.edges.len(),
            components: nodes.components().into_iter().max().map_or(0, |last| last + 1),
            degrees: [degrees.clone().min().unwrap_or(0), degrees.max().unwrap_or(0)],
            floor: floor(false),
            floor_self: floor(true),
            ceiling: nodes.len() as f64 / nodes.directed().max(1) as f64,
        }))
    }
}

/// What is measured of an embedding whose products say what comes after a node.
fn measures(landscape: &Landscape, Embedding { table, width, .. }: &Embedding) -> String {
    let neighbours = &landscape.nodes.neighbours;
    let found = landscape.judge(table, &products(table, table, *width), neighbours);
    let each = Landscape::measures().into_iter().zip(found).filter(|(_, value)| value.is_finite());
    each.map(|(measure, value)| format!("{} {}", measure.label, brief(value, 3))).collect::<Vec<_>>().join(", ")
}

/// Cosines of some rows of an embedding with others.
fn cosines(embedding: &Embedding, rows: &[usize], columns: &[usize]) -> Vec<f32> {
    let row = |&node: &usize| &embedding.table[node * embedding.width..][..embedding.width];
    let square = |row: &[f64]| row.iter().map(|value| value * value).sum::<f64>();
    let squares: Vec<f64> = columns.iter().map(|node| square(row(node))).collect();
    let each = rows.iter().map(row).flat_map(|own| {
        let own_square = square(own);
        columns.iter().zip(&squares).map(move |(node, &other)| {
            let product = own.iter().zip(row(node)).map(|(a, b)| a * b).sum::<f64>();
            cosine(product, [own_square, other]) as f32
        })
    });
    each.collect()
}

/// The spectrum as a table, a row an eigenvalue.
fn spectrum_table(found: &SpectrumAnswer) -> Table {
    let columns = vec![
        Column::new("index", "Index", ""),
        Column::new("eigenvalue", "Eigenvalue", ""),
        Column::new("space", "Eigenspace", ""),
        Column::new("projection", "Projection", ""),
        Column::new("closed-form", "Closed form", ""),
    ];
    let row = |(at, &value): (usize, &f64)| {
        let space = found.spaces[at];
        let closed =
            found.closed.as_ref().filter(|_| space == 2).map_or(Cell::Missing, |closed| closed.projection.into());
        let projection = found.projections.get(at).map_or(Cell::Missing, |&projection| projection.into());
        vec![(at + 1).into(), value.into(), space.into(), projection, closed]
    };
    Table { id: "spectrum".to_owned(), columns, rows: found.eigenvalues.iter().enumerate().map(row).collect() }
}

/// Arm of each node of a star, component of each node of any other graph.
fn groups(config: &GeometryConfig, components: &[usize]) -> (Vec<u32>, Vec<String>) {
    let count = components.iter().max().map_or(0, |last| last + 1);
    if config.graph == Shape::Star && config.arms <= MOST_GROUPS {
        let each = config.path_nodes - 1;
        let group = |node: u32| node.checked_sub(1).map_or(0, |node| node / each + 1);
        let names = std::iter::once("root".to_owned()).chain((1..=config.arms).map(|arm| format!("arm {arm}")));
        return ((0..components.len() as u32).map(group).collect(), names.collect());
    }
    let name = |at: usize| if count == 1 { "nodes".to_owned() } else { format!("component {}", at + 1) };
    (components.iter().map(|&component| component as u32).collect(), (0..count).map(name).collect())
}

/// More arms than that are not told apart by colour.
const MOST_GROUPS: u32 = 12;
