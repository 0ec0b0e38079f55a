//! The maps that are shown: what they are turned to, and how they are told.

use crate::labs::arrays::Floats;
use crate::labs::geometry::answers::{MapAxis, OneMap};
use crate::labs::geometry::embedding::Embedding;
use crate::labs::geometry::layout::Layout;
use crate::labs::run::Run;
use crate::run::event::RunInfo;

/// A map that was shown.
#[derive(Debug)]
struct Shown {
    /// Which race, and which run of it.
    of: (u32, u32),
    step: u32,
    points: Vec<[f64; 3]>,
    /// What it was turned to.
    reference: Option<Vec<[f64; 3]>>,
}

/// What a map was turned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turned {
    Spectral,
    Before,
    Not,
}

/// The last map of each run of the open race, where the graph has no layout of its own to turn it to.
#[derive(Debug, Default)]
pub(super) struct Maps(Vec<Shown>);

impl Maps {
    /// Turned to what was shown last of the same run, so that it moves no more than it has learned. At the same step it is turned alike.
    pub(super) fn after_the_last(&mut self, layout: Layout, of: (u32, u32), step: u32) -> (Layout, Turned) {
        let known = self.0.iter().position(|shown| shown.of == of);
        let before = known.map(|at| self.0.swap_remove(at)).filter(|shown| shown.step <= step);
        let (reference, turned) = match before {
            Some(shown) if shown.step == step => (shown.reference, Turned::Before),
            Some(shown) => (Some(shown.points), Turned::Before),
            None => (None, Turned::Not),
        };
        let (layout, turned) = match &reference {
            Some(reference) => (layout.turned_to(reference), turned),
            None => (layout, Turned::Not),
        };
        // Of races that are gone nothing is shown again.
        self.0.retain(|shown| shown.of.0 == of.0);
        self.0.push(Shown { of, step, points: layout.points.clone(), reference });
        (layout, turned)
    }
}

/// The runs of the other arms with the seed of one.
pub(super) fn beside_of(run: Option<&(dyn Run + 'static)>, which: u32) -> Vec<u32> {
    let runs = run.map(|run| run.about().runs).unwrap_or_default();
    let Some(own) = runs.get(which as usize) else { return Vec::new() };
    let other = |run: &&RunInfo| run.arm != own.arm && run.seed == own.seed;
    runs.iter().filter(other).map(|run| run.replica).collect()
}

pub(super) fn one_map(embedding: &Embedding, layout: Layout, turned: Turned) -> OneMap {
    let Layout { points, shares } = layout;
    let held = (shares.iter().sum::<f64>() * 100.0).round();
    let how = match turned {
        Turned::Spectral => ", turned to lie as near as can be to the graph’s own spectral layout",
        Turned::Before => ", turned to lie as near as can be to the map shown before",
        Turned::Not => "",
    };
    let about = format!(
        "{}: the first three principal components of the embedding, {held} % of its variance{how}.",
        embedding.who
    );
    let name = if turned == Turned::Not { "component" } else { "map axis" };
    let axis = |(at, share): (usize, f64)| MapAxis { label: format!("{name} {}", at + 1), share };
    let of = embedding.trained.as_ref();
    let arm = of.map_or(("own", embedding.who.as_str()), |of| (of.arm.id.as_str(), of.arm.label.as_str()));
    OneMap {
        arm: arm.0.to_owned(),
        label: arm.1.to_owned(),
        seed: of.map(|of| of.seed),
        step: of.map(|of| of.step),
        axes: shares.into_iter().enumerate().map(axis).collect(),
        points: Floats(points.into_iter().flatten().map(|value| value as f32).collect()),
        about,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The map of a run moves no more than what it is of, and at the same step it is the same.
    #[test]
    fn a_map_is_turned_to_the_one_before() {
        let at = |turn: f64| -> Layout {
            let point = move |node: usize| {
                let (sin, cos) = libm::sincos(node as f64 + turn);
                [cos, sin, 0.1 * node as f64]
            };
            Layout { points: (0..9).map(point).collect(), shares: [0.5, 0.3, 0.2] }
        };
        let off = |one: &Layout, two: &Layout| {
            let pairs = one.points.iter().flatten().zip(two.points.iter().flatten());
            pairs.map(|(one, two)| (one - two).abs()).fold(0.0, f64::max)
        };
        let mut maps = Maps::default();
        let (first, turned) = maps.after_the_last(at(0.0), (1, 0), 10);
        assert!(turned == Turned::Not && off(&first, &at(0.0)) == 0.0);
        // The same points from another side.
        let (second, turned) = maps.after_the_last(at(2.0), (1, 0), 20);
        assert!(turned == Turned::Before && off(&second, &first) < 1e-9, "{second:?}");
        let (again, _) = maps.after_the_last(at(1.0), (1, 0), 20);
        assert!(off(&again, &first) < 1e-9);
        // Another run, the same one begun anew, another race.
        for (of, step) in [((1, 1), 30), ((1, 0), 0), ((2, 0), 40)] {
            assert_eq!(maps.after_the_last(at(2.0), of, step).1, Turned::Not, "{of:?}");
        }
    }
}
