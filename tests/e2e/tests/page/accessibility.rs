//! Every step, at both sizes and in both themes, holds to the rules of accessibility.

use headroom_e2e::{Look, Outcome, accessibility};

use crate::fixture;

#[test]
fn axe_finds_nothing_on_the_first_step() -> Outcome {
    for look in [
        Look::DESK,
        Look::DESK.dark(),
        Look::PHONE,
        Look::PHONE.dark(),
    ] {
        let page = fixture::page("", look)?;
        let found = accessibility::violations(&page, &fixture::axe()?)?;
        assert!(found.is_empty(), "{}:\n{}", look.name(), found.join("\n"));
    }
    Ok(())
}
