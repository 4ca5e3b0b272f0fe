//! `cargo xtask browsers`: the page in the other browser engines.

use headroom_e2e::{Browser, Failure, Outcome};
use lexopt::prelude::*;

use crate::{build, misused, test};

/// The tests that every browser must pass: the main path, and the same run everywhere.
const FILTERS: [&str; 2] = ["main_path", "same_run"];

/// The verb.
pub fn verb(mut arguments: lexopt::Parser) -> Outcome {
    let mut browsers = Vec::new();
    while let Some(argument) = arguments.next().map_err(misused)? {
        match argument {
            Value(name) => {
                let name = name.to_string_lossy();
                let browser = Browser::named(&name)
                    .ok_or_else(|| Failure::new(format!("there is no browser {name}")))?;
                browsers.push(browser);
            }
            other => return Err(misused(other.unexpected())),
        }
    }
    if browsers.is_empty() {
        browsers.extend([Browser::Firefox, Browser::WebKit]);
    }
    build::release_page()?;
    for browser in browsers {
        aside!("\n== {} ==", browser.name());
        test::in_browser(browser, &FILTERS.map(Into::into))?;
    }
    Ok(())
}
