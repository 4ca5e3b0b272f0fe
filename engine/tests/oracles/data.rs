//! The figures that tests compare with.

use serde_json::Value;

/// Figures of `data/<name>.json`.
pub fn figures(name: &str) -> Value {
    let text = match name {
        "autoscaling" => include_str!("data/autoscaling.json"),
        "balancers" => include_str!("data/balancers.json"),
        "cache" => include_str!("data/cache.json"),
        "hashing" => include_str!("data/hashing.json"),
        "replication" => include_str!("data/replication.json"),
        "queueing" => include_str!("data/queueing.json"),
        _ => panic!("there are no figures called {name}"),
    };
    serde_json::from_str(text).expect("the figures are JSON")
}

/// A figure that must be a number.
pub fn number(figures: &Value, name: &str) -> f64 {
    figures[name]
        .as_f64()
        .unwrap_or_else(|| panic!("no number `{name}` in {figures}"))
}
