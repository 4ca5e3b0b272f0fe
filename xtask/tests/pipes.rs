//! Whoever has seen enough of what a chore prints, such as `head`, is no failure.

use std::process::{Command, Stdio};

/// How a chore ends whose readers of both outputs have gone before it begins.
fn unheard(arguments: &[&str]) -> Option<i32> {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(writer.try_clone().expect("it can be shared"))
        .stderr(writer)
        .status();
    status.expect("it starts").code()
}

#[test]
fn a_chore_that_nobody_listens_to_ends_as_usual() {
    for arguments in [&[][..], &["--help"], &["help"]] {
        assert_eq!(unheard(arguments), Some(0), "{arguments:?}");
    }
    for arguments in [
        &["sing"][..],
        &["test", "--only", "nothing"],
        &["build", "now"],
    ] {
        assert_eq!(unheard(arguments), Some(1), "{arguments:?}");
    }
}
