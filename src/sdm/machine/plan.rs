//! The program of sequence machines: its buffers, what a symbol does, and how the store is read.

use super::{Replica, Room, Shape};
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::Kernel;
use crate::kernels::clock::{self, Lists};
use crate::kernels::context::{self, Context};
use crate::kernels::nearest::Nearest;
use crate::kernels::present::Present;
use crate::kernels::ranked_sum::RankedSum;
use crate::kernels::store::Store;
use crate::kernels::tick::Tick;
use crate::kernels::winners::Winners;

/// Where things stand among a replica's constants.
pub(super) struct Constants {
    pub(super) context: u32,
    pub(super) lines: u32,
    pub(super) weights: u32,
    pub(super) overlap: u32,
    pub(super) len: u32,
}

impl Constants {
    pub(super) fn of(shape: &Shape, room: Room) -> Self {
        let context = context::HEAD;
        let lines = context + room.active + shape.data_active + room.neurons + shape.size;
        let weights = lines + shape.chosen;
        let overlap = weights + shape.chosen * shape.data_active;
        Self { context, lines, weights, overlap, len: overlap + shape.data_active }
    }
}

/// Buffers, in the order of the plan's slots.
#[derive(Clone, Copy)]
pub(super) enum Buffer {
    Clock,
    Given,
    Gates,
    Codes,
    Constants,
    OldWeights,
    NewWeights,
    Decoder,
    Store,
    Inputs,
    Presented,
    Contexts,
    ContextSums,
    DecoderSums,
    Lines,
    DataSums,
    Outputs,
    Overlaps,
    Predicted,
}

impl Buffer {
    pub(super) fn id(self) -> BufferId {
        BufferId(self as usize)
    }
}

/// The buffers, in the order of [`Buffer`].
fn slots(s: &Shape, room: Room) -> Vec<Slot> {
    let at = Constants::of(s, room);
    let after = s.items + 1;
    vec![
        Slot { label: "clock", len: clock::LEN },
        Slot { label: "given symbols", len: s.items },
        Slot { label: "gates of writing", len: s.items },
        Slot { label: "codes", len: s.symbols * s.data_active },
        Slot { label: "significances", len: at.len },
        Slot { label: "weights from the old context", len: room.neurons * room.neurons },
        Slot { label: "weights from the input", len: s.size * room.neurons },
        Slot { label: "decoder weights", len: room.neurons * s.decoders },
        Slot { label: "data store", len: s.decoders * s.size },
        Slot { label: "inputs", len: s.items * s.data_active },
        Slot { label: "presented symbols", len: s.items },
        Slot { label: "contexts", len: after * room.active },
        Slot { label: "context sums", len: room.neurons },
        Slot { label: "decoder sums", len: s.decoders },
        Slot { label: "decoder neurons that fire", len: after * s.chosen },
        Slot { label: "data sums", len: s.size },
        Slot { label: "outputs", len: after * s.data_active },
        Slot { label: "overlaps with symbols", len: after * s.symbols },
        Slot { label: "predictions", len: after },
    ]
}

/// Bytes of all buffers of these machines.
#[must_use]
pub fn bytes(shape: &Shape, replicas: &[Replica]) -> u64 {
    let elements = slots(shape, shape.room(replicas)).iter().map(|slot| u64::from(slot.len)).sum::<u64>();
    4 * replicas.len() as u64 * elements
}

/// Records the plan of these machines. A training step takes in one symbol; an evaluation reads the store at the context of the
/// present tick, without a symbol.
///
/// # Errors
/// [`Error::Internal`] if a kernel does not fit its buffers.
pub fn plan(shape: &Shape, replicas: &[Replica]) -> Result<Plan, Error> {
    let s = shape;
    let room = s.room(replicas);
    let at = Constants::of(s, room);
    let after = s.items + 1;
    let present = Present { active: s.data_active, symbols: s.symbols, items: s.items };
    let store = Store {
        rows: 1,
        lines: s.chosen,
        data: s.data_active,
        decoders: s.decoders,
        size: s.size,
        line_lists: Lists::of_items(after, 0),
        items: s.items,
        weights: at.weights,
        constants: at.len,
        gated: true,
    };
    let context = Context {
        neurons: room.neurons,
        active: room.active,
        inputs: s.size,
        data: s.data_active,
        items: s.items,
        constants: at.len,
    };
    let next = Winners { rows: 1, size: room.neurons, active: room.active, lists: Lists::of_items(after, 1) };
    let take_in = vec![
        launch(
            present,
            &[Buffer::Clock, Buffer::Given, Buffer::Predicted, Buffer::Codes],
            &[Buffer::Inputs, Buffer::Presented],
        ),
        launch(
            store,
            &[Buffer::Clock, Buffer::Lines, Buffer::Inputs, Buffer::Constants, Buffer::Gates],
            &[Buffer::Store],
        ),
        launch(
            context,
            &[
                Buffer::Clock,
                Buffer::Contexts,
                Buffer::Inputs,
                Buffer::OldWeights,
                Buffer::NewWeights,
                Buffer::Constants,
            ],
            &[Buffer::ContextSums],
        ),
        launch(next, &[Buffer::Clock, Buffer::ContextSums], &[Buffer::Contexts]),
    ];
    let training =
        take_in.into_iter().chain(predict(s, room, 1)).chain([launch(Tick { by: 1 }, &[], &[Buffer::Clock])]).collect();
    let evaluation = predict(s, room, 0);
    let replicas = replicas.len() as u32;
    Plan::of_slots(replicas, &slots(s, room), training, evaluation)
}

/// Reads the store at the context of the item `ahead` of the clock.
fn predict(s: &Shape, room: Room, ahead: u32) -> Vec<Launch> {
    let at = Constants::of(s, room);
    let lists = Lists::of_items(s.items + 1, ahead);
    let decode = RankedSum {
        rows: 1,
        active: room.active,
        inputs: room.neurons,
        columns: s.decoders,
        lists,
        levels: at.context,
        constants: at.len,
    };
    let read = RankedSum { active: s.chosen, inputs: s.decoders, columns: s.size, levels: at.lines, ..decode.clone() };
    let lines = Winners { rows: 1, size: s.decoders, active: s.chosen, lists };
    let word = Winners { rows: 1, size: s.size, active: s.data_active, lists };
    let nearest = Nearest {
        active: s.data_active,
        symbols: s.symbols,
        items: s.items,
        ahead,
        levels: at.overlap,
        constants: at.len,
    };
    vec![
        launch(decode, &[Buffer::Clock, Buffer::Contexts, Buffer::Constants, Buffer::Decoder], &[Buffer::DecoderSums]),
        launch(lines, &[Buffer::Clock, Buffer::DecoderSums], &[Buffer::Lines]),
        launch(read, &[Buffer::Clock, Buffer::Lines, Buffer::Constants, Buffer::Store], &[Buffer::DataSums]),
        launch(word, &[Buffer::Clock, Buffer::DataSums], &[Buffer::Outputs]),
        launch(
            nearest,
            &[Buffer::Clock, Buffer::Outputs, Buffer::Codes, Buffer::Constants],
            &[Buffer::Overlaps, Buffer::Predicted],
        ),
    ]
}

fn launch(kernel: impl Kernel + 'static, reads: &[Buffer], writes: &[Buffer]) -> Launch {
    let ids = |buffers: &[Buffer]| buffers.iter().map(|buffer| Some(buffer.id())).collect::<Vec<_>>();
    Launch::new(kernel, ids(reads), ids(writes))
}
