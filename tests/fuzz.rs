//! Fuzz targets over every parser: whatever the bytes, an answer or an error; never a panic, never memory out of
//! proportion, and what is accepted survives being written and read again.
//!
//! `cargo test` runs each for a few seconds on fresh random inputs, and names the seed of one that fails
//! (`BOLERO_RANDOM_SEED`). The same targets run for hours under libFuzzer or AFL with `cargo bolero test`.
//! Inputs are valid files, mutated: random bytes would not get past the first line of any parser.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/settings.rs"]
mod settings;

use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use bolero::check;
use mnemoscope::labs::copy::config::{CopyConfig, PRESETS};
use mnemoscope::labs::copy::sweep::Merger;
use mnemoscope::labs::encodings::config::EncodingsConfig;
use mnemoscope::labs::encodings::table_file::{Upload, to_csv, to_npy};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::results;
use mnemoscope::labs::settings::Settings;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::weights::Weights;
use mnemoscope::labs::{Config, LABS};
use mnemoscope::run::check::{Certificate, Certifier};
use mnemoscope::run::collector::Stop;
use mnemoscope::run::inspect::read_probe;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::results::Results;
use mnemoscope::task::Layout;
use peak_alloc::PeakAlloc;
use pollster::block_on;
use settings::read_configuration;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Time for each target.
const TIME: Duration = Duration::from_millis(2500);
/// All seeds are smaller than 100 KiB; so much memory would be out of proportion.
const MOST: usize = 64 << 20;

/// One target at a time, so that the memory measured is its own.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Parses, and holds the memory it takes against [`MOST`].
fn frugally<T>(parse: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let parsed = parse();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(taken < MOST, "{taken} bytes for one input");
    parsed
}

/// How a seed is mutated: which seed, and steps of an operation with two numbers.
type Recipe = (u8, Vec<(u8, u32, u32)>);

/// Pieces that parsers stumble over.
const PIECES: [&str; 36] = [
    "",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "3",
    "4",
    "5",
    "8",
    "15",
    "16",
    "64",
    "255",
    "256",
    "65536",
    "4294967295",
    "4294967296",
    "99999999999999999999",
    "0.5",
    "1e39",
    "1e-46",
    "NaN",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "\"",
    "\\",
    "\n",
    "\u{0}",
    "%",
    "&",
    ",",
    "é",
];

/// A seed, mutated by the first few steps of a recipe.
fn mutate(seeds: &[Vec<u8>], (which, steps): &Recipe) -> Vec<u8> {
    let seed = |at: usize| &seeds[at % seeds.len()];
    let mut bytes = seed(usize::from(which / 4)).clone();
    // Often only one, or hardly anything would be accepted.
    for &(operation, a, b) in steps.iter().take(1 + usize::from(which % 4)) {
        let (a, b) = (a as usize, b as usize);
        let at = a % (bytes.len() + 1);
        let end = (at + 1 + b % 24).min(bytes.len()).max(at);
        let piece = PIECES[b % PIECES.len()].as_bytes();
        match operation % 10 {
            0 if at < bytes.len() => bytes[at] ^= 1 << (b % 8),
            1 if at < bytes.len() => bytes[at] = b as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            5 => {
                let other = seed(b);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[(b / 7) % (other.len() + 1)..]);
            }
            6 => drop(bytes.splice(at..at, piece.iter().copied())),
            // A length of a header, or four numbers.
            7 => (bytes.iter_mut().skip(at & !7))
                .zip((u64::MAX >> (b % 64)).to_le_bytes())
                .for_each(|(to, from)| *to = from),
            // The next number in a text.
            _ => {
                let digit = |byte: &u8| byte.is_ascii_digit();
                if let Some(start) = bytes[at..].iter().position(digit).map(|offset| at + offset) {
                    let length = bytes[start..].iter().position(|byte| !digit(byte)).unwrap_or(bytes.len() - start);
                    drop(bytes.splice(start..start + length, piece.iter().copied()));
                }
            }
        }
    }
    bytes
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Counts, so that a target whose inputs are all refused, or all taken, does not pass for a test.
#[derive(Default)]
struct Tally(std::sync::atomic::AtomicU64, std::sync::atomic::AtomicU64);

impl Tally {
    fn count(&self, accepted: bool) {
        let counter = if accepted { &self.0 } else { &self.1 };
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn finish(&self, what: &str) {
        let [accepted, refused] = [&self.0, &self.1].map(|counter| counter.load(std::sync::atomic::Ordering::Relaxed));
        println!("{what}: {accepted} accepted, {refused} refused");
        assert!(accepted > 10 && refused > 10, "{what}: {accepted} accepted, {refused} refused");
    }
}

fn fuzz(what: &str, seeds: &[Vec<u8>], target: impl Fn(&[u8]) -> bool) {
    let tally = Tally::default();
    let inner = std::panic::AssertUnwindSafe((&tally, &target));
    check!().with_iterations(1_000_000).with_test_time(TIME).with_type::<Recipe>().cloned().for_each(move |recipe| {
        let (tally, target) = *inner;
        tally.count(target(&mutate(seeds, &recipe)));
    });
    tally.finish(what);
}

fn links() -> Vec<Vec<u8>> {
    let mut links: Vec<String> = PRESETS.iter().map(|p| CopyConfig::preset(p.id).unwrap().link()).collect();
    links.push("#lab=copy&preset=paper&hide=settings,run,seed&check=811c9dc5_3.25_2.5&rate=3e-4&tied=true".to_owned());
    let presets = EncodingsConfig::presets().iter();
    links.extend(presets.map(|preset| EncodingsConfig::preset(preset.id).unwrap().link()));
    links.push(
        "lab=encodings&left=rank-code&left_active=99&width=31&position=9&hide=lemma,rate&seeds=16&levels=16".to_owned(),
    );
    links.push(
        "lab=sequence&sequence=a+%26+b%0A&split=characters&cue=%235&chosen=99&decoders=12&data_active=40\
         &data_size=9&rival_width=7&hide=spikes,neuron"
            .to_owned(),
    );
    links.push("lab=copy&encodings=rope,alibi,spike%2Dtime&task=half-shift&mask=full&length=5&gain=7.5".to_owned());
    links.into_iter().map(String::into_bytes).collect()
}

/// Whether a configuration is sound: its link gives it back, without a word.
fn survives_a_link(config: &Config) {
    let again = Link::parse(&config.link());
    assert_eq!((&again.config, again.problems), (config, Vec::new()), "{}", config.link());
}

#[test]
fn link() {
    let _alone = alone();
    fuzz("link", &links(), |bytes| {
        let text = text(bytes);
        let link = frugally(|| Link::parse(&text));
        survives_a_link(&link.config);
        // Few enough runs for a plan, whatever was asked for.
        if link.config.lab_id() != "sequence" {
            assert!((1..=64).contains(&link.config.lineup().unwrap().runs().len()));
        }
        assert!(link.problems.len() <= 2 * text.len() + 1);
        assert!(link.problems.iter().all(|problem| !problem.allowed.is_empty()));
        link.problems.is_empty()
    });
}

fn as_json<S: Settings>(config: &S) -> String {
    let values: serde_json::Map<_, _> =
        config.texts().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    serde_json::Value::from(values).to_string()
}

/// Configurations of a lab as JSON; its presets and `more` are the seeds.
fn configurations<S: Settings + std::fmt::Debug + 'static>(what: &str, more: [&str; 2]) {
    let _alone = alone();
    let mut seeds: Vec<Vec<u8>> = S::presets().iter().map(|p| as_json(&S::preset(p.id).unwrap()).into()).collect();
    seeds.extend(more.map(|text| text.as_bytes().to_vec()));
    fuzz(what, &seeds, |bytes| {
        let text = text(bytes);
        let Ok((config, problems)) = frugally(|| read_configuration::<S>(&text)) else { return false };
        survives_a_link(&config.clone().into());
        assert_eq!(read_configuration(&as_json(&config)).unwrap(), (config, Vec::new()));
        problems.is_empty()
    });
}

#[test]
fn configuration() {
    let first = r#"{"preset": "copy-tiny", "encodings": ["rank", "none"], "seeds": 2, "rate": 0.5, "tied": true}"#;
    let second = r#"{"lab": "copy", "configuration": {"width": "64", "heads": 4, "steps": 1e3}, "runs": []}"#;
    configurations::<CopyConfig>("configuration", [first, second]);
}

#[test]
fn configuration_of_encodings() {
    let first = r#"{"preset": "sweep", "families": ["gain", "random"], "levels": 16, "left": "rank-code", "seeds": 4}"#;
    let second = r#"{"lab": "encodings", "configuration": {"position": 7, "undo": true, "window": 2.5, "head": 3}}"#;
    configurations::<EncodingsConfig>("configuration of encodings", [first, second]);
}

/// A small race, trained to its end: its results and its weights.
fn race() -> &'static (Results, Vec<u8>) {
    static RACE: OnceLock<(Results, Vec<u8>)> = OnceLock::new();
    RACE.get_or_init(|| {
        let link = "encodings=rank,none&seeds=1&symbols=2&length=4&width=4&heads=1&mlp=4&layers=1&batch=1&held_out=2\
            &steps=3&every=1&executor=cpu";
        let (config, problems) = CopyConfig::from_link(link);
        assert!(problems.is_empty());
        let mut run = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap();
        block_on(run.advance(f64::INFINITY, 0)).unwrap();
        (run.results().unwrap(), block_on(run.save()).unwrap())
    })
}

#[test]
fn results() {
    let _alone = alone();
    let (results, _) = race();
    let compact = serde_json::to_vec(results).unwrap();
    let mut stopped = results.clone();
    stopped.runs[1].stopped = Some(Stop { step: 2, reason: "the loss was not finite".to_owned() });
    stopped.curves.iter_mut().skip(2).for_each(|point| point.values[0][1] = f32::NAN);
    let csv = stopped.csv().unwrap().into_bytes();
    let old =
        br#"{"lab":"copy","runs":[{"encoding":"none","seed":3,"stopped":7}],"step":9,"configuration":{"steps":"9"},
        "evaluations":[{"step":0,"loss":[1.5],"tokenAccuracy":[0.5],"sequenceAccuracy":[null]}]}"#;
    let bare = br#"{"lab":"copy","runs":[{"encoding":"none","seed":3}],"evaluations":[]}"#.to_vec();
    fuzz("results", &[compact, serde_json::to_vec_pretty(&stopped).unwrap(), csv, bare, old.to_vec()], |bytes| {
        let text = text(bytes);
        let Ok(read) = frugally(|| results::read(&text, &LABS[0].defaults())) else { return false };
        let again = Results::read(&serde_json::to_string(&read).unwrap()).unwrap();
        // Written once, it stays as it is; the first reading of a number of 20 digits may round its last one.
        assert_eq!(
            serde_json::to_string(&again).unwrap(),
            serde_json::to_string(&Results::read(&serde_json::to_string(&again).unwrap()).unwrap()).unwrap()
        );
        assert_eq!((&again.runs, &again.curves), (&read.runs, &read.curves));
        let keys: std::collections::BTreeSet<_> = read.runs.iter().map(|run| (&run.arm, run.seed)).collect();
        let csv = read.csv().unwrap();
        let usual = ["loss", "token-accuracy", "sequence-accuracy"];
        let usual = read.measures.iter().map(|measure| measure.id.as_str()).eq(usual) && read.x.id == "step";
        if usual && keys.len() == read.runs.len() && !read.curves.is_empty() {
            assert_eq!(Results::read(&csv).unwrap().curves, read.curves, "{csv}");
        }
        let mut merger = Merger::default();
        if merger.add("a", read).is_ok() {
            let sweep = frugally(|| merger.finish().unwrap());
            assert!(sweep.csv().unwrap().starts_with("arm,seed,step,"));
        }
        true
    });
}

/// The header's text and the numbers of a safetensors file.
fn split(file: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let length = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    (file[8..8 + length].to_vec(), file[8 + length..].to_vec())
}

fn join(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}

/// A weights file read, written, and read again; and a race that goes on from it.
fn weights_survive(bytes: &[u8]) -> bool {
    let Ok(read) = frugally(|| Weights::read(bytes)) else { return false };
    let written = Weights::write(&read.config, &read.state).unwrap();
    let again = Weights::read(&written).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.config, read.config);
    assert!(Weights::write(&again.config, &again.state).unwrap() == written);
    let (values, state) = (read.config.values(), &read.state);
    let value = |name: &str| values.iter().find(|(own, _)| *own == name).map_or(0, |(_, value)| value.parse().unwrap());
    let steps: u32 = value("steps");
    let small =
        value("batch") <= 2 && read.config.racing().unwrap().held_out().is_none_or(|count| count <= 2) && steps <= 8;
    if small && read.config.link().contains("executor=cpu") {
        let mut run = block_on(Trial::restore(bytes, &mut Machine::default(), &mut |_, _| {})).unwrap();
        block_on(run.advance(f64::INFINITY, 0)).unwrap();
        let over = run.step() == steps
            || state.stopped.iter().all(Option::is_some)
            || run.results().unwrap().runs.iter().all(|run| run.stopped.is_some());
        assert!(over, "step {} of {}", run.step(), steps);
    }
    true
}

#[test]
fn weights() {
    let _alone = alone();
    let (_, file) = race();
    let link = "lab=encodings&experiment=control&seeds=1&symbols=2&train_length=4&train_width=4&heads=1&head=1&mlp=4\
        &layers=1&batch=1&steps=3&every=1&executor=cpu";
    let Link { config, problems, .. } = Link::parse(link);
    assert!(problems.is_empty(), "{problems:?}");
    let mut run = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(run.advance(f64::INFINITY, 0)).unwrap();
    fuzz("weights", &[file.clone(), block_on(run.save()).unwrap()], weights_survive);
}

/// A header that lies, with its length mended so that it is read at all.
#[test]
fn weights_header() {
    let _alone = alone();
    let (header, data) = split(&race().1);
    fuzz("weights header", std::slice::from_ref(&header), |header| weights_survive(&join(header, &data)));
}

#[test]
fn weights_that_declare_much_take_little() {
    let _alone = alone();
    let (header, data) = split(&race().1);
    let header = String::from_utf8(header).unwrap();
    let (from, to) = ("encodings=rank,none", "encodings=rank,none,rope,alibi");
    assert!(header.contains(from) && header.contains("width=4"));
    let grown = header.replace(from, to).replace("seeds=1", "seeds=16").replace("width=4", "width=256");
    let grown = grown.replace("null,null", &["null"; 64].join(","));
    let grown = grown.replace("mlp=4", "mlp=1024").replace("layers=1", "layers=6").replace("heads=1", "heads=8");
    let grown = join(grown.as_bytes(), &data);
    let why = Weights::read(&grown).unwrap_err().to_string();
    assert!(why.contains("numbers") || why.contains("tensor"), "it gets as far as the tensors: {why}");
    assert!(!weights_survive(&grown));
    for length in [u64::MAX, 1 << 40, 100_000_000, 99_999_999, 1 << 20] {
        let file = [length.to_le_bytes().as_slice(), b"{}".as_slice(), &data].concat();
        assert!(!weights_survive(&file));
    }
    let claims = r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,18446744073709551615]}}"#;
    assert!(!weights_survive(&join(claims.as_bytes(), &data)));
}

#[test]
fn probe() {
    let _alone = alone();
    let layouts: Vec<Layout> =
        PRESETS.iter().map(|preset| CopyConfig::preset(preset.id).unwrap().training().layout()).collect();
    let seeds: Vec<Vec<u8>> = ["", "#5", "0 1 2 3 4 5 6 7", "0,1,2,3,4,5,6", "1;1;1;1 1 1 1 1 1 1 1 1 1 1 1 1"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    fuzz("probe", &seeds, |bytes| {
        let text = text(bytes);
        let mut taken = false;
        for layout in &layouts {
            if let Ok(symbols) = frugally(|| read_probe(&text, layout)) {
                assert_eq!(symbols.len(), layout.source_length() as usize);
                assert!(symbols.iter().all(|&symbol| symbol < layout.symbols));
                taken = true;
            }
        }
        taken
    });
}

#[test]
fn certificate() {
    let _alone = alone();
    let seeds = ["811c9dc5_3.25_2.5", "00000000_0_1e-7", "deadbeef_NaN_inf", "3_811c9dc5_3.25_2.5", "10_00000000_-0_4"];
    fuzz("certificate", &seeds.map(|text| text.as_bytes().to_vec()), |bytes| {
        let text = text(bytes);
        if let Some(certifier) = frugally(|| Certifier::parse(&text)) {
            assert_eq!(Certifier::parse(&certifier.text()).unwrap().text(), certifier.text());
        }
        let Some(certificate) = frugally(|| Certificate::parse(&text)) else { return false };
        assert_eq!(Certificate::parse(&certificate.text()).unwrap().text(), certificate.text());
        assert!(!certificate.compare(&certificate).sentence.is_empty());
        true
    });
}

/// A table that was read, written in both ways, and read again.
fn table_survives(bytes: &[u8]) -> bool {
    let Ok(read) = frugally(|| Upload::read("table", bytes)) else { return false };
    let bits = |upload: &Upload| upload.table.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    for written in [to_csv(&read.table), to_npy(&read.table)] {
        let again = Upload::read("table", &written).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (again.table.rows, again.table.columns, bits(&again)),
            (read.table.rows, read.table.columns, bits(&read))
        );
    }
    assert!(read.table.values.iter().all(|value| value.is_finite()));
    true
}

#[test]
fn tables() {
    let _alone = alone();
    let values = [0.5, -0.0, 1e-40, 3.4e38, -2.25, 7.0].to_vec();
    let table = mnemoscope::encoding::Table { rows: 3, columns: 2, values };
    let mut double = b"\x93NUMPY\x02\x00".to_vec();
    let head = b"{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }\n";
    double.extend((head.len() as u32).to_le_bytes());
    double.extend(head);
    (0..6).for_each(|value| double.extend(f64::from(value).to_be_bytes()));
    let named = b"one,two\n1,2\n3,4\n".to_vec();
    let spaced = b"1 2  3\n4 5 6\n".to_vec();
    fuzz("tables", &[to_csv(&table), to_npy(&table), double, named, spaced], table_survives);
}

/// A header may claim what it likes: nothing is set aside for it.
#[test]
fn tables_that_declare_much_take_little() {
    let _alone = alone();
    let file = |version: u8, length: &[u8], header: &str| {
        [b"\x93NUMPY".as_slice(), &[version, 0], length, header.as_bytes(), &[0; 64]].concat()
    };
    let shaped = |shape: &str| format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n");
    for shape in ["1024, 1024", "1025, 1025", "4294967296, 4294967296", "18446744073709551615, 2", "2, 99999999999999"]
    {
        let header = shaped(shape);
        assert!(!table_survives(&file(1, &(header.len() as u16).to_le_bytes(), &header)), "{shape}");
    }
    for length in [u32::MAX, 1 << 30, 70_000] {
        assert!(!table_survives(&file(2, &length.to_le_bytes(), &shaped("2, 4"))), "{length}");
    }
    // A row that goes on and on, and words without end.
    assert!(!table_survives("1,".repeat(2 << 20).as_bytes()));
    assert!(!table_survives(&b"x".repeat(4 << 20)));
    assert!(!table_survives("1\n".repeat(2 << 20).as_bytes()));
}
