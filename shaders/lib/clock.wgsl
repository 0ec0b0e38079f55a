// A plan that repeats itself keeps count on the device: clock = [tick, limit] per replica. A batch of `rows` items begins at
// item tick rows; items from `limit` on do not exist.

const NOWHERE: u32 = 0xffffffffu;

fn item_of(tick: f32, limit: f32, rows: u32, row: u32) -> u32 {
    let item = u32(tick) * rows + row;
    return select(NOWHERE, item, item < u32(limit));
}
