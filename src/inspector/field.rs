//! One parameter as data: its words, its unit, its range, how to read and how to write it.

use headroom_scenario::read_number;

use crate::format;

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, whole or not.
    Number(f64),
    /// Place among the field's choices.
    Choice(usize),
    /// On or off.
    Switch(bool),
    /// A list of numbers.
    Numbers(Vec<f64>),
}

/// How a field is edited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Widget {
    /// A number between two, both allowed.
    Number {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Whole numbers only.
        whole: bool,
    },
    /// One of several.
    Choice(&'static [&'static str]),
    /// On or off.
    Switch,
    /// Numbers, separated by commas; each between two.
    Numbers {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Whole numbers only.
        whole: bool,
    },
}

/// A parameter of a `T`.
pub struct Field<T> {
    /// As in the document, for hooks and tests: `service_time_ms`.
    pub key: &'static str,
    /// Its name on screen.
    pub label: &'static str,
    /// Its unit; empty for none.
    pub unit: &'static str,
    /// What it means, in a sentence.
    pub help: &'static str,
    /// How it is edited.
    pub widget: Widget,
    /// It says how a run starts, so that a change of it is one of the document, not of the moment.
    pub at_start: bool,
    /// Whether it means anything as the others stand.
    pub shown: fn(&T) -> bool,
    /// Reads it.
    pub get: fn(&T) -> Value,
    /// Writes it; a value of another type is not written.
    pub set: fn(&mut T, &Value),
}

/// A field of something at hand, with its value: all that its control needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Place in its table.
    pub place: usize,
    /// As in the document.
    pub key: &'static str,
    /// Its name on screen.
    pub label: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it means.
    pub help: &'static str,
    /// How it is edited.
    pub widget: Widget,
    /// The value now.
    pub value: Value,
}

/// The fields that mean something now, with their values.
pub fn rows<T>(fields: &[Field<T>], of: &T) -> Vec<Row> {
    let shown = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| (field.shown)(of));
    shown
        .map(|(place, field)| Row {
            place,
            key: field.key,
            label: field.label,
            unit: field.unit,
            help: field.help,
            widget: field.widget,
            value: (field.get)(of),
        })
        .collect()
}

/// A copy with one field changed.
pub fn with<T: Clone>(fields: &[Field<T>], of: &T, place: usize, value: &Value) -> T {
    let mut changed = of.clone();
    // The same choice again is no change: what hangs on it keeps its numbers.
    if let Some(field) = fields.get(place).filter(|field| (field.get)(of) != *value) {
        (field.set)(&mut changed, value);
    }
    changed
}

impl Widget {
    /// Reads what was typed.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        match self {
            Widget::Number { min, max, whole } => number(text, min, max, whole).map(Value::Number),
            Widget::Numbers { min, max, whole } => {
                let parts = text
                    .split([',', ';'])
                    .map(str::trim)
                    .filter(|part| !part.is_empty());
                let numbers: Result<Vec<f64>, String> =
                    parts.map(|part| number(part, min, max, whole)).collect();
                numbers.map(Value::Numbers)
            }
            Widget::Choice(_) | Widget::Switch => Err("Not typed but chosen.".into()),
        }
    }

    /// The range in words: `1 to 1,024`.
    pub fn range(self) -> String {
        match self {
            Widget::Number { min, max, .. } => format!("{} to {}", apart(min), apart(max)),
            Widget::Numbers { min, max, .. } => {
                format!("{} to {} each, separated by commas", apart(min), apart(max))
            }
            Widget::Choice(_) | Widget::Switch => String::new(),
        }
    }
}

impl Value {
    /// As it is typed.
    pub fn words(&self) -> String {
        match self {
            Value::Number(number) => format::plain(*number),
            Value::Numbers(numbers) => numbers
                .iter()
                .map(|number| format::plain(*number))
                .collect::<Vec<_>>()
                .join(", "),
            Value::Choice(_) | Value::Switch(_) => String::new(),
        }
    }
}

fn number(text: &str, min: f64, max: f64, whole: bool) -> Result<f64, String> {
    let text = text.trim();
    // One comma among digits sets thousands apart; a list has been split at its commas already.
    let Some(number) = read_number(&text.replace([',', '_', ' '], "")) else {
        return Err(format!(
            "“{text}” is not a number: give {} to {}.",
            apart(min),
            apart(max)
        ));
    };
    if !(min..=max).contains(&number) {
        let fault = if number < min {
            "too small"
        } else {
            "too large"
        };
        return Err(format!(
            "{text} is {fault}: give {} to {}.",
            apart(min),
            apart(max)
        ));
    }
    if whole && number.fract() != 0.0 {
        return Err(format!("{text} is not a whole number."));
    }
    Ok(number)
}

/// A bound with its thousands apart.
fn apart(number: f64) -> String {
    if number.fract() == 0.0 && number >= 1_000.0 {
        format::count(number as u64)
    } else {
        format::plain(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Widget = Widget::Number {
        min: 1.0,
        max: 1_024.0,
        whole: true,
    };

    #[test]
    fn numbers_at_their_bounds_are_taken_and_past_them_refused() {
        assert_eq!(WHOLE.parse("1"), Ok(Value::Number(1.0)));
        assert_eq!(WHOLE.parse("1,024"), Ok(Value::Number(1_024.0)));
        assert_eq!(
            WHOLE.parse("0").unwrap_err(),
            "0 is too small: give 1 to 1,024."
        );
        assert_eq!(
            WHOLE.parse("1025").unwrap_err(),
            "1025 is too large: give 1 to 1,024."
        );
        assert_eq!(
            WHOLE.parse("1.5").unwrap_err(),
            "1.5 is not a whole number."
        );
        assert_eq!(
            WHOLE.parse("many").unwrap_err(),
            "“many” is not a number: give 1 to 1,024."
        );
        assert!(WHOLE.parse("NaN").is_err());
        assert!(WHOLE.parse("inf").is_err());
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let weights = Widget::Numbers {
            min: 1.0,
            max: 100.0,
            whole: true,
        };
        assert_eq!(
            weights.parse("3, 1,1"),
            Ok(Value::Numbers(vec![3.0, 1.0, 1.0]))
        );
        assert_eq!(weights.parse(""), Ok(Value::Numbers(vec![])));
        assert!(weights.parse("3, 0").is_err());
    }
}
