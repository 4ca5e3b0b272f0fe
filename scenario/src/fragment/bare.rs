//! What a link is without what programs and people put around it.
//!
//! Chat and mail programs hand links on in quotes and angle brackets, with the full stop of the sentence
//! they stood in, and with characters written as `%22`; pages show them with `&amp;`.

use std::borrow::Cow;

/// The fragment in a text, without its `#`: from a fragment or from a whole address that ends in one.
/// Full stops right behind it are left, since a name may end in one.
pub(super) fn bare(text: &str) -> String {
    let text = percent_decoded(text);
    let fragment = match text.split_once('#') {
        Some((_, fragment)) => fragment,
        None => &text,
    };
    let fragment = fragment
        .trim_start_matches(stands_before)
        .trim_start_matches('#');
    let end = fragment.trim_end_matches(stands_behind).len();
    let is_stop = |byte: &&u8| **byte == b'.';
    let stops = fragment.as_bytes()[end..].iter().take_while(is_stop);
    fragment[..end + stops.count()].replace("&amp;", "&")
}

/// What stands before a link and belongs to none: no path and no fragment begins so.
pub(super) fn stands_before(c: char) -> bool {
    !c.is_alphanumeric() && !"#./-_%".contains(c)
}

/// What stands behind a link. Of the links that are written here, only one that selects a part whose id
/// ends in a full stop may end in such a character.
fn stands_behind(c: char) -> bool {
    !c.is_alphanumeric() && !"-_=&".contains(c)
}

/// The text with `%41` read as `A`, and as it is where that makes no text.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let hex = |byte: &u8| (*byte as char).to_digit(16).map(|digit| digit as u8);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let pair = match (first, behind) {
            (b'%', [high, low, ..]) => hex(high).zip(hex(low)),
            _ => None,
        };
        let (byte, used) = pair.map_or((*first, 1), |(high, low)| (16 * high + low, 3));
        bytes.push(byte);
        rest = &rest[used..];
    }
    String::from_utf8(bytes).map_or(text.into(), Cow::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_link_is_left_out() {
        for text in [
            "step=cache&seed=7",
            "#step=cache&seed=7",
            "##step=cache&seed=7",
            "https://example.org/a%20b/?x=1#step=cache&seed=7",
            " \t\"step=cache&seed=7\"\r\n",
            "<https://example.org/#step=cache&seed=7>, ",
            "\u{feff}#step=cache&seed=7",
            "(see https://example.org/#step=cache&seed=7)!?",
            "“#step=cache&seed=7”;",
            "‘step=cache&seed=7’:",
            "«#step=cache&seed=7»",
            "[it](https://example.org/#step=cache&seed=7)",
            "`#step=cache&seed=7`…",
            "「#step=cache&seed=7」。",
            "**#step=cache&seed=7**",
            "#step=cache&seed=7%22",
            "#step=cache&seed=7%E2%80%9D%29",
            "%22%23step%3Dcache%26seed%3D7%22",
            "#step=cache&amp;seed=7",
        ] {
            assert_eq!(bare(text), "step=cache&seed=7", "{text}");
        }
    }

    #[test]
    fn what_may_be_of_the_link_stays() {
        for text in [
            "step=cache&select=web.",
            "s1=AbC-_",
            "step=cache&",
            "step=",
            "rate=100%",
            "%zz=%4",
        ] {
            assert_eq!(bare(text).trim_end_matches('%'), text.trim_end_matches('%'));
        }
        assert_eq!(percent_decoded("%ff%41"), "%ff%41", "no text in UTF-8");
        assert_eq!(percent_decoded("%41%4"), "A%4");
    }
}
