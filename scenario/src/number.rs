//! Numbers that people type and links carry.

/// A number as a document has it, or with a bare point: `1500`, `-0.25`, `1e6`, `.5`, `5.`.
///
/// It is read by the code that reads documents: the standard library's own has tables that the page
/// would carry for this alone.
pub fn read_number(text: &str) -> Option<f64> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let zero = if text.starts_with('.') { "0" } else { "" };
    serde_json::from_str(&format!("{zero}{text}")).ok()
}

/// A whole number that is not negative, as a document has it or with a fraction of nothing: `7`, `7.0`,
/// `1e6`. None of one that its type has no room for: it would be told as another than was typed.
pub fn read_whole(text: &str) -> Option<u64> {
    /// 2 to the power of 64.
    const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
    let exact = text.parse().ok();
    exact.or_else(|| {
        let number = read_number(text)?;
        let has_room = (0.0..TOO_LARGE).contains(&number);
        (number.fract() == 0.0 && has_room).then_some(number as u64)
    })
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
            ("1e6", 1_000_000),
            ("9007199254740993", 9_007_199_254_740_993),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(read_whole(text), Some(number), "{text}");
        }
        for text in [
            "",
            "7.5",
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
            ("0.30000000000000004", 0.1 + 0.2),
        ] {
            assert_eq!(read_number(text), Some(number), "{text}");
        }
        for text in ["", ".", "inf", "NaN", "1e999", "1,5", "0x10", "1 2"] {
            assert_eq!(read_number(text), None, "{text}");
        }
    }
}
