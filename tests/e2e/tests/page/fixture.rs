//! What every test starts from: a window of its own on the served page.

use std::env;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Mutex;

use headroom_e2e::{Browser, Failure, Look, Outcome, Page, Session, browser};
use serde_json::json;

fn setting(name: &str) -> Outcome<String> {
    env::var(name).map_err(|_| {
        Failure::new(format!(
            "{name} is not set: `cargo xtask test --only e2e` runs these tests"
        ))
    })
}

/// Windows that tests have left, and how each sees pages. To start a browser takes longer than most
/// tests do: the next one that looks at pages so has the window, empty as a new one.
static LEFT: Mutex<Vec<(Look, Session)>> = Mutex::new(Vec::new());
/// Windows kept: as many as tests run at a time on a machine of two cores.
const LEFT_MAX: usize = 2;

/// The page in a window that no other test has meanwhile.
pub struct Window {
    look: Look,
    // There until it is dropped.
    page: Option<Page>,
}

impl Deref for Window {
    type Target = Page;

    fn deref(&self) -> &Page {
        self.page.as_ref().expect("the window is open")
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let Some(session) = self.page.take().map(Page::leave) else {
            return;
        };
        // One that can't be emptied is closed.
        if session.empty().is_ok()
            && let Ok(mut left) = LEFT.lock()
        {
            left.push((self.look, session));
            if left.len() > LEFT_MAX {
                left.remove(0);
            }
        }
    }
}

/// Opens the page with this fragment (`#step=cache`, or none), seen as `look` says.
pub fn page(fragment: &str, look: Look) -> Outcome<Window> {
    page_at(&setting("HEADROOM_PAGE_URL")?, fragment, look)
}

/// The same of a page that is served elsewhere.
pub fn page_at(url: &str, fragment: &str, look: Look) -> Outcome<Window> {
    let session = match left(look) {
        Some(session) => session,
        None => browser::open(browser()?, &setting("HEADROOM_DRIVER_URL")?, look)?,
    };
    let page = Some(Page::open(session, url, fragment)?);
    Ok(Window { look, page })
}

fn left(look: Look) -> Option<Session> {
    let mut left = LEFT.lock().ok()?;
    let place = left.iter().position(|(seen, _)| *seen == look)?;
    Some(left.swap_remove(place).1)
}

fn browser() -> Outcome<Browser> {
    let name = setting("HEADROOM_BROWSER")?;
    Browser::named(&name).ok_or_else(|| Failure::new(format!("there is no browser {name}")))
}

/// The folder of the built page.
pub fn folder() -> Outcome<PathBuf> {
    setting("HEADROOM_PAGE_FOLDER").map(PathBuf::from)
}

/// Where axe-core's script is.
pub fn axe() -> Outcome<PathBuf> {
    setting("HEADROOM_AXE").map(PathBuf::from)
}

/// Gives the window another size, in CSS pixels.
pub fn resize(page: &Page, (width, height): (u32, u32)) -> Outcome {
    let metrics =
        json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
    let resized = page
        .session()
        .devtools("Emulation.setDeviceMetricsOverride", metrics);
    resized.map(drop)
}
