//! What a reader typed, as it is read: numbers in the forms in which people write them, and texts without what nobody sees.

/// Zeros of the decimal digits of the scripts that people write numbers in; nine more follow each.
const ZEROS: [char; 21] =
    ['0', '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐', '᮰', '０'];
/// Marks that can stand before decimals. The last two stand nowhere else.
const DECIMAL: [char; 4] = ['.', ',', '٫', '·'];
/// Marks that can stand between groups of digits.
const GROUP: [char; 6] = ['.', ',', '٬', '\'', '_', ' '];
/// Letters of a text that a message shows.
const MOST_SHOWN: usize = 80;

/// What a message quotes of a text: at most a line of it.
#[must_use]
pub fn quoted(text: impl std::fmt::Display) -> String {
    let text = text.to_string();
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(MOST_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

/// A number to so many significant digits: as it is written from a thousandth to ten thousand, else with a power of ten; zero is 0.
#[must_use]
pub fn brief(value: impl Into<f64>, digits: usize) -> String {
    let value: f64 = value.into();
    if !value.is_finite() {
        return "no number".to_owned();
    }
    let rounded: f64 = format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value);
    // The sum makes zero of minus zero.
    let plain = rounded == 0.0 || (1e-3..1e4).contains(&rounded.abs());
    if plain { (rounded + 0.0).to_string() } else { format!("{rounded:e}") }
}

/// The one of `known` that `given` is most likely a slip of: at most two letters, and fewer than half of them, have to be put in, taken
/// out or changed, or it begins with what was given, or the other way round.
#[must_use]
pub fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = given.to_ascii_lowercase().replace('-', "_");
    let best = known.iter().map(|name| (slips(&given, name), *name)).min()?;
    let (apart, name) = best;
    let long = given.chars().count().min(name.chars().count());
    if apart <= 2 && 2 * apart < long {
        return Some(name);
    }
    let begins = |name: &&&str| {
        given.len() >= 3 && (name.starts_with(given.as_str()) || (name.len() >= 3 && given.starts_with(**name)))
    };
    known.iter().find(begins).copied()
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn slips(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let change = left + usize::from(x != y);
            left = row[j + 1];
            row[j + 1] = change.min(left + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// That there is no setting of this name: the one that is near, or else all.
#[must_use]
pub fn no_setting(given: &str, known: &[&str]) -> String {
    match nearest(given, known) {
        Some(name) => format!("no such setting; there is {name}"),
        None => format!("no such setting; there are {}", known.join(", ")),
    }
}

/// Whether the character has no shape of its own.
fn shapeless(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A text without what nobody sees. Joiners and variation selectors stay where they shape what is seen: in emoji and in scripts whose
/// letters join.
#[must_use]
pub fn seen(text: &str) -> String {
    let shaped = |c: char| !shapeless(c) && (c >= '\u{600}' || matches!(c, '©' | '®'));
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let joins = matches!(c, '\u{200c}' | '\u{200d}');
        let varies = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}');
        let after = kept
            .chars()
            .next_back()
            .is_some_and(|last| shaped(last) || (shapeless(last) && !matches!(last, '\u{200c}' | '\u{200d}')));
        let before = || rest.clone().next().is_some_and(shaped);
        if !shapeless(c) || (after && (varies || (joins && before()))) {
            kept.push(c);
        }
    }
    kept
}

/// A text of which what looks alike is alike: without what nobody sees, an accent in one with its letter where that can be, and every
/// kind of space a space.
#[must_use]
pub fn plain(text: &str) -> String {
    composed(&seen(text)).chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

/// Unicode's normal form C. In a page the browser has it, and the tables for it would be 64 KB with gzip.
fn composed(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return js_sys::JsString::from(text).normalize("NFC").into();
    #[cfg(not(target_arch = "wasm32"))]
    return unicode_normalization::UnicodeNormalization::nfc(text).collect();
}

/// A character of a number in the form that this file works with, and for a digit its script.
fn known(c: char) -> Option<(char, Option<usize>)> {
    let own = match c {
        '−' | '–' | '‐' | '‑' | '﹣' | '－' => '-',
        '＋' | '﹢' => '+',
        '．' => '.',
        '，' | '،' => ',',
        '⋅' => '·',
        '’' | '‘' | 'ʼ' | '＇' => '\'',
        'E' | 'ｅ' | 'Ｅ' => 'e',
        c if c.is_whitespace() => ' ',
        '-' | '+' | 'e' => c,
        c if DECIMAL.contains(&c) || GROUP.contains(&c) => c,
        c => {
            let digit = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|digit| *digit < 10);
            let (script, digit) = ZEROS.iter().enumerate().find_map(|(at, zero)| Some((at, digit(zero)?)))?;
            return Some((char::from_digit(digit, 10)?, Some(script)));
        }
    };
    Some((own, None))
}

/// Whether marks stand between groups of digits as people set them: in threes, or as in India a last three after twos.
fn grouped(parts: &[&str], marks: &[char]) -> bool {
    let (Some((first, others)), Some(mark)) = (parts.split_first(), marks.first()) else {
        return parts.iter().all(|part| !part.is_empty());
    };
    let Some((last, middle)) = others.split_last() else { return false };
    let alike = GROUP.contains(mark) && marks.iter().all(|other| other == mark);
    let all = |size: usize| (1..=size).contains(&first.len()) && middle.iter().all(|part| part.len() == size);
    alike && !first.starts_with('0') && last.len() == 3 && (all(3) || (*mark == ',' && all(2)))
}

/// The numbers that a text can be, in the plain form of links and files: none, one, or two, decimals first, where a mark can stand
/// before decimals as well as between thousands.
#[must_use]
pub fn numbers(text: &str) -> Vec<String> {
    let seen = seen(text);
    let mut script = None;
    let mut own = String::new();
    for c in seen.trim().chars() {
        let Some((c, of)) = known(c) else { return Vec::new() };
        // Digits of two scripts are a slip of the keyboard, or no number at all.
        if of.is_some() && *script.get_or_insert(of) != of {
            return Vec::new();
        }
        own.push(c);
    }
    let unsigned = own.strip_prefix(['-', '+']).unwrap_or(&own).trim_start();
    let (body, exponent) = match unsigned.split_once('e') {
        Some((body, exponent)) if exponent.parse::<i32>().is_ok() => (body, format!("e{exponent}")),
        Some(_) => return Vec::new(),
        None => (unsigned, String::new()),
    };
    let parts: Vec<&str> = body.split(|c: char| !c.is_ascii_digit()).collect();
    let marks: Vec<char> = body.chars().filter(|c| !c.is_ascii_digit()).collect();
    let written = |whole: &[&str], decimals: &str| {
        let whole = whole.concat();
        let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
        let zero = whole.is_empty() && decimals.is_empty();
        let sign = if own.starts_with('-') && !zero { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if decimals.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{decimals}{}", if zero { "" } else { &exponent })
    };
    let mut found = Vec::new();
    if let (Some((mark, before)), Some((decimals, whole))) = (marks.split_last(), parts.split_last()) {
        let bare = before.is_empty() && whole == [""] && !decimals.is_empty();
        if DECIMAL.contains(mark) && !before.contains(mark) && (bare || grouped(whole, before)) {
            found.push(written(whole, decimals));
        }
    }
    if grouped(&parts, &marks) {
        found.push(written(&parts, ""));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brief() {
        for (value, digits, wanted) in [
            (0.0, 2, "0"),
            (-0.0, 1, "0"),
            (1.0, 1, "1"),
            (0.0312, 2, "0.031"),
            (0.000_999_9, 2, "0.001"),
            (4.5e-7, 2, "4.5e-7"),
            (9_999.9, 2, "1e4"),
            (1e-6, 2, "1e-6"),
            (1234.0, 3, "1230"),
            (-2.5, 2, "-2.5"),
            (f64::NAN, 2, "no number"),
        ] {
            assert_eq!(brief(value, digits), wanted, "{value}");
        }
    }

    #[test]
    fn a_slip_is_named_and_anything_else_has_the_list() {
        let known = ["seed", "seeds", "trials", "mlp_rate", "d", "x"];
        for (given, wanted) in
            [("trails", "trials"), ("mlp-rate", "mlp_rate"), ("Seeds", "seeds"), ("sed", "seed"), ("mlp", "mlp_rate")]
        {
            assert_eq!(nearest(given, &known), Some(wanted), "{given}");
        }
        for given in ["colour", "y", "", "dropout"] {
            assert_eq!(nearest(given, &known), None, "{given}");
        }
        assert_eq!(no_setting("q", &["d", "x"]), "no such setting; there are d, x");
    }
}
