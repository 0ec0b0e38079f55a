//! Types of the engine as the page declares them.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

/// A question with the types of its arguments and of its answer.
pub struct Question {
    pub(super) name: &'static str,
    pub(super) types: fn(&mut Declared) -> [String; 2],
}

pub(crate) fn question<A: TS + 'static, R: TS + 'static>(name: &'static str) -> Question {
    Question { name, types: |declared| [declared.named::<A>(), declared.named::<R>()] }
}

/// Declarations by name.
pub(crate) struct Declared {
    pub(super) config: Config,
    pub(super) all: BTreeMap<String, String>,
    pub(super) clashes: Vec<String>,
}

impl Declared {
    /// The name of a type, which is declared along with all that it needs.
    pub(super) fn named<T: TS + 'static>(&mut self) -> String {
        self.visit::<T>();
        T::visit_generics(self);
        T::name(&self.config)
    }
}

impl TypeVisitor for Declared {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(&self.config);
        let declaration = format!("{}export {}\n", T::docs().unwrap_or_default(), T::decl(&self.config));
        match self.all.insert(name.clone(), declaration.clone()) {
            Some(other) if other != declaration => {
                self.clashes.push(format!("two types are called {name}: {other}{declaration}"))
            }
            Some(_) => {}
            None => T::visit_dependencies(self),
        }
    }
}
