//! The symmetry lab: what a reader brings, and what a shell has.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::labs::link::Link;
use mnemoscope::labs::symmetry::choices::Map;
use mnemoscope::labs::symmetry::config::SymmetryConfig;
use mnemoscope::labs::symmetry::given;
use mnemoscope::labs::symmetry::group::defect;
use mnemoscope::labs::symmetry::own;
use mnemoscope::run::results::Results;
use shell::{expect, json, run};
use tempfile::TempDir;

/// The maps that respect every rotation and reflection.
const EQUIVARIANT: [Map; 6] = [Map::Gram, Map::Knowledge, Map::Cross, Map::Bare, Map::Conjugated, Map::Rms];

fn configuration(link: &str) -> SymmetryConfig {
    let Link { config, problems, .. } = Link::parse(&format!("lab=symmetry&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config.of::<SymmetryConfig>().unwrap().clone()
}

#[test]
fn what_a_reader_gives_is_read_or_refused_with_its_name() {
    let judge = |link: &str| own::judge(&configuration(link));
    for (link, words) in [
        ("x=1 2;3", "X: row 2 has 1 numbers, row 1 has 2"),
        ("x=1 2;3 nan", "X: row 2 has \"nan\"; it takes finite numbers"),
        ("x=1 1e999", "X: row 1 has \"1e999\""),
        ("x=1 -1e30", "zero or from 1e-18 to 1e18 in size"),
        ("x=1 1e-30", "zero or from 1e-18 to 1e18 in size"),
        ("x=1 two", "X: row 1 has \"two\""),
        ("x=1 2&z=1 2 3", "Z: its vectors have 3 numbers, those of X have 2"),
        ("x=1 2&q=1 0 0;0 1 0;0 0 1", "Q: it is 3 × 3; X makes it 2 × 2"),
        ("x=1 2&q=0 1;1 0&y=1 2", "f(XQ, ZQ): a map of your own needs both"),
        ("x=1 2&y=1 2&turned=1 2", "Q: a map of your own needs the Q"),
        ("x=1 2&q=0 1;1 0&y=1 2&turned=1 2;3 4", "f(XQ, ZQ): it is 2 × 2; X makes it 1 × 2"),
        ("x=1 2&w=1 2 3;4 5 6;7 8 9", "W: it is 3 × 3; X makes it 2 × 2"),
        ("w=1 2 3;4 5 6", "W: it is 2 × 3; X makes it 2 × 2"),
        ("w=0 1;1 0&y=1 2", "W: it stands in the place of f(X, Z) and f(XQ, ZQ)"),
    ] {
        let error = judge(link).unwrap_err().to_string();
        assert!(error.contains(words), "{link}: {error}");
    }
    let rows = vec!["1 2"; 33].join(";");
    assert!(judge(&format!("x={rows}")).unwrap_err().to_string().contains("33 or more rows"));
    let columns = vec!["1"; 65].join(" ");
    assert!(judge(&format!("x={columns}")).unwrap_err().to_string().contains("65 or more columns"));
    // A Q that is off is never used, and the nearest one is offered.
    let off = judge("x=1 2;3 4&q=1 0.03;0 1").unwrap();
    assert!(
        off.maps.is_empty()
            && off.notes.iter().any(|note| note.contains("QᵀQ differs from I by 0.03 (columns 1 and 2")),
        "{off:?}"
    );
    let nearest = given::read("Q", &off.nearest.unwrap()).unwrap().unwrap();
    assert!(defect(&nearest).1 < 1e-12);
    let singular = judge("x=1 2;3 4&q=1 0;0 0").unwrap().notes.join(" ");
    assert!(
        singular.contains("differs from I by 1 (columns 2 and 2 have the scalar product 0, not 1)")
            && singular.contains("singular"),
        "{singular}"
    );
    // A Q of six digits is off by as much, and so are the errors of what respects every Q.
    let rounded = judge("x=1 2;3 4&z=1 1&q=0.866025 0.5;-0.5 0.866025").unwrap();
    for (map, errors) in &rounded.maps {
        let kept = errors.unwrap().iter().zip(rounded.rounding).all(|(error, allowed)| *error <= allowed);
        assert!(kept || !EQUIVARIANT.contains(map), "{map:?}: {errors:?} of {:?}", rounded.rounding);
        assert!(!kept || *map != Map::Plain, "{errors:?}");
    }
    assert!(rounded.notes.iter().any(|note| note.contains("and no better")), "{rounded:?}");
    // Numbers that leave single precision are no verdict.
    let large = judge("x=1e15 2e15;3e15 4e15&z=1e15 1e15&q=0 1;-1 0").unwrap();
    let (_, errors) = large.maps.iter().find(|(map, _)| *map == Map::Knowledge).unwrap();
    assert!(errors.unwrap_err().contains("overflows in single precision"), "{large:?}");
    // A map that turns along, one that does not, one whose input was left unturned.
    let turn = "q=0 1;-1 0&x=1 2;3 4&z=1 1";
    let said = |own: &str| judge(&format!("{turn}&{own}")).unwrap();
    let right = said("y=2 4;6 8&turned=-4 2;-8 6");
    assert!(right.own == Some(0.0) && right.notes.iter().any(|note| note.contains("respects this Q")), "{right:?}");
    assert!(said("y=2 4;6 8&turned=4 2;8 6").notes.iter().any(|note| note.contains("does not respect")));
    assert!(said("y=2 4;6 8&turned=2 4;6 8").notes.iter().any(|note| note.contains("left unturned")));
    // The lab's own maps, and what is said of zeros and of no knowledge.
    let zero = judge("x=0 0;0 0&q=0 1;-1 0").unwrap();
    assert!(
        zero.notes.iter().any(|note| note.contains("absolute")) && zero.notes.iter().any(|note| note.contains("mean"))
    );
    let of = |own: &own::Own, map| own.maps.iter().find(|(known, _)| *known == map).unwrap().1;
    assert!(of(&zero, Map::Cross).unwrap_err().contains("without Z"));
    let [single, double] = of(&right, Map::Knowledge).unwrap();
    assert!(single <= 1e-6 && double <= 1e-13 && of(&right, Map::Plain).unwrap()[1] > 0.01);
}

/// A linear map: the error is that of the commutator, whatever the Q, and only multiples of I have none.
#[test]
fn a_linear_map_respects_rotations_only_as_a_multiple_of_one() {
    let judge = |link: &str| own::judge(&configuration(link)).unwrap();
    // Q = [[0, 1], [−1, 0]] and W = diag(1, 3): QW − WQ = [[0, 2], [2, 0]], ‖·‖² = 8; ‖W‖² = 10; W − 2 I has ‖·‖² = 2.
    let found = judge("w=1 0;0 3&q=0 1;-1 0");
    assert!((found.own.unwrap() - 0.8_f64.sqrt()).abs() < 1e-12, "{found:?}");
    let said = found.notes.join(" ");
    assert!(said.contains("W, on the basis vectors, does not respect this Q"), "{said}");
    assert!(said.contains("The nearest, 2 I, leaves 0.45 of ‖W‖"), "{said}");
    // Without X the lab's own maps are not tried.
    assert!(found.maps.is_empty());
    // A rotation of the plane commutes with others, and is no multiple of I all the same.
    let turn = judge("w=0 1;-1 0&q=0 1;-1 0").notes.join(" ");
    assert!(turn.contains("respects this Q to double precision") && turn.contains("leaves 1 of"), "{turn}");
    let rows: Vec<String> =
        (0..64).map(|i| (0..64).map(|j| if i == j { "-2.5" } else { "0" }).collect::<Vec<_>>().join(" ")).collect();
    let multiple = judge(&format!("w={}", rows.join(";")));
    let said = multiple.notes.join(" ");
    assert!(multiple.own.unwrap() <= 1e-13 && said.contains("The nearest, -2.5 I, leaves 0 of"), "{said}");
    // On vectors of the reader's: X W = (3, 0), XQ W = (0, 3), turned on: (0, 1).
    let given = judge("w=1 0;0 3&x=3 0;0 0&z=1 1&q=0 1;-1 0");
    assert!((given.own.unwrap() - 2.0).abs() < 1e-12 && !given.maps.is_empty(), "{given:?}");
    assert!(given.notes.iter().any(|note| note.starts_with("X W does not respect")), "{given:?}");
}

#[test]
fn a_shell_has_errors_tables_and_races() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, "symmetry errors --trials 30 --maps knowledge,plain --out errors.json"), 0);
    let errors = json(&shell::text(&folder, "errors.json"));
    assert_eq!(errors["rows"].as_array().unwrap().len(), 8);
    expect(&run(&folder, "symmetry csv --table errors --trials 30 --out errors.csv"), 0);
    let table = shell::text(&folder, "errors.csv");
    assert_eq!(table.lines().count(), 1 + 11 * 4);
    // The answer that is a table: by the ending of the file the same CSV, or aligned for people.
    expect(&run(&folder, "symmetry errors --trials 30 --out other.csv"), 0);
    assert_eq!(shell::text(&folder, "other.csv"), table);
    expect(&run(&folder, "symmetry errors --trials 30 --out errors.txt"), 0);
    let aligned = shell::text(&folder, "errors.txt");
    assert!(aligned.lines().all(|line| line.find("single").is_none_or(|at| at == aligned.find("single").unwrap())));
    assert!(aligned.contains("knowledge") && !aligned.contains(','), "{aligned}");
    assert!(expect(&run(&folder, "symmetry dial --out dial.csv"), 2).contains("no table \"dial\""));
    // Matrices from files, and files that are none.
    std::fs::write(folder.path().join("x.csv"), "\u{feff}1,2\r\n3,4\r\n").unwrap();
    std::fs::write(folder.path().join("bad.csv"), "1,2\n3\n").unwrap();
    expect(&run(&folder, "symmetry own --x x.csv --q bad.csv --out own.json"), 2);
    expect(&run(&folder, "symmetry own --x x.csv --out own.json"), 0);
    assert_eq!(json(&shell::text(&folder, "own.json"))["rows"].as_array().unwrap().len(), 11);
    let refused = expect(&run(&folder, "symmetry own --x bad.csv"), 2);
    assert!(refused.contains("X: row 2 has 1 numbers, row 1 has 2"), "{refused}");
    assert!(expect(&run(&folder, "symmetry own --x nowhere.csv"), 2).contains("there is no such file"));
    // A slip of a setting's name, where names are not flags.
    std::fs::write(folder.path().join("slip.json"), "{\"seed\": 1, \"trails\": 3}").unwrap();
    let slip = expect(&run(&folder, "symmetry errors --config slip.json"), 2);
    assert!(slip.contains("there is no such setting; there is trials"), "{slip}");
    assert!(expect(&run(&folder, "symmetry csv --table nothing"), 2).contains("there are errors, span, block"));
    expect(
        &run(
            &folder,
            "symmetry --preset learn --seeds 3 --steps 20 --every 10 --tests 16 --executor cpu --out learn.json",
        ),
        0,
    );
    let results: Results = Results::read(&shell::text(&folder, "learn.json")).unwrap();
    for id in ["same", "rotated", "knowledge", "conjugated"] {
        assert!(results.measure(id).is_some(), "{id}");
    }
    expect(&run(&folder, "symmetry block --norm layer --out block.json"), 0);
    let sentence = json(&shell::text(&folder, "block.json"))["sentence"].as_str().unwrap().to_owned();
    assert!(sentence.contains("broken by norm (LayerNorm)") && sentence.contains("sequence: kept"), "{sentence}");
}
