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
/// `1e6`. One too large for its type is the largest there is.
pub fn read_whole(text: &str) -> Option<u64> {
    let exact = text.parse().ok();
    exact.or_else(|| {
        let number = read_number(text)?;
        (number.fract() == 0.0 && number >= 0.0).then_some(number as u64)
    })
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
            ("1e300", u64::MAX),
        ] {
            assert_eq!(read_whole(text), Some(number), "{text}");
        }
        for text in ["", "7.5", "-1", "-1.0", "many", "1e-3"] {
            assert_eq!(read_whole(text), None, "{text}");
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
