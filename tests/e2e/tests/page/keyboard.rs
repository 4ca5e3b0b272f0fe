//! The main path by keyboard alone, and the shortcuts.

use headroom_e2e::session::key;
use headroom_e2e::{Failure, Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

/// Tab presses after which everything on the page has had its turn.
const TABS_MAX: usize = 200;

/// Presses Tab until the focus is where the selector says.
pub fn tab_to(page: &Page, selector: &str) -> Outcome {
    move_to(page, selector, || {
        page.session().press(&key::TAB.to_string())
    })
}

/// The same backwards. Not by way of the browser's own controls: a Firefox without a window believes
/// itself in the background after those, and works no button any more.
fn tab_back_to(page: &Page, selector: &str) -> Outcome {
    move_to(page, selector, || {
        page.session().press_with(&[key::SHIFT], key::TAB)
    })
}

fn move_to(page: &Page, selector: &str, press: impl Fn() -> Outcome) -> Outcome {
    for _ in 0..TABS_MAX {
        press()?;
        let here = page.session().run(
            "return document.activeElement?.matches(arguments[0]) ?? false",
            &json!([selector]),
        )?;
        if here == json!(true) {
            return Ok(());
        }
    }
    Err(Failure::new(format!("Tab never reaches {selector}")))
}

#[test]
fn the_main_path_goes_by_keyboard_alone() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    tab_to(&page, "[data-control=traffic]")?;
    let before = page.value("[data-control=traffic]")?;
    page.session().press(&key::RIGHT.to_string().repeat(5))?;
    page.until("the slider moved", |page| {
        Ok(page.value("[data-control=traffic]")? != before)
    })?;
    tab_back_to(&page, "[data-control=next-step]")?;
    page.session().press(&key::ENTER.to_string())?;
    page.until("the next step is open", |page| {
        Ok(page.attribute("[data-step]", "data-step")? == "database-apart")
    })
}

#[test]
fn a_server_is_killed_and_repaired_by_keyboard_alone() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.until("the web tier is drawn", |page| {
        page.exists("[data-instance='web/1']")
    })?;
    tab_to(&page, "[data-instance='web/1']")?;
    page.session().press(&key::ENTER.to_string())?;
    page.until("the menu is open, on its first line", |page| {
        page.exists("[data-testid=instance-menu] [data-control=kill]:focus")
    })?;
    page.session().press(&key::ENTER.to_string())?;
    page.until("web/1 is down", |page| {
        page.exists("[data-instance='web/1'][data-state=down]")
    })
}

#[test]
fn shortcuts_play_step_and_change_panels() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    page.session().press(" ")?;
    page.until("space pauses", |page| page.exists("[data-playing=false]"))?;
    page.session().press(" ")?;
    page.until("space plays", |page| page.exists("[data-playing=true]"))?;
    page.session().press("n")?;
    page.until("n takes the next step", |page| {
        Ok(page.attribute("[data-step]", "data-step")? == "database-apart")
    })?;
    page.session().press("p")?;
    page.until("p goes back", |page| {
        Ok(page.attribute("[data-step]", "data-step")? == "one-server")
    })?;
    page.session().press("3")?;
    page.until("3 opens the queues", |page| {
        page.exists("[data-control=panel][data-of=queues][aria-selected=true]")
    })?;
    page.session().press("?")?;
    page.until("? lists the keys", |page| {
        page.exists("[data-testid=keys-dialog]")
    })?;
    page.session().press(&key::ESCAPE.to_string())?;
    page.until("Escape closes the list", |page| {
        Ok(!page.exists("[data-testid=keys-dialog]")?)
    })
}
