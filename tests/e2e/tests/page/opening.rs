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

#[test]
fn servers_that_get_nothing_are_told_until_they_are_gone() -> Outcome {
    let page = fixture::page("#step=one-server", Look::DESK)?;
    assert!(!page.exists("[data-testid=warnings]")?);
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    page.click("[data-control=add-instance][data-of=web]")?;
    page.until("the new server is told to get nothing", |page| {
        let told = page.text("[data-testid=warnings]").unwrap_or_default();
        Ok(told.contains("get nothing: put a load balancer before them"))
    })?;
    page.click("[data-control=undo]")?;
    page.until("all is well again", |page| {
        Ok(!page.exists("[data-testid=warnings]")?)
    })
}
