//! Whether an SVG path draws: a browser leaves out all that follows a number it can't read.

/// Panics where a path's commands have not the numbers they take.
pub fn assert_draws(path: &str) {
    let starts: Vec<usize> = path
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_alphabetic() && *letter != 'e')
        .map(|(at, _)| at)
        .collect();
    let is_empty = path.is_empty();
    assert!(is_empty || starts.first() == Some(&0), "{path}");
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(path.len());
        let command = &path[*start..end];
        let taken = match &command[..1].to_ascii_uppercase()[..] {
            "Z" => 0,
            "H" | "V" => 1,
            "M" | "L" => 2,
            "Q" => 4,
            "C" => 6,
            "A" => 7,
            _ => panic!("no such command as {command} in {path}"),
        };
        let numbers: Vec<&str> = command[1..].split_whitespace().collect();
        for number in &numbers {
            let read: Result<f64, _> = number.parse();
            assert!(read.is_ok_and(f64::is_finite), "{number} in {path}");
        }
        assert_eq!(numbers.len(), taken, "{command} in {path}");
    }
}

#[test]
fn a_number_with_two_signs_does_not_draw() {
    assert_draws("M1 2.5v-0.2a62.5 13 0 0 0 -125 0Z");
    for path in ["M1 2v--0.2Z", "MNaN 2", "M1 2V", "1 2", "M1 2Linf 3"] {
        let drawn = std::panic::catch_unwind(|| assert_draws(path));
        assert!(drawn.is_err(), "{path}");
    }
}
