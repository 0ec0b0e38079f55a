//! Tables as files: what is read, what is said of it, and what is refused.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::encoding::Table;
use mnemoscope::error::Error;
use mnemoscope::kernels::rng;
use mnemoscope::labs::encodings::table_file::{Upload, to_csv, to_npy};

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A file of NumPy's with this header and these data.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{header}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn plain_npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    npy(&format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"), data)
}

fn read(bytes: &[u8]) -> Upload {
    Upload::read("some file", bytes).unwrap()
}

#[test]
fn tables_survive_files_to_the_bit() {
    let edges = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        1.0 / 3.0,
        16_777_217.0,
        f32::MIN_POSITIVE,
        -f32::MIN_POSITIVE,
        f32::from_bits(1),
        -f32::from_bits(1),
        f32::from_bits(0x007f_ffff),
        f32::MAX,
        f32::MIN,
        f32::EPSILON,
    ];
    for (rows, columns) in [(2, 1), (3, 7), (33, 5), (65, 257), (1024, 3), (2, 1024)] {
        let any = |at: u32| {
            let [word, pick, ..] = rng::pcg4d([at, rows, columns, 5]);
            let value = f32::from_bits(word);
            if pick % 8 == 0 || !value.is_finite() { edges[(pick / 8) as usize % edges.len()] } else { value }
        };
        let values: Vec<f32> = (0..rows * columns).map(any).collect();
        let table = Table { rows: rows as usize, columns: columns as usize, values };
        for (file, format) in [(to_csv(&table), "CSV"), (to_npy(&table), "NumPy, float32")] {
            let again = read(&file);
            // Minus zero is zero.
            let wanted: Vec<f32> = table.values.iter().map(|value| value + 0.0).collect();
            assert_eq!(bits(&again.table.values), bits(&wanted), "{rows} × {columns}, {format}");
            assert_eq!((again.table.rows, again.table.columns), (table.rows, table.columns));
            assert_eq!((again.info.rows, again.info.columns, &*again.info.format), (table.rows, table.columns, format));
            assert_eq!(again.info.name, "some file");
        }
        let file = to_npy(&table);
        assert_eq!((file.len() - 4 * table.values.len()) % 64, 0, "data are aligned, as NumPy's are");
    }
}

/// What is offered for download can be uploaded again, also where it is as large and as long-winded as can be.
#[test]
fn the_largest_table_with_the_longest_numbers_can_be_read_again() {
    let table = Table { rows: 1024, columns: 1024, values: vec![-f32::from_bits(1); 1024 * 1024] };
    assert!(read(&to_npy(&table)).table == table);
    match Upload::read("largest.csv", &to_csv(&table)) {
        Ok(again) => assert!(again.table == table),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn text_is_read_as_people_write_it() {
    let table = |text: &str| {
        let found = read(text.as_bytes());
        (found.table.rows, found.table.columns, found.table.values, found.info.format)
    };
    let plain = (2, 3, vec![1.0, -2.5, 3e-7, 4.0, 5.0, 6.0], "CSV".to_owned());
    for text in [
        "1,-2.5,3e-7\n4,5,6\n",
        "1,-2.5,3e-7\r\n4,5,6",
        "\u{feff}1;-2.5;3e-7\n4;5;6\n\n",
        " 1\t-2.5\t 3e-7\n4\t5\t6\n",
        "  1  -2.5   3e-7\n4 5 6 \n",
        "\"1\",\"-2.5\",\"3e-7\"\n4,5,6",
    ] {
        assert_eq!(table(text), plain, "{text:?}");
    }
    let both: [fn(u16) -> [u8; 2]; 2] = [u16::to_le_bytes, u16::to_be_bytes];
    for bytes in both {
        let file: Vec<u8> = "\u{feff}1\t-2.5\t3e-7\r\n4\t5\t6\r\n".encode_utf16().flat_map(bytes).collect();
        let found = read(&file);
        assert_eq!((found.table.values, &*found.info.format), (plain.2.clone(), "CSV in UTF-16"));
    }
    let named = (2, 3, plain.2, "CSV with a line of names".to_owned());
    assert_eq!(table("sin 0,cos 0,sin 1\n1,-2.5,3e-7\n4,5,6\n"), named);
    assert_eq!(table("1\n2\n3\n").2, [1.0, 2.0, 3.0]);
}

/// Files, the values that they hold, and what is said of what was taken as something else.
#[test]
fn what_was_taken_as_names_or_as_a_comment_is_said() {
    let cases: &[(&str, &[f32], &[&str])] = &[
        ("1,2\n3,4", &[1., 2., 3., 4.], &[]),
        // NumPy's savetxt, with header= and with footer=.
        ("# x y\n1.0 2.0\n3.0 4.0\n", &[1., 2., 3., 4.], &["Line 1 was taken as a comment: # x y."]),
        (
            "# x,y\n1.5,2.0\n3.0,4.0\n# end\n",
            &[1.5, 2., 3., 4.],
            &["2 lines were taken as comments, the first, line 1: # x,y."],
        ),
        (
            "# 9 9\n 1.000000000000000000e+00 2.5e-01\n3e0 4e0",
            &[1., 0.25, 3., 4.],
            &["Line 1 was taken as a comment: # 9 9."],
        ),
        ("x y\n1 2\n3 4", &[1., 2., 3., 4.], &["Line 1 was taken as names of the columns: x, y."]),
        (
            "\n#a\nx;y\n\n1;2\n3;4",
            &[1., 2., 3., 4.],
            &["Line 3 was taken as names of the columns: x, y.", "Line 2 was taken as a comment: #a."],
        ),
        (
            "_a,φ,sin 0\n1,2,3\n4,5,6",
            &[1., 2., 3., 4., 5., 6.],
            &["Line 1 was taken as names of the columns: _a, φ, sin 0."],
        ),
        // What counts from 0 is data where all numbers are written alike, or where there are names already.
        (
            "0,1,2\n3,4,5",
            &[0., 1., 2., 3., 4., 5.],
            &["The first row, which counts from 0, was taken as position 0, for all its numbers are whole."],
        ),
        ("a,b\n0,1\n0.5,0.25", &[0., 1., 0.5, 0.25], &["Line 1 was taken as names of the columns: a, b."]),
        ("0.0,1.0\n0.5,0.25", &[0., 1., 0.5, 0.25], &[]),
        ("0\n1\n2", &[0., 1., 2.], &[]),
        (
            "0,5\n1,7\n2,9",
            &[0., 5., 1., 7., 2., 9.],
            &["The first column, which counts from 0, was taken as an entry of every vector."],
        ),
        (
            "a,b\n0,5.5\n1,7",
            &[0., 5.5, 1., 7.],
            &[
                "Line 1 was taken as names of the columns: a, b.",
                "The first column, which counts from 0, was taken as an entry of every vector.",
            ],
        ),
        // A column by itself has no room for blank lines; before and after it nobody can tell.
        ("1\n2\n", &[1., 2.], &[]),
        ("\n1\n2\n", &[1., 2.], &["1 blank line before or after the numbers: nothing was taken to be missing there."]),
        (
            "1\r\n2\r\n\r\n \r\n",
            &[1., 2.],
            &["2 blank lines before or after the numbers: nothing was taken to be missing there."],
        ),
        (
            "1\n2\n\n# end",
            &[1., 2.],
            &[
                "Line 4 was taken as a comment: # end.",
                "1 blank line before or after the numbers: nothing was taken to be missing there.",
            ],
        ),
        ("-0,-0.0\n1,2", &[0., 0., 1., 2.], &[]),
        // Line ends of three kinds.
        ("1,2\r3,4\r", &[1., 2., 3., 4.], &[]),
        ("a,b\r1,2\r3,4", &[1., 2., 3., 4.], &["Line 1 was taken as names of the columns: a, b."]),
    ];
    for (text, values, notes) in cases {
        let found = read(text.as_bytes());
        assert_eq!(bits(&found.table.values), bits(values), "{text:?}");
        assert_eq!(found.info.notes, *notes, "{text:?}");
    }
    let long = format!("{}\n1,2\n3,4", ["x".repeat(1000), "y".repeat(1000)].join(","));
    assert!(read(long.as_bytes()).info.notes[0].len() < 200);
}

/// A row that can be data by any reading is no header, and what can be read in two ways is refused with both.
#[test]
fn what_can_be_data_never_vanishes() {
    let refused = |text: &str, says: &[&str]| match Upload::read("x", text.as_bytes()) {
        Err(Error::File(why)) => {
            for says in says {
                assert!(why.contains(says), "{text:?}: \"{why}\" does not say \"{says}\"");
            }
        }
        other => panic!("{text:?}: {other:?}"),
    };
    // Numbers in other forms than that of files.
    refused("−0.5,−0.3\n0.1,0.2\n0.3,0.4", &["row 1, column 1 is \"−0.5\"", "write -0.5"]);
    refused(
        "1.234,5;2.345,6\n1;2\n3;4",
        &["row 1, column 1 is \"1.234,5\"", "write 1234.5, with a point before decimals"],
    );
    refused("1;2\n0,5;0,3\n", &["row 2, column 1 is \"0,5\"", "write 0.5"]);
    refused("0,5;0,3\n0.1;0.2\n0.3;0.4", &["row 1, column 1 is \"0,5\"", "write 0.5"]);
    refused("# x;y\na;b\n1;2\n1,000;2\n", &["row 2 (line 4), column 1 is \"1,000\"", "can be 1 or 1000"]);
    refused("1,5\t2,5\n3,5\t4,5", &["row 1, column 1", "write 1.5"]);
    refused("1,5 2,5\n3,5 4,5", &["row 1, column 2", "decimals with commas: write points"]);
    refused("\"1,5\",\"2,5\"\n\"3,5\",\"4,5\"", &["row 1, column 1", "write 1.5"]);
    refused("٣,٤\n1,2\n3,4", &["row 1, column 1", "write 3"]);
    refused("1 000;2\n3;4", &["row 1, column 1", "write 1000"]);
    // What stands in the place of a number.
    refused("1.5\n\n3.5\n4\n", &["line 2 is blank", "no missing values"]);
    refused("x\n\n3.5\n4\n", &["line 2 is blank", "no missing values"]);
    refused("1.5\n3\n\n# half\n4\n", &["line 3 is blank", "no missing values"]);
    assert_eq!(
        Upload::read("x", b"# a\n\n1.5,2\n\n3.5,4\n\n").unwrap().info.rows,
        2,
        "between rows of several numbers they are room"
    );
    assert_eq!(Upload::read("x", b"\n1.5\n3.5\n\n\n").unwrap().info.rows, 2, "and so before and after a column");
    for missing in [
        "NA", "n/a", "N.A.", "null", "None", "missing", "#N/A", "#NV", "###", "n/d", "#DIV/0!", "#NAME?", "<NA>", "?",
        "-",
    ] {
        refused(&format!("{missing},{missing}\n1,2\n3,4"), &["row 1, column 1", "a table has no missing values"]);
        refused(&format!("1,2\n{missing},3\n4,5"), &["row 2, column 1", "a table has no missing values"]);
    }
    refused("NaN,NaN\n1,2\n3,4", &["row 1, column 1 is NaN, which is not a finite number"]);
    refused("inf,inf\n1,2\n3,4", &["row 1, column 1 is inf"]);
    refused(",\n1,2\n3,4", &["row 1"]);
    refused("1.#IND,1.#QNAN\n1,2\n3,4", &["row 1, column 1 is \"1.#IND\""]);
    refused("True,False\n1,2\n3,4", &["row 1, column 1 is \"True\""]);
    refused("5%,6%\n1,2\n3,4", &["row 1, column 1 is \"5%\""]);
    refused("2020-01-01,x\n1,2\n3,4", &["row 1, column 1"]);
    refused("% x y\n1 2\n3 4", &["row 1, column 1 is \"%\""]);
    // pandas, with names of columns, of rows, and of both.
    refused(
        "0,1,2\n0.5,1.5,2.5\n3.5,4.5,5.5",
        &["first row counts from 0", "names of columns", "or position 0", "header=False", "0.0"],
    );
    refused("0,1\n1.0,0\n", &["first row counts from 0"]);
    refused("\"0\",\"1\"\n\"0.5\",\"0.25\"", &["first row counts from 0"]);
    refused("0\n0.5\n0.25", &["first row counts from 0"]);
    refused(",0,1,2\n0,0.5,1.5,2.5\n1,3.5,4.5,5.5", &["row 1 has no first cell", "index=False, header=False"]);
    refused(",a,b\n0,0.5,1.5\n1,3.5,4.5", &["row 1 has no first cell"]);
    refused(
        "position,a\n0,0.5\n1,1.5\n2,2.5",
        &["first column counts from 0", "names of rows", "or an entry", "index=False"],
    );
    refused("1,0.5\n2,1.5\n3,2.5", &["first column counts from 1", "1.0"]);
    // Names say that it is a table of somebody's, and whole numbers do not say which column counts.
    refused("position,a\n0,5\n1,7\n2,9", &["first column counts from 0", "names of rows", "0.0"]);
    refused("id;a;b\n1;5;3\n2;7;3\n3;9;3", &["first column counts from 1", "or an entry", "1.0"]);
}

#[test]
fn lines_that_end_in_carriage_returns_are_lines_in_files_of_any_size() {
    let line = vec!["-0.12345678"; 100].join(",");
    let file = vec![line; 1000].join("\r");
    assert!(file.len() > 1 << 20);
    let found = read(file.as_bytes());
    assert_eq!((found.table.rows, found.table.columns), (1000, 100));
    assert!(found.table.values.iter().all(|value| *value == -0.123_456_78));
}

#[test]
fn halves_are_read_to_the_bit() {
    let cases: &[(u16, f32)] = &[
        (0x0000, 0.0),
        (0x8000, 0.0),
        (0x3c00, 1.0),
        (0xc000, -2.0),
        (0x3555, 0.333_251_95),
        (0x7bff, 65504.0),
        (0x0400, 6.103_515_6e-5),
        (0x0001, 5.960_464_5e-8),
        (0x83ff, -6.097_555e-5),
    ];
    for (bits, want) in cases {
        for (descr, bytes) in [("<f2", bits.to_le_bytes()), (">f2", bits.to_be_bytes())] {
            let found = read(&plain_npy(descr, false, "(2, 1)", &[bytes, bytes].concat()));
            assert_eq!(
                found.table.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>(),
                [want.to_bits(); 2],
                "{bits:x}"
            );
            assert_eq!(found.info.format, "NumPy, float16");
        }
    }
    for (bits, says) in [(0x7c00_u16, "inf"), (0xfc00, "-inf"), (0x7e00, "NaN")] {
        let file = plain_npy("<f2", false, "(2, 1)", &[bits.to_le_bytes(); 2].concat());
        let Err(Error::File(why)) = Upload::read("x", &file) else { panic!("{bits:x} was taken") };
        assert!(why.contains(&format!("row 1, column 1 is {says}")), "{why}");
    }
}

#[test]
fn numpy_arrays_of_other_kinds_are_read() {
    // [[1, −2, 3], [100, 5, 6]], in either order of storage.
    let want = [1.0_f32, -2.0, 3.0, 100.0, 5.0, 6.0];
    let columns_first = [0, 3, 1, 4, 2, 5];
    let check = |descr: &str, name: &str, encode: &dyn Fn(f64) -> Vec<u8>, want: &[f32; 6]| {
        for fortran in [false, true] {
            let at = |at: usize| if fortran { columns_first[at] } else { at };
            let data: Vec<u8> = (0..6).flat_map(|place| encode(f64::from(want[at(place)]))).collect();
            let found = read(&plain_npy(descr, fortran, "(2, 3)", &data));
            assert_eq!((found.table.rows, found.table.columns), (2, 3));
            assert_eq!(found.table.values, want, "{descr}, Fortran {fortran}");
            assert_eq!(found.info.format, format!("NumPy, {name}"));
        }
    };
    macro_rules! kinds {
        ($($type:ty, $kind:literal, $name:literal, $want:expr;)+) => {$(
            check(&format!("<{}", $kind), $name, &|x| (x as $type).to_le_bytes().to_vec(), &$want);
            check(&format!(">{}", $kind), $name, &|x| (x as $type).to_be_bytes().to_vec(), &$want);
        )+};
    }
    let natural = want.map(f32::abs);
    let third = want.map(|x| x / 3.0);
    kinds! {
        f32, "f4", "float32", third;
        f64, "f8", "float64", third;
        i16, "i2", "int16", want;
        i32, "i4", "int32", want;
        i64, "i8", "int64", want;
        u16, "u2", "uint16", natural;
        u32, "u4", "uint32", natural;
        u64, "u8", "uint64", natural;
    }
    check("|i1", "int8", &|x| (x as i8).to_le_bytes().to_vec(), &want);
    let yes = want.map(|x| f32::from(u8::from(x > 2.0)));
    check("|b1", "bool", &|x| vec![x as u8], &yes);
    check("|u1", "uint8", &|x| (x as u8).to_le_bytes().to_vec(), &natural);
    // Versions 2 and 3 of the format have a longer length; keys may come in another order and in other quotes.
    let header = "{\"shape\": (2,3), \"fortran_order\": False, \"descr\": \"<f4\"}\n";
    let data: Vec<u8> = want.iter().flat_map(|x| x.to_le_bytes()).collect();
    for version in [2, 3] {
        let length = (header.len() as u32).to_le_bytes();
        let file = [b"\x93NUMPY", &[version, 0][..], &length, header.as_bytes(), &data].concat();
        assert_eq!(read(&file).table.values, want);
    }
    // Doubles of which single precision has not all digits are rounded to the nearest.
    let tenth: Vec<u8> = [0.1_f64; 6].iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(read(&plain_npy("<f8", false, "(3, 2)", &tenth)).table.values, [0.1_f32; 6]);
}

#[test]
fn files_that_are_no_tables_are_refused_in_words() {
    let refused = |what: &str, file: &[u8], says: &str| match Upload::read("x", file) {
        Err(Error::File(why)) => assert!(why.contains(says), "{what}: \"{why}\" does not say \"{says}\""),
        other => panic!("{what}: {other:?}"),
    };
    let data = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let six = data(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    refused("nothing", b"", "empty");
    refused("NaN in text", b"1,2\n3,NaN\n", "row 2, column 2 is NaN, which is not a finite number");
    refused("infinity in text", b"1,2\n-inf,4\n", "row 2, column 1 is -inf, which is not a finite number");
    refused("too large, in text", b"1,2\n3,1e39\n", "too large for single precision");
    refused("too large even for doubles", b"1,2\n3,1e999\n", "row 2, column 2");
    refused("ragged", b"1,2,3\n4,5\n", "row 2 has 2 cells, and those before it have 3");
    refused("ragged to the other side", b"1,2\n3,4,5\n", "row 2 has 3 cells");
    refused("names for other columns", b"a,b,c\n1,2\n3,4\n", "2 cells");
    refused("one row", b"1,2,3\n", "1 × 3; a table has 2 to 1024 rows");
    refused("no rows", b"a,b\n", "0 × 2; a table has 2 to 1024 rows");
    refused("only blank lines", b"\n\r\n\n", "0 × 0; a table has 2 to 1024 rows");
    refused("a word", b"1,2\n3,four\n", "row 2, column 2 is \"four\", which is not a number");
    refused("a word in the first row", b"1,two\n3,4\n", "row 1, column 2 is \"two\", which is not a number");
    refused("an empty cell", b"1,2\n3,\n", "row 2, column 2 is \"\", which is not a number");
    refused("1025 rows", "1,2\n".repeat(1025).as_bytes(), "more than 1024 rows");
    let long = format!("{}1\n", "1,".repeat(1024)).repeat(2);
    refused("1025 columns", long.as_bytes(), "2 × 1025; a table has");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    refused("UTF-16 without its mark", &utf16("1,2\n3,4\n"), "save it as CSV in UTF-8");
    refused("UTF-16 cut in the middle", &[&utf16("\u{feff}1,2\n3,4")[..], b"x"].concat(), "save it as CSV in UTF-8");
    refused(
        "half of a pair",
        &utf16("\u{feff}1,2\n3,4")[..].iter().copied().chain([0, 0xd8]).collect::<Vec<_>>(),
        "UTF-8",
    );
    refused("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a .npy file nor text");

    let one = |value: f32| plain_npy("<f4", false, "(2, 1)", &data(&[1.0, value]));
    refused("NaN", &one(f32::NAN), "row 2, column 1 is NaN, which is not a finite number");
    refused("infinity", &one(f32::INFINITY), "row 2, column 1 is inf, which is not a finite number");
    let large: Vec<u8> = [1.0, -1e39_f64].iter().flat_map(|x| x.to_le_bytes()).collect();
    refused("too large", &plain_npy("<f8", false, "(2, 1)", &large), "too large for single precision");
    refused("the place in Fortran order", &plain_npy("<f8", true, "(2, 1)", &large), "row 2, column 1");
    for (shape, says) in [
        ("()", "0 dimensions; a table has two"),
        ("(6,)", "1 dimensions; a table has two"),
        ("(1, 2, 3)", "3 dimensions; a table has two"),
        ("(1, 6)", "1 × 6; a table has 2 to 1024 rows"),
        ("(0, 6)", "0 × 6"),
        ("(6, 0)", "6 × 0"),
        ("(1025, 1)", "1025 × 1"),
        ("(2, 1025)", "2 × 1025; a table has 2 to 1024 rows (positions) and 1 to 1024 columns"),
        ("(9223372036854775808, 9223372036854775808)", "9223372036854775808 × 9223372036854775808"),
        ("(18446744073709551616, 2)", "shape is (18446744073709551616, 2)"),
        ("(-2, 3)", "shape is (-2, 3)"),
        ("(2, x)", "shape is (2, x)"),
        ("None", "no shape"),
    ] {
        refused(shape, &plain_npy("<f4", false, shape, &six), says);
    }
    for descr in ["|O", "<c8", "<c16", "<f16", "<U3", "|S4", "<M8[ns]", "<i3", "", "é"] {
        refused(
            descr,
            &plain_npy(descr, false, "(2, 3)", &six),
            "float16, float32, float64, whole numbers and bool are read",
        );
    }
    let structured = "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2, 3), }";
    refused("structured", &npy(structured, &six), "structured");
    refused("no order", &npy("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }", &six), "in which order");
    for key in ["descr", "fortran_order", "shape"] {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".replace(key, "other");
        refused(key, &npy(&header, &six), &format!("lacks {key}"));
    }
    let claims = |version: u8, length: &[u8]| [b"\x93NUMPY", &[version, 0][..], length, &[b' '; 200]].concat();
    refused("a header of 4 GiB", &claims(2, &[0xff; 4]), "claims 4294967295 bytes");
    refused("a header of 64 KiB", &claims(1, &[0xff; 2]), "claims 65535 bytes");
    refused("a header longer than the file", &claims(1, &[0, 2]), "cut short");
    refused("a version to come", &claims(4, &[10, 0]), "version is 4");
    refused("bytes that are no text", &npy("\u{0}", b"").replace_first(0, 0xff), "header");

    let good = plain_npy("<f4", false, "(2, 3)", &six);
    refused("too long", &[&good[..], &[0]].concat(), "2 × 3 numbers of float32 are 24 bytes, and it has 25");
    for length in 0..good.len() {
        let why = match Upload::read("x", &good[..length]) {
            Err(Error::File(why)) => why,
            other => panic!("cut to {length}: {other:?}"),
        };
        let data_begin = good.len() - six.len();
        let says = if length >= data_begin { "are 24 bytes, and it has" } else { "" };
        assert!(why.contains(says) && why.len() > 10, "cut to {length}: {why}");
    }
}

/// Changes one byte that is a certain one.
trait ReplaceFirst {
    fn replace_first(self, from: u8, to: u8) -> Self;
}

impl ReplaceFirst for Vec<u8> {
    fn replace_first(mut self, from: u8, to: u8) -> Self {
        // The version and the length hold zeros too; the header begins at byte 10.
        if let Some(at) = self.iter().skip(10).position(|&byte| byte == from) {
            self[at + 10] = to;
        }
        self
    }
}
