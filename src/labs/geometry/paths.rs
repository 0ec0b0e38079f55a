//! The path-star task: edges are memorised in the weights, and with some arms the path from the leaf; is the first step
//! of the others' paths found?
//!
//! Examples are `[EDGE] u [PAUSE]… → v` and `[PATH] leaf [PAUSE]… → first node`, or `→ root, first node, …, leaf`, of one length. The arms
//! that are held out never occur in a path; their edges do. Which arms those are does not depend on the seed: all first weights are drawn
//! alike, so that no arm differs from another before the first step.

use crate::kernels::real::dot;
use crate::labs::geometry::graph::Nodes;
use crate::labs::geometry::landscape::{cosine, products};
use crate::labs::geometry::learner::{Examples, Judge, Lessons};
use crate::model::measure::{Better, Kind, Measure, Phase};

/// Share of held-out leaves whose first step is right.
pub const HELD_OUT: &str = "held-out";
/// The same of arms whose path was taught.
pub const TRAIN: &str = "train";
/// Nats a directed edge.
pub const EDGE_LOSS: &str = "edge-loss";
/// Mean cosine of leaf and first node of one arm.
pub const SAME_ARM: &str = "same-arm";
/// Of two arms.
pub const OTHER_ARM: &str = "other-arm";
/// Share of leaves whose nearest first node is that of their arm.
pub const NEAREST: &str = "nearest";

/// Share of held-out paths all of whose steps are right, each with the right ones before it shown.
pub const WHOLE: &str = "whole";
/// The same of arms whose path was taught.
pub const WHOLE_TRAIN: &str = "whole-train";

/// The most examples of a kind that an evaluation looks at.
const MOST_PATHS: usize = 512;
const MOST_EDGES: usize = 1024;

/// What is taught.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathTask {
    /// Arms of the star.
    pub arms: u32,
    /// Nodes of a path, the root included.
    pub path_nodes: u32,
    /// Pauses before the answer.
    pub pauses: u32,
    /// Share of the arms whose path is taught.
    pub share: f32,
    /// Whether any path is taught.
    pub paths: bool,
    /// Whether a path is answered as a whole, from the root to its leaf, and not by its first node.
    pub whole: bool,
    /// Whether edges are taught only away from the root.
    pub forward: bool,
    /// Examples of a step.
    pub batch: u32,
}

impl PathTask {
    /// Nodes of the star; the three tokens after them are `[EDGE]`, `[PATH]` and `[PAUSE]`.
    #[must_use]
    pub fn nodes(&self) -> u32 {
        1 + self.arms * (self.path_nodes - 1)
    }

    /// Nodes and the three tokens.
    #[must_use]
    pub fn vocabulary(&self) -> u32 {
        self.nodes() + 3
    }

    /// First node and leaf of an arm.
    #[must_use]
    pub fn ends(&self, arm: u32) -> [u32; 2] {
        [arm * (self.path_nodes - 1) + 1, (arm + 1) * (self.path_nodes - 1)]
    }

    /// Whether an arm is held out: as many as the share leaves, evenly spread.
    #[must_use]
    pub fn held_out(&self, arm: u32) -> bool {
        let upto = |arm: u32| libm::floor(f64::from(arm) * (1.0 - f64::from(self.share)) + 0.5) as u32;
        upto(arm + 1) > upto(arm)
    }

    /// The arms that are held out, or those that are not.
    fn arms(&self, held_out: bool) -> Vec<u32> {
        (0..self.arms).filter(|&arm| self.held_out(arm) == held_out).collect()
    }

    /// How many paths an evaluation asks that are not taught.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.arms(true).len().min(MOST_PATHS)
    }

    /// The arms that an evaluation asks, in its order: those that are held out, then those that are not.
    #[must_use]
    pub fn asked_arms(&self) -> [Vec<u32>; 2] {
        [true, false].map(|held_out| spread(self.arms(held_out), MOST_PATHS))
    }

    /// First node and leaf of the arms that are asked and not taught.
    #[must_use]
    pub fn asked_ends(&self) -> Vec<[usize; 2]> {
        let arms = spread(self.arms(true), MOST_PATHS);
        arms.into_iter().map(|arm| self.ends(arm).map(|node| node as usize)).collect()
    }

    /// Tokens that come after a question.
    #[must_use]
    pub fn answers(&self) -> u32 {
        if self.whole { self.path_nodes } else { 1 }
    }

    /// Which of them is the first node: the step that has to be found.
    #[must_use]
    pub fn first_step(&self) -> usize {
        usize::from(self.whole)
    }

    /// A question with its answers; where there are fewer than others have, pauses follow that are not judged.
    fn example(&self, kind: u32, from: u32, to: &[u32]) -> Vec<i32> {
        let pause = self.nodes() + 2;
        let shown = [self.nodes() + kind, from].into_iter().chain(std::iter::repeat_n(pause, self.pauses as usize));
        let missing = (self.answers() as usize).saturating_sub(to.len());
        let rest = std::iter::repeat_n(-1 - pause as i32, missing);
        shown.chain(to.iter().copied()).map(|token| token as i32).chain(rest).collect()
    }

    fn edges(&self, nodes: &Nodes) -> Vec<[usize; 2]> {
        nodes.taught(self.forward, false)
    }

    fn path(&self, arm: u32) -> Vec<i32> {
        let [first, leaf] = self.ends(arm);
        match self.whole {
            true => self.example(1, leaf, &std::iter::once(0).chain(first..=leaf).collect::<Vec<_>>()),
            false => self.example(1, leaf, &[first]),
        }
    }

    /// What is taught and asked. Of more arms or edges than an evaluation looks at, as many are taken, evenly spread.
    #[must_use]
    pub fn lessons(&self, nodes: &Nodes) -> (Lessons, PathJudge) {
        let answers = self.answers();
        let length = 1 + self.pauses + answers;
        let edges = self.edges(nodes);
        let edge = |&[from, to]: &[usize; 2]| self.example(0, from as u32, &[to as u32]);
        let trained = self.arms(false);
        let mut taught: Vec<i32> = edges.iter().flat_map(edge).collect();
        if self.paths {
            taught.extend(trained.iter().flat_map(|&arm| self.path(arm)));
        }
        let held_out = spread(self.arms(true), MOST_PATHS);
        let trained = spread(trained, MOST_PATHS);
        let edges = spread(edges, MOST_EDGES);
        let asked = held_out.iter().chain(&trained).flat_map(|&arm| self.path(arm)).chain(edges.iter().flat_map(edge));
        let asked = Examples { length, answers, tokens: asked.collect() };
        let counts = [held_out.len(), trained.len(), edges.len()];
        let ends = self.asked_ends();
        let lessons = Lessons { taught: Examples { length, answers, tokens: taught }, batch: Some(self.batch), asked };
        (lessons, PathJudge { counts, ends, task: *self })
    }

    /// Nats a directed edge that no model of these edges goes below.
    #[must_use]
    pub fn floor(&self, nodes: &Nodes) -> f64 {
        Nodes::floor(&spread(self.edges(nodes), MOST_EDGES), nodes.len())
    }
}

/// At most so many, evenly spread.
fn spread<T: Copy>(all: Vec<T>, most: usize) -> Vec<T> {
    if all.len() <= most {
        return all;
    }
    (0..most).map(|at| all[at * all.len() / most]).collect()
}

/// Judges a learner of paths, by the arms that are held out.
#[derive(Debug)]
pub struct PathJudge {
    /// Examples of the evaluation: held out, trained, edges.
    counts: [usize; 3],
    /// First node and leaf of each arm that is held out.
    ends: Vec<[usize; 2]>,
    task: PathTask,
}

/// What is measured of a learner of paths, beside the loss.
#[must_use]
pub fn measures(task: &PathTask) -> Vec<Measure> {
    let [first, nearest] = [task.arms, task.questions() as u32].map(|of| 1.0 / of.max(1) as f32);
    let measure =
        |id, label, short, unit, kind, better| Measure::new(id, [label, short, unit], kind, better, Phase::Evaluation);
    let share =
        |id, label, short, unit, chance| measure(id, label, short, unit, Kind::Share, Better::Higher).by_chance(chance);
    let cosine = |id, label, short| measure(id, label, short, "", Kind::Number, Better::Neither).by_chance(0.0);
    let mut all = vec![
        share(HELD_OUT, "First step of paths held out", "Held out", "of paths", first).reached_at(0.5),
        share(TRAIN, "First step of taught paths", "Taught", "of paths", first),
        measure(EDGE_LOSS, "Loss on edges", "Edges", "nats per directed edge", Kind::Amount, Better::Lower),
        cosine(SAME_ARM, "Cosine of leaf and first node of an arm", "Same arm"),
        cosine(OTHER_ARM, "Cosine of leaf and first node of two arms", "Two arms"),
        share(NEAREST, "Leaves nearest to their first node", "Nearest", "of leaves", nearest),
    ];
    if task.whole {
        let whole = |id, label, short| share(id, label, short, "of paths", 0.0);
        all.push(whole(WHOLE, "Whole paths held out, each step shown the right ones before", "Whole, held out"));
        all.push(whole(WHOLE_TRAIN, "Whole taught paths", "Whole, taught"));
    }
    all
}

impl Judge for PathJudge {
    fn measures(&self) -> Vec<Measure> {
        measures(&self.task)
    }

    fn judge(&self, embedding: &[f32], _hidden: &[f32], scores: &[f32]) -> Vec<f64> {
        let answers = self.task.answers() as usize;
        let [held_out, trained, edges] = self.counts;
        let examples: Vec<&[f32]> = scores.chunks_exact(2 * answers).collect();
        let some = |first: usize, count: usize| examples.iter().skip(first).take(count);
        let share = |first, count: usize, of: &dyn Fn(&[f32]) -> f32| {
            some(first, count).map(|own| f64::from(of(own))).sum::<f64>() / count as f64
        };
        let step = 2 * self.task.first_step() + 1;
        let right = |own: &[f32]| own[step];
        let [held_out, trained, edges] = [(0, held_out), (held_out, trained), (held_out + trained, edges)];
        let shares = [
            share(held_out.0, held_out.1, &right),
            share(trained.0, trained.1, &right),
            share(edges.0, edges.1, &|own| own[0]),
        ];
        let whole = |own: &[f32]| f32::from(u8::from(own.chunks_exact(2).all(|score| score[1] == 1.0)));
        let wholes = [held_out, trained].into_iter().filter(|_| self.task.whole);
        let wholes = wholes.map(|(first, count)| share(first, count, &whole));
        shares.into_iter().chain(self.geometry(embedding)).chain(wholes).collect()
    }
}

impl PathJudge {
    /// Mean cosine of leaf and first node of one arm and of two, and the share of leaves whose nearest first node is their own: of the arms
    /// that are held out.
    fn geometry(&self, embedding: &[f32]) -> [f64; 3] {
        let width = embedding.len() / self.task.vocabulary() as usize;
        let table = |end: usize| -> Vec<f64> {
            let rows = self.ends.iter().flat_map(|ends| &embedding[ends[end] * width..][..width]);
            rows.copied().map(f64::from).collect()
        };
        let [firsts, leaves] = [0, 1].map(table);
        let squares = |table: &[f64]| table.chunks_exact(width).map(|row| dot(row, row)).collect::<Vec<f64>>();
        let [first, leaf] = [&firsts, &leaves].map(|table| squares(table));
        let count = self.ends.len();
        let (mut same, mut other, mut right) = (0.0, 0.0, 0);
        for (arm, row) in products(&leaves, &firsts, width).chunks_exact(count.max(1)).enumerate() {
            let cosines: Vec<f64> =
                row.iter().enumerate().map(|(to, &product)| cosine(product, [leaf[arm], first[to]])).collect();
            same += cosines[arm];
            other += cosines.iter().sum::<f64>() - cosines[arm];
            right += usize::from(cosines.iter().enumerate().all(|(to, &value)| to == arm || value < cosines[arm]));
        }
        let count = count as f64;
        [same / count, other / (count * (count - 1.0)), right as f64 / count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::geometry::shapes::star;

    const TASK: PathTask = PathTask {
        arms: 20,
        path_nodes: 4,
        pauses: 1,
        share: 0.75,
        paths: true,
        whole: false,
        forward: false,
        batch: 8,
    };

    #[test]
    fn what_is_held_out_is_asked_and_never_taught() {
        let nodes = star(20, 4);
        let (lessons, _) = TASK.lessons(&nodes);
        assert_eq!((TASK.questions(), lessons.taught.count(), lessons.asked.count()), (5, 120 + 15, 20 + 120));
        assert_eq!((TASK.vocabulary(), nodes.len()), (64, 61));
        // Arm 1 is nodes 1 to 3: from the leaf to the first node. It is taught, arm 2 is held out.
        let path = [62, 3, 63, 1];
        assert!(lessons.taught.tokens.chunks_exact(4).any(|example| example == path));
        let asked: Vec<&[i32]> = lessons.asked.tokens.chunks_exact(4).take(5).collect();
        let taught = |example: &&[i32]| lessons.taught.tokens.chunks_exact(4).any(|taught| taught == *example);
        assert!(asked.iter().all(|example| example[0] == 62 && !taught(example)));
        // Its edges are taught, both ways or one.
        assert!(
            asked.iter().all(
                |path| taught(&&[61, path[3], 63, path[3] + 1][..]) && taught(&&[61, path[1], 63, path[1] - 1][..])
            )
        );
        let (forward, _) = PathTask { forward: true, paths: false, ..TASK }.lessons(&nodes);
        assert_eq!(forward.taught.count(), 60);
        assert!((TASK.floor(&nodes) - (libm::log(20.0) + 4.0 * libm::log(2.0)) / 6.0).abs() < 1e-12);
        // However the share is, at least one arm is on either side with a question to ask.
        for share in [0.1, 0.5, 0.95] {
            let task = PathTask { share, ..TASK };
            let held_out = (0..20).filter(|&arm| task.held_out(arm)).count();
            assert_eq!(held_out, ((1.0 - share) * 20.0).round() as usize, "{share}");
        }
    }

    #[test]
    fn whole_paths_are_asked_step_by_step() {
        let nodes = star(20, 4);
        let task = PathTask { whole: true, ..TASK };
        let (lessons, judge) = task.lessons(&nodes);
        assert_eq!((lessons.taught.length, lessons.taught.answers), (6, 4));
        // Arm 1 from its leaf: the root, its first node, and on to the leaf. An edge has one answer, and pauses that nobody judges.
        let has = |example: &[i32]| lessons.taught.tokens.chunks_exact(7).any(|taught| taught == example);
        assert!(has(&[62, 3, 63, 0, 1, 2, 3]) && has(&[61, 1, 63, 2, -64, -64, -64]));
        assert_eq!(judge.measures().len(), 8);
        // Of 5 held-out paths all first steps are right and one path as a whole; of 15 taught ones all.
        let answer = |example: usize, at: usize| [0.5, f32::from(u8::from(example == 0 || example > 4 || at != 2))];
        let scores: Vec<f32> = (0..140).flat_map(|example| (0..4).flat_map(move |at| answer(example, at))).collect();
        let found = judge.judge(&[0.1; 64 * 2], &[], &scores);
        assert_eq!((found[0], found[1], found[2], found[6], found[7]), (1.0, 1.0, 0.5, 0.2, 1.0));
    }

    #[test]
    fn embeddings_whose_clusters_are_known() {
        let (_, judge) = TASK.lessons(&star(20, 4));
        // Every arm has a direction of its own; or all have the same.
        let arm = |token: usize| token.checked_sub(1).map_or(20, |at| (at / 3).min(20));
        let apart: Vec<f32> =
            (0..64).flat_map(|token| (0..21).map(move |axis| f32::from(u8::from(arm(token) == axis)))).collect();
        let scores: Vec<f32> = (0..140).flat_map(|at| [0.5, f32::from(u8::from(at % 5 == 0))]).collect();
        assert_eq!(judge.judge(&apart, &[], &scores), [0.2, 0.2, 0.5, 1.0, 0.0, 1.0]);
        assert_eq!(judge.judge(&vec![1.0; 64 * 21], &[], &scores)[3..], [1.0, 1.0, 0.0]);
    }
}
