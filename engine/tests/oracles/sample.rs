//! Independent runs, and how far their mean is from the truth.
//!
//! `cargo xtask truth` asks for several times the runs, and for every comparison in a file.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;

/// Runs that a statistical test needs at least.
pub const RUNS_MIN: usize = 30;
/// A mean further from the truth than so many standard errors is wrong: by chance alone it happens
/// once in 16,000 tests.
pub const Z_MAX: f64 = 4.0;

/// So many times the usual runs are wanted: 1, but for who has time.
const TIMES: &str = "HEADROOM_TRUTH_TIMES";
/// The file that each comparison with a truth is added to, one on a line, if any.
const FILE: &str = "HEADROOM_TRUTH_FILE";

/// How many runs to make where so many are usual.
pub fn runs(usual: usize) -> usize {
    let times = std::env::var(TIMES).map_or(Ok(1), |times| times.parse());
    usual * times.unwrap_or_else(|error| panic!("{TIMES}: {error}"))
}

/// The result of each of some independent runs.
pub struct Sample(Vec<f64>);

impl Sample {
    /// The results of runs.
    pub fn new(results: Vec<f64>) -> Self {
        assert!(results.len() >= RUNS_MIN, "only {} runs", results.len());
        Self(results)
    }

    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The standard error of the mean, taken between runs.
    pub fn standard_error(&self) -> f64 {
        let (mean, runs) = (self.mean(), self.0.len() as f64);
        let squares: f64 = self.0.iter().map(|result| (result - mean).powi(2)).sum();
        (squares / (runs - 1.0) / runs).sqrt()
    }

    /// How many standard errors the mean lies above the truth; none where every run is exact.
    pub fn z(&self, truth: f64) -> f64 {
        let above = self.mean() - truth;
        if above == 0.0 {
            return 0.0;
        }
        above / self.standard_error()
    }

    /// Prints how the mean compares with the truth, and fails if it is too far from it.
    pub fn assert_is(&self, what: &str, truth: f64) {
        let (mean, error, z) = (self.mean(), self.standard_error(), self.z(truth));
        println!("{what}: {mean:.6} ± {error:.6}, truth {truth:.6}, z = {z:+.2}");
        let runs = self.0.len();
        note(&json!({
            "law": what, "runs": runs, "mean": mean, "standard_error": error, "truth": truth, "z": z,
        }));
        assert!(
            z.abs() < Z_MAX,
            "{what}: {mean} ± {error} is not {truth}: z = {z:+.2}"
        );
    }

    /// Prints how the mean compares with an untruth, and fails if it can't tell it from the truth.
    pub fn assert_is_not(&self, what: &str, untruth: f64) {
        let z = self.z(untruth);
        println!(
            "{what}: {:.6}, untruth {untruth:.6}, z = {z:+.2}",
            self.mean()
        );
        assert!(
            z.abs() > Z_MAX,
            "{what}: {} could be {untruth}: z = {z:+.2}",
            self.mean()
        );
    }
}

/// Adds a comparison to the file that was asked for.
fn note(comparison: &serde_json::Value) {
    if let Some(file) = std::env::var_os(FILE) {
        let opened = OpenOptions::new().append(true).create(true).open(file);
        let written =
            opened.and_then(|mut file| file.write_all(format!("{comparison}\n").as_bytes()));
        written.expect("the file can be written");
    }
}
