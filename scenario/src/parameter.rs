//! Every parameter of a document: what it is called, its unit, its bounds and what it means, said once, with
//! how it is read and written.
//!
//! Validation, the published schema, the sentences of the time line and the inspector of the page are made of
//! these tables. What one parameter asks of another stands in `validation/`, and a default in `Default`.

#[macro_use]
mod rows;

mod cache;
mod database;
mod dns;
mod kind;
mod link;
mod load_balancer;
mod objectives;
mod sentence;
mod service;
mod traffic;

use crate::limits::Bounds;

/// What a parameter is, whatever its value.
#[derive(Debug, PartialEq)]
pub struct Parameter {
    /// Its place in its part of a document: `health_check.interval_ms`. A [mode](Input::Mode) stands in none
    /// and has a name of its own.
    pub key: &'static str,
    /// Its name beside its value.
    pub title: &'static str,
    /// Its unit; empty for none.
    pub unit: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// What it may be.
    pub input: Input,
    /// It says how a run starts, so that a change of it is one of the document, not of the moment.
    pub is_at_start: bool,
    /// Its name and unit in a sentence, where they are not those above.
    said: Option<(&'static str, &'static str)>,
    /// What holds while it is not set, where it need not be.
    unset: Option<&'static str>,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// A number.
    Number(Range),
    /// A list of numbers.
    Numbers(Range),
    /// One of several, in words. What stands before a colon or a bracket is enough in a sentence.
    Choice(&'static [&'static str]),
    /// How the number in the next row comes about: whether it is set, or what it follows.
    Mode(&'static [&'static str]),
    /// On or off.
    Switch,
}

/// The numbers between two, both allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least and the most.
    pub bounds: Bounds<f64>,
    /// Whole numbers only.
    pub is_whole: bool,
    /// How many there may be.
    pub count_max: usize,
}

impl Input {
    /// The range of its numbers, where it has some.
    pub fn range(self) -> Option<Range> {
        match self {
            Input::Number(range) | Input::Numbers(range) => Some(range),
            Input::Choice(_) | Input::Mode(_) | Input::Switch => None,
        }
    }

    /// Its choices, where it has some.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Input::Choice(choices) | Input::Mode(choices) => choices,
            Input::Number(_) | Input::Numbers(_) | Input::Switch => &[],
        }
    }
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, whole or not.
    Number(f64),
    /// A list of numbers.
    Numbers(Vec<f64>),
    /// Place among the choices.
    Choice(usize),
    /// On or off.
    Switch(bool),
}

/// A parameter of a `T`, and how to get at it.
#[derive(Debug)]
pub struct Field<T> {
    /// What it is.
    pub parameter: Parameter,
    applies: fn(&T) -> bool,
    get: fn(&T) -> Option<Value>,
    set: fn(&mut T, &Value),
}

/// A parameter of something at hand, with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place in the table.
    pub place: usize,
    /// What it is.
    pub parameter: &'static Parameter,
    /// Its value; none where what it belongs to is not there, or while it is not set.
    pub value: Option<Value>,
    /// It means something as the others stand.
    pub applies: bool,
}

/// Something with a table of parameters.
pub trait Parameters: Sized + 'static {
    /// The table, in the order in which a reader looks for them.
    const FIELDS: &'static [Field<Self>];

    /// All its parameters with their values.
    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(Self::FIELDS.len());
        for (place, field) in Self::FIELDS.iter().enumerate() {
            rows.push(Row {
                place,
                parameter: &field.parameter,
                value: (field.get)(self),
                applies: (field.applies)(self),
            });
        }
        rows
    }

    /// Sets the parameter in a place of the table. A value of another sort is not written, nor is a parameter
    /// of what is not there.
    fn set(&mut self, place: usize, value: &Value) {
        if let Some(field) = Self::FIELDS.get(place) {
            // The same choice again is no change: what hangs on it keeps its numbers.
            if (field.get)(self).as_ref() != Some(value) {
                (field.set)(self, value);
            }
        }
    }
}

impl<T> Field<T> {
    /// It means something only while this holds.
    const fn when(self, applies: fn(&T) -> bool) -> Self {
        Self { applies, ..self }
    }

    /// It says how a run starts.
    const fn at_start(mut self) -> Self {
        self.parameter.is_at_start = true;
        self
    }

    /// Name and unit in a sentence.
    const fn said(mut self, name: &'static str, unit: &'static str) -> Self {
        self.parameter.said = Some((name, unit));
        self
    }

    /// What holds while it is not set.
    const fn unset(mut self, words: &'static str) -> Self {
        self.parameter.unset = Some(words);
        self
    }
}

/// What follows the machine's size.
const BY_MACHINE: &str = "by the machine";

/// The numbers of a type of field.
trait Figure: Copy + Into<f64> {
    const IS_WHOLE: bool;
}

impl Figure for u8 {
    const IS_WHOLE: bool = true;
}
impl Figure for u16 {
    const IS_WHOLE: bool = true;
}
impl Figure for u32 {
    const IS_WHOLE: bool = true;
}
impl Figure for f64 {
    const IS_WHOLE: bool = false;
}

const fn is_whole<T: Figure>(_: &Bounds<T>) -> bool {
    T::IS_WHOLE
}

/// A number of the type that its bounds have.
fn number<T: Figure>(_: &Bounds<T>, number: T) -> Value {
    Value::Number(number.into())
}
