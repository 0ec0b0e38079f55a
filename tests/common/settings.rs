//! Settings from a file.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "this is not an interface")]

use mnemoscope::error::Error;
use mnemoscope::labs::Config;
use mnemoscope::labs::settings::{self, Settings};
use mnemoscope::property::Problem;

/// A configuration of a lab from JSON, and what was refused.
pub fn read_configuration<S: Settings + 'static>(text: &str) -> Result<(S, Vec<Problem>), Error> {
    let mut config = Config::from(S::default());
    let problems = settings::read_configuration(&mut config, text)?;
    Ok((config.of::<S>().unwrap().clone(), problems))
}
