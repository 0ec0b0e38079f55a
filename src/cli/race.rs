//! A run in a shell, of whichever lab: a bar, checkpoints, signals, files.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command};

use mnemoscope::labs::Config;
use mnemoscope::labs::run::Run;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::turn::Kept;
use mnemoscope::labs::weights::Weights;
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::{CORES, Machine};
use mnemoscope::run::spread::spreads;

use super::failure::Failure;
use super::files::{self, Outputs};
use super::progress::Progress;
use super::signals::Signals;
use super::tables::Folder;
use super::{settings, table, tables};

/// Milliseconds of work between two looks at the clock and the signals.
const UPDATE_MS: f64 = 100.0;

/// Seconds between two checkpoints, unless told otherwise; with the time of a step this stays below ten.
const CHECKPOINT_S: &str = "8";

/// Saving takes at most about this share of the time: huge models are saved less often.
const SAVING: f64 = 0.1;

/// A flag that leaves only what went wrong.
pub(crate) fn quiet() -> Arg {
    Arg::new("quiet").long("quiet").short('q').action(ArgAction::SetTrue).help("Say nothing but what went wrong")
}

/// Adds the flags that are not settings: those of a run, and where models are trained those of their weights.
pub(crate) fn add(command: Command, defaults: &Config) -> Command {
    let command = command
        .arg(files::argument("out", "Write results as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write the curves as CSV to FILE; - is standard output"))
        .arg(tables::argument())
        .arg(quiet());
    if defaults.racing().is_err() {
        return command;
    }
    let every = Arg::new("checkpoint-every")
        .long("checkpoint-every")
        .value_name("SECONDS")
        .default_value(CHECKPOINT_S)
        .requires("checkpoint")
        .value_parser(clap::value_parser!(f64))
        .help("Seconds between two checkpoints; more if saving takes longer than a tenth of that");
    let fresh = Arg::new("fresh")
        .long("fresh")
        .action(ArgAction::SetTrue)
        .requires("checkpoint")
        .help("Ignore what stands in the checkpoint, and begin anew");
    command
        .arg(files::argument("export-weights", "Write the trained weights to FILE, as safetensors"))
        .arg(files::argument(
            "checkpoint",
            "Save the race to FILE now and then, at the end, and on SIGINT, SIGTERM or SIGHUP; if FILE is there, go on from it",
        ))
        .arg(every)
        .arg(fresh)
}

/// Runs to the end, and writes what is asked for.
pub(crate) fn run(config: &Config, arguments: &ArgMatches) -> Result<(), Failure> {
    let path = |name| arguments.try_get_one::<PathBuf>(name).ok().flatten().map(PathBuf::as_path);
    let (weights, checkpoint) = (path("export-weights"), path("checkpoint"));
    let others: Vec<&Path> = weights.into_iter().chain(checkpoint).collect();
    if others.iter().any(|path| files::is_stdout(path)) {
        return Err(Failure::usage("weights and checkpoints do not go to standard output; name a file"));
    }
    let folder = Folder::of(arguments, &config.tables())?;
    let others: Vec<&Path> = others.into_iter().chain(folder.paths()).collect();
    let outputs = Outputs::of(arguments, &others, &[])?;
    let seconds = arguments.try_get_one::<f64>("checkpoint-every").ok().flatten().copied().unwrap_or(0.0);
    let every = Duration::try_from_secs_f64(seconds)
        .map_err(|_| Failure::usage("--checkpoint-every: it takes a number of seconds, such as 8"))?;
    let before = match checkpoint.filter(|path| path.is_file() && !arguments.get_flag("fresh")) {
        Some(path) => Some(Before::read(path, config)?),
        None => None,
    };
    let quiet = arguments.get_flag("quiet");
    pollster::block_on(async {
        let mut job = Job::open(config, before, quiet).await?;
        job.keep = checkpoint.map(|path| Keep { path, every, last: Instant::now(), failed: None, warned: false });
        job.work().await?;
        job.finish(weights, &outputs, &folder).await
    })
}

/// A checkpoint to go on from.
struct Before<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    /// Steps that it was to take in all, and how many are wanted now, if those are more.
    extended: Option<(u32, u32)>,
}

impl<'a> Before<'a> {
    /// Reads a checkpoint of this race, or of one that only ends earlier. What is only looked at may differ: it is taken from
    /// `config`.
    fn read(path: &'a Path, config: &Config) -> Result<Self, Failure> {
        let name = path.display();
        let bytes = files::read(path).map_err(|why| Failure::failed(format!("{why}; name another, or use --fresh")))?;
        let saved = Weights::read(&bytes).map_err(|error| {
            let why = settings::reason(error);
            Failure::failed(format!("{name}: {why}; begin anew with --fresh, or name another file"))
        })?;
        let there = &saved.config;
        let (old, steps) = (saved.lineup.steps(), config.lineup()?.steps());
        // The same race, ending where the checkpoint's does.
        let same = config.with_steps(old).filter(|own| old <= steps && own.races_as(there));
        // With some schedules the learning rate depends on the steps in all.
        let extends = || saved.lineup.extended(config.provenance(), steps).is_some();
        if let Some(own) = same.as_ref().filter(|_| old == steps || extends()) {
            let bytes = if own == there { bytes } else { Weights::write(own, &saved.state)? };
            return Ok(Self { path, bytes, extended: (old < steps).then_some((old, steps)) });
        }
        let anew = "name another file, or begin anew with --fresh";
        if there.lab_id() != config.lab_id() {
            let (there, here) = (there.lab_id(), config.lab_id());
            let line = format!("{name}: this checkpoint is of the {there} lab, and this is the {here} lab; {anew}");
            return Err(Failure::usage(line));
        }
        let each = there.differences(config).into_iter();
        let each = each.map(|(name, there, here)| format!("{name} is {there} there and {here} here"));
        let each = each.collect::<Vec<_>>().join(", ");
        let depends = " (with this schedule the learning rate depends on the steps in all)";
        let why = if same.is_some() { depends } else { "" };
        let line = format!("{name}: this checkpoint has other settings: {each}{why}; give the same settings, {anew}");
        Err(Failure::usage(line))
    }
}

/// Where and how often the race is saved.
struct Keep<'a> {
    path: &'a Path,
    every: Duration,
    last: Instant,
    /// Why the last attempt came to nothing.
    failed: Option<Failure>,
    /// Whether that has been said; a full disk stays full, and once is enough.
    warned: bool,
}

/// Works on as many cores as the settings want; without a number, on all that there are.
fn employ(config: &Config) {
    let cores = config.values().into_iter().find(|(name, _)| *name == CORES);
    if let Some(count) = cores.and_then(|(_, value)| value.parse().ok()) {
        // There is one pool of threads; a second run of one program has the same settings.
        rayon::ThreadPoolBuilder::new().num_threads(count).build_global().ok();
    }
}

/// A run and what surrounds it.
struct Job<'a> {
    run: Box<dyn Run>,
    machine: Machine,
    signals: Signals,
    progress: Progress,
    keep: Option<Keep<'a>>,
    quiet: bool,
}

impl<'a> Job<'a> {
    async fn open(config: &Config, before: Option<Before<'_>>, quiet: bool) -> Result<Self, Failure> {
        let signals = Signals::listen()?;
        employ(config);
        let mut machine = Machine::default();
        let run: Box<dyn Run> = match &before {
            Some(before) => {
                let mut trial = Trial::restore(&before.bytes, &mut machine, &mut |_, _| {}).await?;
                if let Some((_, steps)) = before.extended
                    && !trial.extend(steps)?
                {
                    let line =
                        "this checkpoint cannot be trained longer; begin anew with --fresh, or name another file";
                    return Err(Failure::usage(line));
                }
                Box::new(trial)
            }
            None => config.lab()?.open(config.clone(), &mut machine, &mut |_, _| {}).await?,
        };
        let about = run.about();
        let progress = Progress::new(quiet, run.step(), about.steps);
        let info = about.executor;
        let what = if about.weights { String::new() } else { format!("{}, on ", run.label()) };
        progress.note(&format!("{what}{} ({}): {}", info.kind, info.name, info.reason));
        if let Some(Before { path, extended, .. }) = &before {
            let longer = extended.map_or(String::new(), |(old, steps)| format!(", to {steps} steps instead of {old}"));
            progress.note(&format!("going on from step {} ({}){longer}", run.step(), path.display()));
        }
        Ok(Self { run, machine, signals, progress, keep: None, quiet })
    }

    /// Works to the end.
    ///
    /// # Errors
    /// What the work meets, or that a signal ended it.
    async fn work(&mut self) -> Result<(), Failure> {
        let runs = self.run.about().runs;
        let mut finished = false;
        while !finished {
            if let Some(signal) = self.signals.heard() {
                return Err(self.interrupted(signal).await);
            }
            for event in self.run.advance(&mut self.machine, UPDATE_MS, 0).await? {
                match event {
                    Event::Recovered { reason, .. } => self.progress.note(&reason),
                    Event::Stopped { replica, step, reason } => {
                        if let Some(run) = runs.get(replica as usize) {
                            let (arm, seed) = (&run.arm, run.seed);
                            self.progress.note(&format!("{arm}, seed {seed} stopped at step {step}: {reason}"));
                        }
                    }
                    Event::Progress { step, steps, step_ms } => self.progress.at(step, steps, step_ms),
                    Event::Finished { .. } => finished = true,
                    Event::Training { .. } | Event::Evaluation { .. } | Event::Reached { .. } => {}
                }
            }
            let due = self.keep.as_ref().is_some_and(|keep| keep.last.elapsed() >= keep.every);
            if due && !finished {
                self.save_checkpoint().await?;
                self.warn();
            }
        }
        self.progress.end();
        Ok(())
    }

    /// Says, once, that the race goes on without a new checkpoint.
    fn warn(&mut self) {
        let Some(keep) = &mut self.keep else { return };
        if let Some(failure) = keep.failed.as_ref().filter(|_| !keep.warned) {
            self.progress.warn(&format!("{}; the race goes on", failure.text()));
            keep.warned = true;
        }
    }

    async fn interrupted(&mut self, signal: i32) -> Failure {
        self.progress.end();
        let (step, steps) = (self.run.step(), self.run.about().steps);
        if self.run.trains().is_none() {
            let at = format!("interrupted after {step} of {steps} units; nothing was written");
            return Failure::signal(signal, at);
        }
        let saved = self.save_checkpoint().await;
        let at = format!("interrupted at step {step} of {steps}");
        let failed = saved.err().or_else(|| self.keep.as_mut()?.failed.take());
        if let Some(failed) = failed {
            return failed.and(format!("{at}; the checkpoint, if there is one, is of an earlier step"));
        }
        Failure::signal(
            signal,
            match &self.keep {
                Some(keep) => format!("{at}, saved to {}; the same command goes on from there", keep.path.display()),
                None => format!("{at}, nothing was saved; with --checkpoint FILE the same command would go on"),
            },
        )
    }

    /// The race as a file. A device lost just now is replaced first.
    async fn bytes(&mut self) -> Result<Vec<u8>, Failure> {
        match self.run.trains() {
            Some(trains) => Ok(trains.save(&mut self.machine).await?),
            None => Err(Failure::usage("this run has no weights to save")),
        }
    }

    /// Saves, if that is wanted. A file that cannot be written is no reason to end a race, whose trained steps are worth
    /// more; it is remembered, and the exit code tells it if the last attempt fails too.
    ///
    /// # Errors
    /// What the device meets.
    async fn save_checkpoint(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        let Some(path) = self.keep.as_ref().map(|keep| keep.path) else { return Ok(()) };
        let bytes = self.bytes().await?;
        let failed = files::replace(path, &bytes).err();
        if let Some(keep) = &mut self.keep {
            keep.failed = failed;
            keep.last = Instant::now();
            keep.every = keep.every.max(start.elapsed().div_f64(SAVING));
        }
        Ok(())
    }

    async fn finish(&mut self, weights: Option<&Path>, outputs: &Outputs<'_>, folder: &Folder) -> Result<(), Failure> {
        let saved = self.save_checkpoint().await;
        let failed = saved.err().or_else(|| self.keep.as_mut()?.failed.take());
        let checkpoint = failed.map_or(Ok(()), |failed| {
            Err(failed.and("the race is over, but the checkpoint, if there is one, is of an earlier step"))
        });
        let weights = match weights {
            Some(path) => self.bytes().await.and_then(|bytes| files::replace(path, &bytes)),
            None => Ok(()),
        };
        let judged = self
            .run
            .judge(&mut self.machine, &mut Kept::default(), f64::INFINITY)
            .await
            .map(|_| ())
            .map_err(Failure::from);
        let results = self.run.results()?;
        let json = settings::json_text(&results)?;
        let csv = || Ok(results.csv()?);
        let written = if self.quiet { outputs.write(&json, csv) } else { outputs.write_told(&json, csv) };
        let tables = folder.write_all(|| self.run.tables(&results));
        if !self.quiet {
            let trains = self.run.trains().is_some();
            // How soon, where there is something to reach; else how it ended.
            match results.measures.iter().find(|measure| measure.threshold.is_some()) {
                Some(measure) if trains => {
                    let arms = results.arms.iter().map(|arm| arm.id.as_str());
                    table::race(&spreads(&results.runs, &measure.id, arms), measure, &results.arms, results.step);
                }
                None if trains => table::measured(&results),
                _ => {}
            }
            self.run.found()?.iter().for_each(table::found);
            let first = results.runs.first().map(|run| run.arm.as_str());
            let seeds = results.runs.iter().filter(|run| Some(run.arm.as_str()) == first).count() as u32;
            let pace = results.seconds.map(|seconds| (seconds / f64::from(results.step.max(1)), seeds));
            table::verdicts(&results.verdicts, pace.filter(|_| trains));
        }
        // What could be written is, whatever else failed.
        Failure::all([checkpoint, weights, judged, written, tables])
    }
}
