//! At every size of a window, nothing leaves it sideways, nothing is cut off, and no control lies under
//! another.

use headroom_e2e::{Look, Outcome, Page};
use headroom_scenario::{Action, Scenario, TimedAction, fragment, step};
use serde_json::json;

use crate::fixture;

/// Widths and heights in pixels: a desk, laptops, tablets both ways, phones, and the narrowest that a page
/// must fit without scrolling sideways (WCAG 2.2, 1.4.10).
const WINDOWS: [(u32, u32); 7] = [
    (1_920, 1_080),
    (1_280, 720),
    (1_024, 768),
    (901, 700),
    (768, 1_024),
    (390, 844),
    (320, 640),
];

/// What does not fit, in words.
const MISFITS: &str = "
    const found = [];
    const name = (element) => {
      const { control, of, testid } = element.dataset;
      const own = control ? `${control}${of ? ` of ${of}` : ''}` : testid ?? `${element.tagName}.${element.getAttribute('class') ?? ''}`;
      return `${own} “${element.textContent.trim().slice(0, 40)}”`;
    };
    const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })
      && !element.closest('.visually-hidden');
    const wide = document.documentElement.scrollWidth;
    if (wide > innerWidth) found.push(`the page is ${wide} px wide`);
    const scrolls = (element) => {
      for (let box = element.parentElement; box; box = box.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth + 1) return true;
      }
      return false;
    };
    for (const element of document.querySelectorAll('body *')) {
      if (!shown(element) || element.closest('svg')) continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      if ((box.left < -1 || box.right > innerWidth + 1) && !scrolls(element)) found.push(`out of the window: ${name(element)}`);
      const style = getComputedStyle(element);
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
      if (hasText && !element.title && style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) found.push(`cut off: ${name(element)}`);
    }
    // Texts of the drawing, too, lie within it.
    const stage = document.querySelector('.stage').getBoundingClientRect();
    for (const text of document.querySelectorAll('.stage svg text')) {
      const box = text.getBoundingClientRect();
      if (box.width > 0 && (box.left < stage.left - 1 || box.right > stage.right + 1)) found.push(`out of the drawing: ${name(text)}`);
    }
    for (const control of document.querySelectorAll('[data-control]')) {
      if (!shown(control) || control.closest('svg') || control.disabled) continue;
      control.scrollIntoView({ block: 'center', inline: 'center' });
      const box = control.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) {
        found.push(`out of reach: ${name(control)}`);
        continue;
      }
      const top = document.elementFromPoint(x, y);
      if (!(control.contains(top) || top?.closest('label')?.contains(control))) found.push(`covered by ${top ? name(top) : 'nothing'}: ${name(control)}`);
    }
    document.querySelectorAll('*').forEach((element) => { element.scrollTop = 0; });
    return found;
";

/// Presses a control wherever it is.
fn press(page: &Page, selector: &str) -> Outcome {
    let press = "document.querySelector(arguments[0]).click()";
    page.session().run(press, &json!([selector])).map(drop)
}

fn misfits(page: &Page, panels: &[&str]) -> Outcome<Vec<String>> {
    let step = page.attribute("[data-step]", "data-step")?;
    let mut misfits = Vec::new();
    for panel in panels {
        press(page, &format!("[data-control=panel][data-of={panel}]"))?;
        page.until("the panel is open", |page| {
            page.exists(&format!("[data-of={panel}][aria-selected=true]"))
        })?;
        let found = page.session().run(MISFITS, &json!([]))?;
        let found = found.as_array().into_iter().flatten();
        misfits.extend(found.map(|misfit| format!("{step}, {panel}: {misfit}")));
    }
    Ok(misfits)
}

/// Of the drawing, in words: names and badges that lie on one another or leave it, and a drawing that lies
/// under what is left.
const CROWDED: &str = "
    const box = (element) => element.getBoundingClientRect();
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const found = [];
    const drawing = box(document.querySelector('.diagram'));
    const names = [...document.querySelectorAll('.diagram .title, .diagram .caps')];
    const badges = [...document.querySelectorAll('.diagram .badge')];
    for (const badge of badges) {
      for (const name of names) {
        if (meet(box(badge), box(name))) found.push(`${badge.textContent} on ${name.textContent}`);
      }
    }
    names.forEach((name, number) => {
      for (const other of names.slice(0, number)) {
        if (meet(box(name), box(other))) found.push(`${name.textContent} on ${other.textContent}`);
      }
    });
    for (const part of [...names, ...badges, ...document.querySelectorAll('.diagram .card')]) {
      const { left, right, top } = box(part);
      if (left < drawing.left - 1 || right > drawing.right + 1 || top < drawing.top - 1) {
        found.push(`${part.textContent || 'a card'} out of the drawing`);
      }
    }
    for (const card of document.querySelectorAll('.diagram .part')) {
      const frame = [...card.querySelectorAll('.card')].pop();
      for (const title of frame ? card.querySelectorAll('.title:not(.middle)') : []) {
        if (box(title).right > box(frame).right + 1) found.push(`${title.textContent} over its card`);
      }
    }
    const left = box(document.querySelector('.headroom-badge'));
    const laid = getComputedStyle(document.querySelector('.headroom-badge')).position;
    if (laid === 'static' && left.bottom > drawing.top + 1) found.push('the drawing is under what is left');
    for (const button of document.querySelectorAll('.header-tools .btn')) {
      if (box(button).height > 40) found.push(`${button.textContent} on two lines`);
    }
    for (const label of document.querySelectorAll('.chart .labels text')) {
      if (box(label).right > box(label.closest('svg')).right + 1) found.push(`${label.textContent} past its chart`);
    }
    return found;
";

/// What is [`CROWDED`] once the drawing has been laid out anew for a window that has just changed.
fn crowded_at_rest(page: &Page) -> Outcome<serde_json::Value> {
    let crowded = || page.session().run(CROWDED, &json!([]));
    let laid_out = page.until("nothing is crowded", |_| Ok(crowded()? == json!([])));
    laid_out.map_or_else(|_| crowded(), |()| Ok(json!([])))
}

/// A design that is down here and there, with names as long as a document lets them be, or those of the step.
fn broken(long: bool) -> Scenario {
    let mut scenario = step::find("cache").expect("it is one").scenario();
    for (component, instance) in [("web", 0), ("cache", 0), ("db", 0)] {
        scenario.script.push(TimedAction {
            at_ns: 1_000_000_000,
            action: Action::Kill {
                component: component.into(),
                instance,
            },
        });
    }
    if long {
        for component in &mut scenario.design.components {
            let name = format!("{} of all customers in all countries ", component.id);
            component.name = name.repeat(3).chars().take(79).collect::<String>() + ".";
        }
        scenario.name = "long ".repeat(16).trim_end().to_owned();
        scenario.step = None;
    }
    scenario
}

#[test]
fn names_and_badges_have_room_however_long_and_narrow() -> Outcome {
    for long in [false, true] {
        let scenario = broken(long).validate().expect("a valid design");
        let link = fragment::encode(&scenario);
        let page = fixture::page(&format!("#{link}"), Look::DESK.still())?;
        page.figure_becoming("[data-testid=clock]", "past 3 s", |clock| clock > 3.0)?;
        for window in WINDOWS {
            fixture::resize(&page, window)?;
            page.until("badges are there", |page| page.exists(".diagram .badge"))?;
            let crowded = crowded_at_rest(&page)?;
            assert_eq!(crowded, json!([]), "long: {long}, {window:?}");
            let found = misfits(&page, &["figures", "queues", "inspector"])?;
            assert!(found.is_empty(), "long: {long}, {window:?}: {found:?}");
        }
        if long {
            let told = page.session().run(
                "return [...document.querySelectorAll('.diagram .part title')].map((title) => title.textContent)",
                &json!([]),
            )?;
            for component in &scenario.design.components {
                let told = told.as_array().into_iter().flatten();
                let mut told = told.filter_map(|title| title.as_str());
                assert!(
                    told.any(|title| title == component.name),
                    "{}",
                    component.name
                );
            }
        }
        page.session()
            .devtools("Emulation.clearDeviceMetricsOverride", json!({}))?;
    }
    Ok(())
}

#[test]
fn everything_fits_every_window() -> Outcome {
    let page = fixture::page("", Look::DESK.still())?;
    let steps = page.attributes("[data-control=step]", "data-of")?;
    let mut all = Vec::new();
    for (width, height) in WINDOWS {
        fixture::resize(&page, (width, height))?;
        for step in &steps {
            press(&page, &format!("[data-control=step][data-of={step}]"))?;
            page.figure_becoming("[data-testid=figure-completed-rps]", "there", |rps| {
                rps > 0.0
            })?;
            let found = misfits(
                &page,
                &["figures", "ring", "queues", "data", "trace", "inspector"],
            )?;
            all.extend(
                found
                    .into_iter()
                    .map(|misfit| format!("{width}x{height}, {misfit}")),
            );
        }
    }
    page.session()
        .devtools("Emulation.clearDeviceMetricsOverride", json!({}))?;
    assert!(all.is_empty(), "{}", all.join("\n"));
    Ok(())
}

#[test]
fn steps_stand_by_what_they_are_about_and_the_current_one_is_in_sight() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK.still())?;
    let topics = page.attributes(".steps [role=group]", "aria-label")?;
    assert_eq!(topics, ["Servers", "Data"]);
    assert_eq!(page.text("[aria-label=Data] [aria-current]")?, "9 · Cache");
    // As narrow as pages get, the steps scroll to the one that is open.
    fixture::resize(&page, (320, 640))?;
    for step in page.attributes("[data-control=step]", "data-of")? {
        page.go(&format!("#step={step}"))?;
        page.until("its pill is in sight", |page| {
            let seen = "const pill = document.querySelector(arguments[0])?.getBoundingClientRect();
                return pill !== undefined && pill.left >= 0 && pill.right <= innerWidth";
            let pill = format!("[data-of={step}][aria-current=step]");
            Ok(page.session().run(seen, &json!([pill]))? == json!(true))
        })?;
    }
    page.session()
        .devtools("Emulation.clearDeviceMetricsOverride", json!({}))
        .map(drop)
}
