//! The page spares those whom motion disturbs. How smoothly it moves is measured by `cargo xtask bench`:
//! a test that times fails on a busy machine.

use headroom_e2e::{Look, Outcome};

use crate::fixture;

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
    assert!(still.text("[data-testid=diagram]")?.contains("/s"));
    Ok(())
}
