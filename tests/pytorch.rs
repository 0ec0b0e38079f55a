//! Weights files hold what PyTorch's `nn.TransformerEncoder` takes, by its names and in its shapes.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;
#[path = "common/weights.rs"]
mod weights;

use std::any::Any;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use common::training::configuration;
use mnemoscope::error::Error;
use mnemoscope::labs::LABS;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::weights::Weights;
use mnemoscope::model::ensemble::Ensemble;
use mnemoscope::run::machine::Machine;
use pollster::block_on;
use serde_json::{Value, json};
use tempfile::TempDir;
use weights::{format, tensors};

/// Sides that are all different, so that no two can be taken for each other.
const SIDES: &str = "encodings=spike-time-gain,rank,sinusoidal,none,alibi&seeds=1&seed=3&symbols=5&length=10&batch=5&held_out=9\
    &layers=2&width=24&heads=3&mlp=20&steps=30&every=10&rate=0.01&executor=cpu";

fn trained(link: &str) -> Trial {
    let mut run = block_on(Trial::open(configuration(link), &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(run.advance(f64::INFINITY, 30)).unwrap();
    run
}

/// PyTorch's keys and shapes for two layers of width 24 and an MLP of 20, with what stands beside the encoder.
fn wanted(pre_norm: bool, tied: bool) -> BTreeMap<String, Vec<usize>> {
    let mut keys: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut add = |name: String, shape: &[usize]| assert_eq!(keys.insert(name, shape.to_vec()), None);
    add("embedding.weight".to_owned(), &[6, 24]);
    for layer in 0..2 {
        let mut of = |name: &str, shape: &[usize]| add(format!("layers.{layer}.{name}"), shape);
        of("self_attn.in_proj_weight", &[72, 24]);
        of("self_attn.in_proj_bias", &[72]);
        of("self_attn.out_proj.weight", &[24, 24]);
        of("self_attn.out_proj.bias", &[24]);
        of("linear1.weight", &[20, 24]);
        of("linear1.bias", &[20]);
        of("linear2.weight", &[24, 20]);
        of("linear2.bias", &[24]);
        for norm in ["norm1", "norm2"] {
            of(&format!("{norm}.weight"), &[24]);
            of(&format!("{norm}.bias"), &[24]);
        }
    }
    if pre_norm {
        add("norm.weight".to_owned(), &[24]);
        add("norm.bias".to_owned(), &[24]);
    }
    if !tied {
        add("output.weight".to_owned(), &[6, 24]);
        add("output.bias".to_owned(), &[6]);
    }
    add("position.gain".to_owned(), &[1]);
    add("position.table".to_owned(), &[10, 24]);
    keys
}

#[test]
fn names_and_shapes_are_pytorchs() {
    for (norm, tied) in [("pre", false), ("post", false), ("pre", true)] {
        let mut run = trained(&format!("{SIDES}&norm={norm}&tied={tied}"));
        let file = block_on(run.save()).unwrap();
        let state = Weights::read(&file).unwrap().state;
        assert_eq!(format(&file), 2);
        let mut found = tensors(&file);
        let [first, second] = state.moments.unwrap();
        let pools = [("", state.parameters), ("optimiser.first.", first), ("optimiser.second.", second)];
        for (prefix, pool) in pools {
            // What the pools hold of each tensor, in their order: linear weights [inputs, outputs].
            let mut at = 0;
            for info in run.runs() {
                let own = format!("{prefix}{}.{}.", info.arm, info.seed);
                let trained = block_on(run.trained(info.replica)).unwrap();
                let mut keys = wanted(norm == "pre", tied);
                for parameter in &trained.ensemble().unwrap().model.parameters.tensors {
                    let (shape, words) = found.remove(&format!("{own}{}", parameter.name)).unwrap();
                    assert_eq!(keys.remove(&parameter.name).as_ref(), Some(&shape), "{own}{}", parameter.name);
                    let values: Vec<u32> = pool[at..at + words.len()].iter().map(|value| value.to_bits()).collect();
                    at += words.len();
                    let lies = ["embedding.weight", "position.table"].contains(&parameter.name.as_str());
                    match shape[..] {
                        [outputs, inputs] if !lies => {
                            for (place, &word) in words.iter().enumerate() {
                                let [output, input] = [place / inputs, place % inputs];
                                assert_eq!(word, values[input * outputs + output], "{own}{}", parameter.name);
                            }
                        }
                        _ => assert_eq!(words, values, "{own}{}", parameter.name),
                    }
                }
                assert!(keys.is_empty(), "{own} lacks {keys:?}");
            }
            assert_eq!(at, pool.len());
        }
        assert!(found.is_empty(), "{:?}", found.keys());
    }
}

/// The same file, but for the format that it says it has.
fn said_to_be(file: &[u8], digit: char) -> Vec<u8> {
    let (from, to) = ("\\\"format\\\":2", format!("\\\"format\\\":{digit}"));
    let at = file.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    [&file[..at], to.as_bytes(), &file[at + from.len()..]].concat()
}

#[test]
fn a_format_that_the_tensors_are_not_of_is_refused() {
    let file = block_on(trained(SIDES).save()).unwrap();
    let as_format = |digit: char| said_to_be(&file, digit);
    let refused = |file: &[u8]| match Weights::read(file) {
        Err(Error::File(why)) => why,
        other => panic!("taken: {:?}", other.map(|weights| weights.config)),
    };
    assert_eq!(as_format('2'), file);
    Weights::read(&file).unwrap();
    let old = refused(&as_format('1'));
    assert!(old.contains("in_proj.weight is missing"), "{old}");
    for digit in ['0', '3'] {
        let why = refused(&as_format(digit));
        assert!(why.contains(&format!("its format is {digit}; this lab reads formats 1 and 2")), "{why}");
    }
}

/// Python with PyTorch: the one that TORCH names, else one that has it.
fn python() -> Option<String> {
    let has = |name: &String| {
        let look = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)";
        Command::new(name).args(["-c", look]).output().is_ok_and(|output| output.status.success())
    };
    if let Ok(named) = std::env::var("TORCH") {
        assert!(has(&named), "TORCH names {named}, which has no PyTorch");
        return Some(named);
    }
    ["python3", "/usr/bin/python3"].map(str::to_owned).into_iter().find(has)
}

/// Says of each case how far PyTorch's probabilities are from those given, and what the recipe prints or refuses when it is called so.
/// All in one go: loading PyTorch takes longer than the rest.
const ASK: &str = r#"
import contextlib, io, json, sys
sys.path.insert(0, "recipes")
import torch, pytorch
torch.set_num_threads(1)
asked, apart, said = json.load(sys.stdin), [], []
for case in asked["cases"]:
    model = pytorch.Model(*pytorch.read(case["file"]), case["run"])
    found = model.probabilities(case["tokens"])[case["first"]:]
    apart.append((found - torch.tensor(case["page"]).reshape(found.shape)).abs().max().item())
for words in asked["calls"]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            pytorch.main(*words)
        except SystemExit as why:
            print(why)
    said.append(out.getvalue())
json.dump({"apart": apart, "said": said}, sys.stdout)
"#;

fn ask(python: &str, asked: &Value) -> Value {
    let mut command = Command::new(python);
    command.args(["-c", ASK]).current_dir(env!("CARGO_MANIFEST_DIR")).env("PYTHONDONTWRITEBYTECODE", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn pytorch_finds_the_probabilities_that_the_page_shows() {
    let Some(python) = python() else {
        // Not by a macro, whose words a passing test keeps to itself.
        let words =
            "\nSKIPPED: no Python here has PyTorch, so that saved weights were not given to it; see build.sh\n\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut cases: Vec<Value> = Vec::new();
    let mut add = |name: &str, mut run: Trial| {
        let path = folder.path().join(format!("{name}.safetensors")).display().to_string();
        std::fs::write(&path, block_on(run.save()).unwrap()).unwrap();
        for info in run.runs() {
            let found = block_on(run.inspect(info.replica, "#1")).unwrap();
            cases.push(json!({
                "file": path, "run": format!("{}.{}", info.arm, info.seed), "tokens": found.tokens,
                "first": found.first_judged, "page": found.probabilities,
            }));
        }
        path
    };
    for norm in ["pre", "post"] {
        for activation in ["relu", "gelu", "tanh"] {
            let settings = format!("norm={norm}&activation={activation}");
            add(&settings, trained(&format!("{SIDES}&{settings}")));
        }
    }
    let mut with = |encodings: &str, settings: &str| {
        let link = SIDES.replace("spike-time-gain,rank,sinusoidal,none,alibi", encodings);
        add(settings, trained(&format!("{link}&{settings}")))
    };
    with("rank,alibi", "task=reversal&tied=true&dropout=0.1");
    let causal = with("alibi,rope", "task=previous-token&mask=causal&norm=post&layers=1");
    // Every lab that races transformers, with settings of its own.
    let mut labs = 0;
    for lab in LABS {
        let mut config = lab.defaults();
        let transformers = |model: &dyn Any| model.is::<Ensemble>();
        if config.lineup().is_ok_and(|lineup| lineup.squads.iter().all(|squad| transformers(squad.model.as_ref()))) {
            labs += 1;
            assert!(config.apply([("steps", "20"), ("seeds", "1"), ("executor", "cpu")]).is_empty());
            let mut run = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap();
            block_on(run.advance(f64::INFINITY, 20)).unwrap();
            add(lab.id(), run);
        }
    }
    assert_eq!(labs, 2);
    cases.retain(|case| !case["run"].as_str().unwrap().starts_with("rope."));

    let old = folder.path().join("old.safetensors").display().to_string();
    std::fs::write(&old, said_to_be(&std::fs::read(&causal).unwrap(), '1')).unwrap();
    let case = cases.iter().find(|case| case["file"] == *causal).unwrap();
    let tokens: Vec<String> = case["tokens"].as_array().unwrap().iter().map(Value::to_string).collect();
    let calls = [
        (&causal, String::new()),
        (&causal, format!("alibi.3 {}", tokens.join(" "))),
        (&causal, "rope.3 1 2".to_owned()),
        (&causal, "rank.3 1 2".to_owned()),
        (&causal, "alibi.3 1 2".to_owned()),
        (&old, String::new()),
    ];
    let calls = calls
        .map(|(file, words)| [file.as_str()].into_iter().chain(words.split_whitespace()).map(Value::from).collect());
    let answer = ask(&python, &json!({ "cases": cases, "calls": calls.map(Value::Array) }));

    let apart = answer["apart"].as_array().unwrap();
    assert_eq!(apart.len(), cases.len());
    for (apart, case) in apart.iter().zip(&cases) {
        assert!(apart.as_f64().unwrap() < 1e-5, "{} of {}: {apart} apart", case["run"], case["file"]);
    }
    // The same as from a shell.
    let said: Vec<&str> = answer["said"].as_array().unwrap().iter().map(|said| said.as_str().unwrap()).collect();
    assert_eq!(said[0], "alibi.3\nrope.3\n");
    assert_eq!(said[1].lines().count(), 11, "{}", said[1]);
    for (line, page) in said[1].lines().skip(1).zip(case["page"].as_array().unwrap().chunks_exact(5)) {
        let page: Vec<f64> = page.iter().map(|value| value.as_f64().unwrap()).collect();
        let words: Vec<&str> = line.split(' ').collect();
        let [best, says] = [2, 3].map(|at| words[at].parse::<f64>().unwrap());
        let top = page.iter().copied().fold(0.0, f64::max);
        assert!((says - top).abs() < 2e-5 && (page[best as usize] - top).abs() < 2e-5, "{line}: {page:?}");
    }
    let refusals = [
        "RoPE turns queries and keys inside attention",
        "There is no run rank.3 in the file; there are alibi.3, rope.3.",
        "An input of this run has 10 symbols",
        "open it on the page and save it again",
    ];
    for (said, why) in said[2..].iter().zip(refusals) {
        assert!(said.contains(why), "{said}");
    }
}
