//! Undo and redo, and refusals in place.

use headroom_e2e::{Look, Outcome};

use crate::fixture;

#[test]
fn undo_takes_back_the_last_edit_and_redo_does_it_again() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let rate = "[data-control=rate]";
    let first = page.value(rate)?;
    for edit in ["120", "340"] {
        page.set(rate, edit)?;
        page.until("the edit is taken", |page| Ok(page.value(rate)? == edit))?;
    }
    for (control, expected) in [
        ("undo", "120"),
        ("undo", first.as_str()),
        ("redo", "120"),
        ("redo", "340"),
    ] {
        page.click(&format!("[data-control={control}]"))?;
        page.until(&format!("{control} shows {expected}"), |page| {
            Ok(page.value(rate)? == expected)
        })?;
    }
    Ok(())
}

#[test]
fn a_bad_parameter_is_refused_in_place_and_changes_nothing() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    let fragment = page.fragment()?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    let field = "[data-control=parameter][data-of=web][data-name=workers]";
    for (bad, reason) in [("0", "small"), ("999999999", "large"), ("many", "number")] {
        page.set(field, bad)?;
        page.until("the refusal is there", |page| {
            let said = page.text("[data-testid=refused][data-name=workers]")?;
            Ok(said.contains(reason))
        })?;
        assert_eq!(page.attribute(field, "aria-invalid")?, "true");
    }
    assert_eq!(page.fragment()?, fragment);
    page.set(field, "9")?;
    page.until("a good value is taken", |page| {
        Ok(!page.exists("[data-testid=refused]")? && page.fragment()? != fragment)
    })
}
