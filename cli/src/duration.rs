//! Durations as people write them: `60s`, `500ms`, `2m`, `1h`.

/// Simulated time that a run may last at most: a day.
const LONGEST_S: f64 = 86_400.0;

/// Reads a duration, in seconds.
///
/// # Errors
/// A sentence that says what would be right.
pub fn parse(text: &str) -> Result<f64, String> {
    let digits_end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let unit_s = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "" if !number.is_empty() => {
            return Err(format!(
                "'{text}' has no unit: write {text}s, {text}ms or {text}m"
            ));
        }
        _ => {
            return Err(format!(
                "'{text}' is no duration: write 60s, 500ms, 2m or 1h"
            ));
        }
    };
    let number: f64 = number
        .parse()
        .map_err(|_| format!("'{text}' is no duration: write 60s, 500ms, 2m or 1h"))?;
    let seconds = number * unit_s;
    if seconds > LONGEST_S {
        return Err(format!("'{text}' is longer than a run may be: at most 24h"));
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_scale_to_seconds() {
        let read = [
            ("60s", 60.0),
            ("500ms", 0.5),
            ("2m", 120.0),
            ("2min", 120.0),
            ("1.5h", 5_400.0),
        ];
        for (text, seconds) in read {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_a_hint() {
        for text in [
            "", "s", "1.2.3s", "-5s", "5 s", "five", "5d", "nan", "inf", "25h",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(
            parse("60").unwrap_err(),
            "'60' has no unit: write 60s, 60ms or 60m"
        );
    }
}
