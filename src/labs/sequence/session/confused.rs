//! Why a recall took a wrong turn.

use crate::sdm::code::{Order, cosine};

/// Cosines no further apart are of the same context.
const SAME: f64 = 1e-6;

/// A symbol that was stored: what it is called, and the context that it was written in.
pub(super) struct Stored<'a> {
    pub(super) name: String,
    pub(super) context: &'a Order,
}

/// Which stored context `context` was taken for when the symbol called `came` was predicted, and where that stood, beside place `right`
/// (from 0) of what should have come. Nothing where the most alike is another than one whose symbol came.
pub(super) fn confused(stored: &[Stored<'_>], context: &Order, came: &str, right: usize, alpha: f64) -> Option<String> {
    let alike: Vec<f64> = stored.iter().map(|known| cosine(context, known.context, alpha)).collect();
    // Of equal ones the first.
    let most = alike.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let place = stored.iter().zip(&alike).position(|(known, &alike)| alike == most && known.name == came)?;
    let wanted = stored.get(right)?;
    let (place, right, wanted) = (place + 1, right + 1, &wanted.name);
    let same = alike.iter().filter(|&&other| most - other < SAME).count();
    Some(if most - alike[right - 1] < SAME {
        format!(
            " There its context was the same as that of {same} stored symbols (cosine {most:.3}), among them number {place} ({came}) and \
             number {right} ({wanted}): nothing told them apart."
        )
    } else {
        format!(
            " There it took its context for that of stored symbol number {place} ({came}; cosine {most:.3}); that of number {right} \
             ({wanted}), which should come, is less like it ({:.3}).",
            alike[right - 1]
        )
    })
}
