//! A worker that has some replicas of the plans of a run, which another holds. It makes the plans anew, from the run's link.

use crate::compute::crew::{Hands, Order};
use crate::error::Error;
use crate::graph::plan::{Origin, Plan};
use crate::labs::link::Link;
use crate::run::lineup::Lineup;

/// A worker that does what it is told.
#[derive(Debug, Default)]
pub struct Helper {
    hands: Hands,
    /// The race that the last plan was of: it may have several.
    known: Option<(String, Lineup)>,
}

impl Helper {
    /// Does what it is told; see [`Hands::obey`].
    ///
    /// # Errors
    /// [`Error::Internal`] if the order fits nothing that is here.
    pub fn obey(&mut self, order: Order, values: &[f32]) -> Result<Vec<Vec<f32>>, Error> {
        let Self { hands, known } = self;
        hands.obey(order, values, |origin| plan(known, origin))
    }
}

fn plan(known: &mut Option<(String, Lineup)>, Origin { link, plan, .. }: &Origin) -> Result<Plan, Error> {
    let lineup = match known.take() {
        Some((of, lineup)) if of == *link => lineup,
        _ => {
            let Link { config, .. } = Link::parse(link);
            if config.racing().is_err() {
                return config.lab()?.plan(&config, *plan);
            }
            config.lineup()?
        }
    };
    let (_, lineup) = known.insert((link.clone(), lineup));
    let squad = lineup.squads.get(*plan).ok_or_else(|| Error::Internal(format!("a race has no model {plan}")))?;
    squad.model.plan(squad.runs.clone())
}
