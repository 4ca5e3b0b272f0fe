//! Rules for names and ids. Text comes from links, so nothing invisible gets through.

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
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
        problems.add(
            at,
            format!(
                "the text has the invisible character U+{:04X}: leave it out",
                hidden as u32
            ),
        );
    }
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
    if !id
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    {
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

/// The text as a message may show it: shortened, and without what is invisible.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", shortened(text))
}

fn shortened(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|c| !is_hidden(*c))
        .take(ID_MAX)
        .collect();
    let rest = if text.chars().count() > ID_MAX {
        "…"
    } else {
        ""
    };
    format!("{shown}{rest}")
}

/// A text with parts that come from a document, as it may be shown: shortened, and without what is
/// invisible, which could take over a terminal.
pub(crate) fn visible(text: &str) -> String {
    /// Some lines on any screen.
    const CHARACTERS_MAX: usize = 300;
    let mut characters = text.chars().filter(|c| !is_hidden(*c));
    let mut shown: String = characters.by_ref().take(CHARACTERS_MAX).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Control characters, and those that change the direction or the width of others unseen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
