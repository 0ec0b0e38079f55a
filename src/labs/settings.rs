//! What the configurations of all labs have alike: presets, links, and reading by name.

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::labs::Config;
use crate::labs::link::Link;
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::property::{Kind, Problem, Properties, Property};
use crate::reading::numbers;
use crate::run::results::setting_text;

/// A named set of values over the defaults.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// Identifier.
    pub id: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Names and values that differ from the defaults.
    pub values: &'static [(&'static str, &'static str)],
}

/// Settings that a file gives, by name, and what was left out of it or merged, a sentence each.
pub type FromFile = (Vec<(&'static str, String)>, Vec<String>);

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As links and files have them.
    Plain,
    /// As a reader types them: a number may be in any form that can be read in one way.
    Typed,
    /// As in a shell, where scripts write plainly and people as they like: the plain form is tried first.
    Shell,
}

impl Reading {
    fn assign<S: Settings>(self, settings: &mut S, name: &str, text: &str) -> Result<(), Problem> {
        let plain = S::plainly(name, text);
        let text = plain.as_deref().unwrap_or(text);
        match self {
            Self::Plain => settings.assign(name, text).map_err(|problem| plainly(problem, S::rows())),
            Self::Typed => settings.type_in(name, text),
            Self::Shell => settings.assign(name, text).or_else(|_| settings.type_in(name, text)),
        }
    }
}

/// The problem, which says how links and files have numbers where a reader of another form would have read one.
fn plainly(problem: Problem, rows: Vec<Property>) -> Problem {
    let Some(row) = rows.into_iter().find(|row| row.name == problem.field) else { return problem };
    let number = matches!(row.kind, Kind::Integer { .. } | Kind::Number { .. });
    let read =
        if number && problem.given.trim().parse::<f64>().is_err() { numbers(&problem.given) } else { Vec::new() };
    if read.is_empty() {
        return problem;
    }
    let how = "in a link or a file without marks between digits, and with a point before decimals";
    Problem { allowed: format!("{}, {how}: {}", problem.allowed, read.join(" or ")), ..problem }
}

/// A lab's configuration: what every lab reads and writes alike.
pub trait Settings: Properties {
    /// Name of the lab.
    const LAB: &'static str;

    /// The presets, the defaults first.
    fn presets() -> &'static [Preset];

    /// Parts of its page.
    fn parts() -> Vec<Part>;

    /// Names of the tables that a run of it leaves, beside the curves.
    fn tables(&self) -> &'static [&'static str] {
        &[]
    }

    /// What a file says that is given for a setting; nothing if no file gives it.
    ///
    /// # Errors
    /// [`Error::File`] if the file is not one of these.
    fn of_file(name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error> {
        let _ = (name, bytes);
        Ok(None)
    }

    /// A text that is given for a setting, as links and files have it; nothing if it is that already.
    fn plainly(name: &str, text: &str) -> Option<String> {
        let _ = (name, text);
        None
    }

    /// What it races; nothing if it trains no models.
    fn racing(&self) -> Option<&dyn Racing> {
        None
    }

    /// Names of the settings that say when its race ends: the steps of the arms that train longest.
    fn ends(&self) -> Vec<&'static str> {
        vec!["steps"]
    }

    /// What a run needs and these settings do not have, such as a text that is still to be written: nothing can take its place, and until
    /// it is there nothing is opened. `used` of such a problem is empty.
    fn lacking(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Names of the settings from which nothing follows as the others are: a page need not show them.
    fn unused(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Mends what the single fields allow but not together, and says what was mended.
    fn settle(&mut self) -> Vec<Problem>;

    /// The configuration of a preset.
    ///
    /// # Errors
    /// The problem, if there is no such preset.
    fn preset(id: &str) -> Result<Self, Problem> {
        let mut config = Self::default();
        for (name, value) in preset_of(Self::presets(), id)?.values {
            config.assign(name, value)?;
        }
        Ok(config)
    }

    /// Reads names and values over this configuration. What is refused keeps its value and is reported;
    /// the rest is taken. Rules between fields are settled last.
    fn apply<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
        self.apply_over(&Self::default().texts(), pairs, Reading::Plain)
    }

    /// As [`Settings::apply`], read as `reading` says. A value that is not among the pairs and is that of `base`, the defaults or a
    /// preset, is nobody's wish: where a rule between fields needs another, it follows, and nothing is reported.
    fn apply_over<'a>(
        &mut self,
        base: &[(&'static str, String)],
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        reading: Reading,
    ) -> Vec<Problem> {
        let pairs: Vec<_> = pairs.into_iter().collect();
        let mut problems: Vec<_> =
            pairs.iter().filter_map(|(name, value)| reading.assign(self, name, value).err()).collect();
        let before = self.texts();
        let given = |field: &str| pairs.iter().any(|(name, _)| *name == field);
        let wished = |field: &str| before.iter().zip(base).any(|(own, base)| own.0 == field && own.1 != base.1);
        problems.extend(self.settle().into_iter().filter(|mended| given(&mended.field) || wished(&mended.field)));
        problems
    }

    /// The link's fragment that restores this configuration: only what differs from the defaults.
    fn link(&self) -> String {
        link_of(Self::LAB, &self.texts(), &Self::default().texts())
    }
}

fn preset_of(presets: &'static [Preset], id: &str) -> Result<&'static Preset, Problem> {
    presets.iter().find(|preset| preset.id == id).ok_or_else(|| Problem {
        field: "preset".to_owned(),
        given: id.to_owned(),
        allowed: format!("one of {}", presets.iter().map(|p| p.id).collect::<Vec<_>>().join(", ")),
        used: String::new(),
    })
}

fn link_of(lab: &str, values: &[(&str, String)], defaults: &[(&str, String)]) -> String {
    let mut link = form_urlencoded::Serializer::new(format!("lab={lab}"));
    for ((name, value), (_, default)) in values.iter().zip(defaults) {
        if value != default {
            link.append_pair(name, value);
        }
    }
    // A comma needs no escape in a fragment, and lists are easier to read and edit with it.
    link.finish().replace("%2C", ",")
}

/// Reads a configuration over the defaults from JSON: an object of settings by name, or a results file, whose settings are taken.
/// A list may be an array; numbers and flags may be plain.
///
/// # Errors
/// [`Error::File`] if it is no such JSON. Values that are not allowed are problems, not errors.
pub fn read_configuration(config: &mut Config, text: &str) -> Result<Vec<Problem>, Error> {
    let refuse = |why: String| Error::File(why);
    let json: Value = serde_json::from_str(text).map_err(|error| refuse(format!("it is not JSON ({error})")))?;
    let inside = ["settings", "configuration"].into_iter().find_map(|name| json.get(name));
    // Some files of the first format say their settings in their link alone.
    let link = json.get("lab").and_then(|_| json.get("link")?.as_str()).filter(|_| inside.is_none());
    if let Some(link) = link.map(Link::parse) {
        if link.config.lab_id() != config.lab_id() {
            return Err(refuse(format!("its link is of the lab {}", link.config.lab_id())));
        }
        *config = link.config;
        return Ok(link.problems);
    }
    let settings = inside.unwrap_or(&json).as_object();
    let settings = settings.ok_or_else(|| refuse("it is not a JSON object of settings".to_owned()))?;
    let pairs: Vec<(&str, String)> =
        settings.iter().map(|(name, value)| (name.as_str(), setting_text(value))).collect();
    let preset = pairs.iter().find(|(name, _)| *name == "preset");
    let mut problems: Vec<Problem> = preset.and_then(|(_, preset)| config.preset(preset).err()).into_iter().collect();
    let others = pairs.iter().filter(|(name, _)| *name != "preset");
    problems.extend(config.apply(others.map(|(name, value)| (*name, value.as_str()))));
    Ok(problems)
}
