//! Firing order against dot products, over random codes: both neurons, without and with volleys before.

use super::Check;
use super::layer::{fired, model, period, reference, remembered, same_code};
use crate::choice::Choice;
use crate::error::Error;
use crate::labs::sequence::config::{Neuron, SequenceConfig};
use crate::run::claim::{Claim, SEEDS, Verdict, Vote};
use crate::sdm::code::{Order, cosine, draw, levels};
use crate::sdm::decoder::{self, MOST};
use crate::sdm::spiking::{Arrival, Layer, NeuronModel, State, Weights, arrivals, evenly};

/// Stream of the random codes.
const STREAM_PAIRS: u32 = 9_150;
/// The most pairs.
const PAIRS: u32 = 200;
/// The fewest.
const FEWEST: u32 = 10;
/// The most decoder neurons.
const NEURONS: u32 = 256;
/// Steps of one input at one neuron, over all pairs, volleys and loads of a seed: some 15 ms a neuron model for all seeds.
const STEPS: u64 = 2_000_000;
/// The load that is tried when that of the settings is the smallest.
const MORE: u32 = 4;

/// A decoder and the codes that it gets.
struct Bench {
    weights: Weights,
    /// How they were drawn.
    kind: decoder::Weights,
    active: u32,
    /// Those of the first pair's volleys before, then one a pair.
    codes: Vec<Order>,
    levels: Vec<f64>,
    sums: Vec<Vec<f64>>,
    /// Of each code, the neurons with the largest dot products.
    references: Vec<Order>,
    unit: f64,
    longest: u32,
}

/// A row, with the pairs in which as many neurons fire as should.
#[derive(Clone)]
struct Row {
    check: Check,
    complete: u32,
    complete_same: u32,
}

impl Row {
    /// This and the same row of another seed.
    fn add(&mut self, other: &Self) {
        let (own, more) = (&mut self.check, &other.check);
        let all = own.pairs + more.pairs;
        let weight = |row: &Check| row.mean * f64::from(row.pairs);
        own.mean = (weight(own) + weight(more)) / f64::from(all.max(1));
        own.least = own.least.min(more.least);
        own.same += more.same;
        own.pairs = all;
        self.complete += other.complete;
        self.complete_same += other.complete_same;
    }
}

/// What random codes and weights of the settings' seed and of those after it give, all seeds together; and what each of them says.
pub(super) fn checks(config: &SequenceConfig) -> Result<(Vec<Check>, Vec<Verdict>), Error> {
    let mut loads = vec![0, 1, if config.load > 1 { config.load } else { MORE }];
    loads.dedup();
    let (mut seeds, mut far, mut kind) = (Vec::new(), true, String::new());
    for seed in (config.seed..).take(SEEDS as usize) {
        let bench = Bench::new(&SequenceConfig { seed, ..config.clone() }, &loads)?;
        let mut rows = Vec::new();
        for &neuron in Neuron::ALL {
            for &load in &loads {
                rows.push(bench.row(config, neuron, load)?);
            }
        }
        far &= bench.far(config);
        kind = bench.kind.to_string();
        seeds.push(rows);
    }
    let mut all = seeds.first().cloned().unwrap_or_default();
    seeds.iter().skip(1).for_each(|rows| all.iter_mut().zip(rows).for_each(|(sum, row)| sum.add(row)));
    let mut verdicts = vec![wheel(config, far, &all, &seeds), rdlif(&all, &seeds)];
    verdicts.iter_mut().for_each(|verdict| verdict.measured += &format!(" The neurons have {kind}."));
    Ok((all.into_iter().map(|row| row.check).collect(), verdicts))
}

impl Bench {
    fn new(config: &SequenceConfig, loads: &[u32]) -> Result<Self, Error> {
        let (size, active) = (config.data_size, config.data_active);
        let neurons = config.decoders.min(NEURONS);
        let longest = loads.iter().copied().max().unwrap_or(0);
        let volleys: u32 = loads.iter().map(|load| load + 1).sum();
        let steps = u64::from(neurons) * u64::from(active) * u64::from(volleys);
        let pairs = (STEPS / steps.max(1)).clamp(u64::from(FEWEST), u64::from(PAIRS)) as u32;
        let kind = match config.machine_shape(1).weights {
            decoder::Weights::Sparse { active, ratio } => decoder::Weights::Sparse { active: active.min(size), ratio },
            dense @ decoder::Weights::Dense => dense,
        };
        let values = kind.draw(size, neurons, config.seed).into_iter().map(f64::from).collect();
        let mut bench = Self {
            weights: Weights::new(size, neurons, values)?,
            kind,
            active: config.chosen.min(neurons),
            codes: (0..longest + pairs).map(|number| draw(active, size, [config.seed, STREAM_PAIRS, number])).collect(),
            levels: levels(active, f64::from(config.alpha), MOST).into_iter().map(f64::from).collect(),
            sums: Vec::new(),
            references: Vec::new(),
            unit: 1.0,
            longest,
        };
        let sums = (0..longest + pairs).map(|number| bench.weights.sums(&bench.volley(number, 0.0)));
        bench.sums = sums.collect::<Result<_, _>>()?;
        bench.references = bench.sums.iter().map(|sums| reference(sums, bench.active)).collect();
        let largest = bench.sums.iter().flatten().copied().fold(0.0, f64::max);
        // One threshold for all pairs.
        bench.unit = if largest > 0.0 { largest } else { 1.0 };
        Ok(bench)
    }

    /// Whether wheels wait for the last input, with the largest sum that any code here can have.
    fn far(&self, config: &SequenceConfig) -> bool {
        match model(Neuron::Wheel, config, self.unit, self.gaps()) {
            NeuronModel::Wheel(wheel) => wheel.waits(&self.volley(0, 0.0), self.unit),
            NeuronModel::Rdlif(_) => false,
        }
    }

    fn gaps(&self) -> f64 {
        self.levels.len().max(1) as f64
    }

    fn volley(&self, number: u32, start: f64) -> Vec<Arrival> {
        let code = self.codes.get(number as usize).map(Vec::as_slice).unwrap_or_default();
        arrivals(&evenly(code, start, 1.0), &self.levels)
    }

    /// Each pair's code, after the codes of the `load` pairs before it.
    fn row(&self, config: &SequenceConfig, neuron: Neuron, load: u32) -> Result<Row, Error> {
        let alpha = f64::from(config.alpha);
        let layer = Layer::new(self.weights.clone(), model(neuron, config, self.unit, self.gaps()))?;
        let period = period(config, self.gaps());
        let kept = remembered(neuron, config, load, period);
        let (mut similarities, mut same, mut complete, mut complete_same) = (Vec::new(), 0, 0, 0);
        let pairs = self.sums.iter().zip(&self.references).zip(0..).skip(self.longest as usize);
        for ((sums, reference), pair) in pairs {
            let mut state: State = layer.rest();
            for ago in (1..=kept).rev() {
                let begins = |ago: u32| -period * f64::from(ago);
                layer.follow(&mut state, &self.volley(pair - ago, begins(ago)), begins(ago - 1), 0)?;
            }
            let spikes = fired(&layer, &mut state, &self.volley(pair, 0.0), sums, self.active as usize)?;
            let code: Order = spikes.iter().map(|spike| spike.neuron).collect();
            let equal = same_code(&code, reference, alpha);
            let full = code.len() == reference.len();
            same += u32::from(equal);
            complete += u32::from(full);
            complete_same += u32::from(full && equal);
            similarities.push(if equal { 1.0 } else { cosine(&code, reference, alpha).max(0.0) });
        }
        let check = Check {
            neuron: neuron.id(),
            label: neuron.label(),
            load,
            pairs: similarities.len() as u32,
            same,
            mean: similarities.iter().sum::<f64>() / similarities.len().max(1) as f64,
            least: similarities.iter().copied().fold(1.0, f64::min),
        };
        Ok(Row { check, complete, complete_same })
    }
}

const SOURCE: &str = "Bose 2007 (thesis), as its author’s re-implementation gives it";

/// Such as "with 1 volley before 200 of 200 codes the same, mean cosine 1.000".
fn text(row: &Row) -> String {
    let Check { load, pairs, same, mean, .. } = row.check;
    let before = match load {
        0 => "with no volley before".to_owned(),
        1 => "with 1 volley before".to_owned(),
        more => format!("with {more} volleys before"),
    };
    format!("{before} {same} of {pairs} codes the same, mean cosine {mean:.3}")
}

fn texts<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    rows.map(text).collect::<Vec<_>>().join("; ")
}

fn of(neuron: Neuron, rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(move |row| row.check.neuron == neuron.id())
}

fn wheel(config: &SequenceConfig, far: bool, all: &[Row], seeds: &[Vec<Row>]) -> Verdict {
    let claim = Claim::new(
        "wheel-order",
        "With a threshold far above the summed inputs, wheels fire in the order of their dot products, on every pair.",
        SOURCE,
    );
    let size = config.decoders.min(NEURONS);
    let measured = format!("Random codes at {size} random neurons, {SEEDS} seeds: {}.", texts(of(Neuron::Wheel, all)));
    if !far {
        let least = 2.0 - 1.0 / f64::from(config.data_active.max(1));
        return claim.untested(format!(
            "{measured} Θ is below {least:.2}, so that wheels fire before the last input; the claim is not about that. Raise Threshold."
        ));
    }
    let votes: Vec<Vote> = seeds
        .iter()
        .map(|rows| Vote::of(of(Neuron::Wheel, rows).all(|row| row.check.same == row.check.pairs)))
        .collect();
    claim.judged(&votes, measured)
}

fn rdlif(all: &[Row], seeds: &[Vec<Row>]) -> Verdict {
    let claim = Claim::new(
        "rdlif-load",
        "Under load, RDLIF neurons do not keep the order of their dot products (they keep it in fewer than half of the pairs).",
        SOURCE,
    );
    fn loaded(rows: &[Row]) -> impl Iterator<Item = &Row> {
        of(Neuron::Rdlif, rows).filter(|row| row.check.load > 0)
    }
    let count = |rows: &[Row]| -> [u32; 2] {
        [|row: &Row| row.complete, |row: &Row| row.complete_same].map(|of| loaded(rows).map(of).sum())
    };
    let [complete, _] = count(all);
    let pairs: u32 = loaded(all).map(|row| row.check.pairs).sum();
    let few = match pairs - complete {
        0 => String::new(),
        few => format!(
            " In {few} of {pairs} pairs under load fewer neurons fire than should; these do not count for the verdict."
        ),
    };
    let load = "Load is volleys before the one that counts; the source loads a memory with pairs.";
    // Whoever reads "under load" would think that it is kept otherwise.
    let unloaded =
        of(Neuron::Rdlif, all).find(|row| row.check.load == 0).filter(|row| row.check.same < row.check.pairs);
    let without = unloaded.map_or("", |_| " Not all keep it without load either.");
    let measured = format!("Random codes, {SEEDS} seeds: {}.{without}{few} {load}", texts(of(Neuron::Rdlif, all)));
    if complete == 0 {
        let advice = "Too few RDLIF neurons reach the threshold to tell. Lower Threshold or raise Leak.";
        return claim.untested(format!("{advice} {measured}"));
    }
    let vote = |rows: &Vec<Row>| match count(rows) {
        [complete, _] if complete < FEWEST => Vote::open("too few pairs in which as many neurons fire as should"),
        [complete, same] if same == complete => Vote::Against,
        [complete, same] if 2 * same < complete => Vote::For,
        _ => Vote::open("kept in some pairs and not in others"),
    };
    claim.judged(&seeds.iter().map(vote).collect::<Vec<_>>(), measured)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::run::claim::Outcome;

    fn row(neuron: Neuron, load: u32, same: u32, complete: u32, complete_same: u32) -> Row {
        let check = Check { neuron: neuron.id(), label: neuron.label(), load, pairs: 20, same, mean: 0.5, least: 0.1 };
        Row { check, complete, complete_same }
    }

    /// What three seeds say that all have these rows.
    fn thrice(rows: Vec<Row>) -> Vec<Vec<Row>> {
        vec![rows; SEEDS as usize]
    }

    #[test]
    fn rdlif_is_judged_under_load_and_where_enough_neurons_fire() {
        let rows = |loaded: [u32; 3]| {
            vec![
                row(Neuron::Rdlif, 0, 3, 20, 3),
                row(Neuron::Rdlif, 4, loaded[0], loaded[1], loaded[2]),
                row(Neuron::Wheel, 4, 0, 20, 0),
            ]
        };
        let judged = |loaded: [u32; 3]| {
            let verdict = rdlif(&rows(loaded), &thrice(rows(loaded)));
            (verdict.verdict, verdict.measured.contains("fewer neurons fire"))
        };
        assert_eq!(judged([9, 20, 9]), (Outcome::Holds, false));
        assert_eq!(judged([20, 20, 20]), (Outcome::Fails, false));
        assert_eq!(judged([19, 20, 19]), (Outcome::Open, false), "one pair in twenty says neither");
        // Codes that are too short do not count, for or against.
        assert_eq!(judged([10, 10, 10]), (Outcome::Fails, true));
        assert_eq!(judged([5, 5, 5]), (Outcome::Open, true), "too few pairs");
        assert_eq!(judged([0, 0, 0]), (Outcome::Untested, true));
        let other = rdlif(&rows([0, 20, 0]), &[rows([0, 20, 0]), rows([0, 20, 0]), rows([20, 20, 20])]);
        assert_eq!((other.verdict, other.why.contains("disagree")), (Outcome::Open, true));
    }

    #[test]
    fn wheels_fail_with_one_pair_and_are_not_judged_below_the_bound() {
        let judged = |threshold: f32, same: u32| {
            let config = SequenceConfig { threshold, ..SequenceConfig::default() };
            let far = Bench::new(&config, &[0]).unwrap().far(&config);
            let rows = vec![row(Neuron::Wheel, 0, 20, 20, 20), row(Neuron::Wheel, 1, same, 20, same)];
            wheel(&config, far, &rows, &thrice(rows.clone())).verdict
        };
        assert_eq!([judged(4.0, 20), judged(4.0, 19)], [Outcome::Holds, Outcome::Fails]);
        // n = 11: the bound is 2 − 1/11.
        assert_eq!([judged(1.92, 20), judged(1.90, 20)], [Outcome::Holds, Outcome::Untested]);
    }

    #[test]
    fn rows_of_several_seeds_are_one() {
        let mut sum = row(Neuron::Wheel, 1, 4, 20, 4);
        sum.add(&Row {
            check: Check { pairs: 10, mean: 0.8, least: 0.0, ..row(Neuron::Wheel, 1, 3, 9, 2).check },
            complete: 9,
            complete_same: 2,
        });
        let Check { pairs, same, mean, least, .. } = sum.check;
        assert_eq!((pairs, same, least, sum.complete, sum.complete_same), (30, 7, 0.0, 29, 6));
        assert!((mean - 0.6).abs() < 1e-12);
    }
}
