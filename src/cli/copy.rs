//! `mnemoscope copy`: runs a race.

use clap::{ArgMatches, Command};

use mnemoscope::labs::copy::config::CopyConfig;

use super::failure::Failure;
use super::{race, settings};

pub(crate) fn command() -> Command {
    settings::add::<CopyConfig>(race::add(Command::new("copy").about("Race positional encodings on a copy task")))
}

pub(crate) fn run(arguments: &ArgMatches) -> Result<(), Failure> {
    race::run(&settings::configure::<CopyConfig>(arguments)?.into(), arguments)
}
