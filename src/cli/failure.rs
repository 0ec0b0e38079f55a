//! What ends the program early: messages as `mnemoscope: what; what to do`, and an exit code.

use std::io::Write;
use std::process::ExitCode;

use mnemoscope::error::Error;
use mnemoscope::reading::quoted;

/// Writes a line to standard error. Nobody may be there to read it, which is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Why the program ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    lines: Vec<String>,
}

impl Failure {
    /// The command line or the configuration is wrong.
    pub(crate) fn usage(line: impl Into<String>) -> Self {
        Self { code: 2, lines: vec![line.into()] }
    }

    /// As [`Failure::usage`], with all that is wrong.
    pub(crate) fn usages(lines: Vec<String>) -> Self {
        Self { code: 2, lines }
    }

    /// The work failed.
    pub(crate) fn failed(line: impl Into<String>) -> Self {
        Self { code: 1, lines: vec![line.into()] }
    }

    /// There is no device to check.
    pub(crate) fn absent(line: impl Into<String>) -> Self {
        Self { code: 3, lines: vec![line.into()] }
    }

    /// As [`Failure::failed`], with nothing left to say.
    pub(crate) fn said_before() -> Self {
        Self { code: 1, lines: Vec::new() }
    }

    /// A signal ended the work; as a shell reports it.
    pub(crate) fn signal(signal: i32, line: impl Into<String>) -> Self {
        Self { code: u8::try_from(128 + signal).unwrap_or(1), lines: vec![line.into()] }
    }

    /// Nothing, or all that failed in one; the code is that of the first.
    pub(crate) fn all(results: impl IntoIterator<Item = Result<(), Self>>) -> Result<(), Self> {
        let join = |mut all: Self, next: Self| {
            all.lines.extend(next.lines);
            all
        };
        results.into_iter().filter_map(Result::err).reduce(join).map_or(Ok(()), Err)
    }

    /// This, with another line.
    pub(crate) fn and(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// As a warning, while the work goes on.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("mnemoscope: {line}")).collect::<Vec<_>>().join("\n")
    }

    /// A command line that clap refused, in clap's words.
    pub(crate) fn of_clap(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let given: Vec<String> = std::env::args_os().filter_map(|given| given.into_string().ok()).collect();
        let values = given.iter().filter_map(|given| Some(given.split_once('=')?.1));
        let long = values.chain(given.iter().map(String::as_str)).filter(|given| quoted(given) != **given);
        let text = long.fold(text, |text, long| text.replace(long, &quoted(long)));
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        // Without arguments at all clap shows the help, which is no message.
        let help = error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        if help {
            say(text.trim_end());
        }
        Self { code: 2, lines: if help { Vec::new() } else { vec![text.trim_end().to_owned()] } }
    }

    /// Says it, and gives the exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        if !self.lines.is_empty() {
            say(&self.text());
        }
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    /// The library's messages are written for the page; here its buttons are flags.
    fn from(error: Error) -> Self {
        Self::failed(match error {
            Error::DeviceLost(why) => {
                format!("the graphics device was lost ({why}); run the command again, or with --executor cpu")
            }
            Error::NoWebGpu(why) | Error::Refused(why) | Error::Shader(why) => {
                format!("the graphics device does not take the work ({why}); use --executor cpu")
            }
            Error::OutOfMemory { .. } => {
                "the graphics device has not enough memory; use fewer seeds or encodings, or --executor cpu".to_owned()
            }
            Error::File(why) => why,
            other => other.to_string(),
        })
    }
}
