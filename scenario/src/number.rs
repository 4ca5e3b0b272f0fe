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

#[cfg(test)]
mod tests {
    use super::*;

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
