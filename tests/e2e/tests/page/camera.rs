//! The diagram is brought nearer and moved, without a trap for those who only scroll by.

use headroom_e2e::{Failure, Look, Outcome, Page};
use serde_json::{Value, json};

use crate::fixture;

/// Scale and offset of what is drawn below the dots, and of what is above them.
fn placed(page: &Page) -> Outcome<[[f64; 3]; 2]> {
    let script = "return [...document.querySelectorAll('.placed')].map((group) => {
        const {a, e, f} = group.transform.baseVal.consolidate().matrix; return [a, e, f]; })";
    let found = page.session().run(script, &json!([]))?;
    serde_json::from_value(found).map_err(|_| Failure::new("there are two groups"))
}

fn scale(page: &Page) -> Outcome<f64> {
    let [below, above] = placed(page)?;
    assert_eq!(below, above, "words stand where their parts do");
    Ok(below[0])
}

/// Turns the wheel over the middle of the diagram. Returns whether the page was kept from scrolling.
fn turn(page: &Page, by: (f64, f64), with_ctrl: bool) -> Outcome<bool> {
    let script = "const host = document.querySelector('.diagram'), box = host.getBoundingClientRect();
        return !host.dispatchEvent(new WheelEvent('wheel', {deltaX: arguments[0], deltaY: arguments[1],
            ctrlKey: arguments[2], clientX: box.left + box.width / 2, clientY: box.top + box.height / 2,
            bubbles: true, cancelable: true}));";
    let trapped = page
        .session()
        .run(script, &json!([by.0, by.1, with_ctrl]))?;
    Ok(trapped == Value::Bool(true))
}

#[test]
fn buttons_and_keys_bring_it_nearer_and_back() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK)?;
    let fitted = scale(&page)?;
    assert!(page.exists("[data-control=zoom-out]:disabled")?);
    page.click("[data-control=zoom-in]")?;
    assert!(scale(&page)? > 1.3 * fitted);
    page.click("[data-control=zoom-out]")?;
    assert_eq!(scale(&page)?, fitted);
    let press = |key: &str| {
        let script = "const drawing = document.querySelector('[data-control=diagram]'); drawing.focus();
            drawing.dispatchEvent(new KeyboardEvent('keydown', {key: arguments[0], bubbles: true, cancelable: true}));";
        page.session().run(script, &json!([key])).map(drop)
    };
    press("+")?;
    let [near, _] = placed(&page)?;
    press("ArrowRight")?;
    let [moved, _] = placed(&page)?;
    assert!(moved[0] > fitted && moved[1] < near[1]);
    press("0")?;
    assert_eq!(scale(&page)?, fitted);
    Ok(())
}

#[test]
fn the_camera_stays_while_the_design_changes_and_between_steps() -> Outcome {
    let page = fixture::page("#step=bigger-server", Look::DESK)?;
    let card = |page: &Page| {
        let script = "return document.querySelector('[data-instance=\"web/1\"]').getBoundingClientRect().width";
        let width = page.session().run(script, &json!([]))?;
        width
            .as_f64()
            .ok_or_else(|| Failure::new("a width is a number"))
    };
    let (fitted, before) = (scale(&page)?, card(&page)?);
    page.click("[data-control=zoom-in]")?;
    let near = scale(&page)?;
    let (grown, nearer) = (card(&page)? / before, near / fitted);
    assert!(
        (grown - nearer).abs() < 0.05,
        "what is picked is where it is seen: {grown} {nearer}"
    );
    page.click("[data-control=build-next]")?;
    page.until("it is built", |page| page.exists("[data-component=lb]"))?;
    assert!(page.exists("[data-control=zoom-out]:enabled")?);
    page.click("[data-control=next-step]")?;
    page.until("the next step", |page| {
        Ok(page.attribute("[data-step]", "data-step")? == "load-balancer")
    })?;
    assert!(page.exists("[data-control=zoom-out]:enabled")?);
    page.click("[data-control=zoom-fit]")?;
    assert!(page.exists("[data-control=zoom-fit]:disabled")?);
    Ok(())
}

#[test]
fn the_wheel_scrolls_the_page_unless_there_is_more_of_the_drawing_that_way() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK)?;
    let fitted = scale(&page)?;
    assert!(!turn(&page, (0.0, 100.0), false)?, "all of it is seen");
    assert_eq!(scale(&page)?, fitted);
    assert!(turn(&page, (0.0, -100.0), true)?);
    assert!(scale(&page)? > fitted);
    assert!(turn(&page, (0.0, 100.0), false)?, "there is more below");
    assert!(turn(&page, (0.0, 1e6), false)?);
    assert!(!turn(&page, (0.0, 100.0), false)?, "here it ends");
    Ok(())
}

#[test]
fn two_fingers_bring_it_nearer_and_one_scrolls_the_page() -> Outcome {
    let page = fixture::page("#step=cache", Look::PHONE)?;
    let fingers = |places: &[(f64, f64)], name: &str| -> Outcome<bool> {
        let script = "const host = document.querySelector('.diagram'), box = host.getBoundingClientRect();
            const touches = arguments[0].map(([x, y], identifier) => new Touch({identifier, target: host,
                clientX: box.left + x, clientY: box.top + y}));
            return !host.dispatchEvent(new TouchEvent(arguments[1], {touches, bubbles: true, cancelable: true}));";
        let trapped = page.session().run(script, &json!([places, name]))?;
        Ok(trapped == Value::Bool(true))
    };
    let fitted = scale(&page)?;
    fingers(&[(100.0, 100.0)], "touchstart")?;
    assert!(
        !fingers(&[(100.0, 180.0)], "touchmove")?,
        "the page scrolls"
    );
    fingers(&[(100.0, 100.0), (200.0, 100.0)], "touchstart")?;
    assert!(fingers(&[(50.0, 100.0), (250.0, 100.0)], "touchmove")?);
    assert!((scale(&page)? / fitted - 2.0).abs() < 0.01);
    fingers(&[], "touchcancel")?;
    assert!(
        !fingers(&[(100.0, 100.0), (200.0, 100.0)], "touchmove")?,
        "what was cancelled does not go on"
    );
    assert!((scale(&page)? / fitted - 2.0).abs() < 0.01);
    Ok(())
}

#[test]
fn a_hand_that_drags_the_drawing_picks_nothing() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK)?;
    page.click("[data-control=zoom-in]")?;
    let [before, _] = placed(&page)?;
    let script = "const card = document.querySelector('[data-instance=\"web/2\"]'), box = card.getBoundingClientRect();
        const at = (name, kind, by) => card.dispatchEvent(new kind(name, {clientX: box.left + 20 + by,
            clientY: box.top + 20, button: 0, buttons: name === 'pointerup' ? 0 : 1, pointerId: 1, pointerType: 'mouse', bubbles: true, cancelable: true}));
        at('pointerdown', PointerEvent, 0); at('pointermove', PointerEvent, 30); at('pointerup', PointerEvent, 30);
        at('click', MouseEvent, 30);";
    page.session().run(script, &json!([]))?;
    let [after, _] = placed(&page)?;
    assert!((after[1] - before[1] - 30.0).abs() < 0.2);
    assert!(!page.exists("[data-testid=instance-menu]")?);
    page.click("[data-instance=\"web/2\"]")?;
    assert!(page.exists("[data-testid=instance-menu]")?, "a click picks");
    Ok(())
}
