//! The claims that a race over mixtures tests.
//!
//! Source: "Transformers as measure-theoretic associative memory" (2026, arXiv:2602.01863), whose experiment is known from notes on its
//! appendix D.

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::endings::{each, early, runs_of};
use crate::labs::mixtures::arms::{ALPHAS, Arm, SAMPLES};
use crate::labs::mixtures::config::{Attends, Experiment, MixturesConfig};
use crate::labs::mixtures::judge::{EXCHANGED, FVU, READ_OUT, RECALLED, SAME_TAG, SAME_TAG_LEAST};
use crate::labs::mixtures::law::{Asked, ContextLaw, Tags};
use crate::labs::race::Findings;
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::results::Results;

const PAPER: &str = "arXiv:2602.01863, theorem on recall";
const APPENDIX: &str = "arXiv:2602.01863, appendix D";
const MECHANISM: &str = "arXiv:2602.01863, the proof's mechanism";
const OURS: &str = "the paper's contrast; with the tags named it is ours";
const RATE: &str = "arXiv:2602.01863, theorem on the rate";

/// At least so much of a head's weight is nearly all.
const NEARLY_ALL: f32 = 0.85;
/// At most so much of it is something else.
const OTHERWISE: f32 = 0.5;
/// Of the error without recall, what an arm has to keep to count as not recalling.
const KEEPS: f64 = 0.5;
/// Of the error of exchanged queries that faultless recall has, the least that counts as ruined.
const RUINED: f64 = 0.85;
/// Coefficient of determination from which on a coefficient is carried; at most, from which it is not.
const CARRIED: f32 = 0.8;
const NOT_CARRIED: f32 = 0.5;
/// Variance unexplained below which a run has left the plateau where it starts.
const LEFT: f32 = 0.9;

/// The settings that are judged.
#[derive(Debug)]
pub struct MixturesFindings {
    config: MixturesConfig,
}

impl MixturesFindings {
    /// Of a race with these settings.
    #[must_use]
    pub fn new(config: MixturesConfig) -> Self {
        Self { config }
    }
}

/// A race with the step to which it has come.
struct Judged<'a> {
    config: &'a MixturesConfig,
    results: &'a Results,
    step: u32,
}

impl Judged<'_> {
    fn runs(&self, arm: &str) -> Vec<usize> {
        runs_of(self.results, arm)
    }

    fn early(&self, run: usize) -> Option<Vote> {
        early(self.results, run, self.step >= self.config.steps)
    }

    fn last(&self, id: &str, run: usize) -> Option<f32> {
        self.results.last(id, run)
    }

    fn each(&self, runs: &[usize], id: &str) -> String {
        each(self.results, runs, id)
    }

    /// Where the answer can be had without recall, the claim with the reason.
    fn blunt(&self, claim: Claim, law: &ContextLaw) -> Result<Claim, Box<Verdict>> {
        let least = law.blur().min(law.query_only());
        if f64::from(RECALLED) <= KEEPS * least {
            return Ok(claim.after(self.step));
        }
        let how = if law.query_only() < law.blur() { "who knows the tag alone" } else { "who sees no tags" };
        Err(Box::new(claim.untested(format!(
            "In these contexts {how} is left with {least:.2} of the variance: an error of {RECALLED} would not show recall."
        ))))
    }

    /// Whether a run recalls, before anything else is said of it.
    fn recalled(&self, run: usize) -> Vote {
        match (self.early(run), self.last(FVU, run)) {
            (Some(early), _) => early,
            (None, Some(fvu)) if fvu <= RECALLED => Vote::For,
            _ => Vote::open(format!("it does not recall within {} steps", self.config.steps)),
        }
    }

    /// A vote of a run that recalls.
    fn once_recalled(&self, run: usize, vote: impl FnOnce() -> Vote) -> Vote {
        match self.recalled(run) {
            Vote::For => vote(),
            other => other,
        }
    }

    fn where_tags_lie(&self, config: &MixturesConfig) -> String {
        let place = match config.tags {
            Tags::Circle => "on a circle that is turned freely",
            Tags::Simplex => "on a simplex",
            Tags::Orthogonal => "that are orthogonal",
            Tags::Own => "at given angles",
        };
        format!("{} tags {place}", config.components)
    }

    fn recall(&self, law: &ContextLaw) -> Verdict {
        let steps = self.config.steps;
        let sentence = format!(
            "Softmax attention learns within {steps} steps to recall the queried cloud of a mixture, and predicts from it ({}).",
            self.where_tags_lie(self.config)
        );
        let claim = match self.blunt(Claim::new("recall", sentence, PAPER), law) {
            Ok(claim) => claim,
            Err(untested) => return *untested,
        };
        let runs = self.runs(Attends::Softmax.id());
        let vote = |&run: &usize| match (self.early(run), self.last(FVU, run)) {
            (Some(early), _) => early,
            (None, Some(fvu)) if fvu <= RECALLED => Vote::For,
            (None, Some(fvu)) if f64::from(fvu) >= KEEPS * law.blur() => Vote::Against,
            (None, Some(_)) => Vote::open("it is between blur and recall"),
            (None, None) => Vote::open("nothing is measured"),
        };
        let measured = format!(
            "Variance unexplained, seed by seed: {} (recall is at most {RECALLED}); {:.2} is left to who sees the mixture without tags, \
             {:.2} to who knows the tag alone.",
            self.each(&runs, FVU),
            law.blur(),
            law.query_only()
        );
        claim.judged(&runs.iter().map(vote).collect::<Vec<_>>(), measured)
    }

    fn heads(&self, law: &ContextLaw) -> Verdict {
        let sentence = "Of the heads of a network that recalls, some put nearly all their weight on tokens of the queried tag, and others \
                        do not.";
        let claim = match self.blunt(Claim::new("heads", sentence, APPENDIX), law) {
            Ok(claim) if self.config.heads < 2 => return claim.untested("There is one head."),
            Ok(claim) => claim,
            Err(untested) => return *untested,
        };
        let runs = self.runs(Attends::Softmax.id());
        let vote = |&run: &usize| {
            self.once_recalled(run, || match (self.last(SAME_TAG, run), self.last(SAME_TAG_LEAST, run)) {
                (Some(most), Some(least)) => Vote::of(most >= NEARLY_ALL && least <= OTHERWISE),
                _ => Vote::open("no weights are measured"),
            })
        };
        let untrained = |id: &str| {
            let measure = self.results.measure(id);
            let first = self.results.curves.first().zip(measure).and_then(|(point, at)| point.values.get(at));
            let values = runs.iter().filter_map(|&run| first?.get(run).copied());
            values.map(|value| format!("{value:.2}")).collect::<Vec<_>>().join(", ")
        };
        let measured = format!(
            "Weight on the tag asked for, seed by seed: the greatest of the heads {} (nearly all is {NEARLY_ALL}; {} before training), the \
             least {} (at most {OTHERWISE}); an even share is {:.3}. How much a head needs for recall depends on the others: see the \
             figure of all of them.",
            self.each(&runs, SAME_TAG),
            untrained(SAME_TAG),
            self.each(&runs, SAME_TAG_LEAST),
            1.0 / f64::from(self.config.components)
        );
        claim.judged(&runs.iter().map(vote).collect::<Vec<_>>(), measured)
    }

    fn exchange(&self, law: &ContextLaw) -> Verdict {
        let sentence = "Exchanging the queries ruins the prediction of a network that recalls.";
        let claim = match self.blunt(Claim::new("exchange", sentence, APPENDIX), law) {
            Ok(claim) => claim,
            Err(untested) => return *untested,
        };
        let line = law.exchanged();
        let runs = self.runs(Attends::Softmax.id());
        let vote = |&run: &usize| {
            self.once_recalled(run, || match self.last(EXCHANGED, run) {
                Some(error) => Vote::of(f64::from(error) >= RUINED * line),
                None => Vote::open("nothing is measured"),
            })
        };
        let signed = if self.config.target == Asked::Paper {
            format!(
                " That alone would prove nothing: whoever knows only the tag has as great an error with exchanged queries, and {:.2} with \
                 the right \
                 ones.",
                law.query_only()
            )
        } else {
            String::new()
        };
        let measured = format!(
            "Variance unexplained with exchanged queries, seed by seed: {} ({line:.2} for faultless recall, of which {RUINED} counts as \
             ruined), with the right ones {}.{signed}",
            self.each(&runs, EXCHANGED),
            self.each(&runs, FVU)
        );
        claim.judged(&runs.iter().map(vote).collect::<Vec<_>>(), measured)
    }

    fn coefficients(&self, law: &ContextLaw) -> Verdict {
        let sentence = "The output of attention carries the first Mercer coefficient of the recalled cloud: it can be read off linearly.";
        let claim = match self.blunt(Claim::new("coefficients", sentence, MECHANISM), law) {
            Ok(claim) => claim,
            Err(untested) => return *untested,
        };
        let runs = self.runs(Attends::Softmax.id());
        let vote = |&run: &usize| {
            self.once_recalled(run, || match self.last(READ_OUT, run) {
                Some(r2) if r2 >= CARRIED => Vote::For,
                Some(r2) if r2 <= NOT_CARRIED => Vote::Against,
                Some(_) => Vote::open(format!("R² is between {NOT_CARRIED} and {CARRIED}")),
                None => Vote::open("too few contexts are held out for a read-out"),
            })
        };
        let measured = format!(
            "R² on contexts that the read-out was not fitted on, seed by seed: {} (carried is {CARRIED}, not carried {NOT_CARRIED}).",
            self.each(&runs, READ_OUT)
        );
        claim.judged(&runs.iter().map(vote).collect::<Vec<_>>(), measured)
    }

    /// Whether an arm does without recall what softmax does with it, seed by seed.
    fn enough(&self, softmax: &[usize], others: &[usize], law: &ContextLaw) -> Vec<Vote> {
        let vote = |(&softmax, &other): (&usize, &usize)| {
            let stopped = self.early(other);
            self.once_recalled(softmax, || match (stopped, self.last(FVU, other)) {
                (Some(early), _) => early,
                (None, Some(fvu)) if fvu <= RECALLED => Vote::Against,
                (None, Some(fvu)) if f64::from(fvu) >= KEEPS * law.blur() => Vote::For,
                (None, Some(_)) => Vote::open("it is between blur and recall"),
                (None, None) => Vote::open("nothing is measured"),
            })
        };
        softmax.iter().zip(others).map(vote).collect()
    }

    fn not_enough(&self, attends: Attends, law: &ContextLaw) -> Verdict {
        let steps = self.config.steps;
        let what = match attends {
            Attends::Linear => "Linear attention",
            Attends::Uniform => "Plain averaging",
            Attends::Softmax | Attends::Fixed => "Attention with a fixed kernel",
        };
        let sentence = format!(
            "{what} does not recall within {steps} steps where softmax attention does, with {}.",
            self.where_tags_lie(self.config)
        );
        let id = format!("not-enough-{}", attends.id());
        let claim = match self.blunt(Claim::new(&id, sentence, OURS), law) {
            Ok(claim) => claim,
            Err(untested) => return *untested,
        };
        let (softmax, others) = (self.runs(Attends::Softmax.id()), self.runs(attends.id()));
        let measured = format!(
            "Variance unexplained, seed by seed: softmax {}, {} {} (at most {RECALLED} is recall, {:.2} and more is none). More steps may \
             narrow the gap.",
            self.each(&softmax, FVU),
            attends.label().to_ascii_lowercase(),
            self.each(&others, FVU),
            KEEPS * law.blur()
        );
        claim.judged(&self.enough(&softmax, &others, law), measured)
    }

    fn of_recall(&self) -> Result<Vec<Verdict>, Error> {
        let law = self.config.law()?;
        let raced = |attends: &Attends| self.config.attention.contains(attends);
        if !raced(&Attends::Softmax) {
            let sentence = "Softmax attention learns to recall the queried cloud of a mixture, and predicts from it.";
            return Ok(vec![
                Claim::new("recall", sentence, PAPER).untested("Softmax attention is not among those that race."),
            ]);
        }
        let mut verdicts = vec![self.recall(&law), self.exchange(&law), self.heads(&law), self.coefficients(&law)];
        let others = [Attends::Linear, Attends::Uniform, Attends::Fixed];
        verdicts.extend(others.into_iter().filter(raced).map(|attends| self.not_enough(attends, &law)));
        Ok(verdicts)
    }

    /// What each kind of attention needs, by where tags lie: averaging is enough for two, and not for eight on a circle.
    fn of_tags(&self) -> Result<Vec<Verdict>, Error> {
        let arms = self.config.arms();
        let of = |attends: Attends, components: u32, tags: Tags| {
            let found = arms
                .iter()
                .find(|arm| arm.attends == attends && arm.config.components == components && arm.config.tags == tags);
            found.map(|arm: &Arm| (self.runs(&arm.info.id), arm))
        };
        let steps = self.config.steps;
        let mut verdicts = Vec::new();
        for (components, tags, id) in [(2, Tags::Simplex, "two"), (8, Tags::Circle, "eight")] {
            let enough = components == 2;
            let sentence = if enough {
                format!(
                    "With two opposite tags no retrieval is needed: plain averaging answers as well as softmax within {steps} steps."
                )
            } else {
                format!(
                    "With eight tags on a circle that is turned freely plain averaging does not answer within {steps} steps where \
                     softmax does."
                )
            };
            let claim = Claim::new(&format!("averaging-{id}"), sentence, "ours").after(self.step);
            let pair = of(Attends::Softmax, components, tags).zip(of(Attends::Uniform, components, tags));
            let Some(((softmax, arm), (uniform, _))) = pair else {
                verdicts.push(claim.untested("Softmax and uniform attention have to race."));
                continue;
            };
            let votes = self.enough(&softmax, &uniform, &arm.config.law()?);
            let votes: Vec<Vote> = if enough { votes.into_iter().map(Vote::contrary).collect() } else { votes };
            let measured = format!(
                "Variance unexplained, seed by seed: softmax {}, averaging {} (at most {RECALLED} is an answer).",
                self.each(&softmax, FVU),
                self.each(&uniform, FVU)
            );
            verdicts.push(claim.judged(&votes, measured));
        }
        Ok(verdicts)
    }

    /// At as many contexts: the greater α, the smaller the error.
    fn of_alpha(&self) -> Verdict {
        let sentence = format!(
            "The faster coefficients decay, the less of the variance is left unexplained from as many contexts, within {} steps.",
            self.config.steps
        );
        let claim = Claim::new("alpha", sentence, RATE).after(self.step);
        let most = SAMPLES.iter().copied().max().unwrap_or(0);
        let arms = ALPHAS.map(|alpha| self.runs(&MixturesConfig::sample_names(alpha, most).0));
        let vote = |seed: usize| {
            let runs: Vec<usize> = arms.iter().filter_map(|runs| runs.get(seed).copied()).collect();
            if let Some(early) = runs.iter().find_map(|&run| self.early(run)) {
                return early;
            }
            let errors: Vec<f32> = runs.iter().filter_map(|&run| self.last(FVU, run)).collect();
            match &errors[..] {
                [.., _] if errors.len() < ALPHAS.len() => Vote::open("nothing is measured"),
                [] => Vote::open("nothing is measured"),
                // On the plateau nothing is learned yet, whatever could be: its error is one, and says nothing of the decay.
                errors if errors.iter().any(|&error| error >= LEFT) => {
                    Vote::open(format!("a run is on its plateau after {} steps", self.config.steps))
                }
                errors => Vote::of(errors.windows(2).all(|pair| pair[1] < pair[0])),
            }
        };
        let seeds = arms.iter().map(Vec::len).max().unwrap_or(0);
        let each = |(alpha, runs): (f32, &Vec<usize>)| format!("α {alpha}: {}", self.each(runs, FVU));
        let measured = format!(
            "Variance unexplained after {most} contexts, seed by seed: {}. The spread of the first coefficient differs too: part of what a \
             greater α makes easier is scale.",
            ALPHAS.into_iter().zip(&arms).map(each).collect::<Vec<_>>().join("; ")
        );
        claim.judged(&(0..seeds).map(vote).collect::<Vec<_>>(), measured)
    }
}

impl Findings for MixturesFindings {
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error> {
        let judged = Judged { config: &self.config, results, step };
        match self.config.experiment {
            Experiment::Recall => judged.of_recall(),
            Experiment::Tags => judged.of_tags(),
            Experiment::Alpha => Ok(vec![judged.of_alpha()]),
        }
    }

    fn extend(&mut self, config: &Config) -> Result<(), Error> {
        self.config = config.own::<MixturesConfig>()?.clone();
        Ok(())
    }
}
