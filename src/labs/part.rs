//! A part of a lab's page: what a link hides by its name, and which settings it depends on.

use serde::Serialize;

/// A part of a lab's page.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Name in links.
    pub id: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Names of the settings that its answer depends on; none where it asks nothing, or only about the open run.
    pub settings: Vec<&'static str>,
    /// Names of what stands in it and can be hidden, or shown alone, by itself: a section or a figure.
    pub within: Vec<&'static str>,
    /// Whether it stands empty until something has been trained.
    #[serde(skip)]
    pub trained: bool,
}

impl Part {
    /// A part that asks nothing of the settings.
    #[must_use]
    pub fn new(id: &'static str, label: &'static str, help: &'static str) -> Self {
        Self { id, label, help, settings: Vec::new(), within: Vec::new(), trained: false }
    }

    /// The part, with settings that its answer depends on.
    #[must_use]
    pub fn of(mut self, settings: &[&'static str]) -> Self {
        self.settings.extend(settings);
        self
    }

    /// The part, as one that stands empty until something has been trained.
    #[must_use]
    pub fn after_training(mut self) -> Self {
        self.trained = true;
        self
    }

    /// The part, with what stands in it.
    #[must_use]
    pub fn with(mut self, within: &[&'static str]) -> Self {
        self.within.extend(within);
        self
    }
}
