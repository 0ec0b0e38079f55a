//! The CPU executor of a plan whose replicas are dealt out to several workers, each with a module and a memory of its own.
//!
//! Whoever holds the race sends orders and gathers what comes back; it computes nothing itself. Replicas share nothing, and every worker
//! runs the same twins, so that no bit depends on how they are dealt out. A worker that is lost is like a device that is lost.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

use crate::compute::{Clock, Counters, Executor, Program, Reading};
use crate::error::Error;
use crate::graph::BufferId;
use crate::graph::plan::{Origin, Plan};

/// What a worker is told to do with its replicas of a plan. Workers do it in the order in which they are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Order {
    /// Make an executor of so many replicas of the plan of `origin`.
    Open {
        /// Number of the plan, from now on.
        plan: u32,
        /// What makes it.
        origin: Origin,
        /// How many replicas.
        replicas: u32,
    },
    /// Fill a buffer of all its replicas with the values that come with the order.
    Write {
        /// Which plan.
        plan: u32,
        /// Which buffer.
        buffer: usize,
    },
    /// Run a program so often.
    Run {
        /// Which plan.
        plan: u32,
        /// Which program.
        program: Program,
        /// How often.
        times: u32,
    },
    /// Give the content of buffers, of all its replicas or of one.
    Read {
        /// Which plan.
        plan: u32,
        /// Which buffers.
        buffers: Vec<usize>,
        /// Which of its replicas.
        replica: Option<u32>,
    },
    /// Run a training step launch by launch, and give the milliseconds that each took.
    Time {
        /// Which plan.
        plan: u32,
    },
    /// Forget a plan.
    Close {
        /// Which plan.
        plan: u32,
    },
}

/// What a worker gives for an order: the content of buffers, or nothing.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<Vec<f32>>, Error>>>>;

/// Workers that take orders.
pub trait Crew: fmt::Debug {
    /// Numbers of those that may be given work now. One that is lost is not among them any more.
    fn workers(&self) -> Vec<u32>;

    /// Tells a worker what to do, `values` with it. It is on its way once this returns, whether or not the answer is waited for.
    ///
    /// # Errors
    /// The answer is [`Error::WorkerLost`] if the worker is gone, or cannot go on.
    fn send(&self, worker: u32, order: Order, values: &[f32]) -> Answer;
}

/// What a worker has: plans by number, each with some of its replicas.
#[derive(Debug, Default)]
pub struct Hands(BTreeMap<u32, Executor>);

impl Hands {
    /// Does what it is told, and gives the content of buffers where it is asked for; `make` makes a plan.
    ///
    /// # Errors
    /// [`Error::Internal`] if the order fits nothing that is here; those of `make`.
    pub fn obey(
        &mut self,
        order: Order,
        values: &[f32],
        make: impl FnOnce(&Origin) -> Result<Plan, Error>,
    ) -> Result<Vec<Vec<f32>>, Error> {
        match order {
            Order::Open { plan, origin, replicas } => {
                let mut made = make(&origin)?;
                made.replicas = replicas;
                self.0.insert(plan, Executor::cpu(made));
            }
            Order::Write { plan, buffer } => self.at(plan)?.write(BufferId(buffer), values)?,
            Order::Run { plan, program, times } => self.at(plan)?.run(program, times)?,
            Order::Read { plan, buffers, replica } => {
                let ids: Vec<BufferId> = buffers.into_iter().map(BufferId).collect();
                if let Reading::Here(read) = self.at(plan)?.begin_read(&ids, replica)? {
                    return Ok(read);
                }
            }
            Order::Time { plan } => {
                if let Executor::Cpu(executor, plan, _) = self.at(plan)? {
                    let mut times = vec![0.0; plan.training.len()];
                    executor.time(&plan.training, &mut times)?;
                    return Ok(vec![times.into_iter().map(|time| time as f32).collect()]);
                }
            }
            Order::Close { plan } => {
                self.0.remove(&plan);
            }
        }
        Ok(Vec::new())
    }

    fn at(&mut self, plan: u32) -> Result<&mut Executor, Error> {
        self.0.get_mut(&plan).ok_or_else(|| Error::Internal(format!("a worker has no plan {plan}")))
    }
}

/// The replicas that one worker has.
#[derive(Debug)]
struct Share {
    worker: u32,
    replicas: Range<u32>,
}

/// Runs a plan by the hands of a crew.
pub struct CrewExecutor {
    crew: Rc<dyn Crew>,
    /// Number of the plan.
    plan: u32,
    shares: Vec<Share>,
    /// Elements per replica of each buffer.
    lengths: Vec<usize>,
    /// Launches of a training step and of an evaluation.
    launches: [u64; 2],
    /// What was sent since the last submission, and is yet to be answered.
    loose: Vec<Answer>,
    /// Submissions that are yet to be answered, the oldest first.
    submitted: VecDeque<Vec<Answer>>,
    pub(super) counters: Counters,
}

impl fmt::Debug for CrewExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrewExecutor").field("plan", &self.plan).field("shares", &self.shares).finish_non_exhaustive()
    }
}

/// Buffers on their way from the workers, and how long each of a replica is.
pub struct Gathering(Vec<Answer>);

impl fmt::Debug for Gathering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gathering({})", self.0.len())
    }
}

async fn all(answers: impl IntoIterator<Item = Answer>) -> Result<(), Error> {
    for answer in answers {
        answer.await?;
    }
    Ok(())
}

impl CrewExecutor {
    /// Deals `plan` out to `workers`: as evenly as can be, those who get one more beginning with the one at `origin.first`, so that the
    /// replicas of several plans are spread evenly too.
    ///
    /// # Errors
    /// [`Error::WorkerLost`], for instance of a worker that has not enough memory.
    pub async fn open(crew: Rc<dyn Crew>, workers: &[u32], plan: &Plan, origin: Origin) -> Result<Self, Error> {
        static OPENED: AtomicU32 = AtomicU32::new(0);
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let (replicas, count) = (plan.replicas as usize, workers.len().max(1));
        let mut shares = Vec::with_capacity(count);
        let mut from = 0;
        for at in 0..count {
            let worker = workers.get((origin.first + at) % count);
            let worker = *worker.ok_or_else(|| Error::Internal("a crew without workers".to_owned()))?;
            let to = from + (replicas / count + usize::from(at < replicas % count)) as u32;
            if to > from {
                shares.push(Share { worker, replicas: from..to });
            }
            from = to;
        }
        let mut executor = Self {
            crew,
            plan: number,
            shares,
            lengths: plan.slots.iter().map(|slot| slot.len as usize).collect(),
            launches: [plan.training.len() as u64, plan.evaluation.len() as u64],
            loose: Vec::new(),
            submitted: VecDeque::new(),
            counters: Counters::default(),
        };
        let order =
            |share: &Share| Order::Open { plan: number, origin: origin.clone(), replicas: share.replicas.len() as u32 };
        all(executor.tell(order)).await?;
        executor.counters.buffers = plan.slots.len() as u64;
        Ok(executor)
    }

    /// Numbers of the workers that have replicas.
    #[must_use]
    pub fn workers(&self) -> Vec<u32> {
        self.shares.iter().map(|share| share.worker).collect()
    }

    /// Tells all workers something.
    fn tell(&self, order: impl Fn(&Share) -> Order) -> Vec<Answer> {
        self.shares.iter().map(|share| self.crew.send(share.worker, order(share), &[])).collect()
    }

    /// Writes a buffer of all replicas.
    ///
    /// # Errors
    /// [`Error::Internal`] if the length is not the buffer's.
    pub fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), Error> {
        self.counters.uploads += 1;
        let length = self.lengths.get(id.0).copied().unwrap_or(0);
        let replicas = self.shares.iter().map(|share| share.replicas.len()).sum::<usize>();
        if values.len() != length * replicas || length == 0 {
            return Err(Error::Internal(format!("{} values do not fill buffer {}", values.len(), id.0)));
        }
        for Share { worker, replicas } in &self.shares {
            let part = replicas.start as usize * length..replicas.end as usize * length;
            let order = Order::Write { plan: self.plan, buffer: id.0 };
            self.loose.push(self.crew.send(*worker, order, values.get(part).unwrap_or_default()));
        }
        Ok(())
    }

    /// Sends a program to be run `times` times.
    pub fn run(&mut self, program: Program, times: u32) {
        let [training, evaluation] = self.launches;
        self.counters.launches += u64::from(times) * if program == Program::Training { training } else { evaluation };
        self.counters.submits += 1;
        let mut answers = std::mem::take(&mut self.loose);
        answers.extend(self.tell(|_| Order::Run { plan: self.plan, program, times }));
        self.submitted.push_back(answers);
    }

    /// Waits until at most `ahead` submissions are unfinished.
    ///
    /// # Errors
    /// [`Error::WorkerLost`].
    pub async fn catch_up(&mut self, ahead: usize) -> Result<(), Error> {
        while self.submitted.len() > ahead {
            self.counters.waits += 1;
            all(self.submitted.pop_front().unwrap_or_default()).await?;
        }
        Ok(())
    }

    /// Begins to read buffers back: of all replicas, or of one.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such replica.
    pub fn begin_read(&mut self, ids: &[BufferId], of: Option<u32>) -> Result<Gathering, Error> {
        self.counters.reads += 1;
        let buffers = || ids.iter().map(|id| id.0).collect();
        let plan = self.plan;
        let Some(of) = of else {
            return Ok(Gathering(self.tell(|_| Order::Read { plan, buffers: buffers(), replica: None })));
        };
        let share = self.shares.iter().find(|share| share.replicas.contains(&of));
        let share = share.ok_or_else(|| Error::Internal(format!("no worker has replica {of}")))?;
        let order = Order::Read { plan, buffers: buffers(), replica: Some(of - share.replicas.start) };
        Ok(Gathering(vec![self.crew.send(share.worker, order, &[])]))
    }

    /// Waits for what [`CrewExecutor::begin_read`] began: each buffer of all its replicas, one after the other.
    ///
    /// # Errors
    /// [`Error::WorkerLost`].
    pub async fn finish_read(&mut self, Gathering(answers): Gathering) -> Result<Vec<Vec<f32>>, Error> {
        let mut buffers: Vec<Vec<f32>> = Vec::new();
        for answer in answers {
            let part = answer.await?;
            if buffers.is_empty() {
                buffers = part;
                continue;
            }
            buffers.iter_mut().zip(part).for_each(|(buffer, part)| buffer.extend(part));
        }
        // Whoever has answered this has answered all that was sent before.
        all(std::mem::take(&mut self.loose)).await?;
        Ok(buffers)
    }

    /// Lets all workers at once run a training step launch by launch, and adds the milliseconds that each took to `times`.
    ///
    /// # Errors
    /// [`Error::WorkerLost`].
    pub async fn time_step(&mut self, times: &mut [f64]) -> Result<Clock, Error> {
        let [training, _] = self.launches;
        self.counters.launches += training;
        for answer in self.tell(|_| Order::Time { plan: self.plan }) {
            for taken in answer.await? {
                times.iter_mut().zip(taken).for_each(|(time, taken)| *time += f64::from(taken));
            }
        }
        Ok(Clock::Workers)
    }
}

impl Drop for CrewExecutor {
    fn drop(&mut self) {
        // Nobody waits for it.
        drop(self.tell(|_| Order::Close { plan: self.plan }));
    }
}
