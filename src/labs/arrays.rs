//! Numbers and bytes that an answer holds many of. The page gets them as typed arrays, everybody else as plain lists.

use std::fmt;
use std::ops::Deref;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::error::Error;

/// Many numbers in single precision; a `Float32Array` on the page.
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Float32Array"))]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floats(pub Vec<f32>);

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(target_arch = "wasm32")]
        return serde_wasm_bindgen::preserve::serialize(&js_sys::Float32Array::from(self.0.as_slice()), serializer);
        #[cfg(not(target_arch = "wasm32"))]
        serializer.collect_seq(&self.0)
    }
}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

/// Bytes of a file; a `Uint8Array` on the page.
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Uint8Array"))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = list.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Of).map(Self)
    }
}

/// As files have it: what is not a number is null.
///
/// # Errors
/// [`Error::Internal`] if it has no such form.
pub fn json(what: &dyn erased_serde::Serialize) -> Result<Value, Error> {
    serde_json::to_value(what).map_err(|error| Error::Internal(error.to_string()))
}

/// An answer as its asker gets it.
#[cfg(target_arch = "wasm32")]
pub type Encoded = wasm_bindgen::JsValue;
/// An answer as its asker gets it.
#[cfg(not(target_arch = "wasm32"))]
pub type Encoded = Value;

/// Tells something to whoever has asked. Its type is erased, so that how it is written is compiled once, not for each form.
///
/// # Errors
/// [`Error::Internal`] if it has no such form.
pub fn encode(what: &dyn erased_serde::Serialize) -> Result<Encoded, Error> {
    #[cfg(target_arch = "wasm32")]
    {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible().serialize_bytes_as_arrays(false);
        what.serialize(&serializer).map_err(|error| Error::Internal(error.to_string()))
    }
    #[cfg(not(target_arch = "wasm32"))]
    json(what)
}

/// An answer whose type is the lab's own; null where there is nothing.
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "unknown"))]
pub struct Anything(#[cfg_attr(test, ts(skip))] pub Option<Box<dyn erased_serde::Serialize>>);

impl Serialize for Anything {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told = self.0.as_ref().map(|what| encode(what)).transpose().map_err(serde::ser::Error::custom)?;
        #[cfg(target_arch = "wasm32")]
        return serde_wasm_bindgen::preserve::serialize(&told.unwrap_or(wasm_bindgen::JsValue::NULL), serializer);
        #[cfg(not(target_arch = "wasm32"))]
        told.serialize(serializer)
    }
}
