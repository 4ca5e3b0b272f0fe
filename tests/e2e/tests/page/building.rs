//! Parts come to the running design and go, by buttons: nothing starts anew, and it is all in the link.

use headroom_e2e::{Look, Outcome, Page};

use crate::fixture;

fn appears(page: &Page, part: &str) -> Outcome {
    page.until(&format!("{part} is drawn"), |page| page.exists(part))
}

fn goes(page: &Page, part: &str) -> Outcome {
    page.until(
        &format!("{part} is gone"),
        |page| Ok(page.count(part)? == 0),
    )
}

const BALANCER: &str = "[data-component=lb]";

#[test]
fn the_next_step_is_built_while_the_design_runs_and_taken_back() -> Outcome {
    let page = fixture::page("#step=bigger-server", Look::DESK)?;
    let served = "[data-testid=figure-completed-rps]";
    page.figure_becoming(served, "above 100", |rps| rps > 100.0)?;
    page.click("[data-control=build-next]")?;
    appears(&page, BALANCER)?;
    appears(&page, "[data-instance=\"web/3\"]")?;
    assert!(
        page.figure("[data-testid=clock]")? > 0.0,
        "time has not begun anew"
    );
    assert_eq!(page.attribute("[data-step]", "data-step")?, "bigger-server");
    page.click("[data-control=take-back]")?;
    goes(&page, BALANCER)?;
    goes(&page, "[data-instance=\"web/3\"]")?;
    appears(&page, "[data-control=build-next]")?;
    // What was taken back by hand can be had back too: the edit is the last of it.
    page.click("[data-control=undo]")?;
    appears(&page, BALANCER)
}

#[test]
fn what_is_built_from_below_the_diagram_comes_into_sight() -> Outcome {
    for look in [Look::PHONE, Look::PHONE.still()] {
        let page = fixture::page("#step=bigger-server", look)?;
        let within = |selector: &str| {
            let script = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
                return box.bottom > 0 && box.top < innerHeight && box.bottom <= innerHeight + 1";
            page.session().run(script, &serde_json::json!([selector]))
        };
        page.session()
            .run("window.scrollTo(0, 1500)", &serde_json::json!([]))?;
        assert_eq!(within("[data-control=build-next]")?, true, "it is at hand");
        page.click("[data-control=build-next]")?;
        page.until("the balancer is seen", |page| {
            Ok(page.exists(BALANCER)? && within(BALANCER)? == true)
        })?;
    }
    let desk = fixture::page("#step=hash-ring", Look::DESK)?;
    let script =
        "const box = document.querySelector('[data-control=build-next]').getBoundingClientRect();
        return box.bottom <= innerHeight && box.top >= 0";
    let is_seen = desk.session().run(script, &serde_json::json!([]))?;
    assert_eq!(is_seen, true, "without scrolling");
    Ok(())
}

#[test]
fn the_next_step_is_shown_from_its_start_wherever_the_one_before_was_read() -> Outcome {
    for look in [Look::PHONE, Look::PHONE.still(), Look::DESK] {
        let page = fixture::page("#step=load-balancer", look)?;
        let run = |script: &str| page.session().run(script, &serde_json::json!([]));
        run("window.scrollTo(0, 1500); document.querySelector('.story').scrollTop = 1500")?;
        page.click("[data-control=next-step]")?;
        page.until("its title and its diagram are seen", |page| {
            let is_next = page.attribute("[data-step]", "data-step")? == "balancing-algorithm";
            let is_seen = run(
                "const {top, bottom} = document.querySelector('.stage').getBoundingClientRect();
                 return top >= 0 && bottom <= innerHeight && document.querySelector('.story').scrollTop === 0",
            )?;
            Ok(is_next && is_seen == true)
        })?;
    }
    Ok(())
}

#[test]
fn a_link_opens_a_design_that_was_edited_while_it_ran() -> Outcome {
    let page = fixture::page("#step=bigger-server", Look::DESK)?;
    page.click("[data-control=build-next]")?;
    appears(&page, BALANCER)?;
    page.until("the address follows the design", |page| {
        Ok(page.fragment()?.starts_with("#s1="))
    })?;
    page.pause()?;
    page.click("[data-control=share]")?;
    page.click("[data-control=at-moment]")?;
    let link = page.value("input[data-control=link]")?;
    let (_, fragment) = link.split_once('#').unwrap_or_default();
    let other = fixture::page(&format!("#{fragment}"), Look::DESK)?;
    appears(&other, BALANCER)?;
    assert_eq!(
        other.count("[data-component]")?,
        page.count("[data-component]")?
    );
    Ok(())
}

#[test]
fn the_inspector_adds_parts_and_takes_them_out() -> Outcome {
    let page = fixture::page("#step=database-apart", Look::DESK)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    let cache = "[data-component=cache], [data-instance^=\"cache/\"]";
    page.click("[data-control=add-part][data-of^=Cache]")?;
    appears(&page, cache)?;
    goes(&page, "[data-control=add-part][data-of^=Cache]")?;
    page.click("[data-control=inspect][data-of=cache]")?;
    page.click("[data-control=take-out]")?;
    goes(&page, cache)?;
    // What the design can't do without is not offered.
    page.click("[data-control=inspect][data-of=web]")?;
    appears(&page, "[data-control=parameter]")?;
    assert!(!page.exists("[data-control=take-out]")?);
    Ok(())
}
