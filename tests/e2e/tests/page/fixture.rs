//! What every test starts from: a window of its own on the served page.

use std::env;
use std::path::PathBuf;

use headroom_e2e::{Failure, Look, Outcome, Page, browser};

fn setting(name: &str) -> Outcome<String> {
    env::var(name).map_err(|_| {
        Failure::new(format!(
            "{name} is not set: `cargo xtask test --only e2e` runs these tests"
        ))
    })
}

/// Opens the page with this fragment (`#step=cache`, or none), seen as `look` says.
pub fn page(fragment: &str, look: Look) -> Outcome<Page> {
    page_at(&setting("HEADROOM_PAGE_URL")?, fragment, look)
}

/// The same of a page that is served elsewhere.
pub fn page_at(url: &str, fragment: &str, look: Look) -> Outcome<Page> {
    let name = setting("HEADROOM_BROWSER")?;
    let browser = browser::Browser::named(&name)
        .ok_or_else(|| Failure::new(format!("there is no browser {name}")))?;
    let session = browser::open(browser, &setting("HEADROOM_DRIVER_URL")?, look)?;
    Page::open(session, url, fragment)
}

/// The folder of the built page.
pub fn folder() -> Outcome<PathBuf> {
    setting("HEADROOM_PAGE_FOLDER").map(PathBuf::from)
}

/// Where axe-core's script is.
pub fn axe() -> Outcome<PathBuf> {
    setting("HEADROOM_AXE").map(PathBuf::from)
}
