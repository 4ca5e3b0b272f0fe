//! What a component tells beside what all have, in words.

use headroom_engine::report::ReportComponent;

use crate::figure::{count, data, number, percent};

/// What is told in a sentence with its share, and of sessions.
const TOLD_AS_SHARES: [&str; 4] = ["sessions", "sessions_lost", "session_calls", "login_calls"];

/// What is told with its copies.
const TOLD_WITH_COPIES: [&str; 3] = ["stale_reads", "writes_lost", "values_lost"];

/// Figures of the component's kind that are not 0, and not told elsewhere.
pub fn of(component: &ReportComponent) -> Vec<String> {
    let is_told = |name: &str| {
        TOLD_AS_SHARES.contains(&name)
            || component.replication.is_some() && TOLD_WITH_COPIES.contains(&name)
    };
    let figures = component
        .extra
        .iter()
        .filter(|(name, value)| **value != 0.0 && !is_told(name));
    figures.map(|(name, value)| words(name, *value)).collect()
}

fn words(name: &str, value: f64) -> String {
    match name {
        "data_gb" => format!("data {}", data(value)),
        "disk_used_share" => format!("disk {} full", some_percent(value)),
        "servers_mean" => format!("{} servers on average", number(value)),
        "from_copy" => format!("from the user's own copy {}", plain(value)),
        ratio if ratio.ends_with("_ratio") => format!("{} {}", in_words(ratio), percent(value)),
        count => format!("{} {}", in_words(count), plain(value)),
    }
}

fn in_words(name: &str) -> String {
    name.replace('_', " ")
}

/// A share that is more than nothing, however small.
fn some_percent(share: f64) -> String {
    let words = percent(share);
    match words == percent(0.0) {
        true => "less than 0.001 %".into(),
        false => words,
    }
}

/// A whole number in full, any other with the digits that matter.
pub fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 {
        count(value as u64)
    } else {
        number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_in_words_with_their_units() {
        for (name, value, told) in [
            ("data_gb", 0.000_012, "data 12.0 KB"),
            ("data_gb", 7.5, "data 7.50 GB"),
            ("disk_used_share", 1.0, "disk 100 % full"),
            ("disk_used_share", 0.000_001, "disk less than 0.001 % full"),
            ("servers_mean", 3.25, "3.25 servers on average"),
            ("from_copy", 1_200.0, "from the user's own copy 1,200"),
            ("buffer_hit_ratio", 0.97, "buffer hit ratio 97.0 %"),
            ("writes_lost", 12.0, "writes lost 12"),
        ] {
            assert_eq!(words(name, value), told);
        }
    }
}
