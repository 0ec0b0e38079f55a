//! What is asked of the mixtures lab beside its race.

use crate::error::Error;
use crate::kernels::weighted_attention::{Shape, Weighting};
use crate::labs::arrays::Floats;
use crate::labs::ask::{self, Nothing, Reply, TableName, Turn, questions};
use crate::labs::mixtures::answers::{
    ChangeAnswer, CoefficientAnswer, CoefficientsAnswer, ContextAnswer, DensityFile, HeadsAnswer, OfContext, OfHeads,
    OfMixtureRun, SamplesAnswer,
};
use crate::labs::mixtures::arms::{ALPHAS, SAMPLES};
use crate::labs::mixtures::config::{Attends, Experiment, MOST_TOKENS, MixturesConfig};
use crate::labs::mixtures::context::{self, PLACES, SHOWN, Shown};
use crate::labs::mixtures::integral::{self, IntegralAnswer, Integrating};
use crate::labs::mixtures::judge::{self, FVU, MODES_READ, Seen};
use crate::labs::mixtures::model::Retriever;
use crate::labs::mixtures::own::{self, Densities};
use crate::labs::mixtures::tables;
use crate::labs::run::Run;
use crate::model::{self, Model};
use crate::rng::STREAM_DATA;
use crate::run::claim::SEEDS;
use crate::run::lineup::{Lineup, Provenance};
use crate::run::machine::Machine;
use crate::run::table::Table;
use crate::run::trained::Trained;

type Place<'a> = ask::Place<'a, MixturesConfig>;
type Answer<T> = Result<Reply<T>, Error>;

/// Tokens that are drawn to look at.
const LOOKED_AT: u32 = 256;
/// What sums are counted in.
const SIZES: &str = "sizes";
questions! {
    MixturesBench, MixturesConfig;
    /// A context: its clouds, tags and tokens, and the lines that give errors their meaning.
    "context": ask_context(OfContext) -> ContextAnswer;
    /// A mixture of the reader’s, from a table.
    "context.file": "page" ask_file(DensityFile) -> Densities;
    /// Who attends to whom, of one run.
    "heads": ask_heads(OfHeads) -> HeadsAnswer;
    /// What a linear read-out of attention’s output knows of the cloud, of one run.
    "coefficients": ask_coefficients(OfMixtureRun) -> CoefficientsAnswer;
    /// Error against number of contexts, by rate of decay.
    "samples": "page" ask_samples(Nothing) -> Vec<SamplesAnswer>;
    /// Attention over more and more tokens against the integral, and over Gaussian tokens against S u.
    "integral": ask_integral(OfMixtureRun) -> IntegralAnswer;
    /// A table of the lab as CSV.
    "csv": ask_csv(TableName) -> String;
}

/// Answers what is asked of the lab.
#[derive(Debug, Default)]
pub(crate) struct MixturesBench;

/// A run of the open race; nothing if none is open, or it follows another law than the settings.
async fn trained(
    run: Option<&mut (dyn Run + 'static)>,
    machine: &mut Machine,
    which: u32,
    config: &MixturesConfig,
) -> Result<Option<Trained>, Error> {
    let Some(run) = run else { return Ok(None) };
    let own = run.config().of::<MixturesConfig>();
    if own.is_none_or(|own| own.experiment != config.experiment || own.law().ok() != config.law().ok()) {
        return Ok(None);
    }
    let Some(trains) = run.trains() else { return Ok(None) };
    trains.trained(machine, which).await.map(Some)
}

fn retriever(trained: &Trained) -> Result<&Retriever, Error> {
    let model: &dyn std::any::Any = trained.model.as_ref();
    model.downcast_ref().ok_or_else(|| Error::Internal("a run of this lab that recalls nothing".to_owned()))
}

fn who(trained: &Trained) -> String {
    format!("{}, seed {}, after {} steps", trained.arm.label, trained.seed, trained.step)
}

fn nothing_trained() -> Error {
    Error::Stopped("Nothing is trained yet. Press Train or Step first.".to_owned())
}

impl MixturesBench {
    async fn ask_context(&mut self, asked: OfContext, place: Place<'_>) -> Answer<ContextAnswer> {
        let config = place.config;
        let law = config.law()?;
        let at = asked.at.unwrap_or(0);
        if at >= config.held_out {
            let why = format!("at: {at} is not allowed; contexts go from 0 to {}", config.held_out - 1);
            return Err(Error::Config(why));
        }
        let count = asked.tokens.unwrap_or(if config.tokens > 0 { config.tokens } else { LOOKED_AT });
        if count > MOST_TOKENS {
            return Err(Error::Config(format!("tokens: {count} is not allowed; it takes 0 to {MOST_TOKENS}")));
        }
        let (copies, most) = (asked.copies.unwrap_or(1), MOST_TOKENS / count.max(1));
        if !(1..=most).contains(&copies) {
            let why = format!("copies: {copies} is not allowed; it takes 1 to {most} of {count} tokens");
            return Err(Error::Config(why));
        }
        let shown = Shown::of(config, &law, at, config.seed, SHOWN)?;
        let drawn = shown.tokens(config.seed, at, count);
        let (permuted, mut tokens) = (asked.permuted.unwrap_or(0), drawn.repeat(copies as usize));
        let mut change = None;
        if count > 0 && (copies > 1 || permuted > 0) {
            if permuted > 0 {
                tokens = integral::moved(&tokens, [config.seed, STREAM_DATA, permuted]);
            }
            let lineup = softmax(config)?;
            let model = recalling(&lineup)?;
            let layer = shown.layer(model, &model.initial(0)?, shown.tags.len())?;
            let allowed = integral::allowed(tokens.len() as u32);
            change = Some(ChangeAnswer { by: layer.change(&drawn, &tokens)?, allowed });
        }
        let place = |token: &usize| ((token % SHOWN as usize) as f32 + 0.5) / SHOWN as f32;
        let densities = shown.densities.iter().flatten().map(|share| (share * f64::from(SHOWN)) as f32);
        Ok(Reply::Done(ContextAnswer {
            z: (0..SHOWN).map(|cell| (f64::from(cell) + 0.5) / f64::from(SHOWN)).collect(),
            densities: Floats(densities.collect()),
            angles: shown.angles(),
            answers: shown.answers.clone(),
            places: Floats(tokens.iter().map(place).collect()),
            clouds: tokens.iter().map(|token| (token / SHOWN as usize) as u32).collect(),
            clipped: context::clipped(&law, config.seed),
            query_only: law.query_only(),
            blur: law.blur(),
            exchanged: law.exchanged(),
            spreads: law.spreads().into_iter().take(MODES_READ as usize).collect(),
            text: shown.editable().text(),
            about: shown.about,
            change,
        }))
    }

    async fn ask_file(&mut self, DensityFile { bytes }: DensityFile, _: Place<'_>) -> Answer<Densities> {
        own::of_file(&bytes.0).map(Reply::Done)
    }

    async fn heads(&mut self, OfHeads { run, own }: OfHeads, place: Place<'_>) -> Result<HeadsAnswer, Error> {
        let config = place.config;
        let trained = trained(place.run, place.machine, run.unwrap_or(0), config).await?.ok_or_else(nothing_trained)?;
        let model = retriever(&trained)?;
        let (masses, components, angles, about) = if own == Some(true) {
            let shown = own_of(config, model)?.ok_or_else(no_mixture)?;
            let components = shown.tags.len() as u32;
            let layer = shown.layer(model, &trained.parameters, shown.tags.len())?;
            let (places, bias) = layer.measure();
            let shape = Shape { keys: bias.len() as u32, ..layer.shape };
            let tags = [places.iter().map(|&token| token as u32 / PLACES).collect()];
            let masses = judge::masses(&shape, [&layer.q, &layer.tokens(&places), &bias], &tags);
            let masses = if shape.linear() { Vec::new() } else { masses };
            (masses, components, shown.angles(), "on your own mixture, its exact integral.")
        } else {
            let left = model::evaluated(model, trained.run, &trained.parameters)?;
            let seen = seen(model, &trained, &left)?;
            let masses = seen.masses().unwrap_or_default();
            (masses, seen.contexts.components, context::angles(model.law()), "on held-out contexts.")
        };
        let each = masses.chunks_exact((components * components) as usize);
        let sharpest = |masses: &[f64]| {
            let rows = masses.chunks_exact(components as usize);
            rows.map(|row| row.iter().copied().fold(0.0, f64::max)).sum::<f64>() / f64::from(components)
        };
        let turn = |from: &f64, to: &f64| (to - from + 180.0).rem_euclid(360.0) - 180.0;
        Ok(HeadsAnswer {
            about: format!("{}, {about}", who(&trained)),
            heads: model.over(1, 1).heads,
            components,
            same_tag: judge::same_tag(&masses, components),
            sharpness: each.map(sharpest).collect(),
            turns: angles.iter().flat_map(|from| angles.iter().map(move |to| turn(from, to))).collect(),
            masses: Floats(masses.into_iter().map(|mass| mass as f32).collect()),
        })
    }

    async fn ask_heads(&mut self, asked: OfHeads, place: Place<'_>) -> Answer<HeadsAnswer> {
        self.heads(asked, place).await.map(Reply::Done)
    }

    async fn coefficients(&mut self, which: Option<u32>, place: Place<'_>) -> Result<CoefficientsAnswer, Error> {
        let config = place.config;
        let trained =
            trained(place.run, place.machine, which.unwrap_or(0), config).await?.ok_or_else(nothing_trained)?;
        let model = retriever(&trained)?;
        let left = model::evaluated(model, trained.run, &trained.parameters)?;
        let seen = seen(model, &trained, &left)?;
        let own = match own_of(config, model)? {
            Some(shown) => {
                let layer = shown.layer(model, &trained.parameters, shown.tags.len())?;
                Some((layer.integral()?, layer.shape.width() as usize, shown))
            }
            None => None,
        };
        let modes = (0..MODES_READ).filter_map(|mode| {
            let read = seen.read_out(mode)?;
            let points = read.points.iter().flatten().map(|&value| value as f32).collect();
            let of_own = own.iter().flat_map(|(output, width, shown)| {
                let truth = shown.coefficients(model.law(), mode).into_iter();
                truth.zip(output.chunks_exact(*width)).flat_map(|(truth, output)| [truth, read.of(output)])
            });
            let own = Floats(of_own.map(|value| value as f32).collect());
            Some(CoefficientAnswer { mode: mode + 1, r2: read.r2, points: Floats(points), own })
        });
        let about = format!(
            "{}: a linear read-out, fitted on half of the held-out contexts, on the other half.",
            who(&trained)
        );
        Ok(CoefficientsAnswer { about, modes: modes.collect() })
    }

    async fn ask_coefficients(
        &mut self,
        OfMixtureRun { run }: OfMixtureRun,
        place: Place<'_>,
    ) -> Answer<CoefficientsAnswer> {
        self.coefficients(run, place).await.map(Reply::Done)
    }

    fn samples(config: &MixturesConfig, run: Option<&mut (dyn Run + 'static)>) -> Result<Vec<SamplesAnswer>, Error> {
        let Some(run) = run else { return Ok(Vec::new()) };
        let own = run.config().own::<MixturesConfig>()?.clone();
        if own.experiment != Experiment::Alpha || config.experiment != Experiment::Alpha {
            return Ok(Vec::new());
        }
        let results = run.results()?;
        let of = |alpha: f32| {
            let law = MixturesConfig { alpha, ..own.clone() }.law()?;
            let exponent = f64::from(alpha) / (f64::from(alpha) + 1.0);
            let errors = |&contexts: &u32| {
                let arm = MixturesConfig::sample_names(alpha, contexts).0;
                let runs = crate::labs::endings::runs_of(&results, &arm);
                runs.into_iter().map(|run| results.last(FVU, run).map_or(f64::NAN, f64::from)).collect()
            };
            Ok(SamplesAnswer {
                alpha: f64::from(alpha),
                contexts: SAMPLES.to_vec(),
                x: SAMPLES.iter().map(|&n| libm::pow(libm::log(f64::from(n)), exponent)).collect(),
                errors: SAMPLES.iter().map(errors).collect(),
                floors: (1..=3).map(|modes| law.modes_read(modes)).collect(),
                spread: law.spreads().first().copied().unwrap_or(0.0),
            })
        };
        ALPHAS.into_iter().map(of).collect()
    }

    async fn ask_samples(&mut self, _: Nothing, place: Place<'_>) -> Answer<Vec<SamplesAnswer>> {
        Self::samples(place.config, place.run).map(Reply::Done)
    }

    async fn ask_integral(
        &mut self,
        OfMixtureRun { run: which }: OfMixtureRun,
        place: Place<'_>,
    ) -> Answer<IntegralAnswer> {
        let Place { kept, config, run, machine, budget_ms, stop, .. } = place;
        if stop == Some(SIZES) {
            return Err(Error::Stopped("The sums were given up.".to_owned()));
        }
        let mut work = match kept.take::<Integrating>() {
            Some(work) => work,
            None => layers(which, config, run, machine).await?,
        };
        let begun = web_time::Instant::now();
        loop {
            if let Some(answer) = work.advance()? {
                return Ok(Reply::Done(answer));
            }
            if begun.elapsed().as_secs_f64() * 1000.0 >= budget_ms {
                let (at, of) = work.progress();
                kept.keep(work);
                return Ok(Reply::Going(Turn { part: "integral", unit: SIZES, at, of }));
            }
        }
    }

    async fn ask_csv(&mut self, TableName { table, at }: TableName, place: Place<'_>) -> Answer<String> {
        let made: Table = match table.as_str() {
            "heads" => tables::heads(&self.heads(OfHeads { run: at, own: None }, place).await?),
            "coefficients" => tables::coefficients(&self.coefficients(at, place).await?),
            "samples" => tables::samples(&Self::samples(place.config, place.run)?),
            "integral" => {
                let mut work = layers(at, place.config, place.run, place.machine).await?;
                loop {
                    if let Some(answer) = work.advance()? {
                        break tables::integral(&answer);
                    }
                }
            }
            other => return Err(Table::unknown(other, &tables::TABLES)),
        };
        made.csv().map(Reply::Done)
    }
}

/// Softmax attention by these settings, as it is drawn.
fn softmax(config: &MixturesConfig) -> Result<Lineup, Error> {
    let experiment = Experiment::Recall;
    let softmax = MixturesConfig { experiment, attention: vec![Attends::Softmax], seeds: SEEDS, ..config.clone() };
    crate::labs::race::Racing::lineup(&softmax, Provenance::default())
}

/// What recalls in a lineup of one model.
fn recalling(lineup: &Lineup) -> Result<&Retriever, Error> {
    let model: Option<&dyn std::any::Any> = lineup.squads.first().map(|squad| squad.model.as_ref() as _);
    let lost = || Error::Internal("a race without a model".to_owned());
    model.and_then(|model| model.downcast_ref()).ok_or_else(lost)
}

/// The reader's own mixture, with the tags of the first held-out context of the first seed; nothing if there is none.
fn own_of(config: &MixturesConfig, model: &Retriever) -> Result<Option<Shown>, Error> {
    Shown::own(config, model.law(), 0, config.seed, PLACES)
}

fn no_mixture() -> Error {
    Error::Config("densities: there is no mixture of your own; give rows of z and a density for each cloud".to_owned())
}

/// Layers of as many seeds as a claim needs: of a run if one is asked for and open, else as they are drawn.
async fn layers(
    which: Option<u32>,
    config: &MixturesConfig,
    run: Option<&mut (dyn Run + 'static)>,
    machine: &mut Machine,
) -> Result<Integrating, Error> {
    let of_run = match which {
        Some(which) => trained(run, machine, which, config).await?,
        None => None,
    };
    let lineup = softmax(config)?;
    let drawn = recalling(&lineup)?;
    let mut layers = Vec::new();
    for (at, seed) in (config.seed..config.seed + SEEDS).enumerate() {
        let (model, parameters) = match &of_run {
            Some(trained) => (retriever(trained)?, trained.parameters.clone()),
            None => (drawn, drawn.initial(at)?),
        };
        // Asked by its first tag.
        let shown = Shown::of(config, model.law(), 0, seed, PLACES)?;
        layers.push((seed, shown.layer(model, &parameters, 1)?));
    }
    let about = match &of_run {
        Some(trained) if retriever(trained)?.over(1, 1).weighting == Weighting::Linear => {
            return Err(Error::Config(
                "run: linear attention has no normaliser, and is not what the claim is about".to_owned(),
            ));
        }
        Some(trained) => format!("{}: its layers, on contexts of {SEEDS} seeds.", who(trained)),
        None => format!("Layers as they are drawn, of {SEEDS} seeds, each on a context of its own."),
    };
    Ok(Integrating::new(about, layers))
}

fn seen<'a>(model: &Retriever, trained: &Trained, left: &'a [Vec<f32>]) -> Result<Seen<'a>, Error> {
    let tensors: Vec<&[f32]> = left.iter().map(Vec::as_slice).collect();
    let lost = || Error::Internal("an evaluation that leaves too little".to_owned());
    model.seen(trained.run, &tensors).ok_or_else(lost)
}
