//! The main path: turn the load up until it hurts, take the next step, see what it changed.

use std::time::Duration;

use headroom_e2e::{Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

/// A position of the traffic slider at which one small server drowns: 10^3.6, some 4,000
/// requests a second.
const FLOOD: &str = "360";
/// A search runs designs for minutes of simulated time; beside the run on screen, on busy cores.
const SEARCH_MAX: Duration = Duration::from_secs(240);

#[test]
fn main_path_from_pain_to_the_step_that_ends_it() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    page.figure_becoming("[data-testid=figure-completed-rps]", "above 0", |rps| {
        rps > 0.0
    })?;
    page.set("[data-control=traffic]", FLOOD)?;
    page.figure_becoming("[data-testid=figure-failed-share]", "above 10 %", |share| {
        share > 0.1
    })?;
    page.until("the headroom is used up", |page| {
        Ok(page.text("[data-testid=headroom]")?.contains("takes 0."))
    })?;

    take_the_next_step(&page, "database-apart")?;
    Ok(())
}

#[test]
fn main_path_climbs_the_whole_ladder_with_measured_differences() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let steps = page.count("[data-control=step]")?;
    for _ in 1..steps {
        let before = page.attribute("[data-step]", "data-step")?;
        page.click("[data-control=next-step]")?;
        page.until("the next step is open", |page| {
            Ok(page.attribute("[data-step]", "data-step")? != before)
        })?;
        measured(&page)?;
    }
    assert_eq!(page.attribute("[data-step]", "data-step")?, "cache");
    assert!(page.exists("[data-control=start-again]")?);
    Ok(())
}

/// What the story has measured: the row of the cost, and from which load the step pays off.
fn cost_and_pay_off(page: &Page) -> Outcome<(String, String)> {
    measured(page)?;
    let cost = page.session().run(
        "return [...document.querySelectorAll('[data-testid=comparison] tr')]
            .map((row) => row.innerText).find((row) => row.startsWith('cost a month')) ?? ''",
        &json!([]),
    )?;
    let pay_off = page.text(".pay")?;
    Ok((cost.as_str().unwrap_or_default().to_owned(), pay_off))
}

#[test]
fn cost_and_pay_off_are_those_of_the_design_as_it_was_edited() -> Outcome {
    let page = fixture::page("#step=bigger-server", Look::DESK)?;
    let (cost, pay_off) = cost_and_pay_off(&page)?;
    assert!(pay_off.starts_with("Pays off from"), "{pay_off}");

    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    let size = "[data-control=parameter][data-of=web][data-name=size]";
    page.set(size, "large: 2 vCPU, 8 GiB")?;
    page.until("what was measured before is not told of this", |page| {
        Ok(page.text(".pay")? != pay_off)
    })?;
    // A server as small as the one before it holds nothing that that one does not.
    let (cheap, never) = cost_and_pay_off(&page)?;
    assert_ne!(cheap, cost);
    assert!(never.starts_with("No load was found"), "{never}");

    page.click("[data-control=undo]")?;
    page.until("it is as it was", |page| {
        Ok(cost_and_pay_off(page)? == (cost.clone(), pay_off.clone()))
    })
}

#[test]
fn a_long_comparison_says_how_far_it_is_and_gives_way_to_a_newer_one() -> Outcome {
    // Of a million a second, for as long as the step's script lasts.
    let page = fixture::page("#step=load-balancer&rate=1000000", Look::DESK)?;
    page.until_within(SEARCH_MAX, "some of it is done", |page| {
        let done = page.attribute("[data-testid=comparing]", "data-value")?;
        Ok(done.parse::<u8>().is_ok_and(|percent| percent > 0))
    })?;
    let said = page.text("[data-testid=comparing]")?;
    assert!(said.contains("% done"), "{said}");
    page.set("[data-control=rate]", "300")?;
    page.until_within(SEARCH_MAX, "the newer one is measured", |page| {
        Ok(page.text("[data-testid=comparison]")?.contains("At 300/s"))
    })
}

fn take_the_next_step(page: &Page, name: &str) -> Outcome {
    page.click("[data-control=next-step]")?;
    page.until("the next step is open", |page| {
        Ok(page.attribute("[data-step]", "data-step")? == name)
    })?;
    measured(page)
}

/// The story says what the step changed and from which load it pays off, or that none was found;
/// both are found by running.
fn measured(page: &Page) -> Outcome {
    page.until_within(SEARCH_MAX, "before and after are measured", |page| {
        page.exists("[data-testid=comparison]")
    })?;
    page.until_within(SEARCH_MAX, "the pay-off has been searched", |page| {
        Ok(page.exists("[data-testid=pays-off-from]")?
            || page.exists("[data-testid=never-pays-off]")?)
    })?;
    let table = page.text("[data-testid=comparison]")?;
    assert!(
        table.contains("p99") && table.contains("served/s"),
        "{table}"
    );
    Ok(())
}
