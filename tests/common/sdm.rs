//! Cases of the sparse distributed memory. All of them are whole numbers, so that both sides have to agree bit for bit.

use mnemoscope::kernels::clock::Lists;
use mnemoscope::kernels::context::Context;
use mnemoscope::kernels::nearest::Nearest;
use mnemoscope::kernels::present::Present;
use mnemoscope::kernels::ranked_sum::RankedSum;
use mnemoscope::kernels::store::Store;
use mnemoscope::kernels::tick::Tick;
use mnemoscope::kernels::winners::Winners;
use mnemoscope::sdm::code::{draw, levels};

use super::harness::{Case, Rule};

/// Whole numbers below `below`, some of them equal.
fn whole(key: u32, count: u32, below: u32) -> Vec<f32> {
    (0..count)
        .map(|at| (at.wrapping_mul(2_654_435_761).wrapping_add(key.wrapping_mul(977)) >> 7) % below)
        .map(|x| x as f32)
        .collect()
}

/// `count` codes one after the other; every fifth has a silent last place.
fn orders(key: u32, count: u32, active: u32, size: u32) -> Vec<f32> {
    let code = |number: u32| {
        let mut code: Vec<f32> = draw(active, size, [key, 77, number]).into_iter().map(|n| n as f32).collect();
        if number % 5 == 3 && active > 1 {
            code[active as usize - 1] = -1.0;
        }
        code
    };
    (0..count).flat_map(code).collect()
}

fn some(values: Vec<f32>) -> Option<Vec<f32>> {
    Some(values)
}

/// A clock for each replica; the middle one of three is further on.
fn clocks(replicas: u32, tick: u32, limit: u32) -> Vec<f32> {
    (0..replicas).flat_map(|replica| [(tick + replica % 2) as f32, limit as f32]).collect()
}

fn of_replicas(replicas: u32, values: impl Fn(u32) -> Vec<f32>) -> Vec<f32> {
    (0..replicas).flat_map(values).collect()
}

pub fn ranked_sum(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for (rows, active, inputs, columns) in [(1, 1, 1, 1), (3, 7, 33, 65), (65, 11, 40, 7), (1, 22, 64, 1030)] {
        for clocked in [false, true] {
            let items = 3 * rows + 1;
            let lists = if clocked { Lists::of_items(items, 1) } else { Lists::of_batch(rows) };
            let constants = 3 + active;
            let kernel = RankedSum { rows, active, inputs, columns, lists, levels: 3, constants };
            let level = levels(active, 0.9, 255).into_iter().map(|level| level as f32);
            let constant: Vec<f32> = [9.0, 9.0, 9.0].into_iter().chain(level).collect();
            let reads = vec![
                // The last batch is cut short by the limit.
                some(clocks(replicas, 1, 3 * rows - 1)),
                some(of_replicas(replicas, |r| orders(r, lists.items, active, inputs))),
                some(of_replicas(replicas, |_| constant.clone())),
                some(whole(5, replicas * inputs * columns, 256)),
            ];
            let writes = vec![some(whole(8, replicas * rows * columns, 99))];
            let name = format!("{rows} codes of {active} of {inputs}, {columns} columns, clocked {clocked}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn winners(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes = [(1, 1, 1), (3, 65, 7), (5, 33, 33), (2, 4097, 20), (1, 300, 128), (33, 7, 3)];
    for (rows, size, active) in shapes {
        // Few different sums make many ties; with 1, no neuron fires.
        for below in [1, 2, 5, 300, 16_777_216] {
            let lists = if below == 5 { Lists::of_items(2 * rows + 1, 1) } else { Lists::of_batch(rows) };
            let kernel = Winners { rows, size, active, lists };
            let reads = vec![some(clocks(replicas, 0, 2 * rows)), some(whole(below, replicas * rows * size, below))];
            let writes = vec![some(whole(3, replicas * lists.items * active, 50))];
            let name = format!("{active} of {size}, {rows} rows, sums below {below}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn store(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for (rows, lines, data, decoders, size) in [(1, 1, 1, 1, 1), (7, 3, 5, 33, 17), (33, 11, 11, 65, 40)] {
        for gated in [false, true] {
            let items = 2 * rows + 1;
            let line_lists = if gated { Lists::of_items(items + 1, 0) } else { Lists::of_batch(rows) };
            let constants = 2 + lines * data;
            let kernel = Store { rows, lines, data, decoders, size, line_lists, items, weights: 2, constants, gated };
            let reads = vec![
                some(clocks(replicas, 1, 2 * rows)),
                some(of_replicas(replicas, |r| orders(r, line_lists.items, lines, decoders))),
                some(of_replicas(replicas, |r| orders(r + 9, items, data, size))),
                some(whole(4, replicas * constants, 4096)),
                gated.then(|| whole(6, replicas * items, 2)),
            ];
            let writes = vec![some(whole(2, replicas * decoders * size, 2000))];
            let name = format!("{rows} pairs, {lines} of {decoders} by {data} of {size}, gated {gated}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn present(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for (active, symbols, items) in [(1, 1, 1), (11, 7, 5), (70, 33, 3)] {
        for tick in 0..items {
            let kernel = Present { active, symbols, items };
            let symbol = |key: u32, count: u32| whole(key, count, symbols + 1).into_iter().map(|x| x - 1.0).collect();
            let reads = vec![
                some(clocks(replicas, tick, items)),
                some(symbol(1, replicas * items)),
                some(symbol(2, replicas * (items + 1))),
                some(of_replicas(replicas, |r| orders(r, symbols, active, 100))),
            ];
            let writes = vec![some(whole(3, replicas * items * active, 9)), some(whole(4, replicas * items, 9))];
            let name = format!("{active} neurons, {symbols} symbols, tick {tick} of {items}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn context(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for (neurons, active, inputs, data) in [(2, 1, 1, 1), (66, 10, 33, 5), (130, 22, 65, 11)] {
        for model in 0..3_u32 {
            for share in [0.0, 300.0, 1024.0] {
                let items = 3;
                let constants = 8 + active + data + neurons + inputs;
                let kernel = Context { neurons, active, inputs, data, items, constants };
                let constant = |replica: u32| {
                    let head = [((model + replica) % 3) as f32, share, 90_000.0, 70_000.0, 0.0, 0.0, 0.0, 0.0];
                    let old = levels(active, 0.9, 255).into_iter().map(|level| level as f32);
                    let new = levels(data, 0.9, 255).into_iter().map(|level| level as f32);
                    let means = whole(7, neurons + inputs, 4081);
                    head.into_iter().chain(old).chain(new).chain(means).collect()
                };
                let reads = vec![
                    some(clocks(replicas, 1, items)),
                    some(of_replicas(replicas, |r| orders(r, items + 1, active, neurons))),
                    some(of_replicas(replicas, |r| orders(r + 3, items, data, inputs))),
                    some(whole(5, replicas * neurons * neurons, 256)),
                    some(whole(6, replicas * inputs * neurons, 256)),
                    some(of_replicas(replicas, constant)),
                ];
                let writes = vec![some(whole(8, replicas * neurons, 99))];
                let name = format!("model {model}, {active} of {neurons}, {data} of {inputs}, share {share}");
                cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
            }
        }
    }
    cases
}

pub fn nearest(replicas: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for (active, symbols, size) in [(1, 1, 1), (11, 65, 33), (7, 200, 40)] {
        for ahead in [0, 1] {
            let items = 2;
            let constants = 1 + active;
            let kernel = Nearest { active, symbols, items, ahead, levels: 1, constants };
            let level = levels(active, 0.9, 1000).into_iter().map(|level| level as f32);
            let constant: Vec<f32> = std::iter::once(5.0).chain(level).collect();
            let reads = vec![
                some(clocks(replicas, 0, items)),
                some(of_replicas(replicas, |r| orders(r, items + 1, active, size))),
                some(of_replicas(replicas, |r| orders(r + 8, symbols, active, size))),
                some(of_replicas(replicas, |_| constant.clone())),
            ];
            let writes =
                vec![some(whole(3, replicas * (items + 1) * symbols, 9)), some(whole(4, replicas * (items + 1), 9))];
            let name = format!("{active} of {size}, {symbols} symbols, ahead {ahead}");
            cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
        }
    }
    cases
}

pub fn tick(replicas: u32) -> Vec<Case> {
    let writes = vec![some(clocks(replicas, 3, 9))];
    vec![Case::new("one tick", Tick { by: 1 }, replicas, vec![], writes).rule(Rule::Exact)]
}
