//! An autoscaler turned on in the inspector: servers come and go by themselves, and are drawn.

use headroom_e2e::{Look, Outcome};

use crate::fixture;

fn parameter(name: &str) -> String {
    format!("[data-control=parameter][data-of=web][data-name='{name}']")
}

#[test]
fn an_autoscaled_tier_grows_and_shrinks_on_screen() -> Outcome {
    let page = fixture::page("#step=balancing-algorithm&speed=10", Look::DESK)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    page.click(&parameter("autoscaling"))?;
    // So little is never enough: all that may be there are started.
    page.set(&parameter("autoscaling.target_utilisation"), "0.01")?;
    page.set(&parameter("autoscaling.instances_max"), "9")?;
    let up = "[data-instance^='web/'][data-state=up]";
    page.until("nine servers serve", |page| Ok(page.count(up)? == 9))?;
    page.set(&parameter("autoscaling.instances_max"), "3")?;
    page.until("three servers are left", |page| {
        Ok(page.count("[data-instance^='web/']")? == 3)
    })?;
    page.click("[data-control=panel][data-of=figures]")?;
    page.until("their number is drawn over time", |page| {
        page.exists("[data-testid=chart-servers]")
    })
}
