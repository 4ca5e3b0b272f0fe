//! What a file holds as text.

/// The text in a file.
///
/// # Errors
/// What is wrong with it and what would be right: `is in UTF-16: save it as UTF-8`.
pub fn text_of(bytes: Vec<u8>) -> Result<String, &'static str> {
    if let Some(complaint) = other_encoding(&bytes) {
        return Err(complaint);
    }
    if bytes.contains(&0) {
        return Err("is no text, but a picture or another kind of file");
    }
    String::from_utf8(bytes).map_err(|_| "is no text in UTF-8: save it as UTF-8")
}

/// That a text is in another encoding, by its mark or by the zeros beside its first characters: a document and
/// a link begin with those of ASCII. The mark of UTF-32 begins with that of UTF-16, in which no text goes on
/// with a character of zeros.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    let is_ascii = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(IN_UTF_32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(IN_UTF_16),
        [one, 0, 0, 0, ..] | [0, 0, 0, one, ..] if is_ascii(one) => Some(IN_UTF_32),
        [one, 0, two, 0, ..] | [0, one, 0, two, ..] if is_ascii(one) && is_ascii(two) => {
            Some(IN_UTF_16)
        }
        _ => None,
    }
}

const IN_UTF_16: &str = "is in UTF-16: save it as UTF-8";
const IN_UTF_32: &str = "is in UTF-32: save it as UTF-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_in_utf_8_is_said_for_what_it_is() {
        for (bytes, complaint) in [
            (&b"{\0}\0"[..], IN_UTF_16),
            (b"\0{\0}", IN_UTF_16),
            (b"\xff\xfe{\0}\0", IN_UTF_16),
            (b"{\0\0\0}\0\0\0", IN_UTF_32),
            (b"\0\0\0{\0\0\0}", IN_UTF_32),
            (
                b"\x89PNG\r\n\x1a\n\0\0\0\r",
                "is no text, but a picture or another kind of file",
            ),
            (
                b"\0\0\0\x18ftypmp42",
                "is no text, but a picture or another kind of file",
            ),
            (b"caf\xe9", "is no text in UTF-8: save it as UTF-8"),
        ] {
            assert_eq!(text_of(bytes.to_vec()), Err(complaint), "{bytes:?}");
        }
        assert_eq!(text_of(b"{}".to_vec()).as_deref(), Ok("{}"));
    }
}
