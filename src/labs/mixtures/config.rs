//! The mixtures lab's settings.

use crate::choice::choice;
use crate::error::Error;
use crate::labs::mixtures::law::{Asked, ContextLaw, Law, MOST_COMPONENTS, Tags, Terms};
use crate::labs::mixtures::own::{self, Densities};
use crate::labs::mixtures::parts;
use crate::labs::mixtures::presets::PRESETS;
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::labs::settings::{FromFile, Preset, Settings};
use crate::property::{Field, Kind, Problem, properties};
use crate::run::machine::{Cores, ExecutorChoice};
use crate::run::training::{Activation, Schedule};

/// The most tokens of a context.
pub const MOST_TOKENS: u32 = 8192;
/// The most numbers of one buffer: 128 MiB, which every device holds.
const MOST_NUMBERS: u64 = 32 * 1024 * 1024;
/// The fewest contexts, if they are not fresh.
const FEWEST_CONTEXTS: u32 = 4;

choice! {
    /// What is raced.
    pub enum Experiment {
        Recall = "recall", "Recall", "Several kinds of attention on the same contexts.";
        Tags = "tags", "Tags", "The kinds of attention at two, four and eight tags, on a simplex and on a circle.";
        Alpha = "alpha", "Samples", "Softmax at three rates of decay, from 16 contexts to 4096: what do more examples bring?";
    }
}

choice! {
    /// What attends.
    pub enum Attends {
        Softmax = "softmax", "Softmax", "Weights are a softmax of logits, over the measure.";
        Linear = "linear", "Linear", "Logits are the weights, without a normaliser.";
        Uniform = "uniform", "Uniform", "Every token counts as the measure says: plain averaging.";
        Fixed = "fixed", "Fixed kernel", "A softmax whose embeddings, queries and keys stay as they were drawn.";
    }
}

properties! {
    /// Settings of the mixtures lab. Defaults force recall by content: eight tags on a circle.
    pub struct MixturesConfig {
        experiment: Experiment = Experiment::Recall, Kind::one_of::<Experiment>(), Run, "Experiment", "Experiment", "", "What is raced.";
        components: u32 = 8, Kind::integer(1, MOST_COMPONENTS), Run, "Contexts", "Clouds", "", "Clouds of a context, each with a tag of its own.";
        tags: Tags = Tags::Circle, Kind::one_of::<Tags>(), Run, "Contexts", "Tags", "", "Where tags lie.";
        angles: String = String::new(), Kind::text(own::MOST_ANGLES), Run, "Contexts", "My angles", "degrees", "One for each cloud, with blanks between, as in 0 45 180.";
        alpha: f32 = 1.0, Kind::number(0.25, 4.0), Run, "Contexts", "Decay α", "", "Coefficient j has the variance exp(−j^α) of the first: the greater, the smoother densities are.";
        modes: u32 = 16, Kind::integer(1, 32), Run, "Contexts", "Modes", "", "Coefficients of a density.";
        law: Law = Law::Safe, Kind::one_of::<Law>(), Run, "Contexts", "Coefficients", "", "From what they are drawn.";
        target: Asked = Asked::Mode, Kind::one_of::<Asked>(), Run, "Contexts", "Asked for", "", "What is to be predicted of the cloud that bears the tag.";
        mode: u32 = 1, Kind::integer(1, 32), Run, "Contexts", "Which coefficient", "", "From the smoothest.";
        tokens: u32 = 0, Kind::integer(0, MOST_TOKENS), Run, "Tokens", "Tokens", "", "Drawn of each context; 0 for the exact integral over it.";
        grid: u32 = 32, Kind::integer(8, 256), Run, "Tokens", "Grid", "places", "On which densities stand; more than modes.";
        contexts: u32 = 0, Kind::integer(0, 4096), Run, "Training", "Contexts", "", "To learn from; 0 for fresh ones at every step.";
        noise: f32 = 0.0, Kind::number(0.0, 1.0), Run, "Training", "Noise", "of their spread", "Added to the answers that are taught.";
        batch: u32 = 32, Kind::integer(4, 256), Run, "Training", "Batch", "contexts", "Contexts of a step.";
        steps: u32 = 3000, Kind::integer(1, 50_000), Run, "Training", "Steps", "", "Training steps.";
        seeds: u32 = 1, Kind::integer(1, 16), Run, "Training", "Seeds", "", "Independent runs, each with weights and contexts of its own.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Training", "First seed", "", "The other seeds follow it.";
        attention: Vec<Attends> = vec![Attends::Softmax, Attends::Linear, Attends::Uniform], Kind::many_of::<Attends>(), Run, "Model", "Attention", "", "Kinds that race.";
        heads: u32 = 4, Kind::integer(1, 8), Run, "Model", "Heads", "", "Each has a share of the width, four numbers at least.";
        width: u32 = 16, Kind::integer(8, 64), Run, "Model", "Width", "", "Of what the MLPs give.";
        hidden: u32 = 32, Kind::integer(8, 128), Run, "Model", "Hidden width", "", "Between the two layers of an MLP.";
        activation: Activation = Activation::Gelu, Kind::one_of::<Activation>(), Run, "Model", "Activation", "", "Non-linearity of the MLPs.";
        rate: f32 = 0.003, Kind::number(0.0, 1.0), Run, "Optimiser", "Learning rate", "", "Adam’s step size.";
        schedule: Schedule = Schedule::Cosine, Kind::one_of::<Schedule>(), Run, "Optimiser", "Schedule", "", "Learning rate over time; a cosine goes down to a tenth.";
        warmup: u32 = 200, Kind::integer(0, 1000), Run, "Optimiser", "Warm-up", "steps", "Steps over which the learning rate rises linearly.";
        every: u32 = 100, Kind::integer(1, 10_000), Run, "Evaluation", "Evaluate every", "steps", "Steps between two evaluations.";
        held_out: u32 = 128, Kind::integer(16, 1024), Run, "Evaluation", "Held out", "contexts", "Contexts that are never trained on; each is asked by every one of its tags.";
        densities: String = String::new(), Kind::rows(own::MOST_TEXT), Look, "My mixture", "My densities", "", "Rows of z and a density for each cloud, with blanks between and a semicolon after each row; or a file of them.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
        cores: Cores = Cores::Auto, Kind::one_of::<Cores>(), Look, "Machine", "Cores", "", "How many share the work where the CPU does it, from the next start on. No number depends on it.";
    }
}

/// Why a file was refused, without the sentence around it.
fn reason(error: &Error) -> String {
    if let Error::File(why) = error { why.clone() } else { error.to_string() }
}

impl MixturesConfig {
    /// The law of contexts.
    ///
    /// # Errors
    /// [`Error::Config`] if the reader's angles cannot be read: what is typed stays, to be mended.
    pub fn law(&self) -> Result<ContextLaw, Error> {
        let angles = if self.tags == Tags::Own {
            own::angles(&self.angles, self.components)
                .map_err(|why| Error::Config(format!("angles: {}", reason(&why))))?
        } else {
            Vec::new()
        };
        let Self { components, modes, alpha, law, target, mode, tags, .. } = *self;
        Ok(ContextLaw::of(&Terms { components, modes, alpha, law, target, mode, tags, angles: &angles }))
    }

    /// The reader's own mixture; nothing if there is none.
    ///
    /// # Errors
    /// [`Error::Config`] if it cannot be read: what is typed stays, to be mended.
    pub fn mixture(&self) -> Result<Option<Densities>, Error> {
        if self.densities.trim().is_empty() {
            Ok(None)
        } else {
            own::of_link(&self.densities).map(Some).map_err(|why| Error::Config(format!("densities: {}", reason(&why))))
        }
    }

    /// Tokens of a context.
    #[must_use]
    pub fn keys(&self) -> u32 {
        if self.tokens > 0 { self.tokens } else { self.components * self.grid }
    }

    /// Numbers of the largest buffer, a token of a context.
    fn a_token(&self) -> u64 {
        let head = (self.width / self.heads).max(1).next_multiple_of(4);
        u64::from(self.hidden.max(2 * self.heads * head).max(1 + MOST_COMPONENTS))
    }

    /// What is wrong with tokens and contexts, mended.
    fn settle_tokens(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut mend = |field: &str, value: &mut u32, used: u32, allowed: String| {
            if *value != used {
                let given = std::mem::replace(value, used).text();
                problems.push(Problem { field: field.to_owned(), given, allowed, used: used.text() });
            }
        };
        if self.contexts > 0 {
            let used = self.contexts.max(FEWEST_CONTEXTS);
            mend("contexts", &mut self.contexts, used, format!("0 for fresh ones, or at least {FEWEST_CONTEXTS}"));
        }
        let grid = self.grid.max(self.modes + 1);
        mend("grid", &mut self.grid, grid, format!("more places than modes, of which there are {}", self.modes));
        let mode = self.mode.min(self.modes);
        mend("mode", &mut self.mode, mode, format!("one of the {} modes", self.modes));
        let most = MOST_NUMBERS / self.a_token() / u64::from(self.keys());
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let told = format!("at most {most}: contexts times tokens times numbers of a token have to fit into 128 MiB");
        let batch = self.batch.min(most);
        mend("batch", &mut self.batch, batch, told.clone());
        let held_out = self.held_out.min(most);
        mend("held_out", &mut self.held_out, held_out, told);
        problems
    }
}

impl Settings for MixturesConfig {
    const LAB: &'static str = "mixtures";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        parts::all()
    }

    fn racing(&self) -> Option<&dyn Racing> {
        Some(self)
    }

    fn of_file(name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error> {
        let table = (name == "densities").then(|| own::of_file(bytes)).transpose()?;
        Ok(table.map(|table| (vec![("densities", table.text())], Vec::new())))
    }

    fn lacking(&self) -> Vec<Problem> {
        let own = self.experiment != Experiment::Tags && self.tags == Tags::Own;
        let Some(why) = own.then(|| own::angles(&self.angles, self.components).err()).flatten() else {
            return Vec::new();
        };
        let allowed = format!("{} angles in degrees, such as 0 45 180 ({})", self.components, reason(&why));
        vec![Problem { field: "angles".to_owned(), given: self.angles.clone(), allowed, used: String::new() }]
    }

    fn unused(&self) -> Vec<&'static str> {
        let (tags, alpha) = (self.experiment == Experiment::Tags, self.experiment == Experiment::Alpha);
        let groups: [(&[&str], bool); 4] = [
            (&["components", "tags"], !tags),
            (&["angles"], !tags && self.tags == Tags::Own),
            (&["alpha", "contexts", "attention"], !alpha),
            (&["mode"], self.target == Asked::Mode),
        ];
        groups.into_iter().filter(|(_, used)| !used).flat_map(|(names, _)| names.iter().copied()).collect()
    }

    fn settle(&mut self) -> Vec<Problem> {
        self.settle_tokens()
    }
}
