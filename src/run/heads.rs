//! Which numbers of attention heads a width can be split into: heads of a multiple of 4 entries, at most 64 each, as the attention kernel
//! takes them.

/// Whether `heads` heads make up `width`.
#[must_use]
pub fn fits(width: u32, heads: u32) -> bool {
    heads > 0 && width.is_multiple_of(4 * heads) && width / heads <= 64
}

/// All numbers of heads up to `most` that make up `width`.
fn allowed(width: u32, most: u32) -> impl Iterator<Item = u32> {
    (1..=most).filter(move |&heads| fits(width, heads))
}

/// The number of heads up to `most` that is nearest to `heads`.
#[must_use]
pub fn nearest(width: u32, heads: u32, most: u32) -> u32 {
    allowed(width, most).min_by_key(|other| other.abs_diff(heads)).unwrap_or(1)
}

/// The largest width up to `width` that can be split at all. Four times a large prime cannot: one head would be too wide, and there is no
/// other number of heads.
#[must_use]
pub fn width_below(width: u32, most: u32) -> u32 {
    (1..=width / 4).rev().map(|fours| 4 * fours).find(|&width| allowed(width, most).next().is_some()).unwrap_or(4)
}

/// The allowed numbers, for a message.
#[must_use]
pub fn list(width: u32, most: u32) -> String {
    let all = allowed(width, most).map(|heads| heads.to_string()).collect::<Vec<_>>().join(", ");
    format!("one of {all} at width {width}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_has_one_below_that_can_be_split() {
        for most in [16, 32] {
            for width in 4..=256 {
                let below = width_below(width, most);
                assert!(
                    below <= width && below + 16 > width && fits(below, nearest(below, 7, most)),
                    "{width}: {below}"
                );
            }
        }
        assert_eq!((width_below(68, 16), width_below(68, 32)), (64, 68));
        assert_eq!(list(64, 16), "one of 1, 2, 4, 8, 16 at width 64");
    }
}
