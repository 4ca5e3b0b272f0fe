//! Figures as people read them: three digits that matter, thousands apart.

/// A count: `60,012`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A figure with three digits that matter, and all those before the point: `0.052`, `52.1`, `1,204`.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    let sign = if value < 0.0 { "−" } else { "" };
    let digits = match magnitude {
        _ if !magnitude.is_finite() => return "–".to_string(),
        m if m >= 99.95 => count(m.round() as u64),
        m if m >= 9.995 => format!("{m:.1}"),
        m if m >= 0.0995 => format!("{m:.2}"),
        m if m >= 0.0005 => format!("{m:.3}"),
        _ => return "0".to_string(),
    };
    format!("{sign}{digits}")
}

/// A share as a percentage: `0.35 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

/// An amount of data, given in gigabytes: `12.0 KB`.
pub fn data(gb: f64) -> String {
    let (value, unit) = match gb {
        gb if gb >= 0.9995 => (gb, "GB"),
        gb if gb >= 0.000_999_5 => (gb * 1e3, "MB"),
        gb => (gb * 1e6, "KB"),
    };
    format!("{} {unit}", number(value))
}

/// A price, in whole dollars: `$1,204`.
pub fn dollars(usd: f64) -> String {
    format!("${}", count(usd.round() as u64))
}

/// What a figure changed by, of the texts of both: as precise as the less precise of them, `+73`, `−1.5`. `=` where
/// both are told alike, and `–` where one of them is no figure.
pub fn change(before: &str, after: &str) -> String {
    let (Some(was), Some(is)) = (Told::read(before), Told::read(after)) else {
        return "–".into();
    };
    let by = is.value - was.value;
    if by == 0.0 {
        return "=".into();
    }
    let sign = if by < 0.0 { '−' } else { '+' };
    let rounded = |decimals: usize| match decimals {
        0 => count(by.abs().round() as u64),
        _ => format!("{:.decimals$}", by.abs()),
    };
    let digits = rounded(was.decimals.min(is.decimals));
    match digits.contains(|digit| ('1'..='9').contains(&digit)) {
        true => format!("{sign}{digits}"),
        // From 9.99 to 10.0 is something.
        false => format!("{sign}{}", rounded(was.decimals.max(is.decimals))),
    }
}

/// A figure that is told, and how precisely.
struct Told {
    value: f64,
    /// Nothing is exact, however it is told.
    decimals: usize,
}

impl Told {
    fn read(text: &str) -> Option<Self> {
        let digits = text.replace(',', "").replace('−', "-");
        let value: f64 = digits.parse().ok()?;
        let decimals = match digits.split_once('.') {
            _ if value == 0.0 => usize::MAX,
            Some((_, decimals)) => decimals.len(),
            None => 0,
        };
        Some(Self { value, decimals })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let read = [(0, "0"), (999, "999"), (1_000, "1,000"), (60_012, "60,012")];
        for (value, text) in read {
            assert_eq!(count(value), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn three_digits_matter() {
        let read = [
            (0.0, "0"),
            (0.05, "0.050"),
            (0.0001, "0"),
            (0.1, "0.10"),
            (5.056, "5.06"),
            (52.14, "52.1"),
            (99.96, "100"),
            (1_203.6, "1,204"),
            (-170.2, "−170"),
        ];
        for (value, text) in read {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(0.0035), "0.35 %");
        assert_eq!(dollars(1_203.6), "$1,204");
    }

    #[test]
    fn a_change_is_as_precise_as_the_figures_beside_it() {
        for (before, after, told) in [
            ("0", "0", "="),
            ("5.06", "5.06", "="),
            ("no answer", "no answer", "–"),
            ("no answer", "5.06", "–"),
            ("5", "4", "−1"),
            ("50", "99", "+49"),
            ("60,012", "61,300", "+1,288"),
            ("50.0", "1.00", "−49.0"),
            ("0.052", "1,204", "+1,204"),
            ("0", "0.050", "+0.050"),
            ("0.001", "0", "−0.001"),
            ("99.9", "100", "+0.1"),
            ("9.99", "10.0", "+0.01"),
            ("5.04", "5.05", "+0.01"),
        ] {
            assert_eq!(change(before, after), told, "{before} to {after}");
        }
    }
}
