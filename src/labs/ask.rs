//! Questions: what a part of a page, a command line or a program wants to know beside the run.
//!
//! A lab lists its questions in one table, [`questions!`]: the name, the method of its bench that answers, the type of the arguments and
//! that of the answer. The dispatch follows from it, and so does the page's map of types. A question of a part is named as the part is,
//! or begins with its name and a dot. Every answer may take turns, and every one can be stopped.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::labs::argument::Argument;
use crate::labs::arrays::{Encoded, encode};
use crate::labs::run::Run;
use crate::labs::settings::Settings;
pub use crate::labs::turn::{Kept, Turn};
use crate::labs::{Config, Task};
use crate::reading::quoted;
use crate::run::machine::Machine;

/// What came of a turn.
#[derive(Debug)]
pub enum Reply<A> {
    /// It takes more turns.
    Going(Turn),
    /// It waits for another question's end.
    Waiting,
    /// The answer.
    Done(A),
}

impl<A: Serialize> Reply<A> {
    /// The same, told.
    ///
    /// # Errors
    /// [`Error::Internal`] if the answer has no form of its asker's.
    pub fn encoded(self) -> Result<Answer, Error> {
        Ok(match self {
            Self::Going(turn) => Reply::Going(turn),
            Self::Waiting => Reply::Waiting,
            Self::Done(answer) => Reply::Done(encode(&answer)?),
        })
    }
}

/// An answer of any type.
pub type Answer = Reply<Encoded>;

/// Where a question is asked: the settings, the open run, the machine, and the time that this turn may take.
pub struct Place<'a, C: ?Sized = Config> {
    /// What this question has kept since its last turn.
    pub kept: &'a mut Kept,
    /// The settings when it was asked.
    pub config: &'a C,
    /// The settings by now; nothing if they are of another lab.
    pub now: Option<&'a C>,
    /// The run that is open in this lab.
    pub run: Option<&'a mut (dyn Run + 'static)>,
    /// Where work is done.
    pub machine: &'a mut Machine,
    /// Milliseconds that this turn may take.
    pub budget_ms: f64,
    /// The reader wants to end it, while it counts these units.
    pub stop: Option<&'a str>,
}

/// Settings that questions are asked under: a lab's own, or any lab's.
pub trait Under: Sized {
    /// The place with such settings.
    ///
    /// # Errors
    /// [`Error::Config`] if they are of another lab.
    fn own(place: Place<'_>) -> Result<Place<'_, Self>, Error>;
}

impl Under for Config {
    fn own(place: Place<'_>) -> Result<Place<'_>, Error> {
        Ok(place)
    }
}

impl<S: Settings + 'static> Under for S {
    fn own(place: Place<'_>) -> Result<Place<'_, S>, Error> {
        let Place { kept, config, now, run, machine, budget_ms, stop } = place;
        let (config, now) = (config.own::<S>()?, now.and_then(Config::of::<S>));
        Ok(Place { kept, config, now, run, machine, budget_ms, stop })
    }
}

/// Arguments of any type, as the page gives them.
#[cfg(target_arch = "wasm32")]
pub type Arguments<'a> = (serde_wasm_bindgen::Deserializer, std::marker::PhantomData<&'a ()>);
/// Arguments of any type.
#[cfg(not(target_arch = "wasm32"))]
pub type Arguments<'a> = Box<dyn erased_serde::Deserializer<'a> + 'a>;

/// No arguments.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A table as CSV.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableName {
    /// Its name.
    pub table: String,
    /// Where it is of one place: which, from 0; the first if left out.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub at: Option<u32>,
}

/// A question and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its name.
    pub name: &'static str,
    /// In a sentence, what it answers.
    pub about: &'static str,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Whether it says something only where the bench outlives the answer, or is a file: a shell does not have it.
    pub page: bool,
}

/// What answers a lab's questions. It may keep what one answer shares with the next.
pub trait Bench {
    /// The questions.
    fn questions(&self) -> Vec<Question>;

    /// The questions with the types of their arguments and answers.
    #[cfg(test)]
    fn typed(&self) -> Option<Vec<crate::labs::declared::Question>> {
        None
    }

    /// One turn of an answer.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such question, or the arguments are not its own; [`Error::Outdated`] if the settings that it
    /// depends on have changed; [`Error::Stopped`] if the reader has ended it and there is nothing to show; whatever the answer meets.
    fn ask<'a, 'b: 'a>(&'a mut self, name: &'b str, arguments: Arguments<'b>, place: Place<'b>) -> Task<'a, Answer>;
}

/// Without what it holds, so that a page need not carry how to print that.
impl fmt::Debug for dyn Bench + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bench")
    }
}

/// The bench of a lab that only looks at its run.
#[derive(Debug)]
pub struct NoBench;

impl Bench for NoBench {
    fn questions(&self) -> Vec<Question> {
        Vec::new()
    }
    fn ask<'a, 'b: 'a>(&'a mut self, name: &'b str, _: Arguments<'b>, place: Place<'b>) -> Task<'a, Answer> {
        Box::pin(async move { Err(unknown(name, place.config.lab_id(), &[])) })
    }
}

/// That there is no such question.
pub(crate) fn unknown(name: &str, lab: &str, questions: &[&str]) -> Error {
    let all = if questions.is_empty() { "none".to_owned() } else { questions.join(", ") };
    Error::Config(format!("There is no question \"{}\" in the {lab} lab; there are {all}.", quoted(name)))
}

/// The arguments of a question.
pub(crate) fn read<A: DeserializeOwned>(name: &str, arguments: Arguments<'_>) -> Result<A, Error> {
    #[cfg(target_arch = "wasm32")]
    let read = A::deserialize(arguments.0);
    #[cfg(not(target_arch = "wasm32"))]
    let read = erased_serde::deserialize(&mut { arguments });
    read.map_err(|error| unread(name, error.to_string(), Argument::missing::<A>))
}

/// That arguments cannot be read. Once, not for each type of them.
fn unread(name: &str, error: String, missing: fn(&str) -> String) -> Error {
    let field = error.split_once("missing field `").and_then(|(_, rest)| rest.split_once('`'));
    let why = field.map_or(error.clone(), |(field, _)| missing(field));
    Error::Config(format!("Arguments of the question \"{name}\": {why}."))
}

/// Declares the questions of a lab's bench, and how they are answered; the line above each says what, for whoever asks in a shell, and
/// `"page"` before the method marks those that a shell does not have.
macro_rules! questions {
    ($bench:ty, $settings:ty;
     $(#[doc = $about:literal] $name:literal: $($page:literal)? $method:ident($arguments:ty) -> $answer:ty;)+) => {
        impl $crate::labs::ask::Bench for $bench {
            fn questions(&self) -> Vec<$crate::labs::ask::Question> {
                vec![$($crate::labs::ask::Question {
                    name: $name,
                    about: $about.trim_ascii(),
                    arguments: $crate::labs::argument::Argument::all::<$arguments>(),
                    page: [$($page)?].contains(&"page"),
                }),+]
            }
            fn ask<'a, 'b: 'a>(
                &'a mut self,
                name: &'b str,
                arguments: $crate::labs::ask::Arguments<'b>,
                place: $crate::labs::ask::Place<'b>,
            ) -> $crate::labs::Task<'a, $crate::labs::ask::Answer> {
                Box::pin(async move {
                    let lab = place.config.lab_id();
                    match name {
                        $($name => {
                            let arguments: $arguments = $crate::labs::ask::read(name, arguments)?;
                            let answer: $crate::labs::ask::Reply<$answer> =
                                self.$method(arguments, <$settings as $crate::labs::ask::Under>::own(place)?).await?;
                            answer.encoded()
                        })+
                        other => Err($crate::labs::ask::unknown(other, lab, &[$($name),+])),
                    }
                })
            }
            #[cfg(test)]
            fn typed(&self) -> Option<Vec<$crate::labs::declared::Question>> {
                Some(vec![$($crate::labs::declared::question::<$arguments, $answer>($name)),+])
            }
        }
    };
}
pub(crate) use questions;
