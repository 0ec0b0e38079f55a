//! The one way to sort.

/// Places of the values from the least to the greatest in IEEE's total order; equal ones in the order of their places.
///
/// The standard library's sort is several kilobytes of WebAssembly for every type and order, so that all sort by this one.
#[must_use]
pub fn order(values: &[f64]) -> Vec<u32> {
    // Bits that sort as the numbers do: of negative ones all are turned, of the others the sign.
    let key = |value: &f64| {
        let bits = value.to_bits();
        bits ^ (((bits as i64) >> 63) as u64 | 1 << 63)
    };
    let mut keyed: Vec<(u64, u32)> = values.iter().zip(0..).map(|(value, at)| (key(value), at)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// The items by key, from the least to the greatest; those of equal keys stay as they are.
#[must_use]
pub fn sorted<T>(items: Vec<T>, key: impl Fn(&T) -> f64) -> Vec<T> {
    let order = order(&items.iter().map(key).collect::<Vec<_>>());
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| items.get_mut(at as usize)?.take()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_total_order() {
        let values = [3.0, -0.0, f64::INFINITY, -2.5, 0.0, -2.5, 1e-300, f64::NEG_INFINITY, -1e300, 3.0];
        assert_eq!(order(&values), [7, 8, 3, 5, 1, 4, 6, 0, 9, 2]);
        let many: Vec<f64> = (0..1000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761)) - 2e9).collect();
        let mut sorted = many.clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(super::sorted(many, |&value| value), sorted);
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn items_of_equal_keys_stay_in_their_order() {
        for count in [10, 1000] {
            let items: Vec<(u32, u32)> = (0..count).map(|at| (at % 3, at)).collect();
            let mut expected = items.clone();
            expected.sort();
            assert_eq!(sorted(items, |item| f64::from(item.0)), expected);
        }
    }
}
