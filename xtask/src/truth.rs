//! `cargo xtask truth`: the laws that the tests hold the engine to, with several times the runs, and how far
//! each mean is from the truth.

use std::fs;

use headroom_e2e::{Failure, Outcome};
use serde_json::{Value, json};

use crate::run::{cargo, run};
use crate::{no_arguments, project};

/// So many times the runs that the tests make.
const TIMES: &str = "4";
/// The tests that compare with a truth.
const LAWS: [&str; 7] = [
    "cache::",
    "fork_join::",
    "impatience::",
    "little::",
    "queueing::",
    "replication::",
    "ring::",
];
/// What this writes, for who wants to show it.
const FILE: &str = "docs/truth.json";

/// The verb.
pub fn verb(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let notes = project::root().join("target/truth.jsonl");
    if notes.exists() {
        fs::remove_file(&notes)?;
    }
    let mut tests = cargo();
    tests
        .args(["test", "--locked", "-p", "headroom-engine"])
        .args(["--test", "oracles", "--"])
        .args(LAWS)
        .env("HEADROOM_TRUTH_TIMES", TIMES)
        .env("HEADROOM_TRUTH_FILE", &notes);
    let outcome = run(&mut tests);
    let laws = laws(&fs::read_to_string(&notes)?)?;
    print(&laws);
    outcome?;
    fs::write(project::root().join(FILE), written(&laws))?;
    say!("\n{FILE} has them all.");
    Ok(())
}

/// The comparisons that the tests have noted, in order of their names.
fn laws(notes: &str) -> Outcome<Vec<Value>> {
    let read = |line| serde_json::from_str(line);
    let mut laws: Vec<Value> = notes
        .lines()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::new(format!("what the tests noted is no JSON: {error}")))?;
    laws.sort_by(|one, other| one["law"].as_str().cmp(&other["law"].as_str()));
    Ok(laws)
}

/// How far each mean is from the truth, the furthest last.
fn print(laws: &[Value]) {
    let z = |law: &Value| law["z"].as_f64().unwrap_or(f64::NAN);
    let figure = |law: &Value, name: &str| law[name].as_f64().unwrap_or(f64::NAN);
    let mut by_distance: Vec<&Value> = laws.iter().collect();
    by_distance.sort_by(|one, other| z(one).abs().total_cmp(&z(other).abs()));
    say!("\n     z        mean       truth  runs  law");
    for law in by_distance {
        say!(
            "{:+6.2} {:11.6} {:11.6} {:5}  {}",
            z(law),
            figure(law, "mean"),
            figure(law, "truth"),
            figure(law, "runs"),
            law["law"].as_str().unwrap_or_default()
        );
    }
    say!("\n{} laws. Further from the truth than", laws.len());
    for (bound, by_chance) in [(1.0, "31.7"), (2.0, "4.6"), (3.0, "0.3")] {
        let beyond = laws.iter().filter(|law| z(law).abs() > bound).count();
        let percent = 100.0 * beyond as f64 / laws.len() as f64;
        say!("  {bound} standard errors: {beyond}, {percent:.1} % (by chance {by_chance} %)");
    }
}

/// One law on a line, so that a change is seen where it is.
fn written(laws: &[Value]) -> String {
    let rows: Vec<String> = laws.iter().map(Value::to_string).collect();
    let times: Value = json!(TIMES.parse::<u32>().unwrap_or_default());
    format!(
        "{{\"times\":{times},\"laws\":[\n{}\n]}}\n",
        rows.join(",\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_are_written_in_order_of_their_names() {
        let notes = "{\"law\":\"b\",\"z\":1.5}\n{\"law\":\"a\",\"z\":-0.5}\n";
        let laws = laws(notes).expect("two lines of JSON");
        let read: Value = serde_json::from_str(&written(&laws)).expect("it is JSON");
        assert_eq!(read["laws"][0]["law"], "a");
        assert_eq!(read["laws"][1]["z"], 1.5);
        assert!(super::laws("nonsense").is_err());
    }
}
