//! What is asked of the symmetry lab beside its race.

use web_time::Instant;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::arrays::Floats;
use crate::labs::ask::{self, Nothing, Reply, TableName, Turn, questions};
use crate::labs::symmetry::answers::{
    BlockAnswer, BlockRow, DialAnswer, DialCurve, ErrorRow, ErrorsAnswer, GroupName, OwnAnswer, OwnRow, SpanAnswer,
    SpanRow,
};
use crate::labs::symmetry::block::{self, GROUPS, PartOf};
use crate::labs::symmetry::choices::{Group, Map};
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::symmetry::errors::{Trials, Tried, error, rounding, summary};
use crate::labs::symmetry::group::Element;
use crate::labs::symmetry::maps::{Matrix, Shape, Weights};
use crate::labs::symmetry::own;
use crate::reading::quoted;
use crate::run::table::{Cell, Column, Table};

type Place<'a> = ask::Place<'a, SymmetryConfig>;
type Answer<T> = Result<Reply<T>, Error>;

/// Degrees between two places of the dial's curves.
const DEGREES: usize = 5;
/// Vectors of the sequence on the dial, at most: more are a crowd.
const MOST_ON_DIAL: usize = 6;
/// Dimensions beside the span, where the settings leave none.
const BESIDE: usize = 14;
/// What errors are counted in.
const TRIALS: &str = "trials";

questions! {
    SymmetryBench, SymmetryConfig;
    /// A space of two or three dimensions that is turned, and what a map makes of it.
    "dial": ask_dial(Nothing) -> DialAnswer;
    /// How far every map is from respecting every symmetry, in single and double precision.
    "errors": ask_errors(Nothing) -> ErrorsAnswer;
    /// Which part of a block breaks a symmetry.
    "block": ask_block(Nothing) -> BlockAnswer;
    /// What a sequence, a rotation and a map of the reader’s say.
    "own": ask_own(Nothing) -> OwnAnswer;
    /// How much of every output lies outside the span of sequence and knowledge.
    "span": ask_span(Nothing) -> SpanAnswer;
    /// A table of the lab as CSV.
    "csv": ask_csv(TableName) -> String;
}

/// Answers what is asked of the lab.
#[derive(Debug, Default)]
pub(crate) struct SymmetryBench;

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

fn names(groups: &[Group]) -> Vec<GroupName> {
    groups.iter().map(|group| GroupName { id: group.id(), label: group.label() }).collect()
}

/// As many trials as there is time for; all of them, or the turn that waits for the rest.
fn tried(part: &'static str, place: &mut Place<'_>, new: impl FnOnce() -> Trials) -> Result<Trials, Reply<()>> {
    let mut trials = place.kept.take::<Trials>().unwrap_or_else(new);
    let begun = Instant::now();
    while trials.step() {
        // What is there when the reader stops says how many trials it is of.
        if place.stop != Some(TRIALS) && begun.elapsed().as_secs_f64() * 1e3 >= place.budget_ms {
            let (at, of) = trials.progress();
            place.kept.keep(trials);
            return Err(Reply::Going(Turn { part, unit: TRIALS, at, of }));
        }
        if place.stop == Some(TRIALS) {
            break;
        }
    }
    Ok(trials)
}

/// A turn of an answer of another type.
fn going<T>(turn: Reply<()>) -> Reply<T> {
    match turn {
        Reply::Going(turn) => Reply::Going(turn),
        Reply::Waiting | Reply::Done(()) => Reply::Waiting,
    }
}

fn all_errors(config: &SymmetryConfig) -> Trials {
    Trials::new(config, config.shape(), &config.maps, &config.groups)
}

/// Trials in a space that X and Z do not fill.
fn beside(config: &SymmetryConfig) -> Trials {
    Trials::new(config, wide(config.shape()), &config.maps, &[])
}

fn wide(shape: Shape) -> Shape {
    let filled = shape.n + shape.m;
    if shape.d > filled { shape } else { Shape { d: filled + BESIDE, ..shape } }
}

/// The Gram form's coefficients on the first draw, and after a rotation, computed anew from what that has turned.
fn coefficients(config: &SymmetryConfig) -> [Floats; 2] {
    let shape = config.shape();
    let weights = Weights::drawn(config.seed, shape);
    let [x, z] = Trials::drawn(config.seed, 0, shape);
    let element = Element::draw(Group::Rotations, shape.d, shape.n, [config.seed, Group::Rotations as u32]);
    let each = [weights.coefficients(&x, &z), weights.coefficients(&element.sequence(&x), &element.knowledge(&z))];
    each.map(|matrix| Floats(matrix.iter().map(|&value| value as f32).collect()))
}

impl SymmetryBench {
    async fn ask_dial(&mut self, _: Nothing, place: Place<'_>) -> Answer<DialAnswer> {
        let config = place.config;
        let shape = Shape {
            d: config.space as usize,
            n: (config.n as usize).min(MOST_ON_DIAL),
            m: (config.m as usize).min(MOST_ON_DIAL),
        };
        let weights = Weights::drawn(config.seed, shape);
        let [x, z] = Trials::drawn(config.seed, 0, shape);
        let element = Element::plane(shape.d, f64::from(config.angle));
        let rows = |matrix: &Matrix<f64>| matrix.rows().map(<[f64]>::to_vec).collect::<Vec<_>>();
        let [moved, known] = [element.sequence(&x), element.knowledge(&z)];
        let ghost = weights.map(config.map, &x, &z).map(|y| element.sequence(&y));
        // Matrices that turn with the space make what they made before, turned, up to rounding.
        let turned = match element.basis().filter(|_| config.map == Map::Conjugated) {
            Some(q) => Some(weights.plain.conjugated(q).map(&moved)),
            None => weights.map(config.map, &moved, &known),
        };
        let at = |map: Map, element: &Element| error::<f64>((&weights, &weights), map, element, [&x, &z]);
        let angles: Vec<f64> = (0..=360).step_by(DEGREES).map(f64::from).collect();
        let curve = |&map: &Map| {
            let errors = angles.iter().map(|&angle| at(map, &Element::plane(shape.d, angle)));
            let errors: Option<Vec<f64>> = errors.collect();
            Some(DialCurve { map: map.id(), label: map.label(), errors: errors? })
        };
        Ok(Reply::Done(DialAnswer {
            space: config.space,
            label: config.map.label(),
            x: rows(&moved),
            z: rows(&known),
            y: turned.as_ref().map(rows).unwrap_or_default(),
            ghost: ghost.as_ref().map(rows).unwrap_or_default(),
            angle: config.angle,
            error: at(config.map, &element),
            curves: config.maps.iter().filter_map(curve).collect(),
            angles,
        }))
    }

    async fn ask_errors(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<ErrorsAnswer> {
        let config = place.config;
        let trials = match tried("errors", &mut place, || all_errors(config)) {
            Ok(trials) => trials,
            Err(turn) => return Ok(going(turn)),
        };
        let row = |tried: &Tried| ErrorRow {
            map: tried.map.id(),
            label: tried.map.label(),
            group: tried.group.id(),
            single: summary(&tried.errors[0]).map(finite),
            double: summary(&tried.errors[1]).map(finite),
        };
        Ok(Reply::Done(ErrorsAnswer {
            groups: names(&config.groups),
            rows: trials.tried.iter().map(row).collect(),
            trials: trials.progress().0,
            rounding: rounding(config.shape()),
            verdicts: trials.verdicts(),
        }))
    }

    async fn ask_block(&mut self, _: Nothing, place: Place<'_>) -> Answer<BlockAnswer> {
        let (whole, parts) = block::parts(place.config);
        let (sentence, rounding) =
            (block::sentence(whole, &parts, place.config.shape()), rounding(place.config.shape()));
        let row = |PartOf { name, set, alone, without }| BlockRow {
            name,
            set,
            alone: alone.map(finite),
            without: without.map(finite),
        };
        let parts = parts.into_iter().map(row).collect();
        Ok(Reply::Done(BlockAnswer { groups: names(&GROUPS), whole: whole.map(finite), parts, sentence, rounding }))
    }

    async fn ask_own(&mut self, _: Nothing, place: Place<'_>) -> Answer<OwnAnswer> {
        let own::Own { maps, own, notes, nearest, rounding } = own::judge(place.config)?;
        let row = |(map, errors): (Map, Result<[f64; 2], &'static str>)| OwnRow {
            map: map.id(),
            label: map.label(),
            errors: errors.ok(),
            why: errors.err().unwrap_or_default(),
        };
        let rows = maps.into_iter().map(row).collect();
        Ok(Reply::Done(OwnAnswer { rows, own, notes, nearest, rounding }))
    }

    async fn ask_span(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<SpanAnswer> {
        let config = place.config;
        let trials = match tried("span", &mut place, || beside(config)) {
            Ok(trials) => trials,
            Err(turn) => return Ok(going(turn)),
        };
        let (shape, d) = (config.shape(), wide(config.shape()).d);
        let filled = shape.n + shape.m;
        let about = if d == shape.d {
            format!("The {filled} vectors of X and Z leave {} of {d} dimensions free.", d - filled)
        } else {
            format!("In {} dimensions the {filled} vectors of X and Z span everything; this is in {d}.", shape.d)
        };
        let row = |(map, shares): &(Map, Vec<f64>)| SpanRow {
            map: map.id(),
            label: map.label(),
            share: summary(shares).map(finite),
        };
        let rows = trials.outside.iter().map(row).collect();
        let (n, coefficients) = (config.n, coefficients(config));
        Ok(Reply::Done(SpanAnswer { d: d as u32, about, rows, verdict: trials.span_verdict(), n, coefficients }))
    }

    async fn ask_csv(&mut self, TableName { table, .. }: TableName, mut place: Place<'_>) -> Answer<String> {
        let config = place.config;
        match table.as_str() {
            "errors" => match tried("errors", &mut place, || all_errors(config)) {
                Ok(trials) => trials.table().csv().map(Reply::Done),
                Err(turn) => Ok(going(turn)),
            },
            "span" => match tried("span", &mut place, || beside(config)) {
                Ok(trials) => span_table(&trials).csv().map(Reply::Done),
                Err(turn) => Ok(going(turn)),
            },
            "block" => block_table(config).csv().map(Reply::Done),
            other => Err(Table::unknown(&quoted(other), &["errors", "span", "block"])),
        }
    }
}

fn cell(value: f64) -> Cell {
    finite(value).map_or(Cell::Missing, Cell::from)
}

fn span_table(trials: &Trials) -> Table {
    let columns = ["map", "median", "least", "most"].map(|id| Column::new(id, id, ""));
    let row = |(map, shares): &(Map, Vec<f64>)| {
        std::iter::once(map.id().into()).chain(summary(shares).map(cell)).collect::<Vec<_>>()
    };
    Table { id: "span".to_owned(), columns: columns.to_vec(), rows: trials.outside.iter().map(row).collect() }
}

/// The whole block first, then each part alone, then the block without it.
fn block_table(config: &SymmetryConfig) -> Table {
    let (whole, parts) = block::parts(config);
    let heads = ["part", "set", "what"].map(str::to_owned).into_iter();
    let heads = heads.chain(GROUPS.iter().map(|group| group.id().to_owned()));
    let columns = heads.map(|id| Column::new(&id, &id, "")).collect();
    let row = |part: &str, set: &str, what: &str, errors: [f64; 3]| {
        [part, set, what].map(Cell::from).into_iter().chain(errors.map(cell)).collect::<Vec<_>>()
    };
    let mut rows = vec![row("block", "", "whole", whole)];
    for PartOf { name, set, alone, without } in parts {
        rows.push(row(name, set, "alone", alone));
        rows.push(row(name, set, "without", without));
    }
    Table { id: "block".to_owned(), columns, rows }
}
