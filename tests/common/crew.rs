//! A crew in one thread, whose workers can be lost at any order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use mnemoscope::compute::crew::{Answer, Crew, Hands, Order};
use mnemoscope::error::Error;
use mnemoscope::graph::plan::{Origin, Plan};

/// Makes a plan of what a worker is told of it.
pub type Make = Box<dyn Fn(&Origin) -> Result<Plan, Error>>;

/// Workers that obey at once.
pub struct Inline {
    hands: RefCell<Vec<Option<Hands>>>,
    make: Make,
    /// How many may have something to do.
    pub most: Cell<usize>,
    /// Orders that were given so far.
    pub orders: Cell<usize>,
    /// At which order whoever gets it is lost.
    pub lost_at: Cell<usize>,
}

impl Inline {
    /// So many workers.
    pub fn new(count: usize, make: Make) -> Rc<Self> {
        let hands = RefCell::new((0..count).map(|_| Some(Hands::default())).collect());
        Rc::new(Self { hands, make, most: Cell::new(count), orders: Cell::new(0), lost_at: Cell::new(usize::MAX) })
    }
}

impl std::fmt::Debug for Inline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.workers())
    }
}

impl Crew for Inline {
    fn workers(&self) -> Vec<u32> {
        let hands = self.hands.borrow();
        let alive = hands.iter().enumerate().filter(|(_, hands)| hands.is_some());
        alive.map(|(at, _)| at as u32).take(self.most.get()).collect()
    }

    fn send(&self, worker: u32, order: Order, values: &[f32]) -> Answer {
        let mut hands = self.hands.borrow_mut();
        let hands = &mut hands[worker as usize];
        if self.orders.replace(self.orders.get() + 1) == self.lost_at.get() {
            *hands = None;
        }
        let answer = match hands {
            Some(hands) => hands.obey(order, values, &self.make),
            None => Err(Error::WorkerLost("it was ended".to_owned())),
        };
        Box::pin(async move { answer })
    }
}
