//! Links: a fragment such as `lab=copy&encodings=rank,none&seed=3&hide=settings` restores a page.

use crate::labs::{self, Config, LABS, Lab};
use crate::property::Problem;
use crate::reading::quoted;
use crate::run::check::Certificate;

/// What a link says.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The configuration.
    pub config: Config,
    /// Parts of the page, and names of settings, that are not to be shown.
    pub hide: Vec<String>,
    /// The first losses that another reader got.
    pub check: Option<Certificate>,
    /// What was refused.
    pub problems: Vec<Problem>,
}

impl Link {
    /// Reads a link's fragment. `preset=paper` may stand in it anywhere and is laid under the other values.
    #[must_use]
    pub fn parse(link: &str) -> Self {
        let link = link.trim_start_matches('#');
        let pairs: Vec<(String, String)> = form_urlencoded::parse(link.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        // The last one counts, as with every setting.
        let lab = pairs.iter().rev().filter(|(name, _)| name == "lab").find_map(|(_, value)| labs::named(value).ok());
        let lab: &dyn Lab = lab.unwrap_or(LABS[0]);
        let mut read = Self { config: lab.defaults(), hide: Vec::new(), check: None, problems: Vec::new() };
        let mut rest = Vec::new();
        for (name, value) in &pairs {
            let problem = |allowed: String, used: &str| Problem {
                field: name.clone(),
                given: value.clone(),
                allowed,
                used: used.to_owned(),
            };
            match name.as_str() {
                "lab" if labs::named(value).is_ok() => {}
                "lab" => {
                    read.problems.push(problem(format!("one of {}", labs::ids().join(", ")), lab.id()));
                }
                "preset" => read.problems.extend(read.config.preset(value).err()),
                "hide" => match hidden(value, lab) {
                    Ok(hide) => read.hide = hide,
                    Err(allowed) => read.problems.push(problem(allowed, "")),
                },
                "check" => match Certificate::parse(value) {
                    Some(check) => read.check = Some(check),
                    None => read.problems.push(problem("what the page's own links carry".to_owned(), "")),
                },
                _ => rest.push((name.as_str(), value.as_str())),
            }
        }
        read.problems.extend(read.config.apply_over_preset(rest));
        read
    }
}

/// The names in a list of parts and settings, or what is allowed there.
fn hidden(list: &str, lab: &dyn Lab) -> Result<Vec<String>, String> {
    let description = lab.describe();
    let parts: Vec<&str> = description.parts.iter().map(|part| part.id).collect();
    let settings: Vec<&str> = description.properties.iter().map(|property| property.name).collect();
    let mut hide: Vec<String> = Vec::new();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !parts.contains(&name) && !settings.contains(&name) {
            return Err(format!(
                "some of {}, or names of settings, separated by commas; \"{}\" is neither",
                parts.join(", "),
                quoted(name)
            ));
        }
        if !hide.iter().any(|known| known == name) {
            hide.push(name.to_owned());
        }
    }
    Ok(hide)
}
