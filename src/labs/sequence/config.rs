//! The sequence lab's configuration: its table, its presets, and the rules between fields.

use crate::choice::choice;
use crate::kernels::rng::{STREAM_SEQUENCE, below, pcg4d};
use crate::labs::part::Part;
use crate::labs::sequence::parts;
use crate::labs::settings::{Preset, Settings};
use crate::property::{Field, Kind, Problem, properties};
use crate::reading::plain;
use crate::run::heads;
use crate::run::machine::{Cores, ExecutorChoice};

/// The most keys, and values, of associative recall: a machine has codes for 256 symbols.
const MOST_KEYS: u32 = 128;
/// Pairs of the shortest sequence that may be the longest.
const FEWEST_PAIRS: u32 = 5;
/// The most attention heads of the transformer.
const MOST_HEADS: u32 = 16;

choice! {
    /// Where the sequence comes from.
    pub enum Source {
        Typed = "typed", "Typed", "The symbols of the field below.";
        Random = "random", "Random", "Symbols drawn evenly from an alphabet, by the seed.";
    }
}

choice! {
    /// What one symbol of a typed sequence is.
    pub enum Split {
        Words = "words", "Words", "Symbols are separated by spaces or commas.";
        Characters = "characters", "Characters", "Every character is a symbol, spaces included.";
    }
}

choice! {
    /// How a machine remembers what came before.
    pub enum ContextModel {
        Shift = "shift", "Shift register", "The last two inputs side by side.";
        Layer = "layer", "Context layer", "nofm(λ P1 C + P2 I): fixed random weights, the old context times λ = Λ / (1 − Λ), nothing scaled (thesis eq. 5.4).";
        Combined = "combined", "Combined", "nofm(Λ scale(P1 C) + (1 − Λ) scale(P2 I)): both parts scaled to a sum of 1 (thesis eq. 5.5).";
    }
}

choice! {
    /// The fixed weights of the address decoder.
    pub enum DecoderKind {
        Dense = "dense", "Dense", "Every weight drawn evenly from 0 to 1.";
        Sparse = "sparse", "Sparse", "Every decoder neuron has a weights, at random inputs.";
    }
}

choice! {
    /// Ratio of a sparse decoder neuron's weights.
    pub enum DecoderRatio {
        Steps = "steps", "1 % steps", "Each weight is 1 % smaller than the one before, so that sums seldom tie.";
        Equal = "equal", "Equal", "At α 1 a sum counts the inputs that are shared: many tie, and of those the lower neuron fires, again and again.";
        Alpha = "alpha", "By α", "Each weight is α of the one before, as in the thesis's memory: the weights are a ranked code too. At α .99 these are the 1 % steps; far below, a few weights make up the sum, and the memory holds less.";
    }
}

choice! {
    /// How the data store learns.
    pub enum Writing {
        Max = "max", "Maximum", "W = max(W, σi σj): keeps the significance of both codes.";
        Or = "or", "OR", "W = 1 wherever both fire: binary weights.";
    }
}

choice! {
    /// A spiking neuron.
    pub enum Neuron {
        Wheel = "wheel", "Wheel", "Activation rises at a constant rate from the first spike on and jumps with every input; fires at the threshold, then resets (thesis eq. 6.10).";
        Rdlif = "rdlif", "RDLIF", "Inputs raise a rate, the rate raises the activation, and both leak; fires at the threshold, then resets both.";
    }
}

choice! {
    /// What is run over many machines.
    pub enum Experiment {
        Capacity = "capacity", "Capacity of the memory", "Stores more and more pairs, and recalls all of them each time: exactly, and with similarity at least 0.9.";
        Kanerva = "kanerva", "Kanerva's memory", "The binary ancestor: capacity, and how many wrong bits a cue may have.";
        Errors = "errors", "Errors against length", "Presents a random sequence twice, and counts the wrong predictions of the second time, for each context.";
        Repeated = "repeated", "Repeated subsequence", "A sequence in which 5-4-5-4-5 comes twice: how many of its symbols each context predicts.";
        Rivals = "rivals", "Beside the transformer", "The same sequence, one symbol at a time, to a machine and to a transformer that takes one or more gradient steps a symbol.";
        Recall = "recall", "Associative recall", "Pairs of a key and a value, shown once, symbol by symbol, to machines and to transformers; then every key comes again, in another order, and its partner is asked.";
    }
}

properties! {
    /// Settings of the sequence lab.
    pub struct SequenceConfig {
        source: Source = Source::Typed, Kind::one_of::<Source>(), Look, "Sequence", "Source", "", "Where the sequence comes from.";
        sequence: String = "7 1 5 1 7 1 5 1 7 1 5 1".to_owned(), Kind::text(4000), Look, "Sequence", "Sequence", "", "What the machine is shown.";
        split: Split = Split::Words, Kind::one_of::<Split>(), Look, "Sequence", "Symbols are", "", "What one symbol of the typed sequence is.";
        alphabet: u32 = 15, Kind::integer(2, 200), Run, "Sequence", "Alphabet", "symbols", "Symbols that a random sequence is drawn from; of associative recall, keys and as many values.";
        length: u32 = 40, Kind::integer(1, 1000), Look, "Sequence", "Length", "symbols", "Of a random sequence.";
        cue: String = "7 1".to_owned(), Kind::text(400), Look, "Sequence", "Cue", "", "What recall starts from. Symbols must have been stored.";
        recall: u32 = 12, Kind::integer(1, 1000), Look, "Sequence", "Recall", "symbols", "How many symbols the machine goes on by itself, each prediction its next input.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Sequence", "Seed", "", "Of codes, fixed weights and random sequences; further seeds follow it.";
        context: ContextModel = ContextModel::Combined, Kind::one_of::<ContextModel>(), Look, "Context", "Context", "", "How the machine remembers what came before.";
        retention: f32 = 0.5, Kind::number(0.0, 1.0), Run, "Context", "Λ", "", "Share of the old context in the new one, in steps of 1/1024; 0 forgets all but the present input.";
        context_size: u32 = 512, Kind::integer(8, 4096), Run, "Context", "Context neurons", "", "C, the neurons of the context.";
        context_active: u32 = 22, Kind::integer(1, 128), Run, "Context", "Active", "neurons", "m, how many of them fire. A shift register has twice those of a symbol.";
        data_size: u32 = 256, Kind::integer(8, 4096), Run, "Codes", "Neurons D", "", "D of d-of-D: neurons of a symbol's code, and of a data word.";
        data_active: u32 = 11, Kind::integer(1, 128), Run, "Codes", "Active d", "neurons", "d of d-of-D: how many of them fire.";
        alpha: f32 = 0.9, Kind::number(0.01, 1.0), Run, "Codes", "α", "", "Significance ratio: the r-th neuron to fire counts α^r. At 1 the order does not count.";
        decoders: u32 = 2048, Kind::integer(8, 16_384), Run, "Memory", "Decoders W", "neurons", "W of w-of-W: neurons of the address decoder.";
        chosen: u32 = 11, Kind::integer(1, 128), Run, "Memory", "Chosen w", "neurons", "w of w-of-W: how many decoder neurons fire.";
        decoder: DecoderKind = DecoderKind::Dense, Kind::one_of::<DecoderKind>(), Run, "Memory", "Decoder weights", "", "The fixed weights of the address decoder.";
        decoder_active: u32 = 20, Kind::integer(1, 512), Run, "Memory", "Weights a", "", "a of a-of-A: weights of a sparse decoder neuron; a dense one has one for every input, whatever stands here.";
        decoder_ratio: DecoderRatio = DecoderRatio::Steps, Kind::one_of::<DecoderRatio>(), Run, "Memory", "Ratio of weights", "", "Of a sparse decoder neuron's weights, from one to the next; of dense ones it changes nothing.";
        writing: Writing = Writing::Max, Kind::one_of::<Writing>(), Run, "Memory", "Writing", "", "How the data store learns, in one shot.";
        neuron: Neuron = Neuron::Wheel, Kind::one_of::<Neuron>(), Look, "Spikes", "Neuron", "", "Which neurons the raster shows.";
        threshold: f32 = 4.0, Kind::number(0.1, 100.0), Look, "Spikes", "Threshold Θ", "", "In units of the largest summed input of a layer. Far above 1, a wheel's firing order is the rank of its dot product.";
        leak: f32 = 20.0, Kind::number(0.1, 1000.0), Look, "Spikes", "Leak τ", "", "Time constant of RDLIF's rate and activation, in units of the gap between two input spikes.";
        load: u32 = 1, Kind::integer(1, 64), Look, "Spikes", "Load", "", "How many input volleys the neurons get before the one that counts.";
        experiment: Experiment = Experiment::Errors, Kind::one_of::<Experiment>(), Run, "Experiment", "Experiment", "", "What Run runs.";
        contexts: Vec<ContextModel> = vec![ContextModel::Shift, ContextModel::Layer, ContextModel::Combined], Kind::many_of::<ContextModel>(), Run, "Experiment", "Contexts", "", "The contexts that are compared.";
        forgetful: bool = true, Kind::Flag, Run, "Experiment", "With Λ = 0", "", "Adds the combined context without any memory, as a control.";
        seeds: u32 = 5, Kind::integer(1, 32), Run, "Experiment", "Seeds", "", "Machines of each kind; each has its own codes, weights and sequence.";
        longest: u32 = 100, Kind::integer(10, 2000), Run, "Experiment", "Longest", "symbols", "The longest sequence; of associative recall, two symbols a pair.";
        points: u32 = 10, Kind::integer(1, 32), Run, "Experiment", "Points", "", "Lengths, or sizes, at which a curve is measured.";
        inputs: u32 = 256, Kind::integer(8, 4096), Run, "Memory alone", "Inputs A", "neurons", "A of i-of-A: neurons of an address.";
        inputs_active: u32 = 11, Kind::integer(1, 128), Run, "Memory alone", "Active i", "neurons", "i of i-of-A: how many of them fire.";
        stored: u32 = 8000, Kind::integer(10, 50_000), Run, "Memory alone", "Pairs", "pairs", "The most pairs that are stored.";
        noise: u32 = 0, Kind::integer(0, 128), Run, "Memory alone", "Wrong inputs", "neurons", "Neurons of a cue that are replaced by others; 0 leaves the curve with noise out.";
        bits: u32 = 256, Kind::integer(16, 1024), Run, "Kanerva", "Bits n", "", "Bits of an address and of a word.";
        locations: u32 = 1000, Kind::integer(10, 20_000), Run, "Kanerva", "Hard locations", "", "Random addresses that have counters.";
        words: u32 = 200, Kind::integer(10, 50_000), Run, "Kanerva", "Words", "words", "The most words that are stored.";
        radius: u32 = 0, Kind::integer(0, 1024), Run, "Kanerva", "Radius", "bits", "Locations within this Hamming distance are active; 0 takes the radius that a write and a read share best.";
        ball_bits: u32 = 64, Kind::integer(4, 512), Look, "Attention", "Bits n", "", "Dimension of the binary space.";
        ball_radius: u32 = 17, Kind::integer(1, 256), Look, "Attention", "Radius r", "bits", "Radius of the Hamming balls; at most half of n.";
        memories: u32 = 100, Kind::integer(2, 2000), Look, "Attention", "Memories", "", "Patterns that both retrievals hold.";
        rival_steps: u32 = 10, Kind::integer(1, 100), Run, "Transformer", "Steps a symbol", "", "Gradient steps a symbol of the second transformer; the first takes one.";
        rival_width: u32 = 32, Kind::integer(4, 128), Run, "Transformer", "Width", "", "Width of the residual stream, a multiple of 4.";
        rival_layers: u32 = 1, Kind::integer(1, 4), Run, "Transformer", "Layers", "", "Transformer layers.";
        rival_heads: u32 = 2, Kind::integer(1, MOST_HEADS), Run, "Transformer", "Heads", "", "Attention heads. Width / heads must be a multiple of 4, at most 64.";
        rival_window: u32 = 16, Kind::integer(2, 128), Run, "Transformer", "Window", "symbols", "How many symbols back it sees.";
        rival_rate: f32 = 0.0, Kind::number(0.0, 1.0), Run, "Transformer", "Learning rate", "", "AdamW's step size; 0 takes the best of a few that are tried on sequences of other seeds.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
        cores: Cores = Cores::Auto, Kind::one_of::<Cores>(), Look, "Machine", "Cores", "", "How many share the work where the CPU does it, from the next start on. No number depends on it.";
    }
}

/// The presets, the defaults first.
const PRESETS: &[Preset] = &[
    Preset {
        id: "context",
        label: "7 1 5 1: the 1 needs context",
        help: "What follows a 1 depends on what came before it. One pass is enough.",
        values: &[],
    },
    Preset {
        id: "subsequence",
        label: "A repeated subsequence",
        help: "5 4 5 4 5 comes twice, and goes on differently.",
        values: &[
            ("sequence", "1 2 3 5 4 5 4 5 6 7 8 9 10 11 12 5 4 5 4 5 2 9 1"),
            ("cue", "1 2"),
            ("recall", "21"),
            ("experiment", "repeated"),
            ("seeds", "30"),
        ],
    },
    Preset {
        id: "random",
        label: "A random sequence",
        help: "40 symbols of an alphabet of 15.",
        values: &[("source", "random"), ("cue", "#3"), ("recall", "37")],
    },
    Preset {
        id: "melody",
        label: "A melody",
        help: "Ode to Joy, two lines that begin alike and end differently; a pitch is a symbol.",
        values: &[
            ("sequence", "E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 E4 D4 D4 | E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 D4 C4 C4"),
            ("cue", "E4 E4 F4"),
            ("recall", "28"),
            ("retention", "0.6"),
        ],
    },
    Preset {
        id: "text",
        label: "A text",
        help: "A sentence, letter by letter.",
        values: &[
            ("split", "characters"),
            ("sequence", "a memory that is addressed by what it has just seen can walk along what it once saw"),
            ("cue", "a memory"),
            ("recall", "75"),
            ("retention", "0.6"),
        ],
    },
    Preset {
        id: "errors",
        label: "Errors against length",
        help: "Four contexts, lengths to 100, alphabet 15, five seeds: the 2005 experiment.",
        values: &[("source", "random"), ("cue", "#3")],
    },
    Preset {
        id: "capacity",
        label: "Capacity, binary",
        help: "11-of-256 codes, 4096 decoders of which 20 fire, binary weights: 500 to 8000 pairs.",
        values: CAPACITY,
    },
    Preset {
        id: "capacity-ranked",
        label: "Capacity, ranked",
        help: "The same with α = .99, 16 decoders that fire, and max-writing.",
        values: &[
            ("experiment", "capacity"),
            ("decoders", "4096"),
            ("chosen", "16"),
            ("decoder", "sparse"),
            ("alpha", "0.99"),
            ("points", "16"),
            ("seeds", "2"),
        ],
    },
    Preset {
        id: "kanerva",
        label: "Kanerva's memory",
        help: "1000 hard locations of 256 bits.",
        values: &[("experiment", "kanerva"), ("seeds", "3"), ("points", "10")],
    },
    Preset {
        id: "rivals",
        label: "Beside the transformer",
        help: "Lengths 30, 60 and 90, shown once; who predicts them right when they come again?",
        values: &[
            ("experiment", "rivals"),
            ("longest", "90"),
            ("points", "3"),
            ("seeds", "3"),
            ("source", "random"),
            ("cue", "#3"),
        ],
    },
    Preset {
        id: "recall",
        label: "Associative recall",
        help: "8, 16, 24 and 32 pairs of a key and a value, shown once; who names the partner of a key?",
        values: &[("experiment", "recall"), ("alphabet", "32"), ("longest", "64"), ("points", "4"), ("seeds", "3")],
    },
];

const CAPACITY: &[(&str, &str)] = &[
    ("experiment", "capacity"),
    ("decoders", "4096"),
    ("chosen", "20"),
    ("decoder", "sparse"),
    ("alpha", "1"),
    ("writing", "or"),
    ("points", "16"),
    ("seeds", "2"),
];

impl Settings for SequenceConfig {
    const LAB: &'static str = "sequence";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        parts::parts()
    }

    fn tables(&self) -> &'static [&'static str] {
        &["summary"]
    }

    fn unused(&self) -> Vec<&'static str> {
        let of_experiments: [(&[&str], &[Experiment]); 6] = [
            (&["contexts", "forgetful"], &[Experiment::Errors, Experiment::Repeated, Experiment::Recall]),
            (&["longest"], &[Experiment::Errors, Experiment::Rivals, Experiment::Recall]),
            (
                &["points"],
                &[
                    Experiment::Errors,
                    Experiment::Rivals,
                    Experiment::Recall,
                    Experiment::Capacity,
                    Experiment::Kanerva,
                ],
            ),
            (&["inputs", "inputs_active", "stored", "noise"], &[Experiment::Capacity]),
            (&["bits", "locations", "words", "radius"], &[Experiment::Kanerva]),
            (&["rival_steps"], &[Experiment::Rivals, Experiment::Recall]),
        ];
        let other = of_experiments.into_iter().filter(|(_, experiments)| !experiments.contains(&self.experiment));
        let source: &[&str] = if self.source == Source::Typed { &["length"] } else { &["sequence", "split"] };
        source.iter().copied().chain(other.flat_map(|(names, _)| names.iter().copied())).collect()
    }

    fn settle(&mut self) -> Vec<Problem> {
        if let Some(cue) = self.known_cue() {
            self.cue = cue;
        }
        let mut problems = Vec::new();
        let mut most = |field: &str, value: &mut u32, limit: u32, why: &str| {
            if *value > limit {
                problems.push(Problem {
                    field: field.to_owned(),
                    given: value.text(),
                    allowed: format!("at most {limit}: {why}"),
                    used: limit.text(),
                });
                *value = limit;
            }
        };
        let all = "no more neurons can fire than there are";
        most("data_active", &mut self.data_active, self.data_size, all);
        most("context_active", &mut self.context_active, self.context_size, all);
        most("inputs_active", &mut self.inputs_active, self.inputs, all);
        most("chosen", &mut self.chosen, self.decoders, all);
        let inputs = self.inputs.min(self.context_size).min(2 * self.data_size);
        most(
            "decoder_active",
            &mut self.decoder_active,
            inputs,
            "a decoder neuron has no more weights than there are inputs",
        );
        let others = (self.inputs - self.inputs_active).min(self.inputs_active);
        most("noise", &mut self.noise, others, "so many active inputs can be replaced by others");
        most("radius", &mut self.radius, self.bits, "the bits of an address");
        most("ball_radius", &mut self.ball_radius, self.ball_bits / 2, "half of the bits");
        if self.experiment == Experiment::Recall {
            most("alphabet", &mut self.alphabet, MOST_KEYS, "a machine has codes for so many keys and as many values");
            let most_pairs = self.alphabet.max(FEWEST_PAIRS);
            most("longest", &mut self.longest, 2 * most_pairs, "each pair has a key of its own, from the alphabet");
        }
        let fours = self.rival_width - self.rival_width % 4;
        most("rival_width", &mut self.rival_width, fours, "a multiple of 4");
        let below = heads::width_below(fours, MOST_HEADS);
        let why = format!("a width that up to {MOST_HEADS} heads, of a multiple of 4 and at most 64 each, make up");
        most("rival_width", &mut self.rival_width, below, &why);
        if self.experiment == Experiment::Recall && self.alphabet < FEWEST_PAIRS {
            problems.push(Problem {
                field: "alphabet".to_owned(),
                given: self.alphabet.text(),
                allowed: format!("at least {FEWEST_PAIRS}: each pair has a key of its own"),
                used: FEWEST_PAIRS.text(),
            });
            self.alphabet = FEWEST_PAIRS;
        }
        if !heads::fits(below, self.rival_heads) {
            let used = heads::nearest(below, self.rival_heads, MOST_HEADS);
            problems.push(Problem {
                field: "rival_heads".to_owned(),
                given: self.rival_heads.text(),
                allowed: heads::list(below, MOST_HEADS),
                used: used.text(),
            });
            self.rival_heads = used;
        }
        problems
    }
}

/// A sequence of numbers below `alphabet`, drawn evenly.
#[must_use]
pub fn random(seed: u32, alphabet: u32, length: u32) -> Vec<u32> {
    (0..length).map(|at| below(pcg4d([seed, STREAM_SEQUENCE, 0, at])[0], alphabet)).collect()
}

impl SequenceConfig {
    /// The first symbol of the sequence in the place of a cue that no reader chose, the default's or a preset's, where the sequence has
    /// not its symbols. A cue that was typed may be of what was stored before.
    fn known_cue(&self) -> Option<String> {
        let presets = PRESETS.iter().flat_map(|preset| preset.values);
        let preset = |cue: &str| presets.clone().any(|(name, value)| *name == "cue" && *value == cue);
        if self.cue != Self::default().cue && !preset(&self.cue) {
            return None;
        }
        let typed = plain(&self.sequence);
        let words = |text: &str| text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let symbols: Vec<String> = match (self.source, self.split) {
            (Source::Random, _) => random(self.seed, self.alphabet, self.length).iter().map(u32::to_string).collect(),
            (_, Split::Words) => words(&typed),
            (_, Split::Characters) => typed.chars().map(String::from).collect(),
        };
        let cue: Vec<String> = match (self.source, self.split) {
            (Source::Typed, Split::Characters) => self.cue.chars().map(String::from).collect(),
            _ => words(&self.cue),
        };
        let known = match self.cue.strip_prefix('#').and_then(|first| first.parse::<usize>().ok()) {
            Some(first) => first <= symbols.len(),
            None => cue.iter().all(|symbol| symbols.contains(symbol)),
        };
        (!known && !symbols.is_empty()).then(|| "#1".to_owned())
    }
}
