//! Figures as words: few digits, tabular, always with their unit.

use headroom_engine::lab::Load;
use headroom_engine::reason::Reason;

/// Keeps a figure and its unit on one line.
const NBSP: char = '\u{a0}';

/// A whole number with its thousands set apart: `1,498`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut words = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// A rate without its unit: `0.4`, `1`, `7.5`, `1,498`.
pub fn rate(value: f64) -> String {
    if value > 0.0 && value < 9.95 {
        let words = decimal(value, 1);
        words.strip_suffix(".0").map(str::to_owned).unwrap_or(words)
    } else {
        count(value.max(0.0).round() as u64)
    }
}

/// The same in at most seven letters: `1,498`, `31.7k`, `250k`, `1M`.
pub fn short_rate(value: f64) -> String {
    let (value, unit) = match value {
        v if v < 9_999.5 => return rate(v),
        v if v < 999_500.0 => (v / 1e3, "k"),
        v => (v / 1e6, "M"),
    };
    let decimals = usize::from(value < 99.95);
    let words = decimal(value, decimals);
    format!("{}{unit}", words.strip_suffix(".0").unwrap_or(&words))
}

/// Why a call failed, in the two words that fit beside a chart or on a phone.
pub const fn short_reason(reason: Reason) -> &'static str {
    match reason {
        Reason::TimedOut => "timed out",
        Reason::QueueFull => "line full",
        Reason::ConnectionRefused => "refused",
        Reason::ConnectionReset => "reset",
        Reason::NoHealthyInstance => "no server",
        Reason::TooManyConnections => "conn. full",
        Reason::DiskFull => "disk full",
        Reason::ReadOnly => "read-only",
        Reason::TooManyInFlight => "in flight",
    }
}

/// A load: `1,498/s`, `20 users`.
pub fn load(load: Load) -> String {
    match load {
        Load::RateRps(rate_rps) => format!("{}/s", rate(rate_rps)),
        Load::Users(users) => counted(u64::from(users), "user", "users"),
    }
}

/// A time given in milliseconds, to two or three figures: `0.25 ms`, `4.2 ms`, `40 ms`, `138 ms`,
/// `4.1 s`, `2.5 min`.
pub fn ms(value: f64) -> String {
    let (value, unit) = match value {
        v if v >= 119_950.0 => (v / 60_000.0, "min"),
        v if v >= 999.5 => (v / 1_000.0, "s"),
        v => (v, "ms"),
    };
    let decimals = match value {
        v if v >= 9.95 => 0,
        v if v >= 0.995 => 1,
        _ => 2,
    };
    let words = decimal(value, decimals);
    let words = if decimals > 0 {
        words.trim_end_matches('0').trim_end_matches('.')
    } else {
        &words
    };
    format!("{words}{NBSP}{unit}")
}

/// An amount of data given in GB, to two or three figures: `1.25 GB`, `500 MB`, `12.5 KB`.
pub fn data(gb: f64) -> String {
    let (value, unit) = match gb {
        gb if gb >= 0.9995 => (gb, "GB"),
        gb if gb >= 0.000_999_5 => (gb * 1e3, "MB"),
        gb => (gb * 1e6, "KB"),
    };
    let words = match value {
        v if v >= 99.95 => count(v.round() as u64),
        v if v >= 9.995 => plain((v * 10.0).round() / 10.0),
        v => plain((v * 100.0).round() / 100.0),
    };
    format!("{words}{NBSP}{unit}")
}

/// A share: `38 %`, below a tenth with one decimal: `0.4 %`. Next to nothing is not nothing: `< 0.1 %`,
/// and next to all is not all: `99.8 %`, `> 99.9 %`.
pub fn share(value: f64) -> String {
    let percent = value * 100.0;
    if percent > 0.0 && percent < 0.05 {
        return format!("<{NBSP}0.1{NBSP}%");
    }
    if (99.95..100.0).contains(&percent) {
        return format!(">{NBSP}99.9{NBSP}%");
    }
    let is_next_to_all = (99.5..100.0).contains(&percent);
    let is_small = percent != 0.0 && percent.abs() < 9.95;
    let decimals = usize::from(is_small || is_next_to_all);
    format!("{}{NBSP}%", decimal(percent, decimals))
}

/// A share without decimals, for a gauge that moves: `38 %`; but next to nothing and next to all as [`share`]
/// has them.
pub fn gauge(value: f64) -> String {
    if (value > 0.0 && value < 0.005) || (0.995..1.0).contains(&value) {
        return share(value);
    }
    format!("{}{NBSP}%", decimal(value * 100.0, 0))
}

/// So many of something: `1 server`, `3 servers`.
pub fn counted(count_of: u64, one: &str, many: &str) -> String {
    format!(
        "{}{NBSP}{}",
        count(count_of),
        if count_of == 1 { one } else { many }
    )
}

/// The verb that goes with a name: tiers of several servers are named in the plural.
pub fn verb<'a>(name: &str, one: &'a str, many: &'a str) -> &'a str {
    if name.ends_with('s') { many } else { one }
}

/// A price: `$578`.
pub fn usd(value: f64) -> String {
    format!("${}", count(value.max(0.0).round() as u64))
}

/// A simulated moment given in nanoseconds: `00:42.180`, with hours where there are any.
pub fn clock(ns: u64) -> String {
    let ms = ns / 1_000_000;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let rest = format!("{minutes:02}:{seconds:02}.{:03}", ms % 1_000);
    if hours > 0 {
        format!("{hours}:{rest}")
    } else {
        rest
    }
}

/// A simulated moment to the second: `0:42`, for axes; with hours where there are any.
pub fn short_clock(ns: u64) -> String {
    let all = ns / 1_000_000_000;
    let (hours, minutes, seconds) = (all / 3_600, all / 60 % 60, all % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// Which seconds a gauge is of: `last 5 s`.
pub fn lately(length_ns: u64) -> String {
    match length_ns / 1_000_000_000 {
        0 => "first second".to_string(),
        seconds => format!("last {seconds}{NBSP}s"),
    }
}

/// A simulated moment to the nanosecond, for slow motion: `00:42.180 215 004`.
pub fn clock_fine(ns: u64) -> String {
    format!(
        "{}{NBSP}{:03}{NBSP}{:03}",
        clock(ns),
        ns / 1_000 % 1_000,
        ns % 1_000
    )
}

/// Our own words with a capital: `load balancer` is `Load balancer`.
pub fn capital(words: &str) -> String {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// A number with so many decimals, without a negative zero.
pub fn decimal(value: f64, decimals: usize) -> String {
    let words = format!("{value:.decimals$}");
    match words.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| b == b'0' || b == b'.') => rest.to_owned(),
        _ => words,
    }
}

/// A number as one would type it: no more decimals than it has, thousands apart only when asked for.
pub fn plain(value: f64) -> String {
    let words = format!("{value:.6}");
    let words = words.trim_end_matches('0').trim_end_matches('.');
    if words.is_empty() || words == "-0" {
        "0".into()
    } else {
        words.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_one_would_say_them() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(rate(0.42), "0.4");
        assert_eq!(rate(1.0), "1");
        assert_eq!(rate(1_497.6), "1,498");
        assert_eq!(short_rate(1_497.6), "1,498");
        assert_eq!(short_rate(31_730.0), "31.7k");
        assert_eq!(short_rate(250_000.0), "250k");
        assert_eq!(short_rate(1e6), "1M");
        assert_eq!(ms(0.254), "0.25\u{a0}ms");
        assert_eq!(ms(4.21), "4.2\u{a0}ms");
        assert_eq!(ms(0.0), "0\u{a0}ms");
        assert_eq!(ms(40.0), "40\u{a0}ms");
        assert_eq!(ms(64.6), "65\u{a0}ms");
        assert_eq!(ms(1_000.0), "1\u{a0}s");
        assert_eq!(ms(60_000.0), "60\u{a0}s");
        assert_eq!(ms(138.4), "138\u{a0}ms");
        assert_eq!(ms(4_120.0), "4.1\u{a0}s");
        assert_eq!(ms(150_000.0), "2.5\u{a0}min");
        assert_eq!(data(1.000072), "1\u{a0}GB");
        assert_eq!(data(12.34), "12.3\u{a0}GB");
        assert_eq!(data(65_536.0), "65,536\u{a0}GB");
        assert_eq!(data(0.9999), "1\u{a0}GB");
        assert_eq!(data(0.5), "500\u{a0}MB");
        assert_eq!(data(0.000_001_5), "1.5\u{a0}KB");
        assert_eq!(data(0.0), "0\u{a0}KB");
        assert_eq!(share(0.382), "38\u{a0}%");
        assert_eq!(share(0.004), "0.4\u{a0}%");
        assert_eq!(share(0.997_7), "99.8\u{a0}%");
        assert_eq!(share(0.999_8), ">\u{a0}99.9\u{a0}%");
        assert_eq!(share(1.0), "100\u{a0}%");
        assert_eq!(share(0.0), "0\u{a0}%");
        assert_eq!(share(0.000_3), "<\u{a0}0.1\u{a0}%");
        assert_eq!(usd(577.6), "$578");
        assert_eq!(gauge(0.624), "62\u{a0}%");
        assert_eq!(gauge(0.0324), "3\u{a0}%");
        for near_an_end in [0.0, 0.000_3, 0.004, 0.996, 0.999_8, 1.0] {
            assert_eq!(gauge(near_an_end), share(near_an_end));
        }
        assert_eq!(counted(1, "server", "servers"), "1\u{a0}server");
        assert_eq!(counted(1_200, "server", "servers"), "1,200\u{a0}servers");
    }

    #[test]
    fn moments_keep_their_width() {
        assert_eq!(clock(42_180_000_000), "00:42.180");
        assert_eq!(short_clock(642_180_000_000), "10:42");
        assert_eq!(short_clock(3_661_000_000_000), "1:01:01");
        assert_eq!(lately(900_000_000), "first second");
        assert_eq!(lately(5_000_000_000), "last 5\u{a0}s");
        assert_eq!(clock(3_661_001_000_000), "1:01:01.001");
        assert_eq!(clock_fine(1_000_002_003), "00:01.000\u{a0}002\u{a0}003");
    }

    #[test]
    fn plain_numbers_have_no_idle_digits() {
        assert_eq!(plain(10.0), "10");
        assert_eq!(plain(0.05), "0.05");
        assert_eq!(plain(-0.0), "0");
        assert_eq!(plain(1_000.0), "1000");
    }
}
