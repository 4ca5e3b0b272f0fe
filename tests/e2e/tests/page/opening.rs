//! What a newcomer sees first.

use headroom_e2e::{Look, Outcome};

use crate::fixture;

#[test]
fn opens_running_on_the_first_step_and_the_console_stays_silent() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    assert_eq!(page.attribute("[data-step]", "data-step")?, "one-server");
    page.until("simulated time passes", |page| {
        Ok(page.figure("[data-testid=clock]")? > 0.5)
    })?;
    // A violation of the content security policy is reported there as well.
    assert_eq!(page.session().complaints()?, [""; 0]);
    Ok(())
}
