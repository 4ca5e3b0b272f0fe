//! What a link is without what programs and people put around it.
//!
//! Chat and mail programs hand links on in quotes and brackets of every sort, with the full stop of the
//! sentence they stood in, and with characters written as `%22`; pages show them with `&amp;` and in `&lt;`,
//! and give them a title behind. In Markdown an underscore stands around what is stressed, and may be the
//! last character of a link as well.

use std::borrow::Cow;

/// Most underscores that Markdown puts around something.
const STRESSES_MAX: usize = 3;

/// What a [`plain`] text can be as a fragment, without its `#`, the likeliest first: from a fragment or from
/// a whole address that ends in one.
///
/// It ends in as many underscores fewer as stand in front of it, or else in as many as there are, or in any
/// fewer. A full stop is that of a sentence, or else the last character of a name. What stands behind the
/// quote or the angle bracket that ends it may be of the page it comes from.
pub(super) fn readings(text: &str) -> Vec<String> {
    let (before, fragment) = text.split_once('#').unwrap_or((text, text));
    let fragment = fragment
        .trim_start_matches(|c| stands_before(c) || c == STRESS)
        .trim_start_matches('#');
    let mut ends = Vec::new();
    for stresses in std::iter::once(stresses(before)).chain(0..=STRESSES_MAX) {
        let Some(end) = end_before(fragment, stresses) else {
            continue;
        };
        let is_stop = |byte: &&u8| **byte == b'.';
        let stops = fragment.as_bytes()[end..].iter().take_while(is_stop);
        for end in [end, end + stops.count()] {
            if !ends.contains(&end) {
                ends.push(end);
            }
        }
    }
    ends.extend(end_before_page(fragment));
    ends.into_iter()
        .map(|end| fragment[..end].to_owned())
        .collect()
}

/// The text without what programs write its characters as.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    unescaped(entities_decoded(percent_decoded(text)))
}

/// Where a fragment ends before a quote or an angle bracket and what a page has behind it, such as a title;
/// none where what is behind could be of the link.
fn end_before_page(fragment: &str) -> Option<usize> {
    let (link, page) = fragment.split_at(fragment.find(['"', '<', '>'])?);
    (!page.contains(['&', '='])).then(|| link.trim_end_matches(stands_behind).len())
}

/// How many underscores open the last word of what stands before a link.
fn stresses(before: &str) -> usize {
    let word = before.split_whitespace().next_back().unwrap_or_default();
    let opening = word.chars().take_while(|c| !c.is_alphanumeric());
    opening.filter(|c| *c == STRESS).count().min(STRESSES_MAX)
}

/// Where a fragment ends before what stands behind it and so many underscores; none where there are fewer.
fn end_before(fragment: &str, stresses: usize) -> Option<usize> {
    let mut rest = fragment.trim_end_matches(stands_behind);
    for _ in 0..stresses {
        rest = rest.strip_suffix(STRESS)?.trim_end_matches(stands_behind);
    }
    Some(rest.len())
}

/// What Markdown puts around something, beside stars and backticks, which no link has in it.
const STRESS: char = '_';

/// What stands before a link and belongs to none: no path and no fragment begins so.
pub(super) fn stands_before(c: char) -> bool {
    !c.is_alphanumeric() && !"#./-_%".contains(c)
}

/// What stands behind a link. Of the links that are written here, only one that selects a part whose id
/// ends in a full stop may end in such a character.
fn stands_behind(c: char) -> bool {
    !c.is_alphanumeric() && !"-_=&".contains(c)
}

/// Most times that a text is escaped for a page in a page.
const NESTED_MAX: usize = 3;

/// The text with `&lt;` read as `<`, and `&amp;lt;` too.
fn entities_decoded(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut decoded = text;
    for _ in 0..NESTED_MAX {
        if !decoded.contains('&') || !decoded.contains(';') {
            break;
        }
        decoded = once_decoded(&decoded).into();
    }
    decoded
}

fn once_decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        decoded.push_str(before);
        let name = behind
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '#')
            .next();
        let name = name.unwrap_or_default();
        let ended = behind[name.len()..].strip_prefix(';');
        (decoded, rest) = match (entity(name), ended) {
            (Some(character), Some(behind)) => {
                (decoded + character.encode_utf8(&mut [0; 4]), behind)
            }
            _ => (decoded + "&", behind),
        };
    }
    decoded + rest
}

/// What an entity of HTML stands for, of those that stand around a link or in it: `lt`, `#60` and `#x3c`.
fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    Some(match name.to_ascii_lowercase().as_str() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "num" => '#',
        "equals" => '=',
        "percnt" => '%',
        "lowbar" => '_',
        "nbsp" => '\u{a0}',
        "laquo" => '«',
        "raquo" => '»',
        "lsaquo" => '‹',
        "rsaquo" => '›',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "bdquo" => '„',
        "sbquo" => '‚',
        "hellip" => '…',
        "lpar" => '(',
        "rpar" => ')',
        "lsqb" | "lbrack" => '[',
        "rsqb" | "rbrack" => ']',
        "lcub" | "lbrace" => '{',
        "rcub" | "rbrace" => '}',
        "grave" => '`',
        _ => return None,
    })
}

/// The text without the backslashes that Markdown and shells put before signs.
fn unescaped(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text;
    }
    let mut unescaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_sign = |next: &char| next.is_ascii_punctuation();
        if c != '\\' || !characters.peek().is_some_and(is_sign) {
            unescaped.push(c);
        }
    }
    unescaped.into()
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

    /// The likeliest reading.
    fn bare(text: &str) -> String {
        readings(&plain(text)).swap_remove(0)
    }

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
            "*#step=cache&seed=7*",
            "_#step=cache&seed=7_",
            "__step=cache&seed=7__",
            "**_#step=cache&seed=7_**.",
            "_**https://example.org/#step=cache&seed=7**_,",
            "see _https://example.org/#step=cache&seed=7_.",
            "_[it](https://example.org/#step=cache&seed=7)_",
            "(`_#step=cache&seed=7_`)",
            "%5F%23step=cache&seed=7%5F",
            "#step=cache&seed=7%22",
            "#step=cache&seed=7%E2%80%9D%29",
            "%22%23step%3Dcache%26seed%3D7%22",
            "#step=cache&amp;seed=7",
            "#step=cache&amp;amp;seed=7",
            "&lt;#step=cache&amp;seed=7&gt;",
            "&LT;https://example.org/#step=cache&seed=7&GT;.",
            "&#60;#step=cache&#38;seed=7&#x3E;",
            "&amp;lt;#step=cache&amp;amp;seed=7&amp;gt;",
            "&quot;#step=cache&seed=7&quot;",
            "&laquo;#step=cache&seed=7&raquo;&nbsp;",
            "&ldquo;https://example.org/&#35;step=cache&seed=7&rdquo;&hellip;",
            "%26lt;#step=cache&seed=7%26gt%3B",
            "{#step=cache&seed=7}",
            "{{https://example.org/#step=cache&seed=7}},",
            "${step=cache&seed=7}",
            "\\{#step=cache&seed=7\\}",
            "https://example.org/\\#step\\=cache\\&seed\\=7",
            "[it](<https://example.org/#step=cache&seed=7>)",
            "|#step=cache&seed=7|",
            "~~#step=cache&seed=7~~",
        ] {
            assert_eq!(bare(text), "step=cache&seed=7", "{text}");
        }
    }

    #[test]
    fn what_a_page_has_behind_a_link_may_be_left_out() {
        for text in [
            "<a href=\"https://example.org/#step=cache&amp;seed=7\">A cache</a>",
            "&lt;a href=&quot;#step=cache&seed=7&quot;&gt;A cache&lt;/a&gt;",
            "[it](https://example.org/#step=cache&seed=7 \"A cache\")",
            "[it](<#step=cache&seed=7> \"A cache\")",
        ] {
            let readings = readings(&plain(text));
            let last = readings.last().map(String::as_str);
            assert_eq!(last, Some("step=cache&seed=7"), "{text}");
        }
        // What could be of the link is never left out.
        for text in ["#step=cache\"&seed=7", "#step=cache>seed=7"] {
            let whole = text.trim_start_matches('#');
            assert_eq!(readings(&plain(text)), [whole], "{text}");
        }
    }

    #[test]
    fn what_may_be_of_the_link_or_not_is_read_both_ways() {
        for (text, expected) in [
            ("a=web.", &["a=web", "a=web."][..]),
            ("#a=b_", &["a=b_", "a=b"]),
            ("_#a=b__", &["a=b_", "a=b__", "a=b"]),
            ("https://e/_x_/#a=b_.", &["a=b_", "a=b_.", "a=b"]),
            ("[_it_](https://e/#a=b_)", &["a=b", "a=b_"]),
        ] {
            assert_eq!(readings(&plain(text)), expected, "{text}");
        }
        // However many there are, few are tried.
        assert!(readings(&"_".repeat(1_000)).len() <= 5);
    }

    #[test]
    fn what_may_be_of_the_link_stays() {
        for text in [
            "step=cache&select=web",
            "s1=AbC-_",
            "step=cache&",
            "step=",
            "rate=100%",
            "step=cache&lt=7",
            "step=cache&gt",
            "%zz=%4",
        ] {
            assert_eq!(bare(text).trim_end_matches('%'), text.trim_end_matches('%'));
        }
        assert_eq!(percent_decoded("%ff%41"), "%ff%41", "no text in UTF-8");
        assert_eq!(percent_decoded("%41%4"), "A%4");
    }
}
