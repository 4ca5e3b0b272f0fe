//! A JSON value on its way into a type. What does not fit comes back with its place: on the way up
//! every list and object adds the step that led down.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Value, map};

use crate::limits::INTEGER_MAX;
use crate::nearest;
use crate::number::typed;

/// What a field is to be given whose type is a whole number, whichever.
pub(crate) const WHOLE: &str = "a whole number of 0 or more";

/// One step down a JSON document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Something that does not fit its type. It is boxed because it is handed up through every field.
#[derive(Debug)]
pub(crate) struct Misfit(Box<Fault>);

#[derive(Debug)]
struct Fault {
    message: String,
    slip: Slip,
    /// The steps that lead to it, the last one first.
    way_back: Vec<Step>,
}

/// What sort of misfit it is, as far as others may follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// A field that is not known, and the one that is most likely meant.
    Field(Option<&'static str>),
    /// A choice that is not known, and the one that is most likely meant.
    Choice(Option<&'static str>),
    /// A field is missing.
    Missing(&'static str),
    /// An object that says what it is by its one key has none.
    Nothing,
    /// A whole number that its type has no room for, and the most that it has room for: more than any parameter
    /// may be.
    TooLarge(u64),
    /// Any other.
    Other,
}

impl Misfit {
    /// What does not fit, what sort of misfit it is, and the steps that lead to it.
    pub(crate) fn into_parts(self) -> (String, Slip, Vec<Step>) {
        let Fault {
            message,
            slip,
            mut way_back,
        } = *self.0;
        way_back.reverse();
        (message, slip, way_back)
    }

    fn of(message: String, slip: Slip) -> Self {
        Self(Box::new(Fault {
            message,
            slip,
            way_back: Vec::new(),
        }))
    }

    /// Something that is no such thing as its type expects, or has no such value.
    fn unfit(of: &str, unexpected: Unexpected, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let unfit = most_of(&expected).and_then(|most| no_whole_number(unexpected, most));
        let (message, slip) = unfit.unwrap_or_else(|| {
            let found = found(unexpected);
            let message = format!("invalid {of}: {found}, expected {expected}");
            (message, Slip::Other)
        });
        Self::of(message, slip)
    }

    fn at_key(mut self, key: &str) -> Self {
        self.0.way_back.push(Step::Key(key.to_owned()));
        self
    }

    fn at_index(mut self, index: usize) -> Self {
        self.0.way_back.push(Step::Index(index));
        self
    }
}

impl Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of(message.to_string(), Slip::Other)
    }

    fn invalid_type(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        Self::unfit("type", unexpected, expected)
    }

    fn invalid_value(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        Self::unfit("value", unexpected, expected)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let meant = nearest(field, known.iter().copied());
        Self::of(unknown("field", field, meant, known), Slip::Field(meant))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let meant = nearest(variant, known.iter().copied());
        let message = unknown("choice", variant, meant, known);
        Self::of(message, Slip::Choice(meant))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(format!("missing field `{field}`"), Slip::Missing(field))
    }
}

/// What stands there, as a document calls it.
fn found(unexpected: Unexpected) -> String {
    match unexpected {
        Unexpected::Unit => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "an object".into(),
        Unexpected::Float(number) => format!("number {}", typed(number)),
        Unexpected::Unsigned(number) => format!("number {number}"),
        Unexpected::Signed(number) => format!("number {number}"),
        other => other.to_string(),
    }
}

/// The most that a whole number of a type may be, by the name of the type.
fn most_of(name: &str) -> Option<u64> {
    match name {
        "u8" => Some(u8::MAX.into()),
        "u16" => Some(u16::MAX.into()),
        "u32" => Some(u32::MAX.into()),
        "u64" => Some(INTEGER_MAX),
        _ => None,
    }
}

/// Why a number is no whole number up to this one; none where it is no number at all.
fn no_whole_number(unexpected: Unexpected, most: u64) -> Option<(String, Slip)> {
    let (number, told) = match unexpected {
        Unexpected::Unsigned(number) => (number as f64, number.to_string()),
        Unexpected::Signed(number) => (number as f64, number.to_string()),
        // A whole one that is read as a fraction has more digits than there is room for.
        Unexpected::Float(number) if number.fract() == 0.0 => (number, "it".into()),
        Unexpected::Float(number) => (number, typed(number)),
        _ => return None,
    };
    Some(if number < 0.0 {
        (format!("it is negative: give {WHOLE}"), Slip::Other)
    } else if number.fract() != 0.0 {
        (format!("{told} is not whole: give {WHOLE}"), Slip::Other)
    } else {
        let message = format!("{told} is too large: give at most {most}");
        (message, Slip::TooLarge(most))
    })
}

/// That a name is not known, and which one was meant, or which ones there are.
fn unknown(what: &str, name: &str, meant: Option<&str>, known: &[&str]) -> String {
    match (meant, known) {
        (Some(meant), _) => format!("unknown {what} `{name}`: did you mean `{meant}`?"),
        (None, []) => format!("unknown {what} `{name}`: there is none here"),
        (None, _) => format!("unknown {what} `{name}`: give one of {}", known.join(", ")),
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Misfit {}

/// The value as a type.
pub(crate) fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Misfit> {
    T::deserialize(Node(value))
}

struct Node<'de>(&'de Value);

impl Node<'_> {
    fn unexpected(&self) -> Unexpected<'_> {
        match self.0 {
            Value::Null => Unexpected::Other("null"),
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(_) => Unexpected::Other("a number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Other("a list"),
            Value::Object(_) => Unexpected::Other("an object"),
        }
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(whole), _) => visitor.visit_u64(whole),
                (_, Some(whole)) => visitor.visit_i64(whole),
                _ => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            Value::Object(fields) => visitor.visit_map(Fields {
                rest: fields.iter(),
                field: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// Only an object is a struct: a list of its fields in order would change its meaning when one
    /// is added.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(Misfit::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant {
                name,
                content: None,
            }),
            Value::Object(fields) if fields.len() == 1 => {
                let (name, content) = fields.iter().next().expect("there is one");
                visitor.visit_enum(Variant {
                    name,
                    content: Some(content),
                })
            }
            Value::Object(fields) => {
                let right = "an object with one key, which says what it is";
                let mut misfit = Misfit::invalid_length(fields.len(), &right);
                if fields.is_empty() {
                    misfit.0.slip = Slip::Nothing;
                }
                Err(misfit)
            }
            _ => Err(Misfit::invalid_type(self.unexpected(), &visitor)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'de>(std::iter::Enumerate<std::slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let Some((index, item)) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(Node(item))
            .map(Some)
            .map_err(|misfit| misfit.at_index(index))
    }
}

struct Fields<'de> {
    rest: map::Iter<'de>,
    field: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        self.field = self.rest.next().map(|(key, value)| (key.as_str(), value));
        let Some((key, _)) = self.field else {
            return Ok(None);
        };
        let name = BorrowedStrDeserializer::<Misfit>::new(key);
        seed.deserialize(name)
            .map(Some)
            .map_err(|misfit| misfit.at_key(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let (key, value) = self.field.expect("a value is asked for after its key");
        seed.deserialize(Node(value))
            .map_err(|misfit| misfit.at_key(key))
    }
}

struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Misfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Misfit> {
        let name = BorrowedStrDeserializer::<Misfit>::new(self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> Variant<'de> {
    fn content(&self) -> Result<Node<'de>, Misfit> {
        let message = || format!("{} needs an object that describes it", self.name);
        self.content
            .map(Node)
            .ok_or_else(|| Misfit::custom(message()))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(Misfit::custom(format!("{} is a text by itself", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        seed.deserialize(self.content()?)
            .map_err(|misfit| misfit.at_key(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Misfit> {
        let content = self.content()?.deserialize_any(visitor);
        content.map_err(|misfit| misfit.at_key(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let content = self.content()?.deserialize_struct("", fields, visitor);
        content.map_err(|misfit| misfit.at_key(self.name))
    }
}
