//! `cargo xtask shots`: pictures of the steps, for looking at them.

use std::fs;
use std::thread;
use std::time::Duration;

use headroom_e2e::{Browser, Driver, Failure, Look, Outcome, Page, Server};
use lexopt::prelude::*;

use crate::run::{cargo, output};
use crate::{build, misused, project, system};

/// How long a step plays before its picture is taken: its charts have something to show then.
const PLAY: Duration = Duration::from_secs(12);

/// The verb.
pub fn verb(mut arguments: lexopt::Parser) -> Outcome {
    let mut steps = Vec::new();
    while let Some(argument) = arguments.next().map_err(misused)? {
        match argument {
            Value(step) => steps.push(step.to_string_lossy().into_owned()),
            other => return Err(misused(other.unexpected())),
        }
    }
    if steps.is_empty() {
        steps.extend(ladder()?);
    }
    let program = system::browser(Browser::Chromium)?;
    build::release_page()?;
    let server = Server::start(project::dist(), 0)?;
    let driver = Driver::start(Browser::Chromium, &program)?;
    let folder = project::root().join("target/shots");
    fs::create_dir_all(&folder)?;
    for step in &steps {
        for look in [
            Look::DESK,
            Look::DESK.dark(),
            Look::PHONE,
            Look::PHONE.dark(),
        ] {
            let page = Page::open(driver.open(look)?, &server.url(), &format!("#step={step}"))?;
            thread::sleep(PLAY);
            let file = folder.join(format!("{step}-{}.png", look.name()));
            fs::write(&file, page.session().picture()?)?;
            say!("{}", file.display());
        }
    }
    Ok(())
}

/// The names of the steps, as the command `headroom steps` lists them.
fn ladder() -> Outcome<Vec<String>> {
    let listed = output(cargo().args(["run", "--quiet", "-p", "headroom-cli", "--", "steps"]))
        .ok_or_else(|| Failure::new("`headroom steps` failed"))?;
    Ok(listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}
