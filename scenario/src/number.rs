//! Numbers that people type and links carry.

use std::fmt::Display;

/// A number as a document has it, or with a bare point, or with zeros in front: `1500`, `-0.25`, `1e6`, `.5`,
/// `5.`, `007`. `-0` is 0.
///
/// It is read by the code that reads documents: the standard library's own has tables that the page
/// would carry for this alone.
pub fn read_number(text: &str) -> Option<f64> {
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text), |digits| ("-", digits));
    let digits = digits.strip_suffix('.').unwrap_or(digits);
    let rest = digits.trim_start_matches('0');
    let has_zero = rest.len() < digits.len() || rest.starts_with('.');
    let needs_zero = has_zero && !rest.starts_with(|c: char| c.is_ascii_digit());
    let zero = if needs_zero { "0" } else { "" };
    let number: f64 = serde_json::from_str(&format!("{sign}{zero}{rest}")).ok()?;
    // Without the sign of nothing.
    Some(number + 0.0)
}

/// A whole number that is not negative, as a document has it, or with a fraction of nothing or zeros in front:
/// `7`, `7.0`, `1e6`, `007`. None of one that its type has no room for: it would be told as another than was
/// typed.
pub fn read_whole(text: &str) -> Option<u64> {
    /// 2 to the power of 64.
    const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
    // No other number may have a plus in front.
    let exact = text.parse().ok().filter(|_| !text.starts_with('+'));
    exact.or_else(|| {
        let number = read_number(text)?;
        let has_room = (0.0..TOO_LARGE).contains(&number);
        (number.fract() == 0.0 && has_room).then_some(number as u64)
    })
}

/// A number that does not fit, as it was typed, but for one of more digits than anybody counts: `70000`, `1e308`.
pub(crate) fn typed(number: impl Display) -> String {
    /// The largest whole number has as many, and those of a fraction fit.
    const DIGITS_MAX: usize = 20;
    let text = number.to_string();
    if text.len() <= DIGITS_MAX {
        return text;
    }
    // As a document writes it, and not by the standard library, which the page would carry for this alone.
    let written = read_number(&text).and_then(|number| serde_json::to_string(&number).ok());
    written.map_or(text, |written| written.replace('+', ""))
}

/// A number as a sentence has it: no more decimals than it has, at most six, and thousands set apart.
pub(crate) fn written(number: f64) -> String {
    let text = format!("{:.6}", number.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0');
    let mut words = String::new();
    if number < 0.0 {
        words.push('-');
    }
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    if !decimals.is_empty() {
        words.push('.');
        words.push_str(decimals);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_however_they_are_written() {
        for (text, number) in [
            ("7", 7),
            ("7.0", 7),
            ("007", 7),
            ("-0", 0),
            ("1e6", 1_000_000),
            ("9007199254740993", 9_007_199_254_740_993),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(read_whole(text), Some(number), "{text}");
        }
        for text in [
            "",
            "7.5",
            "+7",
            "-1",
            "-1.0",
            "many",
            "1e-3",
            "1e300",
            "18446744073709551617",
        ] {
            assert_eq!(read_whole(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_told_as_it_was_typed_as_long_as_it_can_be_read() {
        assert_eq!(typed(70_000_u32), "70000");
        assert_eq!(typed(u64::MAX), "18446744073709551615");
        for (number, text) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (-150_000.5, "-150000.5"),
            (1e308, "1e308"),
            (-2.5e20, "-2.5e20"),
            (1e-300, "1e-300"),
        ] {
            assert_eq!(typed(number), text);
        }
    }

    #[test]
    fn numbers_are_written_with_no_idle_digits() {
        for (number, text) in [
            (0.0, "0"),
            (300.0, "300"),
            (1_200.5, "1,200.5"),
            (0.05, "0.05"),
            (1e6, "1,000,000"),
            (-2.0, "-2"),
        ] {
            assert_eq!(written(number), text);
        }
    }

    #[test]
    fn numbers_are_read_to_the_last_bit_and_words_are_not() {
        for (text, number) in [
            ("1500", 1_500.0),
            ("-0.25", -0.25),
            ("1e6", 1e6),
            (".5", 0.5),
            ("5.", 5.0),
            ("-.5", -0.5),
            ("0500", 500.0),
            ("00", 0.0),
            ("-007.50", -7.5),
            ("000.5", 0.5),
            ("00e3", 0.0),
            ("0.30000000000000004", 0.1 + 0.2),
        ] {
            assert_eq!(read_number(text), Some(number), "{text}");
        }
        for text in [
            "", ".", "-", "-.", "e5", ".e5", "--5", "+5", "inf", "NaN", "1e999", "1,5", "0x10",
            "0_1", "1 2",
        ] {
            assert_eq!(read_number(text), None, "{text}");
        }
        let zero = read_number("-0.0").expect("it is a number");
        assert!(zero.is_sign_positive());
    }
}
