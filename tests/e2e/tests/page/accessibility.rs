//! Every step, at both sizes and in both themes, holds to the rules of accessibility.

use headroom_e2e::{Look, Outcome, Page, accessibility};

use crate::fixture;

/// Checks every step of the ladder as it looks so.
fn every_step(look: Look) -> Outcome {
    let page = fixture::page("", look)?;
    for step in page.attributes("[data-control=step]", "data-of")? {
        page.click(&format!("[data-control=step][data-of={step}]"))?;
        page.figure_becoming("[data-testid=figure-completed-rps]", "there", |rps| {
            rps > 0.0
        })?;
        clean(&page, look)?;
    }
    Ok(())
}

fn clean(page: &Page, look: Look) -> Outcome {
    let found = accessibility::violations(page, &fixture::axe()?)?;
    let step = page.attribute("[data-step]", "data-step")?;
    assert!(
        found.is_empty(),
        "{step} at {}:\n{}",
        look.name(),
        found.join("\n")
    );
    Ok(())
}

#[test]
fn accessibility_of_every_step_at_a_desk() -> Outcome {
    every_step(Look::DESK)
}

#[test]
fn accessibility_of_every_step_at_a_desk_in_the_dark() -> Outcome {
    every_step(Look::DESK.dark())
}

#[test]
fn accessibility_of_every_step_on_a_phone() -> Outcome {
    every_step(Look::PHONE)
}

#[test]
fn accessibility_of_every_step_on_a_phone_in_the_dark() -> Outcome {
    every_step(Look::PHONE.dark())
}

#[test]
fn accessibility_of_every_panel_and_dialog() -> Outcome {
    for look in [Look::DESK, Look::DESK.dark()] {
        let page = fixture::page("#step=hash-ring", look)?;
        for panel in ["ring", "queues", "data", "trace", "inspector", "figures"] {
            page.click(&format!("[data-control=panel][data-of={panel}]"))?;
            page.until("the panel is open", |page| {
                page.exists(&format!("[data-of={panel}][aria-selected=true]"))
            })?;
            clean(&page, look)?;
        }
        page.click("[data-control=share]")?;
        page.until("the dialog is open", |page| page.exists("dialog[open]"))?;
        clean(&page, look)?;
    }
    Ok(())
}
