//! The labs: each a folder with its settings, its claims, its run and its answers; and here the one list of them.

pub mod argument;
pub mod arrays;
pub mod ask;
pub mod checking;
pub mod config;
pub mod copy;
#[cfg(test)]
mod declared;
pub mod device;
pub mod encodings;
pub mod endings;
#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
mod every;
pub mod geometry;
pub mod helper;
pub mod link;
pub mod mixtures;
pub mod onward;
pub mod part;
pub mod race;
pub mod results;
pub mod run;
pub mod run_ask;
pub mod sequence;
pub mod settings;
pub mod settled;
pub mod study;
pub mod symmetry;
#[cfg(any(test, template))]
pub mod template;
pub mod trial;
pub mod turn;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod types;
pub mod weights;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::ask::{Bench, NoBench};
pub use crate::labs::config::Config;
use crate::labs::device::Check;
use crate::labs::onward::{Gives, Takes};
use crate::labs::part::Part;
use crate::labs::run::Run;
use crate::labs::settings::Preset;
use crate::labs::trial::Trial;
use crate::property::Property;
use crate::reading::quoted;
use crate::run::machine::Machine;

/// Every lab; the first is the one of a link that names none.
pub const LABS: &[&dyn Lab] = &[
    &copy::CopyLab,
    &encodings::EncodingsLab,
    &sequence::SequenceLab,
    &geometry::GeometryLab,
    &mixtures::MixturesLab,
    &symmetry::SymmetryLab,
    #[cfg(any(test, template))]
    &template::TemplateLab,
];

/// Work that waits for a device.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 'a>>;

/// Hears the fraction done, and what is being done.
pub type Progress<'a> = &'a mut dyn FnMut(f64, &str);

/// A lab.
pub trait Lab: Sync {
    /// Its identifier, in links and on the command line.
    fn id(&self) -> &'static str;

    /// Its name on the page.
    fn label(&self) -> &'static str;

    /// The reader's question.
    fn question(&self) -> &'static str;

    /// Its default settings.
    fn defaults(&self) -> Config;

    /// Opens the run that the settings make: their race, unless a lab has experiments in units of work.
    ///
    /// # Errors
    /// [`Error::Config`] if they are of another lab; [`Error::TooLarge`] if it does not fit here; [`Error::Internal`].
    fn open<'a>(&self, config: Config, machine: &'a mut Machine, progress: Progress<'a>) -> Task<'a, Box<dyn Run>> {
        Trial::run(config, machine, progress)
    }

    /// A plan of the experiment that the settings name, by number: what workers make that have some of its replicas.
    ///
    /// # Errors
    /// [`Error::Config`] if they are of another lab; [`Error::Internal`] if there is none.
    fn plan(&self, config: &Config, which: usize) -> Result<Plan, Error> {
        Err(Error::Internal(format!("the {} lab has no plan {which}", config.lab_id())))
    }

    /// What it gives to the check of a device.
    fn checks(&self) -> &'static [Check] {
        &[]
    }

    /// What answers questions beside the run; nothing, unless a lab has questions.
    fn bench(&self) -> Box<dyn Bench> {
        Box::new(NoBench)
    }

    /// What it gives other labs.
    fn gives(&self) -> &'static [Gives] {
        &[]
    }

    /// What it takes of other labs.
    fn takes(&self) -> &'static [Takes] {
        &[]
    }
}

/// Without what it holds, so that a page need not carry how to print that.
impl fmt::Debug for dyn Lab + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Everything about a lab that does not depend on a configuration.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, serde::Serialize)]
pub struct Description {
    /// Which lab.
    #[cfg_attr(test, ts(type = "LabId"))]
    pub lab: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// The reader's question.
    pub question: &'static str,
    /// The property table.
    pub properties: Vec<Property>,
    /// The presets, the defaults first.
    pub presets: &'static [Preset],
    /// Parts of its page.
    pub parts: Vec<Part>,
}

/// The lab of that name.
///
/// # Errors
/// [`Error::Config`] if there is none.
pub fn named(id: &str) -> Result<&'static dyn Lab, Error> {
    let unknown = || Error::Config(format!("There is no lab \"{}\"; there are {}.", quoted(id), ids().join(", ")));
    LABS.iter().copied().find(|lab| lab.id() == id).ok_or_else(unknown)
}

/// Identifiers of all labs.
#[must_use]
pub fn ids() -> Vec<&'static str> {
    LABS.iter().map(|lab| lab.id()).collect()
}

impl dyn Lab + '_ {
    /// Its property table, presets and parts.
    #[must_use]
    pub fn describe(&self) -> Description {
        let config = self.defaults();
        let (lab, label, question) = (self.id(), self.label(), self.question());
        Description {
            lab,
            label,
            question,
            properties: config.rows(),
            presets: config.presets(),
            parts: config.parts().into_iter().chain(device::part(&config)).collect(),
        }
    }
}
