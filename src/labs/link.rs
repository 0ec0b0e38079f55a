//! Links: a fragment such as `lab=copy&encodings=rank,none&seed=3&hide=settings` restores a page.

use crate::labs::part::Part;
use crate::labs::{self, Config, LABS, Lab};
use crate::property::Problem;
use crate::reading::quoted;
use crate::run::check::Certificate;

/// What a link says.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The configuration.
    pub config: Config,
    /// Parts of the page, what stands in them, and names of settings, that are not to be shown.
    pub hide: Vec<String>,
    /// Parts and what stands in them that are to be shown alone; if there are any, all other parts are in `hide`, but for
    /// the run bar where one of them has to be trained first.
    pub only: Vec<String>,
    /// The first losses that another reader got.
    pub check: Option<Certificate>,
    /// What was refused.
    pub problems: Vec<Problem>,
}

impl Link {
    /// Reads a link's fragment. `preset=paper` may stand in it anywhere and is laid under the other values. Names after `&amp;`, as a
    /// link is written in HTML, are those after `&`: a name never begins with `amp;`.
    #[must_use]
    pub fn parse(link: &str) -> Self {
        let link = link.trim_start_matches('#');
        let pairs: Vec<(String, String)> = form_urlencoded::parse(link.as_bytes())
            .map(|(name, value)| (name.strip_prefix("amp;").unwrap_or(&name).to_owned(), value.into_owned()))
            .collect();
        // The last one counts, as with every setting.
        let lab = pairs.iter().rev().filter(|(name, _)| name == "lab").find_map(|(_, value)| labs::named(value).ok());
        let lab: &dyn Lab = lab.unwrap_or(LABS[0]);
        let mut read =
            Self { config: lab.defaults(), hide: Vec::new(), only: Vec::new(), check: None, problems: Vec::new() };
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
                "hide" | "only" => {
                    let settings = name == "hide";
                    let (known, unknown) = named(value, lab, settings);
                    if !unknown.is_empty() {
                        read.problems
                            .push(Problem { given: unknown.join(", "), ..problem(nameable(lab, settings), "") });
                    }
                    *(if settings { &mut read.hide } else { &mut read.only }) = known;
                }
                "check" => match Certificate::parse(value) {
                    Some(check) => read.check = Some(check),
                    None => read.problems.push(problem("what the page's own links carry".to_owned(), "")),
                },
                _ => rest.push((name.as_str(), value.as_str())),
            }
        }
        read.problems.extend(read.config.apply_over_preset(rest));
        if !read.only.is_empty() {
            let parts = lab.describe().parts;
            let shown =
                |part: &Part| read.only.iter().any(|name| name == part.id || part.within.contains(&name.as_str()));
            // What has to be trained first comes with what trains it.
            let run = parts.iter().any(|part| part.trained && shown(part));
            let stays = |part: &Part| shown(part) || (run && part.id == "run");
            let listed = |id: &str| read.hide.iter().any(|name| name == id);
            let others = parts.iter().filter(|part| !stays(part) && !listed(part.id));
            let others: Vec<String> = others.map(|part| part.id.to_owned()).collect();
            read.hide.extend(others);
        }
        read
    }
}

/// The names in a list that the lab has, of parts, of what stands in them, and if wanted of settings; and the others, shortened.
fn named(list: &str, lab: &dyn Lab, settings: bool) -> (Vec<String>, Vec<String>) {
    let description = lab.describe();
    let mut names: Vec<&str> =
        description.parts.iter().flat_map(|part| [&[part.id], &part.within[..]].concat()).collect();
    if settings {
        names.extend(description.properties.iter().map(|property| property.name));
    }
    let (mut known, mut unknown): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let (into, text) =
            if names.contains(&name) { (&mut known, name.to_owned()) } else { (&mut unknown, quoted(name)) };
        if !into.contains(&text) {
            into.push(text);
        }
    }
    (known, unknown)
}

/// What such a list may name, in words.
fn nameable(lab: &dyn Lab, settings: bool) -> String {
    let parts = lab.describe().parts;
    let each = parts.iter().map(|part| match &part.within[..] {
        [] => part.id.to_owned(),
        within => format!("{} ({})", part.id, within.join(", ")),
    });
    let also = if settings { ", and settings by their names" } else { "" };
    format!("allowed are, separated by commas, {}{also}", each.collect::<Vec<_>>().join(", "))
}
