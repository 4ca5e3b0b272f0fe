//! Durations as people write them: `60s`, `500ms`, `2m`, `1h`.

/// Simulated time that a run may last at most: a day.
const LONGEST_S: f64 = 86_400.0;

/// Reads a duration, in seconds. Nothing needs no unit.
///
/// # Errors
/// A sentence that says what would be right.
pub fn parse(text: &str) -> Result<f64, String> {
    let digits_end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let hint = "write 60s, 500ms, 2m or 1h";
    let is_negative = || text.starts_with('-') && parse(&text[1..]).is_ok();
    let number: f64 = match number.parse() {
        Ok(number) => number,
        Err(_) if is_negative() => return Err(format!("'{text}' is less than nothing: {hint}")),
        Err(_) => return Err(format!("'{text}' is no duration: {hint}")),
    };
    let unit_s = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "" if number == 0.0 => 1.0,
        "" => {
            return Err(format!(
                "'{text}' has no unit: write {text}s, {text}ms or {text}m"
            ));
        }
        _ => return Err(format!("'{text}' is no duration: {hint}")),
    };
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
            ("0", 0.0),
            ("0.0", 0.0),
            ("0ms", 0.0),
        ];
        for (text, seconds) in read {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_a_hint() {
        for text in [
            "", "s", "1.2.3s", "-5s", "5 s", "five", "5d", "nan", "inf", "25h", "-", "--5s",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(
            parse("60").unwrap_err(),
            "'60' has no unit: write 60s, 60ms or 60m"
        );
        assert_eq!(
            parse("-5s").unwrap_err(),
            "'-5s' is less than nothing: write 60s, 500ms, 2m or 1h"
        );
    }
}
