//! The values of parameters as they are typed and shown.

use headroom_scenario::parameter::{Input, Range, Value};
use headroom_scenario::read_number;

use crate::format;

/// Reads what was typed.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn parse(input: Input, text: &str) -> Result<Value, String> {
    match input {
        Input::Number(range) => number(text, range).map(Value::Number),
        Input::Numbers(range) => {
            let parts = text.split([',', ';']).map(str::trim);
            let parts = parts.filter(|part| !part.is_empty());
            let numbers: Result<Vec<f64>, String> = parts.map(|part| number(part, range)).collect();
            numbers.map(Value::Numbers)
        }
        Input::Choice(_) | Input::Mode(_) | Input::Switch => Err("Not typed but chosen.".into()),
    }
}

/// What may be typed, in words: `1 to 1,024`.
pub fn range_words(input: Input) -> String {
    match input {
        Input::Number(range) => ends(range),
        Input::Numbers(range) => format!("{} each, separated by commas", ends(range)),
        Input::Choice(_) | Input::Mode(_) | Input::Switch => String::new(),
    }
}

/// A value as it is typed.
pub fn typed(value: &Value) -> String {
    match value {
        Value::Number(number) => format::plain(*number),
        Value::Numbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().copied().map(format::plain).collect();
            numbers.join(", ")
        }
        Value::Choice(_) | Value::Switch(_) => String::new(),
    }
}

/// Reads a number in a range.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn number(text: &str, range: Range) -> Result<f64, String> {
    let text = text.trim();
    // One comma among digits sets thousands apart; a list has been split at its commas already.
    let Some(number) = read_number(&text.replace([',', '_', ' '], "")) else {
        return Err(format!("“{text}” is not a number: give {}.", ends(range)));
    };
    if !range.bounds.contain(number) {
        let fault = if number < range.bounds.min {
            "too small"
        } else {
            "too large"
        };
        return Err(format!("{text} is {fault}: give {}.", ends(range)));
    }
    if range.is_whole && number.fract() != 0.0 {
        return Err(format!("{text} is not a whole number."));
    }
    Ok(number)
}

/// Both ends of a range: `1 to 1,024`.
pub fn ends(range: Range) -> String {
    let [min, max] = [range.bounds.min, range.bounds.max].map(apart);
    format!("{min} to {max}")
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
    use headroom_scenario::Bounds;

    const fn whole(max: f64) -> Range {
        Range {
            bounds: Bounds { min: 1.0, max },
            is_whole: true,
            count_max: 3,
        }
    }

    #[test]
    fn numbers_at_their_bounds_are_taken_and_past_them_refused() {
        let workers = |text| parse(Input::Number(whole(1_024.0)), text);
        assert_eq!(workers("1"), Ok(Value::Number(1.0)));
        assert_eq!(workers("1,024"), Ok(Value::Number(1_024.0)));
        assert_eq!(
            workers("0").unwrap_err(),
            "0 is too small: give 1 to 1,024."
        );
        assert_eq!(
            workers("1025").unwrap_err(),
            "1025 is too large: give 1 to 1,024."
        );
        assert_eq!(workers("1.5").unwrap_err(), "1.5 is not a whole number.");
        assert_eq!(
            workers("many").unwrap_err(),
            "“many” is not a number: give 1 to 1,024."
        );
        assert!(workers("NaN").is_err());
        assert!(workers("inf").is_err());
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let weights = |text| parse(Input::Numbers(whole(100.0)), text);
        assert_eq!(weights("3, 1,1"), Ok(Value::Numbers(vec![3.0, 1.0, 1.0])));
        assert_eq!(weights(""), Ok(Value::Numbers(vec![])));
        assert!(weights("3, 0").is_err());
    }
}
