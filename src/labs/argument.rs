//! What arguments a question has, learnt from the type that reads them.

#[cfg(not(target_arch = "wasm32"))]
use listener::Listener;
use serde::Serialize;
#[cfg(not(target_arch = "wasm32"))]
use serde::de::value::MapDeserializer;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

type Wrong = de::value::Error;

/// An argument of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// Whether it has to be given.
    pub required: bool,
    /// In words, what it takes.
    pub takes: String,
}

impl Argument {
    /// The fields of a struct.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn all<A: DeserializeOwned>() -> Vec<Self> {
        let argument = |&name: &&'static str| {
            let mut argument = Self { name, required: true, takes: String::new() };
            // As for names: nothing here gives a value, what counts is what is asked for.
            let _ = A::deserialize(MapDeserializer::new(std::iter::once((name, Listener(&mut argument)))));
            argument
        };
        names::<A>().iter().map(argument).collect()
    }

    /// The fields of a struct, of which a page's module knows only the names: programs there have types, and the rest would be four
    /// kilobytes.
    #[cfg(target_arch = "wasm32")]
    #[must_use]
    pub fn all<A: DeserializeOwned>() -> Vec<Self> {
        Self::named(names::<A>())
    }

    #[cfg(target_arch = "wasm32")]
    fn named(names: &[&'static str]) -> Vec<Self> {
        names.iter().map(|&name| Self { name, ..Self::default() }).collect()
    }

    /// In words, that an argument is missing, and where that is known what it takes.
    #[must_use]
    pub fn missing<A: DeserializeOwned>(name: &str) -> String {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(argument) = Self::all::<A>().into_iter().find(|argument| argument.name == name) {
            return format!("{name} is missing; it takes {}", argument.takes);
        }
        format!("{name} is missing")
    }
}

fn names<A: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    let _ = A::deserialize(Fields(&mut names));
    names
}

/// Learns which fields a struct has.
struct Fields<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Wrong> {
        Err(de::Error::custom("no struct"))
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod listener {
    use serde::de::{self, Deserializer, IntoDeserializer, Visitor};

    use super::{Argument, Wrong};

    /// Learns what a field takes.
    pub(super) struct Listener<'a>(pub(super) &'a mut Argument);

    impl<'a> IntoDeserializer<'_, Wrong> for Listener<'a> {
        type Deserializer = Self;

        fn into_deserializer(self) -> Self {
            self
        }
    }

    macro_rules! heard {
        ($($method:ident: $takes:literal;)+) => {
            $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
                $takes.clone_into(&mut self.0.takes);
                self.deserialize_any(visitor)
            })+
        };
    }

    impl<'de> Deserializer<'de> for Listener<'_> {
        type Error = Wrong;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Wrong> {
            Err(de::Error::custom("no value"))
        }
        heard! {
            deserialize_bool: "true or false";
            deserialize_u32: "a whole number";
            deserialize_f64: "a number";
            deserialize_str: "a text";
            deserialize_string: "a text";
            deserialize_byte_buf: "bytes";
        }
        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.0.required = false;
            visitor.visit_some(self)
        }
        fn deserialize_enum<V: Visitor<'de>>(
            self,
            _: &'static str,
            variants: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Wrong> {
            self.0.takes = format!("one of {}", variants.join(", "));
            self.deserialize_any(visitor)
        }
        serde::forward_to_deserialize_any! {
            i8 i16 i32 i64 u8 u16 u64 f32 char bytes unit unit_struct newtype_struct seq
            tuple tuple_struct map struct identifier ignored_any
        }
    }
}
