//! Rules for names and ids. Text comes from links, so nothing invisible gets through: a message tells it by its
//! code.

use crate::Component;
use crate::limits::{ID_MAX, TEXT_MAX};
use crate::problem::{Path, Problems};

/// A text for people: short, on one line, of characters that can be seen. It may be empty.
pub(super) fn label(problems: &mut Problems, at: &Path, text: &str) {
    let length = text.chars().count();
    if length > TEXT_MAX {
        problems.add(
            at,
            format!("the text has {length} characters: at most {TEXT_MAX}"),
        );
    }
    hides_nothing(problems, at, "text", text);
}

/// All characters can be seen, or a problem says which one can't.
fn hides_nothing(problems: &mut Problems, at: &Path, what: &str, text: &str) -> bool {
    let hidden = text.chars().find(|c| is_hidden(*c));
    if let Some(hidden) = hidden {
        let code = code(hidden);
        let message = format!("the {what} has the invisible character {code}: leave it out");
        problems.add(at, message);
    }
    hidden.is_none()
}

/// A name for machines and people: short, of letters, digits, `-`, `_` and `.`.
pub(super) fn id(problems: &mut Problems, at: &Path, id: &str) {
    let length = id.chars().count();
    if length == 0 {
        problems.add(at, "the id is empty: give a short name, such as web");
    } else if length > ID_MAX {
        problems.add(
            at,
            format!("the id has {length} characters: at most {ID_MAX}"),
        );
    }
    let is_of_ids = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if hides_nothing(problems, at, "id", id) && !id.chars().all(is_of_ids) {
        problems.add(
            at,
            "an id has letters a to z, digits, and the signs - _ . only, such as web-2",
        );
    }
}

/// Every id is there once.
pub(super) fn unique<'a>(
    problems: &mut Problems,
    at: &Path,
    ids: impl Iterator<Item = &'a str> + Clone,
) {
    for (index, id) in repeated(ids) {
        let message = format!("the id {} is taken: give each its own", quoted(id));
        problems.add(&at.index(index).field("id"), message);
    }
}

/// The ids that are there already, with their places.
pub(super) fn repeated<T: PartialEq>(
    ids: impl Iterator<Item = T> + Clone,
) -> impl Iterator<Item = (usize, T)> {
    let earlier = ids.clone();
    ids.enumerate()
        .filter(move |(index, id)| earlier.clone().take(*index).any(|earlier| earlier == *id))
}

/// A component as a message names it: its title in quotes, and behind it the id to be typed, where that is
/// another.
pub(super) fn named(component: &Component) -> String {
    match component.name.as_str() {
        "" => quoted(&component.id),
        name => format!("{} ({})", quoted(name), shortened(&component.id)),
    }
}

/// The text as a message may show it: shortened, with the codes of what is invisible.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", shortened(text))
}

fn shortened(text: &str) -> String {
    shown(text, ID_MAX)
}

/// A text with parts that come from a document, as it may be shown: shortened, with the codes of what is
/// invisible, which could take over a terminal.
pub(crate) fn visible(text: &str) -> String {
    /// Some lines on any screen.
    const CHARACTERS_MAX: usize = 300;
    shown(text, CHARACTERS_MAX)
}

/// The text with the codes of its invisible characters in their places: `rate<U+200B>_rps`. Without them, a word
/// that is not known would look like the one that was meant.
pub fn unhidden(text: &str) -> String {
    shown(text, usize::MAX)
}

/// So many characters of the text, and whether there are more.
fn shown(text: &str, characters_max: usize) -> String {
    let mut shown = String::new();
    let mut characters_left = characters_max;
    for c in text.chars() {
        let hidden = is_hidden(c).then(|| format!("<{}>", code(c)));
        let length = hidden.as_ref().map_or(1, String::len);
        if length > characters_left {
            shown.push('…');
            break;
        }
        characters_left -= length;
        match hidden {
            Some(code) => shown.push_str(&code),
            None => shown.push(c),
        }
    }
    shown
}

/// The code of the character that a text begins with, where that can't be seen.
pub(crate) fn invisible_start(text: &str) -> Option<String> {
    text.chars().next().filter(|c| is_hidden(*c)).map(code)
}

/// What a character is called that can't be shown: `U+200B`.
fn code(c: char) -> String {
    format!("U+{:04X}", c as u32)
}

/// Control characters, and those that change the direction or the width of others unseen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
