//! The known name that a mistyped one most likely means.

/// Longer names are not compared: it takes time as the square of their length, and no known one is longer.
const CHARACTERS_MAX: usize = 64;

/// The known name nearest to this one, the first of those equally near. None where more than a third of
/// the longer of the two would be mistyped, or all of it.
///
/// A character left out, put in, put in another's place, or swapped with the next counts as one mistake;
/// capitals count as none. Where only the order is wrong, two mistakes count as one: a character has moved.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = characters(name)?;
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let Some(meant) = characters(candidate) else {
            continue;
        };
        let longer = typed.len().max(meant.len());
        let mistakes = match has_those_of(&typed, &meant) {
            true => mistakes(&typed, &meant).div_ceil(2),
            false => mistakes(&typed, &meant),
        };
        let is_near = mistakes <= (longer / 3).max(1) && mistakes < longer;
        if is_near && best.is_none_or(|(fewest, _)| mistakes < fewest) {
            best = Some((mistakes, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// ` (did you mean rate?)`, where a known name is near to one that is not known.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"))
}

/// The characters of a name, unless there are too many.
fn characters(name: &str) -> Option<Vec<char>> {
    let characters: Vec<char> = name
        .chars()
        .take(CHARACTERS_MAX + 1)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    (characters.len() <= CHARACTERS_MAX).then_some(characters)
}

/// Whether two words have the same characters, in whatever order.
fn has_those_of(typed: &[char], meant: &[char]) -> bool {
    let count = |word: &[char], one: &char| word.iter().filter(|c| *c == one).count();
    let is_as_often = |c| count(typed, c) == count(meant, c);
    typed.len() == meant.len() && typed.iter().all(is_as_often)
}

/// The fewest mistakes that make one word of the other (optimal string alignment), row by row.
fn mistakes(typed: &[char], meant: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=meant.len()).collect();
    for i in 1..=typed.len() {
        let mut next = vec![i];
        for j in 1..=meant.len() {
            let is_other = usize::from(typed[i - 1] != meant[j - 1]);
            let mut fewest = (row[j - 1] + is_other).min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && typed[i - 1] == meant[j - 2] && typed[i - 2] == meant[j - 1] {
                fewest = fewest.min(before[j - 2] + 1);
            }
            next.push(fewest);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[meant.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["rate", "seed", "speed", "at", "load-balancer", "one-server"];

    #[test]
    fn a_name_with_a_mistake_is_nearest_to_the_one_that_was_meant() {
        for (typed, meant) in [
            ("rte", "rate"),
            ("raet", "rate"),
            ("ratee", "rate"),
            ("RATE", "rate"),
            ("dsee", "seed"),
            ("sed", "seed"),
            ("sped", "seed"),
            ("spead", "speed"),
            ("a", "at"),
            ("loadbalancer", "load-balancer"),
            ("load_blancer", "load-balancer"),
            ("oneserver", "one-server"),
        ] {
            assert_eq!(nearest(typed, NAMES), Some(meant), "{typed}");
        }
    }

    #[test]
    fn a_name_like_no_other_has_no_nearest() {
        for typed in ["", "x", "colour", "utm_source", "balancer"] {
            assert_eq!(nearest(typed, NAMES), None, "{typed}");
        }
        assert_eq!(nearest("rate", []), None);
        assert_eq!(nearest(&"r".repeat(1_000_000), NAMES), None);
        let long = "r".repeat(1_000_000);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }

    #[test]
    fn mistakes_are_counted_the_same_from_both_sides() {
        for (one, other, count) in [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
        ] {
            let (one, other): (Vec<char>, Vec<char>) =
                (one.chars().collect(), other.chars().collect());
            assert_eq!(mistakes(&one, &other), count);
            assert_eq!(mistakes(&other, &one), count);
        }
    }
}
