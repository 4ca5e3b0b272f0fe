//! The page spares those whom motion disturbs. How smoothly it moves is measured by `cargo xtask bench`:
//! a test that times fails on a busy machine.

use std::thread;
use std::time::Duration;

use headroom_e2e::{Failure, Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

/// The dots of a moment, once they are counted and there are some.
fn dots_at(page: &Page, moment_s: f64) -> Outcome<f64> {
    page.figure_becoming("[data-testid=clock]", "there", |clock| {
        (clock - moment_s).abs() < 0.001
    })?;
    page.until("dots are drawn", |page| {
        let dots = page.attribute("[data-testid=dots]", "data-dots")?;
        Ok(dots.parse::<u32>().is_ok_and(|dots| dots > 0))
    })?;
    // What was counted while they came is counted again.
    thread::sleep(Duration::from_millis(1_200));
    let dots = page.attribute("[data-testid=dots]", "data-dots")?;
    dots.parse().map_err(|_| Failure::new("dots are a number"))
}

#[test]
fn a_moment_is_drawn_alike_however_the_reader_came_to_it() -> Outcome {
    let page = fixture::page("#step=load-balancer&at=7.5&paused=1", Look::DESK)?;
    let opened = dots_at(&page, 7.5)?;
    // There, and back again past an engine that was kept on the way.
    page.set("[data-control=moment]", "20000")?;
    dots_at(&page, 20.0)?;
    page.set("[data-control=moment]", "7500")?;
    assert_eq!(dots_at(&page, 7.5)?, opened, "sought");
    // Of a run that came there by itself. A busy machine is slower, and shows fewer.
    page.click("[data-control=play]")?;
    page.figure_becoming("[data-testid=clock]", "past 9.5 s", |clock| clock > 9.5)?;
    page.pause()?;
    let run = dots_at(&page, page.figure("[data-testid=clock]")?)?;
    let share = opened / run;
    assert!((0.5..2.0).contains(&share), "{run} dots became {opened}");
    Ok(())
}

#[test]
fn reduced_motion_shows_counters_in_place_of_dots() -> Outcome {
    let moving = fixture::page("", Look::DESK)?;
    moving.until("dots are drawn", |page| {
        let dots = page.attribute("[data-testid=dots]", "data-dots")?;
        Ok(dots.parse::<u32>().is_ok_and(|dots| dots > 0))
    })?;
    let still = fixture::page("", Look::DESK.still())?;
    still.figure_becoming("[data-testid=clock]", "past 2 s", |clock| clock > 2.0)?;
    let dots = still.attribute("[data-testid=dots]", "data-dots")?;
    assert_eq!(dots.parse().unwrap_or(0), 0);
    let [users, web, database] = ["users-lb", "lb-web", "web-db"];
    still.go("#step=load-balancer")?;
    for link in [users, web, database] {
        let rate = format!("[data-testid=rate][data-of={link}]");
        still.figure_becoming(&rate, "the load of the step", |rps| {
            (500.0..2_000.0).contains(&rps)
        })?;
    }
    Ok(())
}

/// The mean number of dots over some seconds: where there are three on average, 24 looks are off by an eighth.
fn dots(page: &Page) -> Outcome<f64> {
    const LOOKS: u32 = 24;
    let mut sum = 0.0;
    for _ in 0..LOOKS {
        thread::sleep(Duration::from_millis(300));
        let dots = page.attribute("[data-testid=dots]", "data-dots")?;
        sum += dots.parse::<f64>().unwrap_or(0.0);
    }
    Ok(sum / f64::from(LOOKS))
}

/// The broadest wire, in pixels of the drawing.
fn broadest(page: &Page) -> Outcome<f64> {
    let widths = "return Math.max(0, ...[...document.querySelectorAll('.band')]
        .map((band) => Number(band.getAttribute('stroke-width'))))";
    let widest = page.session().run(widths, &json!([]))?;
    widest
        .as_f64()
        .ok_or_else(|| Failure::new("a width is a number"))
}

#[test]
fn ten_times_the_load_is_ten_times_the_dots_and_broader_wires() -> Outcome {
    let page = fixture::page("#step=bigger-server", Look::DESK)?;
    let at = |rate_rps: u32| -> Outcome<(f64, f64, String)> {
        page.set("[data-control=rate]", &rate_rps.to_string())?;
        let near = f64::from(rate_rps);
        page.figure_becoming("[data-testid=rate][data-of=users-web]", "the load", |rps| {
            (0.8 * near..1.25 * near).contains(&rps)
        })?;
        let scale = page.text("[data-testid=sampling]")?;
        Ok((dots(&page)?, broadest(&page)?, scale))
    };
    let (few, narrow, scale) = at(60)?;
    let (many, broad, same_scale) = at(600)?;
    assert_eq!(scale, same_scale);
    let times = many / few;
    assert!((5.0..20.0).contains(&times), "{few} dots became {many}");
    assert!(broad > 1.7 * narrow, "{narrow} px became {broad}");
    let legend = page.text("[data-testid=wire-scale]")?;
    assert!(legend.contains("10\u{a0}×"), "{legend}");
    Ok(())
}

#[test]
fn more_dots_than_a_screen_takes_are_said_to_stand_for_more() -> Outcome {
    let page = fixture::page("#step=one-server", Look::DESK)?;
    let says = |scale: &'static str| {
        page.until(scale, |page| {
            let said = page.text("[data-testid=sampling]")?;
            Ok(said.replace('\u{a0}', " ") == scale)
        })
    };
    says("1 dot = 5 requests")?;
    page.set("[data-control=rate]", "100000")?;
    says("1 dot = 50 requests: too many to draw at 5")
}

/// Links over which something passes that have no rate, and those that there are.
const WITHOUT_A_RATE: &str = "
    const rates = [...document.querySelectorAll('[data-testid=rate]')].map((rate) => rate.dataset.of);
    const busy = [...document.querySelectorAll('[data-control=link]')]
      .filter((link) => Number(link.dataset.value) >= 0.05)
      .map((link) => link.dataset.of);
    return { busy: busy.length, without: busy.filter((link) => !rates.includes(link)) };
";

/// Rates that lie on a part of the drawing, on a badge, on the name of a tier or on each other.
const COVERED: &str = "
    const boxes = (selector) => [...document.querySelectorAll(selector)].map((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left, top, right, bottom, name: element.dataset.of ?? element.textContent };
    });
    const rates = boxes('.wire-label');
    const parts = [...boxes('.part .halo'), ...boxes('.diagram .badge')].map((part) => ({ ...part,
      left: part.left + 3, top: part.top + 3, right: part.right - 3, bottom: part.bottom - 3 }));
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const found = [];
    rates.forEach((rate, number) => {
      for (const other of [...parts, ...rates.slice(0, number)]) {
        if (meet(rate, other)) found.push(`${rate.name} on ${other.name}`);
      }
    });
    return found;
";

/// Windows of desks, laptops, tablets and phones.
const WINDOWS: [(u32, u32); 6] = [
    (1_440, 900),
    (1_180, 820),
    (1_024, 768),
    (768, 1_024),
    (390, 844),
    (320, 640),
];

#[test]
fn each_wire_that_carries_something_has_its_rate_on_nothing_else() -> Outcome {
    // What of the traffic goes where differs from step to step, and the drawing with it.
    const STEPS: [(&str, u64); 4] = [
        ("one-server", 1),
        ("load-balancer", 3),
        ("hash-ring", 3),
        ("cache", 4),
    ];
    let page = fixture::page("", Look::DESK)?;
    for (step, busy_least) in STEPS {
        page.go(&format!("#step={step}"))?;
        for window in WINDOWS {
            fixture::resize(&page, window)?;
            // Every load of every wire is known, and the drawing is that of this window.
            page.until("each busy wire has its rate", |page| {
                let seen = page.session().run(WITHOUT_A_RATE, &json!([]))?;
                let is_busy = seen["busy"].as_u64().is_some_and(|busy| busy >= busy_least);
                Ok(is_busy && seen["without"] == json!([]))
            })
            .map_err(|failure| {
                let seen = page.session().run(WITHOUT_A_RATE, &json!([]));
                Failure::new(format!("{step} at {window:?}: {failure}: {seen:?}"))
            })?;
            let covered = page.session().run(COVERED, &json!([]))?;
            assert_eq!(covered, json!([]), "{step} at {window:?}");
        }
    }
    page.session()
        .devtools("Emulation.clearDeviceMetricsOverride", json!({}))?;
    Ok(())
}

#[test]
fn without_motion_the_legend_explains_no_dots() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK.still())?;
    page.until("the wires are explained", |page| {
        page.exists("[data-testid=wire-scale]")
    })?;
    let legend = page.text(".legend")?;
    for of_dots in ["dot", "answer", "failed"] {
        assert!(!legend.contains(of_dots), "{of_dots}: {legend}");
    }
    page.click("[data-control=panel][data-of=trace]")?;
    page.until("a request can be chosen", |page| {
        page.exists("[data-testid=trace-panel]")
    })?;
    assert!(!page.text("[data-testid=trace-panel]")?.contains("dot"));
    Ok(())
}
