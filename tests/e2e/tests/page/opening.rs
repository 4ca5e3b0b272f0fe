//! What a newcomer sees first.

use headroom_e2e::{Look, Outcome};
use serde_json::json;

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
        Ok(told.contains("put a load balancer before Web tier"))
    })?;
    page.click("[data-control=undo]")?;
    page.until("all is well again", |page| {
        Ok(!page.exists("[data-testid=warnings]")?)
    })
}

#[test]
fn back_leads_to_the_design_before_as_it_was_left_and_forward_to_the_next() -> Outcome {
    let page = fixture::page("#step=one-server", Look::DESK)?;
    let shows = |step: &str, rate: &str| {
        page.until(&format!("{step} at {rate} is shown"), |page| {
            Ok(page.attribute("[data-step]", "data-step")? == step
                && page.value("[data-control=rate]")? == rate)
        })
    };
    let go = |way: &str| page.session().run(&format!("history.{way}()"), &json!([]));
    page.click("[data-control=step][data-of=load-balancer]")?;
    let rate = page.value("[data-control=rate]")?;
    shows("load-balancer", &rate)?;
    page.set("[data-control=rate]", "123")?;
    page.click("[data-control=next-step]")?;
    shows("balancing-algorithm", "123")?;
    go("back")?;
    shows("load-balancer", "123")?;
    go("back")?;
    shows("one-server", "250")?;
    go("forward")?;
    shows("load-balancer", "123")
}
