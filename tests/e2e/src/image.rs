//! Pictures as a driver sends them: base64 in JSON.

/// The bytes of standard base64, padding allowed; nothing if a character is not of its alphabet.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut bit_count) = (0u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        bits = bits << 6 | u32::from(sextet(digit)?);
        bit_count += 6;
        if bit_count >= 8 {
            bit_count -= 8;
            bytes.push((bits >> bit_count) as u8);
        }
    }
    Some(bytes)
}

fn sextet(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::from_base64;

    #[test]
    fn decodes_every_padding_and_refuses_foreign_characters() {
        assert_eq!(from_base64("").as_deref(), Some(&b""[..]));
        assert_eq!(from_base64("Zg==").as_deref(), Some(&b"f"[..]));
        assert_eq!(from_base64("Zm8=").as_deref(), Some(&b"fo"[..]));
        assert_eq!(from_base64("Zm9v").as_deref(), Some(&b"foo"[..]));
        assert_eq!(from_base64("+/+/").as_deref(), Some(&[251, 255, 191][..]));
        assert_eq!(from_base64("Zm 9v"), None);
    }
}
