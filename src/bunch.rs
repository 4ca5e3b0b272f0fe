//! Marks that stand so close together that they are drawn as one: many edits in a row, or all that one
//! press of a button did.

use std::ops::Range;

use headroom_engine::happening::{Mark, Tone};

/// Stretches of a list that belong together: each item `joins` the first of its stretch.
pub fn bunches<T>(items: &[T], joins: impl Fn(&T, &T) -> bool) -> Vec<Range<usize>> {
    let mut bunches: Vec<Range<usize>> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        match bunches.last_mut() {
            Some(last) if joins(&items[last.start], item) => last.end += 1,
            _ => bunches.push(number..number + 1),
        }
    }
    bunches
}

/// Whether two marks that are so far apart are drawn as one: edits stand for one another sooner than what
/// broke or what follows from it.
pub fn are_close(one: &Mark, other: &Mark, distance: f64, close: f64, close_edits: f64) -> bool {
    let are_edits = [one, other].iter().all(|mark| mark.tone == Tone::Neutral);
    distance <= if are_edits { close_edits } else { close }
}

/// The mark that speaks for all of a bunch: the first of the worst.
pub fn speaker<'a>(mut marks: impl Iterator<Item = &'a Mark> + Clone) -> Option<&'a Mark> {
    let worst = [Tone::Bad, Tone::Warning, Tone::Good];
    let of = |tone: Tone| marks.clone().find(|mark| mark.tone == tone);
    worst.into_iter().find_map(of).or_else(|| marks.next())
}

/// `web/1 dies`, or of several `web/1 dies, +2 more`.
pub fn words(speaker: &Mark, count: usize) -> String {
    match count {
        0 | 1 => speaker.words.clone(),
        count => format!("{}, +{} more", speaker.words, count - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(tone: Tone, words: &str) -> Mark {
        Mark {
            at_ns: 0,
            tone,
            words: words.into(),
            details: String::new(),
            component: None,
            instance: None,
        }
    }

    #[test]
    fn a_bunch_reaches_no_further_than_from_its_first() {
        let places = [0.0, 2.0, 4.0, 9.0];
        let found = bunches(&places, |first, next| next - first <= 3.0);
        assert_eq!(found, [0..2, 2..3, 3..4]);
        assert_eq!(bunches(&[] as &[f64], |_, _| true), []);
    }

    #[test]
    fn edits_join_one_another_sooner_than_faults() {
        let [edit, fault] = [Tone::Neutral, Tone::Bad].map(|tone| mark(tone, "x"));
        assert!(are_close(&edit, &edit, 5.0, 1.0, 6.0));
        assert!(!are_close(&edit, &fault, 5.0, 1.0, 6.0));
        assert!(are_close(&edit, &fault, 1.0, 1.0, 6.0));
    }

    #[test]
    fn what_broke_speaks_for_what_else_happened_then() {
        let marks = [
            mark(Tone::Neutral, "Cache added"),
            mark(Tone::Bad, "web/1 dies"),
            mark(Tone::Bad, "web/2 dies"),
        ];
        let told = speaker(marks.iter()).expect("there are some");
        assert_eq!(words(told, marks.len()), "web/1 dies, +2 more");
        let edits = speaker(marks[..1].iter()).expect("there is one");
        assert_eq!(words(edits, 1), "Cache added");
    }
}
