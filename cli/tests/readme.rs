//! What the README says of the command and of the steps is so.

use std::process::Command;

use headroom_scenario::step;

const README: &str = include_str!("../../README.md");

#[test]
fn every_command_of_the_readme_does_what_it_is_there_for() {
    let lines = README
        .lines()
        .filter_map(|line| line.strip_prefix("cargo run --release -p headroom-cli -- "));
    let mut commands = 0;
    for line in lines {
        let output = Command::new(env!("CARGO_BIN_EXE_headroom"))
            .args(line.split_whitespace())
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .output()
            .expect("the command starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {errors}");
        assert!(!output.stdout.is_empty(), "{line}");
        commands += 1;
    }
    assert!(commands >= 3, "only {commands} commands were found");
}

#[test]
fn the_readme_links_to_every_step_in_order() {
    let links = README
        .split("#step=")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(name, _)| name)
        .filter(|name| !name.contains('&'));
    let expected: Vec<&str> = step::LADDER.iter().map(|step| step.name).collect();
    assert_eq!(links.collect::<Vec<_>>(), expected);
}
