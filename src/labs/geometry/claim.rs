//! The claims that a race over one graph tests.
//!
//! Sources: "Deep sequence models tend to memorize geometrically" (2025, arXiv:2510.26745), its third version and its release.

use std::cell::OnceCell;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::endings::{each, early, runs_of};
use crate::labs::geometry::closed::ClosedForm;
use crate::labs::geometry::config::{Experiment, GeometryConfig, Learned, SelfEdges, WITH_ITSELF};
use crate::labs::geometry::kinds::{self, ALL, BOTTOM, COSINE, MOST_FLAT, Storage, TOP};
use crate::labs::geometry::knobs::Cell;
use crate::labs::geometry::landscape::{BOTTOM_ENERGY, EDGE_COSINE, HOP_CORRELATION, RECOVERY, TOP_ENERGY};
use crate::labs::geometry::node2vec::{OBJECTIVE, PROJECTION, RESIDUAL};
use crate::labs::geometry::path_claims;
use crate::labs::race::Findings;
use crate::labs::run::Found;
use crate::run::claim::{Claim, Lack, Verdict, Vote};
use crate::run::results::Results;

const PAPER: &str = "arXiv:2510.26745, section 4";
const RELEASE: &str = "arXiv:2510.26745, version 3 and release";

/// Share of the neighbours that are nearest on a map; at least. Tables whose rows are all but equal are at the top too, and find none.
const FOUND: f32 = 0.9;
/// How much further down the hop correlation of Node2Vec has to be.
const CLEANER: f32 = 0.1;
/// Hop correlation of a table with geometry, where its ends of the spectrum do not tell; at most. Tables as they are drawn have half of it
/// at most, in either direction.
const FALLS: f32 = -0.3;
/// How near trained numbers have to be to the closed form.
const NEAR: f64 = 1e-3;

/// What follows from the graph alone, once it is asked for.
#[derive(Debug)]
struct Graph {
    /// Share of all dimensions that the top of the spectrum has.
    flat: f64,
    closed: Result<ClosedForm, String>,
}

/// The settings that are judged.
#[derive(Debug)]
pub struct GeometryFindings {
    config: GeometryConfig,
    graph: OnceCell<Graph>,
}

impl GeometryFindings {
    /// Of a race with these settings.
    #[must_use]
    pub fn new(config: GeometryConfig) -> Self {
        Self { config, graph: OnceCell::new() }
    }

    fn graph(&self) -> Result<&Graph, Error> {
        if let Some(known) = self.graph.get() {
            return Ok(known);
        }
        let nodes = self.config.network()?;
        let spectrum = nodes.spectrum();
        let graph = Graph { flat: spectrum.ends()[0].flat, closed: ClosedForm::of(&nodes, &spectrum) };
        Ok(self.graph.get_or_init(|| graph))
    }
}

/// A race with the step to which it has come.
struct Judged<'a> {
    config: &'a GeometryConfig,
    graph: &'a Graph,
    results: &'a Results,
    step: u32,
}

impl Judged<'_> {
    fn runs(&self, model: Learned) -> Vec<usize> {
        runs_of(self.results, model.id())
    }

    fn steps(&self, model: Learned) -> u32 {
        if model == Learned::Node2Vec { self.config.node2vec_steps } else { self.config.steps }
    }

    fn early(&self, run: usize, model: Learned) -> Option<Vote> {
        early(self.results, run, self.step >= self.steps(model))
    }

    fn last(&self, id: &str, run: usize) -> Option<f32> {
        self.results.last(id, run)
    }

    fn each(&self, runs: &[usize], id: &str) -> String {
        each(self.results, runs, id)
    }

    /// Where the ends of the spectrum cannot tell anything, the claim with the reason.
    fn blunt(&self, claim: Claim) -> Result<Claim, Box<Verdict>> {
        if self.graph.flat <= MOST_FLAT {
            return Ok(claim);
        }
        let share = (self.graph.flat * 100.0).round();
        Err(Box::new(claim.untested(format!(
            "The top of this graph's spectrum has {share} % of all dimensions: too much for twice an even share to tell."
        ))))
    }

    fn map(&self) -> Verdict {
        let steps = self.config.node2vec_steps;
        let sentence = format!(
            "A table that is taught only who neighbours whom becomes a map of the graph within {steps} steps: it lies at the top of the \
             graph's spectrum."
        );
        let claim = Claim::new("map", sentence, PAPER);
        let claim = match self.raced(claim, &[Learned::Node2Vec], false).and_then(|claim| self.blunt(claim)) {
            Ok(claim) => claim,
            Err(untested) => return *untested,
        };
        let runs = self.runs(Learned::Node2Vec);
        let vote = |&run: &usize| {
            let values = [TOP_ENERGY, BOTTOM_ENERGY, EDGE_COSINE, RECOVERY].map(|id| self.last(id, run));
            match (self.early(run, Learned::Node2Vec), values) {
                (Some(early), _) => early,
                (None, [Some(_), Some(_), Some(_), Some(_)]) if self.last(HOP_CORRELATION, run).is_none() => {
                    Vote::open("every two nodes have the same cosine")
                }
                (None, [Some(top), Some(bottom), Some(cosine), Some(found)]) => Vote::of(
                    Storage::of(found, cosine, top, bottom, self.graph.flat) == Storage::Geometric && found >= FOUND,
                ),
                _ => Vote::open("the table holds nothing but zeros"),
            }
        };
        let measured = format!(
            "Seed by seed, in even shares: {} at the top of the spectrum (a map has at least {TOP}), {} at the bottom (at most {BOTTOM}); \
             cosine of neighbours {} (at least {COSINE}); share of them found among the nearest {} (at least {FOUND}).",
            self.each(&runs, TOP_ENERGY),
            self.each(&runs, BOTTOM_ENERGY),
            self.each(&runs, EDGE_COSINE),
            self.each(&runs, RECOVERY)
        );
        claim.after(self.step).judged(&runs.iter().map(vote).collect::<Vec<_>>(), measured)
    }

    fn cleaner(&self) -> Verdict {
        let sentence = "On the same edges Node2Vec is more cleanly geometric than a transformer: its cosines fall more strictly with hops.";
        let claim = Claim::new("cleaner", sentence, PAPER);
        let claim = match self.raced(claim, &[Learned::Node2Vec, Learned::Transformer], false) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let (tables, transformers) = (self.runs(Learned::Node2Vec), self.runs(Learned::Transformer));
        let vote = |(&table, &transformer): (&usize, &usize)| {
            let early = self.early(table, Learned::Node2Vec).or_else(|| self.early(transformer, Learned::Transformer));
            let hops = [table, transformer].map(|run| self.last(HOP_CORRELATION, run));
            let found = [table, transformer].map(|run| self.last(RECOVERY, run));
            match (early, hops, found) {
                (Some(early), ..) => early,
                (None, [Some(own), Some(other)], [Some(mine), Some(theirs)]) => match () {
                    () if mine < FOUND => Vote::open("Node2Vec has not found the edges"),
                    () if theirs < ALL => Vote::open("the transformer has not stored all edges"),
                    () => Vote::of(own <= other - CLEANER),
                },
                _ => Vote::open("there are no two distances, or every two nodes have the same cosine"),
            }
        };
        let votes: Vec<Vote> = tables.iter().zip(&transformers).map(vote).collect();
        let measured = format!(
            "Hop correlation, seed by seed: Node2Vec {}, transformer {} (at least {CLEANER} apart).",
            self.each(&tables, HOP_CORRELATION),
            self.each(&transformers, HOP_CORRELATION)
        );
        claim.judged(&votes, measured)
    }

    /// One vote for what an arm's runs are in the end; those that have not stored the edges say nothing.
    fn stored_as(&self, run: usize, model: Learned, wanted: Storage) -> Vote {
        if let Some(early) = self.early(run, model) {
            return early;
        }
        match (self.last(RECOVERY, run), Storage::of_run(self.results, run, self.graph.flat)) {
            (Some(found), _) if found < ALL => {
                Vote::open(format!("not all edges are stored within {} steps", self.steps(model)))
            }
            (Some(_), Some(found)) => Vote::of(found == wanted),
            _ => Vote::open("the embedding holds nothing but zeros"),
        }
    }

    fn ends(&self, runs: &[usize]) -> String {
        format!(
            "neighbours found {}, top {}, bottom {} (in even shares), cosine of neighbours {}",
            self.each(runs, RECOVERY),
            self.each(runs, TOP_ENERGY),
            self.each(runs, BOTTOM_ENERGY),
            self.each(runs, EDGE_COSINE)
        )
    }

    fn associative(&self, model: Learned) -> Verdict {
        let sentence = format!("{}: the same edges can be stored without any geometry.", model.label());
        let id = format!("associative-{}", model.id());
        let claim = Claim::new(&id, sentence, PAPER);
        let claim = match self.raced(claim, &[model], false).and_then(|claim| self.blunt(claim)) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let runs = self.runs(model);
        let votes: Vec<Vote> = runs.iter().map(|&run| self.stored_as(run, model, Storage::Associative)).collect();
        claim.judged(&votes, format!("Seed by seed: {}.", self.ends(&runs)))
    }

    fn zigzag(&self) -> Verdict {
        let sentence = "Without self-edges the net stores the graph as a zigzag, neighbours as opposites; with self-edges as a map.";
        let claim = Claim::new("zigzag", sentence, RELEASE);
        let claim = match self.raced(claim, &[Learned::Net], true).and_then(|claim| self.blunt(claim)) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let without = self.runs(Learned::Net);
        let with = runs_of(self.results, &format!("{}{WITH_ITSELF}", Learned::Net.id()));
        let vote = |(&without, &with): (&usize, &usize)| {
            Vote::all([
                self.stored_as(without, Learned::Net, Storage::Zigzag),
                self.stored_as(with, Learned::Net, Storage::Geometric),
            ])
        };
        let votes: Vec<Vote> = without.iter().zip(&with).map(vote).collect();
        let measured = format!("Without: {}. With: {}.", self.ends(&without), self.ends(&with));
        claim.judged(&votes, measured)
    }

    /// The two claims about the end that is known.
    fn closed(&self) -> Vec<Verdict> {
        let exact = "Descent ends where the closed form says: the objective, and the norm along the second eigenspace.";
        let still =
            "There the table no longer pulls on its second eigenspace: C e = 0, while everything else has decayed.";
        let [exact, still] =
            [Claim::new("closed-form", exact, "ours"), Claim::new("null-space", still, "arXiv:2510.26745, appendix F")];
        let closed = match &self.graph.closed {
            Ok(closed) => closed,
            Err(why) => {
                let why = format!("There is no closed form for this graph, because {why}.");
                return vec![exact.untested(why.clone()), still.untested(why)];
            }
        };
        let needed = closed.steps(f64::from(self.config.node2vec_rate));
        let runs = self.runs(Learned::Node2Vec);
        let vote = |run: usize, holds: Option<bool>| {
            let short = f64::from(self.config.node2vec_steps) < needed;
            match (self.early(run, Learned::Node2Vec), holds) {
                (Some(early), _) => early,
                (None, _) if short => {
                    let steps = (needed < f64::from(u32::MAX)).then_some(needed as u32);
                    Vote::Open(Lack {
                        why: format!("eight time constants are {needed} steps"),
                        steps,
                        ..Lack::default()
                    })
                }
                (None, Some(holds)) => Vote::of(holds),
                (None, None) => Vote::open("a number is missing"),
            }
        };
        let near = |id, run, wanted: f64| self.last(id, run).map(|found| (f64::from(found) - wanted).abs() <= NEAR);
        let both = |run| Some(near(OBJECTIVE, run, closed.objective)? && near(PROJECTION, run, closed.projection)?);
        let votes: Vec<Vote> = runs.iter().map(|&run| vote(run, both(run))).collect();
        let rests: Vec<Vote> = runs.iter().map(|&run| vote(run, near(RESIDUAL, run, 0.0))).collect();
        let numbers = |id| {
            let number =
                |&run: &usize| self.last(id, run).map_or_else(|| "–".to_owned(), |value| format!("{value:.5}"));
            runs.iter().map(number).collect::<Vec<_>>().join(", ")
        };
        let ends = format!(
            "Objective {} (closed form {:.5}), norm {} (closed form {:.5}); at most {NEAR} apart.",
            numbers(OBJECTIVE),
            closed.objective,
            numbers(PROJECTION),
            closed.projection
        );
        let pull = format!("Norm of C e on the second eigenspace: {} (at most {NEAR}).", numbers(RESIDUAL));
        vec![exact.after(self.step).judged(&votes, ends), still.after(self.step).judged(&rests, pull)]
    }

    /// The claim, unless one of the arms that it speaks of is not raced; without self-edges, or once without and once with them.
    fn raced(&self, claim: Claim, models: &[Learned], both: bool) -> Result<Claim, Box<Verdict>> {
        let config = self.config;
        let missing: Vec<Learned> = models.iter().copied().filter(|model| !config.models.contains(model)).collect();
        // Node2Vec never has self-edges. With them the graph that is taught is another.
        let plain = config.self_edges != SelfEdges::Yes || models == [Learned::Node2Vec];
        let wanted = match both {
            true => Some(SelfEdges::Both).filter(|both| config.self_edges != *both),
            false => Some(SelfEdges::Both).filter(|_| !plain),
        };
        if missing.is_empty() && wanted.is_none() {
            return Ok(claim);
        }
        let mut why: Vec<String> =
            missing.iter().map(|model| format!("“{}” is not among the learners.", model.label())).collect();
        let mut with = Vec::new();
        if !missing.is_empty() {
            let all: Vec<&str> = config.models.iter().chain(&missing).map(|model| model.id()).collect();
            with.push(("models", all.join(",")));
        }
        if let Some(wanted) = wanted {
            why.push(match both {
                true => "It takes arms without self-edges and with them.".to_owned(),
                false => "It takes arms without self-edges.".to_owned(),
            });
            with.push(("self_edges", wanted.id().to_owned()));
        }
        Err(Box::new(claim.missing(why.join(" "), with)))
    }

    /// Whether a transformer alone stores its graph with geometry.
    fn transformer(&self) -> Verdict {
        let sentence = "A transformer that is taught only who neighbours whom stores the graph with geometry, and not as a mere list of \
                        edges.";
        let claim = Claim::new("transformer", sentence, "arXiv:2510.26745, observation 2");
        let claim = match self.raced(claim, &[Learned::Transformer], false).and_then(|claim| self.blunt(claim)) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let runs = self.runs(Learned::Transformer);
        let vote = |&run: &usize| {
            if let Some(early) = self.early(run, Learned::Transformer) {
                return early;
            }
            let found = self.last(RECOVERY, run).unwrap_or(0.0);
            match (Storage::of_run(self.results, run, self.graph.flat), self.last(HOP_CORRELATION, run)) {
                _ if found < ALL => Vote::open(format!("not all edges are stored within {} steps", self.config.steps)),
                (Some(Storage::Geometric | Storage::Zigzag), _) => Vote::For,
                (Some(Storage::Associative), _) => Vote::Against,
                (Some(_), Some(hops)) => Vote::of(hops <= FALLS),
                _ => Vote::open("every two nodes have the same cosine"),
            }
        };
        let measured = format!(
            "Seed by seed: {}; hop correlation {} (between map, zigzag and list at most {FALLS} counts as geometry).",
            self.ends(&runs),
            self.each(&runs, HOP_CORRELATION)
        );
        claim.judged(&runs.iter().map(vote).collect::<Vec<_>>(), measured)
    }

    fn learners(&self) -> Vec<Verdict> {
        let mut verdicts = vec![
            self.map(),
            self.transformer(),
            self.cleaner(),
            self.associative(Learned::NetFrozen),
            self.associative(Learned::TransformerFrozen),
            self.zigzag(),
        ];
        if self.config.models.contains(&Learned::Node2Vec) {
            verdicts.extend(self.closed());
        }
        verdicts
    }

    /// Whether the cells of one seed that store the edges do so in unlike ways.
    fn knobs(&self) -> Verdict {
        let sentence = "Whether a net stores a graph with geometry, be it a map or a zigzag, or without any depends on its training: on \
                        the learning rate and what is turned beside it.";
        let claim = match self.blunt(Claim::new("knobs", sentence, RELEASE)) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let cells: Vec<String> = self.config.cells().iter().map(Cell::id).collect();
        let by_cell: Vec<Vec<usize>> = cells.iter().map(|cell| runs_of(self.results, cell)).collect();
        let seeds = by_cell.first().map_or(0, Vec::len);
        let over = self.step >= self.config.steps;
        let mut counts = Vec::new();
        let votes: Vec<Vote> = (0..seeds)
            .map(|seed| {
                // A cell that stopped, or did not store the edges, says nothing of how it stores them.
                let stored = by_cell.iter().filter_map(|runs| runs.get(seed).copied()).filter(|&run| {
                    self.results.runs[run].stopped.is_none()
                        && self.last(RECOVERY, run).is_some_and(|found| found >= ALL)
                });
                let words: Vec<Storage> =
                    stored.filter_map(|run| Storage::of_run(self.results, run, self.graph.flat)).collect();
                let count = |wanted: Storage| words.iter().filter(|&&word| word == wanted).count();
                let [maps, zigzags, flat] = [Storage::Geometric, Storage::Zigzag, Storage::Associative].map(count);
                counts.push(format!(
                    "{maps} geometric, {zigzags} zigzag, {flat} associative of {} that store it",
                    words.len()
                ));
                match () {
                    () if !over => Vote::not_over(),
                    () if words.len() < 2 => Vote::open("fewer than two cells have stored all edges"),
                    () => Vote::of(maps + zigzags > 0 && flat > 0),
                }
            })
            .collect();
        claim.judged(&votes, format!("Cells, seed by seed: {}.", counts.join("; ")))
    }
}

impl Findings for GeometryFindings {
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error> {
        let config = &self.config;
        if config.experiment == Experiment::Paths {
            return Ok(path_claims::verdicts(config, results, step));
        }
        let judged = Judged { config, graph: self.graph()?, results, step };
        Ok(if config.experiment == Experiment::Knobs { vec![judged.knobs()] } else { judged.learners() })
    }

    fn found(&self, results: &Results) -> Result<Option<Found>, Error> {
        if self.config.experiment == Experiment::Paths {
            return Ok(None);
        }
        Ok(Some(kinds::found(results, self.graph()?.flat)))
    }

    fn extend(&mut self, config: &Config) -> Result<(), Error> {
        self.config = config.own::<GeometryConfig>()?.clone();
        Ok(())
    }
}
