//! Cases of Kanerva's memory. All of them are whole numbers, so that both sides have to agree bit for bit.

use mnemoscope::kernels::counters::Counters;
use mnemoscope::kernels::hamming::{Hamming, packed};
use mnemoscope::kernels::majority::Majority;
use mnemoscope::kernels::rng::pcg4d;
use mnemoscope::sdm::bits::Patterns;

use super::harness::{Case, Rule};

/// Rows, locations and bits: one of each, a number that is full, one bit more, several workgroups of everything.
const SHAPES: [[u32; 3]; 6] = [[1, 1, 1], [3, 7, 24], [2, 33, 25], [65, 5, 97], [7, 130, 256], [33, 65, 200]];

/// Packed patterns of every replica.
fn patterns(key: u32, replicas: u32, count: u32, bits: u32) -> Option<Vec<f32>> {
    Some((0..replicas).flat_map(|replica| Patterns::draw(bits, 0..count, [replica, key]).packed().to_vec()).collect())
}

/// Ones at about a third of the places.
fn some_near(key: u32, count: u32) -> Option<Vec<f32>> {
    Some((0..count).map(|at| f32::from(u8::from(pcg4d([key, 0, 0, at])[0].is_multiple_of(3)))).collect())
}

/// Whole numbers from `-limit` to `limit`.
fn whole(key: u32, count: u32, limit: u32) -> Option<Vec<f32>> {
    Some((0..count).map(|at| (pcg4d([key, 1, 0, at])[0] % (2 * limit + 1)) as f32 - limit as f32).collect())
}

/// Clocks of a batch that is whole in the middle one of three replicas, and cut short in the others.
fn clocks(replicas: u32, rows: u32) -> Option<Vec<f32>> {
    let clock = |replica: u32| match replica % 2 {
        0 => [1.0, (2 * rows - rows / 3) as f32],
        _ => [0.0, (2 * rows) as f32],
    };
    Some((0..replicas).flat_map(clock).collect())
}

pub fn hamming(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for [rows, locations, bits] in SHAPES {
        // None, about half, and all; at the radius itself a location is reached.
        for radius in [0, bits / 2, bits] {
            let (items, words) = (2 * rows + 1, packed(bits));
            let kernel = Hamming { rows, items, locations, words, radius };
            let mut addresses = patterns(2, replicas, items, bits);
            let hard = patterns(1, replicas, locations, bits);
            // One address is a location, so that even radius 0 reaches something.
            if let (Some(addresses), Some(hard)) = (&mut addresses, &hard) {
                let at = (rows * words) as usize;
                addresses[at..at + words as usize].copy_from_slice(&hard[..words as usize]);
            }
            let reads = vec![clocks(replicas, rows), hard, addresses];
            let writes = vec![whole(3, replicas * rows * locations, 9)];
            let name = format!("{rows} addresses of {bits} bits, {locations} locations, radius {radius}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn counters(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for [rows, locations, bits] in SHAPES {
        for limit in [0, 100, 16_000_000] {
            let items = 2 * rows + 1;
            let kernel = Counters { rows, items, locations, bits };
            let near = some_near(4, replicas * rows * locations);
            let reads = vec![clocks(replicas, rows), near, patterns(5, replicas, items, bits)];
            let writes = vec![whole(6, replicas * locations * bits, limit)];
            let name = format!("{rows} words of {bits} bits, {locations} locations, counters to {limit}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn majority(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for [rows, locations, bits] in SHAPES {
        // Small counters tie often; the large ones have sums that single precision does not hold.
        for limit in [1, 16_000_000] {
            let items = 2 * rows + 1;
            let kernel = Majority { rows, items, locations, bits };
            let near = some_near(7, replicas * rows * locations);
            let reads = vec![clocks(replicas, rows), near, whole(8, replicas * locations * bits, limit)];
            let writes = vec![whole(9, replicas * items * packed(bits), 50)];
            let name = format!("{rows} words of {bits} bits, {locations} locations, counters to {limit}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}
