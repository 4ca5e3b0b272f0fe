//! Undo and redo, and refusals in place.

use headroom_e2e::{Look, Outcome};

use crate::fixture;

#[test]
fn undo_takes_back_the_last_edit_and_redo_does_it_again() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let (rate, seed) = ("[data-control=rate]", "[data-control=seed]");
    let (first_rate, first_seed) = (page.value(rate)?, page.value(seed)?);
    page.set(rate, "120")?;
    page.until("the rate is taken", |page| {
        Ok(!page.exists("[data-control=undo][disabled]")?)
    })?;
    page.set(seed, "7")?;
    for (control, field, expected) in [
        ("undo", seed, first_seed.as_str()),
        ("undo", rate, first_rate.as_str()),
        ("redo", rate, "120"),
        ("redo", seed, "7"),
    ] {
        page.click(&format!("[data-control={control}]"))?;
        page.until(&format!("{control} shows {expected}"), |page| {
            Ok(page.value(field)? == expected)
        })?;
    }
    Ok(())
}

#[test]
fn a_bad_parameter_is_refused_in_place_and_changes_nothing() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.until("the address has followed the design", |page| {
        Ok(page.fragment()?.contains("&v="))
    })?;
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
