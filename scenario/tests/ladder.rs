//! The built-in steps are documents like any other, so they keep every rule.

use headroom_scenario::{Kind, Scenario, step};

#[test]
fn the_ladder_has_its_stable_names_in_order() {
    let names: Vec<&str> = step::LADDER.iter().map(|step| step.name).collect();
    assert_eq!(
        names,
        [
            "one-server",
            "database-apart",
            "bigger-server",
            "load-balancer",
            "balancing-algorithm",
            "sticky-sessions",
            "hash-ring",
            "replication",
            "cache"
        ]
    );
}

#[test]
fn every_step_is_valid_and_reads_back_as_it_was_written() {
    for step in step::LADDER {
        let scenario = step.scenario();
        assert_eq!(
            Scenario::from_json(&scenario.to_json()).as_ref(),
            Ok(&scenario),
            "{}",
            step.name
        );
        assert_eq!(scenario.step.as_deref(), Some(step.name));
        scenario
            .validate()
            .unwrap_or_else(|problems| panic!("{}: {problems:#?}", step.name));
    }
}

#[test]
fn every_step_but_the_first_can_be_compared_with_the_design_before_it() {
    assert!(step::LADDER[0].before().is_none());
    for (earlier, step) in step::LADDER.iter().zip(&step::LADDER[1..]) {
        let before = step.before().expect("there is a step before");
        let after = step.scenario();
        assert_eq!(before.design, earlier.scenario().design);
        assert_ne!(
            before.design, after.design,
            "{} changes the design",
            step.name
        );
        assert_eq!((&before.traffic, before.seed), (&after.traffic, after.seed));
        before
            .validate()
            .unwrap_or_else(|problems| panic!("before {}: {problems:#?}", step.name));
    }
}

#[test]
fn steps_are_found_by_name_only() {
    assert_eq!(step::find("cache").expect("it is there").index(), 8);
    assert!(step::find("Cache").is_none());
}

#[test]
fn the_widened_step_is_valid_at_every_rate_of_the_slider() {
    for rate_rps in [1.0, 1e3, 1e4, 1e5, 1e6] {
        let scenario = step::widened(rate_rps);
        assert_eq!(scenario.traffic.rate_rps, rate_rps);
        scenario
            .validate()
            .unwrap_or_else(|problems| panic!("{rate_rps}/s: {problems:#?}"));
    }
}

#[test]
fn the_widened_step_grows_with_its_rate_and_keeps_most_keys_in_the_cache() {
    let tiers = |rate_rps| {
        let scenario = step::widened(rate_rps);
        let (mut worker_slots, mut cached_share, mut database_slots) = (0, 0.0, 0);
        for component in &scenario.design.components {
            match &component.kind {
                Kind::Service(web) => {
                    worker_slots = u32::from(web.instances * web.size.factor() * web.workers);
                }
                Kind::Cache(cache) => {
                    let entries =
                        f64::from(cache.nodes) * f64::from(cache.node_room(&scenario.traffic.keys));
                    cached_share = entries / f64::from(scenario.traffic.keys.count);
                }
                Kind::Database(db) => database_slots = u32::from(db.workers * db.size.factor()),
                _ => {}
            }
        }
        (worker_slots, cached_share, database_slots)
    };
    let (small, large) = (tiers(1e5), tiers(1e6));
    // Machine sizes double, so a tier can have up to twice what it needs.
    let is_about_tenfold = |small: u32, large: u32| large > 5 * small && large < 20 * small;
    assert!(is_about_tenfold(small.0, large.0), "{small:?} {large:?}");
    assert!(is_about_tenfold(small.2, large.2), "{small:?} {large:?}");
    for cached_share in [small.1, large.1] {
        assert!((0.75..0.85).contains(&cached_share), "{cached_share}");
    }
}
