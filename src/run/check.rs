//! A certificate of a run's first losses, short enough for a link: did another reader get the same numbers?

use crate::reading::brief;

/// Steps that a certificate covers.
pub const STEPS: u32 = 10;

/// Hash of the first losses of all runs, with two of their means, so that a difference has a size.
///
/// As text: `hash_first_last`, the hash in hexadecimal, the means in bits per token with all their digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// FNV-1a of the losses' bits, step by step, run by run.
    pub hash: u32,
    /// Mean loss over the runs at the first step.
    pub first: f32,
    /// Mean loss over the runs at the last step covered.
    pub last: f32,
}

/// What comparing two certificates says.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CheckComparison"))]
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Comparison {
    /// Whether every bit agrees.
    pub same: bool,
    /// Largest relative difference of the two means; nothing if one is not a number.
    pub difference: Option<f64>,
    /// In words.
    pub sentence: String,
}

/// A certificate in the making.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certifier {
    /// Steps seen.
    pub steps: u32,
    /// What they give so far.
    pub so_far: Certificate,
}

impl Default for Certifier {
    fn default() -> Self {
        Self { steps: 0, so_far: Certificate { hash: 0x811c_9dc5, first: 0.0, last: 0.0 } }
    }
}

impl Certifier {
    /// Takes the losses of all runs at the next step.
    pub fn add(&mut self, losses: &[f32]) {
        if self.steps == STEPS {
            return;
        }
        let c = &mut self.so_far;
        for byte in losses.iter().flat_map(|loss| loss.to_bits().to_le_bytes()) {
            c.hash = (c.hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        let mean = losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / losses.len().max(1) as f64;
        c.last = mean as f32;
        if self.steps == 0 {
            c.first = c.last;
        }
        self.steps += 1;
    }

    /// The certificate, once enough steps are there: ten, or all there are.
    #[must_use]
    pub fn certificate(&self, steps_in_all: u32) -> Option<Certificate> {
        (self.steps == STEPS.min(steps_in_all)).then_some(self.so_far)
    }

    /// The state as text, for a checkpoint.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}_{}", self.steps, self.so_far.text())
    }

    /// Reads what [`Certifier::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (steps, rest) = text.split_once('_')?;
        let steps = steps.parse().ok().filter(|steps| *steps <= STEPS)?;
        Some(Self { steps, so_far: Certificate::parse(rest)? })
    }
}

impl Certificate {
    /// As it stands in a link.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:08x}_{}_{}", self.hash, self.first, self.last)
    }

    /// Reads what [`Certificate::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let [hash, first, last] = [parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() || hash.len() != 8 {
            return None;
        }
        let hash = u32::from_str_radix(hash, 16).ok()?;
        Some(Self { hash, first: first.parse().ok()?, last: last.parse().ok()? })
    }

    /// Compares this, which a link promised, with what was measured here.
    #[must_use]
    pub fn compare(&self, measured: &Self) -> Comparison {
        let relative = |a: f32, b: f32| f64::from((a - b).abs()) / f64::from(a.abs().max(b.abs()).max(1e-30));
        let difference = relative(self.first, measured.first).max(relative(self.last, measured.last));
        let known = self.first.is_finite() && self.last.is_finite() && measured.first.is_finite();
        let difference = (known && measured.last.is_finite()).then_some(difference);
        let same = self.hash == measured.hash && self.first == measured.first && self.last == measured.last;
        let sentence = match difference {
            _ if same => "Same numbers: the first losses agree bit for bit with those of the link.".to_owned(),
            Some(difference) if difference < 1e-4 => format!(
                "Not the same bits, but the same numbers within {} of each: another executor or machine rounds differently.",
                brief(difference, 2)
            ),
            Some(difference) => format!(
                "Not the same numbers: the first losses differ by up to {:.2} % from those of the link ({} and {} bits per token \
                 there, {} and {} here). Its run had other settings, or another version of this lab.",
                difference * 100.0,
                self.first,
                self.last,
                measured.first,
                measured.last
            ),
            None => "The first losses cannot be compared: one of the runs diverged at once.".to_owned(),
        };
        Comparison { same, difference, sentence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(losses: &[f32]) -> Certificate {
        let mut certifier = Certifier::default();
        losses.iter().for_each(|loss| certifier.add(&[*loss, loss + 1.0]));
        certifier.so_far
    }

    #[test]
    fn text_round_trips_and_nonsense_is_refused() {
        let certificate = of(&[3.1, 2.0, 0.5]);
        assert_eq!(Certificate::parse(&certificate.text()), Some(certificate));
        for bad in ["", "_", "1_2_3", "00000000_1", "00000000_1_2_3", "zzzzzzzz_1_2", "00000000_x_2"] {
            assert_eq!(Certificate::parse(bad), None, "{bad}");
        }
        assert_eq!(Certifier::parse("11_00000000_1_2"), None);
    }

    #[test]
    fn a_difference_has_a_size() {
        let ours = of(&[3.0, 2.0]);
        assert!(ours.compare(&ours).same);
        let near = of(&[3.0, 2.000_000_2]);
        let comparison = ours.compare(&near);
        assert!(!comparison.same && comparison.difference.is_some_and(|d| d < 1e-6 && d > 0.0), "{comparison:?}");
        let far = ours.compare(&of(&[3.0, 1.0]));
        assert!(far.difference.is_some_and(|d| (d - 0.4).abs() < 1e-6), "{far:?}");
        assert!(far.sentence.starts_with("Not the same numbers"));
        assert_eq!(ours.compare(&of(&[f32::NAN])).difference, None);
    }

    #[test]
    fn ten_steps_or_all_there_are() {
        let mut certifier = Certifier::default();
        for step in 0..12 {
            assert_eq!(certifier.certificate(200).is_some(), step >= 10);
            certifier.add(&[step as f32]);
        }
        let mut short = Certifier::default();
        short.add(&[1.0]);
        assert!(short.certificate(1).is_some() && short.certificate(2).is_none());
    }
}
