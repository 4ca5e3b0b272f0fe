//! Links: what goes into one comes out of it, and nothing else ever does.

mod common;

use std::fs;
use std::path::PathBuf;

use headroom_scenario::fragment::{self, FragmentError, Origin};
use headroom_scenario::{
    Acknowledged, Action, Autoscaling, Cache, Change, Class, ClassKind, Database, Direction,
    Failover, HashFunction, Impairment, Kind, LoadBalancer, OwnWrites, Panel, ReadChoice,
    ReadsFrom, Replication, ReplicationMode, Scenario, Size, TimedAction, step,
};
use proptest::prelude::*;

fn quick(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(quick(128))]

    #[test]
    fn a_scenario_comes_back_from_its_link_and_from_its_file(scenario in common::scenario()) {
        prop_assert_eq!(&Scenario::from_json(&scenario.to_json()), &Ok(scenario.clone()));
        let link = fragment::encode(&scenario);
        prop_assert_eq!(&link, &fragment::encode(&scenario.clone()));
        let opened = fragment::decode(&link).expect("a valid scenario's link opens");
        prop_assert_eq!(opened.origin, Origin::Document);
        prop_assert_eq!(opened.scenario.into_inner(), scenario);
    }

    #[test]
    fn every_beginning_of_a_link_is_refused(scenario in common::scenario(), cut in 0.0..1.0) {
        let link = fragment::encode(&scenario);
        let cut = &link[..(cut * link.len() as f64) as usize];
        let expected = if cut.starts_with("s1=") {
            FragmentError::CutShort
        } else {
            FragmentError::NotHeadroom
        };
        prop_assert_eq!(fragment::decode(cut).expect_err("it is cut"), expected);
    }

    #[test]
    fn a_step_with_another_seed_rate_and_view_comes_back_from_its_readable_link(
        other in common::scenario(),
        step in prop::sample::select(step::LADDER),
    ) {
        let mut scenario = step.scenario();
        scenario.seed = other.seed;
        scenario.traffic.rate_rps = other.traffic.rate_rps;
        scenario.view = other.view;
        scenario.engine = other.engine;
        let link = fragment::encode_step(&scenario).expect("it is a step but for these");
        let opened = fragment::decode(&link).expect("it opens");
        prop_assert_eq!(opened.origin, Origin::Step);
        prop_assert_eq!(opened.scenario.into_inner(), scenario);
    }
}

proptest! {
    #![proptest_config(quick(2_000))]

    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        for fragment in [text.to_string(), format!("#s1={text}"), format!("#step=cache&{text}")] {
            let _ = fragment::decode(&fragment);
        }
        let _ = Scenario::from_json(&text);
    }

    #[test]
    fn any_payload_of_the_right_characters_is_answered_without_a_panic(
        payload in "[A-Za-z0-9_-]{0,400}"
    ) {
        let link = format!("#s1={payload}");
        prop_assert!(fragment::decode(&link).is_err());
    }
}

/// What a link looks like after one of its bytes has become another. Bytes that are no text any more
/// show as replacement characters in a browser.
fn with_byte(link: &str, position: usize, byte: u8) -> String {
    let mut bytes = link.as_bytes().to_vec();
    bytes[position] = byte;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Changes each byte of a link to every other: how many of those links are refused. One that opens must be
/// the original.
fn refused_of_changed(link: &str, original: &Scenario) -> usize {
    let mut refused = 0;
    for position in 0..link.len() {
        for byte in (0..=u8::MAX).filter(|byte| *byte != link.as_bytes()[position]) {
            let changed = with_byte(link, position, byte);
            match fragment::decode(&changed) {
                Ok(opened) => assert_eq!(opened.scenario.into_inner(), *original, "{changed}"),
                Err(_) => refused += 1,
            }
        }
    }
    refused
}

#[test]
fn a_link_with_any_one_byte_changed_to_any_other_never_opens_as_something_else() {
    let mut documents: Vec<Scenario> = step::LADDER.iter().map(step::Step::scenario).collect();
    documents.push(common::everything());
    for original in documents {
        let link = fragment::encode(&original);
        // A `#` in front of the key leaves the link as it was.
        let refused = refused_of_changed(&link, &original);
        println!(
            "{}: {refused} links with one byte changed are refused",
            original.name
        );
        assert!(refused > 254 * link.len(), "{refused} of {}", link.len());
    }
}

#[test]
fn a_link_cut_anywhere_is_said_to_be_cut() {
    let mut documents: Vec<Scenario> = step::LADDER.iter().map(step::Step::scenario).collect();
    documents.push(common::everything());
    for original in documents {
        let link = fragment::encode(&original);
        for length in 0..link.len() {
            let expected = match &link[..length] {
                beginning if beginning.starts_with("s1=") => FragmentError::CutShort,
                _ => FragmentError::NotHeadroom,
            };
            let error = fragment::decode(&link[..length]).expect_err("it is cut");
            assert_eq!(error, expected, "{} at {length}", original.name);
        }
    }
}

#[test]
fn a_readable_link_typed_by_hand_and_cut_within_a_key_is_refused_and_never_skips_it() {
    let link = "#step=cache&seed=7&rate=2500.5&v=0.1.0&at=42.5&speed=0.1&paused=1&select=db&panel=ring\
                &readonly=1&embed=1";
    assert!(fragment::decode(link).is_ok());
    let first = link.find('&').expect("there are several keys");
    for length in first + 1..link.len() {
        let cut = &link[..length];
        let (_, last) = cut.rsplit_once('&').expect("it has the step's value");
        let decoded = fragment::decode(cut);
        match last.split_once('=') {
            None => assert_eq!(decoded, Err(FragmentError::CutShort), "{cut}"),
            Some((_, "")) => assert!(decoded.is_err() || last == "v=", "{cut}"),
            // What is left of a value may be a value: it stands there for all to see.
            Some(_) => {}
        }
    }
}

/// Every step with a seed, rate, version and view of its own.
fn written_readable_links() -> Vec<(Scenario, String)> {
    let scenarios = step::LADDER.iter().map(|step| {
        let mut scenario = step.scenario();
        scenario.seed = 4_242;
        scenario.traffic.rate_rps = 1_234.5;
        scenario.engine = "0.1.0".into();
        scenario.view.at_ns = 42_500_000_000;
        scenario.view.paused = true;
        scenario.view.panel = Some(Panel::Ring);
        scenario
    });
    let with_link = |scenario| (fragment::encode_step(&scenario), scenario);
    scenarios
        .map(with_link)
        .map(|(link, scenario)| (scenario, link.expect("it is a step but for these")))
        .collect()
}

#[test]
fn a_readable_link_that_was_written_and_cut_anywhere_is_said_to_be_cut() {
    for (_, link) in written_readable_links() {
        let first = "check=".len();
        for length in 0..link.len() {
            let expected = match length {
                _ if length < first => FragmentError::NotHeadroom,
                _ => FragmentError::CutShort,
            };
            let error = fragment::decode(&link[..length]).expect_err("it is cut");
            assert_eq!(error, expected, "{}", &link[..length]);
        }
    }
}

#[test]
fn a_readable_link_that_was_written_and_changed_in_one_byte_never_opens_as_something_else() {
    for (original, link) in written_readable_links() {
        // A `#` in front of the key leaves the link as it was.
        let refused = refused_of_changed(&link, &original);
        assert!(refused > 254 * link.len(), "{refused}");
    }
}

#[test]
fn a_step_alone_needs_no_check_since_no_beginning_of_it_is_another_step() {
    for step in step::LADDER {
        let mut scenario = step.scenario();
        assert_eq!(
            fragment::encode_step(&scenario),
            Some(format!("step={}", step.name))
        );
        scenario.engine = "0.1.0".into();
        let link = fragment::encode_step(&scenario).expect("it is a step");
        assert_eq!(link, format!("step={}&v=0.1.0", step.name));
        for length in 0..link.len() {
            if let Ok(opened) = fragment::decode(&link[..length]) {
                let mut opened = opened.scenario.into_inner();
                opened.engine.clone_from(&scenario.engine);
                assert_eq!(opened, scenario, "{}", &link[..length]);
            }
        }
    }
}

#[test]
fn a_readable_link_changed_by_hand_says_what_to_take_out() {
    let (_, link) = written_readable_links().remove(0);
    let changed = link.replace("seed=4242", "seed=4243");
    assert_eq!(fragment::decode(&changed), Err(FragmentError::Changed));
    assert_eq!(
        fragment::decode(&format!("{link}&embed=1")),
        Err(FragmentError::Changed)
    );
    assert!(
        FragmentError::Changed
            .to_string()
            .contains("take check=… out")
    );
    let (_, unchecked) = changed.split_once('&').expect("the check comes first");
    let opened = fragment::decode(unchecked).expect("by hand all goes that can be");
    assert_eq!(opened.scenario.seed, 4_243);
}

#[test]
fn a_known_key_without_a_value_is_refused_by_name() {
    assert_eq!(
        why_refused("#step=cache&seed&rate=100"),
        "This link has the key seed without a value: give it one, or leave it out."
    );
}

#[test]
fn a_link_with_any_one_character_lost_or_doubled_never_opens_as_something_else() {
    let original = step::LADDER[3].scenario();
    let link = fragment::encode(&original);
    for position in 0..link.len() {
        let (before, rest) = link.split_at(position);
        let lost = format!("{before}{}", &rest[1..]);
        let doubled = format!("{before}{}{rest}", &rest[..1]);
        for changed in [lost, doubled] {
            if let Ok(opened) = fragment::decode(&changed) {
                assert_eq!(opened.scenario.into_inner(), original, "{changed}");
            }
        }
    }
}

#[test]
fn every_step_fits_a_typical_link() {
    for step in step::LADDER {
        let length = fragment::encode(&step.scenario()).len();
        println!("{}: {length} characters", step.name);
        assert!(length <= 1_500, "{}: {length} characters", step.name);
    }
}

#[test]
fn golden_links_open_as_they_did_when_they_were_made() {
    let files = fs::read_dir(common::golden_folder()).expect("the folder is there");
    let paths = files.map(|file| file.expect("it can be listed").path());
    let links: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "link")
        })
        .collect();
    assert!(links.len() > step::LADDER.len(), "{links:?}");
    for path in links {
        let link = fs::read_to_string(&path).expect("it can be read");
        let json = fs::read_to_string(path.with_extension("json")).expect("its document is there");
        let expected = Scenario::from_json(&json).expect("golden documents are whole");
        let opened = fragment::decode(link.trim()).expect("golden links open");
        assert_eq!(*opened.scenario, expected, "{}", path.display());
    }
}

/// A golden link never changes, so those that are there are never written again.
fn write_missing_golden(name: &str, scenario: &Scenario) {
    let link_file = common::golden_folder().join(name).with_extension("link");
    if std::env::var_os("HEADROOM_WRITE_GOLDEN").is_none() || link_file.exists() {
        return;
    }
    let value: serde_json::Value = serde_json::from_str(&scenario.to_json()).expect("it is JSON");
    let pretty = serde_json::to_string_pretty(&value).expect("it is JSON");
    fs::write(link_file.with_extension("json"), pretty + "\n").expect("the folder is there");
    fs::write(link_file, fragment::encode(scenario) + "\n").expect("the folder is there");
}

/// The golden document of classes that ask for several things at the same time, of components that drop what
/// nobody waits for.
fn calls_at_once() -> Scenario {
    let mut scenario = step::LADDER
        .last()
        .expect("the ladder has steps")
        .scenario();
    for class in &mut scenario.traffic.classes {
        class.at_once = match class.kind {
            ClassKind::Write => 1,
            ClassKind::Static | ClassKind::Read | ClassKind::Task | ClassKind::Search => 4,
        };
    }
    for component in scenario.design.components.iter_mut() {
        match &mut component.kind {
            Kind::Service(service) => service.drops_abandoned = true,
            Kind::Database(database) => database.drops_abandoned = true,
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) | Kind::Cache(_) => {}
        }
    }
    scenario
}

/// The golden document of every rule for the copies of a database.
fn copies() -> Scenario {
    let mut scenario = step::find("replication").expect("it is a step").scenario();
    let (_, database) = scenario.design.component("db").expect("it has one");
    let Kind::Database(database) = &database.kind else {
        panic!("it is one");
    };
    let usual = &database.replication;
    let waiting = Replication {
        mode: ReplicationMode::SemiSynchronous,
        acknowledgements: 2,
        acknowledgement_timeout_ms: 500.0,
        send_every_ms: 0.0,
        latency_ms: 2.5,
        apply_time_ms: 4.0,
        appliers: 3,
        reads: ReadsFrom::All,
        read_choice: ReadChoice::Random,
        own_writes: OwnWrites::Primary,
        own_writes_ms: 750.0,
        failover: Failover::ByHand,
        reaction_s: 20.0,
        ..usual.clone()
    };
    let synchronous = Replication {
        mode: ReplicationMode::Synchronous,
        acknowledged_when: Acknowledged::Applied,
        read_choice: ReadChoice::LeastBusy,
        own_writes: OwnWrites::Wait,
        check_interval_ms: 250.0,
        lease_ms: 600.0,
        check_timeout_ms: 200.0,
        check_fall: 5,
        promotion_ms: 400.0,
        announcement_ms: 100.0,
        log_writes: 5_000,
        seed_mbps: 40.0,
        ..usual.clone()
    };
    let alone = Replication {
        reads: ReadsFrom::Primary,
        failover: Failover::Never,
        ..usual.clone()
    };
    let rules = [waiting, synchronous, alone].into_iter();
    let configured = rules.map(|replication| Action::Configure {
        component: "db".into(),
        kind: Kind::Database(Database {
            replication,
            ..database.clone()
        }),
    });
    let component = || "db".to_owned();
    let cut_off = Action::CutOff {
        component: component(),
        instance: 0,
    };
    let promote = Action::Promote {
        component: component(),
        instance: 1,
    };
    let timed = |(second, action)| TimedAction {
        at_ns: second * 1_000_000_000,
        action,
    };
    let actions = configured.chain([cut_off, promote]);
    scenario.script = (5_u64..).zip(actions).map(timed).collect();
    scenario
}

/// The golden document of every hash function.
fn hash_functions() -> Scenario {
    let mut scenario = step::LADDER
        .last()
        .expect("the ladder has steps")
        .scenario();
    let functions = [HashFunction::Murmur3, HashFunction::Fnv1a].into_iter();
    let mut functions = functions.cycle();
    for component in &mut scenario.design.components {
        match &mut component.kind {
            Kind::LoadBalancer(LoadBalancer { hash_function, .. })
            | Kind::Cache(Cache { hash_function, .. }) => {
                *hash_function = functions.next().expect("they go round");
            }
            Kind::Clients(_) | Kind::Dns(_) | Kind::Service(_) | Kind::Database(_) => {}
        }
    }
    let cache = scenario
        .design
        .component("cache")
        .expect("the step has one")
        .1;
    let mut kind = cache.kind.clone();
    if let Kind::Cache(cache) = &mut kind {
        cache.hash_function = HashFunction::Crc32;
    }
    scenario.script = vec![TimedAction {
        at_ns: 5_000_000_000,
        action: Action::Configure {
            component: "cache".into(),
            kind,
        },
    }];
    scenario
}

/// The golden document of every fault of an instance and of a link.
fn faults() -> Scenario {
    let mut scenario = step::LADDER
        .last()
        .expect("the ladder has steps")
        .scenario();
    let hang = Action::Hang {
        component: "web".into(),
        instance: 1,
    };
    let destroy = Action::Destroy {
        component: "cache".into(),
        instance: 0,
    };
    let directions = [Direction::Both, Direction::Calls, Direction::Answers].into_iter();
    let impairments = [
        Impairment::Delay { delay_ms: 12.5 },
        Impairment::Loss { share: 0.02 },
        Impairment::Bandwidth { mbps: 100.0 },
    ]
    .into_iter()
    .chain(directions.map(|direction| Impairment::Cut { direction }));
    let impaired = impairments.map(|impairment| Action::ImpairLink {
        from: "web".into(),
        to: "db".into(),
        impairment,
    });
    let repaired = Action::RepairLink {
        from: "web".into(),
        to: "db".into(),
    };
    let patient = Action::SetTimeout {
        from: "web".into(),
        to: "db".into(),
        timeout_ms: 400.0,
    };
    let link = scenario.design.link("web", "cache");
    scenario.design.links[link.expect("the step has one")].timeout_ms = 50.0;
    let whole = [hang, destroy, patient];
    let actions = whole.into_iter().chain(impaired).chain([repaired]);
    let timed = |(second, action)| TimedAction {
        at_ns: second * 1_000_000_000,
        action,
    };
    scenario.script = (1_u64..).zip(actions).map(timed).collect();
    scenario
}

/// The golden document of a design that is edited while it runs.
fn edits() -> Scenario {
    let mut scenario = step::LADDER[0].scenario();
    let cached = step::find("cache").expect("it is a step").scenario();
    let mut web = cached
        .design
        .component("web")
        .expect("it has servers")
        .1
        .kind
        .clone();
    web.set_instances(
        scenario
            .design
            .component("web")
            .expect("it has one")
            .1
            .kind
            .instances(),
    );
    let there = scenario.design.changes_to(&cached.design);
    let back = cached.design.changes_to(&scenario.design);
    let once_more = Change::Configure {
        component: "web".into(),
        kind: web,
    };
    let away = vec![
        Change::Unlink {
            from: "users".into(),
            to: "dns".into(),
        },
        Change::Remove {
            component: "dns".into(),
        },
        once_more,
    ];
    let timed = |(second, changes)| TimedAction {
        at_ns: second * 1_000_000_000,
        action: Action::Edit { changes },
    };
    scenario.script = (5_u64..).zip([there, back, away]).map(timed).collect();
    scenario
}

/// The golden document of a rolling deploy.
fn rolling_deploy() -> Scenario {
    let mut scenario = step::LADDER
        .last()
        .expect("the ladder has steps")
        .scenario();
    scenario.script = vec![TimedAction {
        at_ns: 5_000_000_000,
        action: Action::Deploy {
            component: "web".into(),
            batch: 2,
            pause_s: 1.5,
            drain_s: 20.0,
        },
    }];
    scenario
}

/// The golden document of autoscaling.
fn autoscaling() -> Scenario {
    let mut scenario = step::LADDER
        .last()
        .expect("the ladder has steps")
        .scenario();
    for component in &mut scenario.design.components {
        if let Kind::Service(service) = &mut component.kind {
            service.autoscaling = Some(Autoscaling {
                target_utilisation: 0.7,
                tolerance: 0.05,
                interval_s: 5.0,
                scale_in_window_s: 60.0,
                instances_min: 2,
                instances_max: 12,
                ..Autoscaling::default()
            });
        }
    }
    scenario
}

/// The golden document of what is seldom another than usual.
fn unusual_values() -> Scenario {
    let mut scenario = autoscaling();
    scenario.traffic.client.retries.saved_max = 50;
    scenario.traffic.keys.value_kb = 64.0;
    for component in &mut scenario.design.components {
        match &mut component.kind {
            Kind::LoadBalancer(balancer) => {
                balancer.forward_ms = 0.2;
                balancer.response_memory_s = 30.0;
            }
            Kind::Service(service) => {
                service.probe_ms = 5.0;
                service.local_cache_entries = None;
                if let Some(scaling) = &mut service.autoscaling {
                    scaling.scale_out_share = 0.5;
                    scaling.scale_out_servers = 2;
                    scaling.scale_out_period_s = 60.0;
                }
            }
            Kind::Cache(cache) => {
                cache.lease_ms = 3_000.0;
                cache.size = Size::Xlarge4;
                cache.entries_per_node = None;
            }
            Kind::Database(database) => database.buffer_entries = Some(2_000),
            Kind::Clients(_) | Kind::Dns(_) => {}
        }
    }
    scenario
}

/// The golden document of copies in the browser.
fn browser_copies() -> Scenario {
    let mut scenario = step::LADDER[0].scenario();
    scenario.traffic.classes.push(Class {
        id: "asset".into(),
        kind: ClassKind::Static,
        fresh_s: 300.0,
        ..Class::default()
    });
    scenario
}

/// The golden document of a database on the largest machine, whose disk fills.
fn full_disk() -> Scenario {
    let mut scenario = step::LADDER[1].scenario();
    for component in &mut scenario.design.components {
        if let Kind::Database(database) = &mut component.kind {
            database.size = Size::Tb24;
            database.disk_gb = Some(0.5);
            database.data_gb = 0.25;
            database.write_kb = 400.0;
        }
    }
    scenario
}

#[test]
fn everything_that_this_version_writes_has_a_golden_link() {
    let steps = step::LADDER.iter().map(|step| (step.name, step.scenario()));
    let others = [
        ("everything", common::everything()),
        ("autoscaling", autoscaling()),
        ("browser-copies", browser_copies()),
        ("full-disk", full_disk()),
        ("hash-functions", hash_functions()),
        ("rolling-deploy", rolling_deploy()),
        ("unusual-values", unusual_values()),
        ("faults", faults()),
        ("edits", edits()),
        ("calls-at-once", calls_at_once()),
        ("copies", copies()),
    ];
    for (name, scenario) in steps.chain(others) {
        write_missing_golden(name, &scenario);
        let file = common::golden_folder().join(name).with_extension("link");
        let link = fs::read_to_string(file).unwrap_or_else(|_| panic!("{name} has no golden link"));
        let opened = fragment::decode(link.trim())
            .expect("golden links open")
            .scenario;
        assert_eq!(*opened, scenario, "{name} is as before");
        assert_eq!(
            fragment::encode(&opened),
            link.trim(),
            "{name} packs as before"
        );
    }
}

#[test]
fn a_whole_address_opens_like_its_fragment() {
    let link = fragment::encode(&step::LADDER[1].scenario());
    let expected = fragment::decode(&link);
    assert!(expected.is_ok());
    assert_eq!(fragment::decode(&format!("#{link}")), expected);
    assert_eq!(
        fragment::decode(&format!("https://example.org/headroom/?x=1#{link}")),
        expected
    );
}

#[test]
fn readable_keys_set_what_they_name() {
    let opened = fragment::decode(
        "#step=cache&seed=7&rate=2500.5&v=0.1.0&at=42.5&speed=0.1&paused=1&select=db&panel=ring\
         &readonly=1&embed=1",
    );
    let scenario = opened.expect("all values are good").scenario.into_inner();
    assert_eq!(
        scenario.design,
        step::find("cache").expect("it is there").scenario().design
    );
    assert_eq!((scenario.seed, scenario.traffic.rate_rps), (7, 2_500.5));
    assert_eq!(scenario.engine, "0.1.0");
    let view = scenario.view;
    assert_eq!(
        (view.at_ns, view.speed, view.paused),
        (42_500_000_000, 0.1, true)
    );
    assert_eq!(
        (view.selected.as_deref(), view.panel),
        (Some("db"), Some(Panel::Ring))
    );
    assert!(view.read_only && view.embedded);
}

#[test]
fn a_whole_number_may_have_a_fraction_of_nothing() {
    let opened = fragment::decode("#step=cache&seed=7.0").expect("7.0 is 7");
    assert_eq!(opened.scenario.seed, 7);
    for typed in ["seed=007&rate=0500&at=042.5", "seed=7&rate=500.&at=42.5"] {
        let opened = fragment::decode(&format!("#step=cache&{typed}")).expect(typed);
        let Scenario {
            seed,
            traffic,
            view,
            ..
        } = opened.scenario.into_inner();
        assert_eq!(
            (seed, traffic.rate_rps, view.at_ns),
            (7, 500.0, 42_500_000_000)
        );
    }
    for typed in ["seed=+7", "rate=+500", "at=+42.5"] {
        assert!(
            fragment::decode(&format!("#step=cache&{typed}")).is_err(),
            "{typed}"
        );
    }
    // One of more than 64 bits is told as it was typed.
    let typed = "18446744073709551617";
    let error = fragment::decode(&format!("#step=cache&seed={typed}")).expect_err("too large");
    let told = error.to_string();
    assert!(
        told.contains(typed) && told.contains("seed") && told.contains("0 to 9007199254740991"),
        "{told}"
    );
}

#[test]
fn view_keys_open_a_whole_document_at_a_moment_too() {
    let scenario = step::LADDER[2].scenario();
    let link = fragment::encode(&scenario);
    let opened = fragment::decode(&format!("#{link}&at=3&embed=1")).expect("it opens");
    assert_eq!(opened.scenario.view.at_ns, 3_000_000_000);
    assert!(opened.scenario.view.embedded);
    assert_eq!(opened.scenario.design, scenario.design);
}

/// The sentence that says why a link is refused.
fn why_refused(text: &str) -> String {
    fragment::decode(text).expect_err(text).to_string()
}

#[test]
fn an_unknown_key_is_refused_by_name_with_the_nearest_known() {
    for (link, key, meant) in [
        ("#step=cache&rte=2000", "rte", "rate"),
        ("#step=cache&Rate=2000", "Rate", "rate"),
        ("#sed=7&step=cache", "sed", "seed"),
        ("#stp=cache&seed=7", "stp", "step"),
        ("#step=cache&chek=27.x2v0Hw&seed=7", "chek", "check"),
        ("#chck=27.x2v0Hw&step=cache&seed=7", "chck", "check"),
        ("#step=cache&redonly=1", "redonly", "readonly"),
        ("#step=cache&embbed&seed=7", "embbed", "embed"),
    ] {
        let why = why_refused(link);
        assert!(why.contains(&format!("“{key}”")), "{link}: {why}");
        assert!(
            why.contains(&format!("did you mean {meant}?")),
            "{link}: {why}"
        );
    }
    let whole = fragment::encode(&step::LADDER[0].scenario());
    for link in [
        "#utm_source=mail&step=cache",
        "#step=cache&theme=dark&seed=7",
        "#step=cache&alone&seed=7",
        &format!("#{whole}&theme=dark"),
    ] {
        let why = why_refused(link);
        assert!(!why.contains("did you mean"), "{link}: {why}");
        assert!(
            why.contains("readonly"),
            "the keys are listed: {link}: {why}"
        );
    }
}

#[test]
fn a_key_of_a_newer_version_is_said_to_be_newer() {
    let why = why_refused("#step=cache&v=99.0.0&weather=rain");
    assert!(
        why.contains("too new") && why.contains("“weather”"),
        "{why}"
    );
}

#[test]
fn a_readable_link_with_any_character_of_a_key_lost_is_refused() {
    let values = [
        ("step", "cache"),
        ("seed", "7"),
        ("rate", "2500.5"),
        ("at", "42.5"),
        ("speed", "0.1"),
        ("paused", "1"),
        ("select", "db"),
        ("panel", "ring"),
        ("readonly", "1"),
        ("embed", "1"),
    ];
    for (index, (key, _)) in values.iter().enumerate() {
        for lost in 0..key.len() {
            let pairs = values.iter().enumerate().map(|(place, (key, value))| {
                let mut key = (*key).to_owned();
                if place == index {
                    key.remove(lost);
                }
                format!("{key}={value}")
            });
            let link = pairs.collect::<Vec<_>>().join("&");
            assert!(fragment::decode(&link).is_err(), "{link}");
        }
    }
}

#[test]
fn a_readable_link_with_any_one_character_lost_or_doubled_never_opens_as_something_else() {
    for (original, link) in written_readable_links() {
        for position in 0..link.len() {
            let (before, rest) = link.split_at(position);
            let lost = format!("{before}{}", &rest[1..]);
            let doubled = format!("{before}{}{rest}", &rest[..1]);
            assert!(fragment::decode(&lost).is_err(), "{lost}");
            if let Ok(opened) = fragment::decode(&doubled) {
                assert_eq!(opened.scenario.into_inner(), original, "{doubled}");
            }
        }
    }
}

#[test]
fn what_programs_put_around_a_link_does_no_harm() {
    let readable = "step=cache&seed=7&rate=2000";
    let (_, written) = written_readable_links().remove(7);
    let whole = fragment::encode(&step::LADDER[3].scenario());
    for link in [readable, &written, &whole] {
        let expected = fragment::decode(link);
        assert!(expected.is_ok(), "{expected:?}");
        for address in ["", "#", "https://example.org/headroom/#"] {
            let link = format!("{address}{link}");
            for (before, behind) in [
                ("\"", "\""),
                ("'", "'"),
                ("`", "`"),
                ("“", "”"),
                ("„", "“"),
                ("«", "»"),
                ("<", ">"),
                ("(", ")"),
                ("[", "]"),
                ("**", "**"),
                ("*", "*"),
                ("_", "_"),
                ("__", "__"),
                ("**_", "_**."),
                ("\"_", "_\","),
                ("", "."),
                ("", "..."),
                ("", "…"),
                ("", ","),
                ("", ";"),
                ("", ":"),
                ("", "!?"),
                ("", ">,"),
                ("", "\")."),
                (" ", " \r\n"),
                ("\t", "\u{a0}"),
                ("\u{feff}", "\u{200b}"),
                ("%22", "%22"),
                ("%3C", "%3E."),
                ("", "%E2%80%9D%2C"),
                ("{", "}"),
                ("{{", "}},"),
                ("\\{", "\\}"),
                ("&lt;", "&gt;"),
                ("&LT;", "&GT;."),
                ("&#60;", "&#x3e;"),
                ("&amp;lt;", "&amp;gt;"),
                ("&quot;", "&quot;,"),
                ("&laquo;", "&raquo;"),
                ("&nbsp;", "&hellip;"),
            ] {
                let text = format!("{before}{link}{behind}");
                assert_eq!(fragment::decode(&text), expected, "{text}");
                assert!(fragment::is_link(&text), "{text}");
            }
        }
        for (before, behind) in [
            ("[it](", ")"),
            ("![it](", "),"),
            ("[it]: ", ""),
            ("[it](<", "> \"A title\")"),
            ("[it](", " \"A title\")"),
            ("<a href=\"", "\">A title</a>"),
            ("&lt;a href=&quot;", "&quot;&gt;A title&lt;/a&gt;"),
        ] {
            let text = format!("{before}https://example.org/#{link}{behind}");
            assert_eq!(fragment::decode(&text), expected, "{text}");
            assert!(fragment::is_link(&text), "{text}");
        }
        let encoded = link.replace('&', "%26").replace('=', "%3D");
        assert_eq!(fragment::decode(&format!("%23{encoded}")), expected);
        let of_a_page = format!("#{}", link.replace('&', "&amp;"));
        assert_eq!(fragment::decode(&of_a_page), expected);
    }
}

#[test]
fn a_link_that_ends_in_an_underscore_opens_stressed_or_not() {
    let mut scenario = step::LADDER[0].scenario();
    let ends_so = |seed: &u64| {
        scenario.seed = *seed;
        fragment::encode(&scenario).ends_with('_')
    };
    let seed = (0..10_000).find(ends_so).expect("one in 64 does");
    scenario.seed = seed;
    let link = format!("https://example.org/#{}", fragment::encode(&scenario));
    for text in [
        link.clone(),
        format!("_{link}_"),
        format!("*{link}*"),
        format!("`{link}`"),
        format!("__{link}__."),
        format!("[_it_]({link})"),
        // The page gets what a program took for the address: the end of the stress, and not its start.
        format!("{link}_"),
    ] {
        let opened = fragment::decode(&text).expect("it opens");
        assert_eq!(*opened.scenario, scenario, "{text}");
    }
}

#[test]
fn an_id_that_ends_in_a_full_stop_comes_back_from_its_link() {
    let mut scenario = step::LADDER[0].scenario();
    for component in &mut scenario.design.components {
        if component.id == "web" {
            component.id = "web.".into();
        }
    }
    for link in &mut scenario.design.links {
        for end in [&mut link.from, &mut link.to] {
            if end == "web" {
                *end = "web.".into();
            }
        }
    }
    let link = format!("{}&select=web.", fragment::encode(&scenario));
    for link in [link.clone(), format!("<{link}>"), format!("({link})!")] {
        let opened = fragment::decode(&link).expect("it opens");
        assert_eq!(opened.scenario.view.selected.as_deref(), Some("web."));
    }
}

#[test]
fn links_are_told_from_files_and_documents() {
    for link in [
        "#s1=abc",
        "s1=abc",
        "s2=abc",
        "#step=cache&seed=7",
        "check=9.abc&step=cache",
        "\"step=cache\"",
        "%23step%3Dcache",
        "https://example.org/#s1=abc",
        "<https://example.org/#x>",
        "localhost:8080/#step=cache",
        "{#step=cache}",
        "{ https://example.org/#step=cache }",
        "{{step=cache}}",
        "&lt;#step=cache&gt;",
    ] {
        assert!(fragment::is_link(link), "{link}");
    }
    for other in [
        "design.json",
        "design#2.json",
        "./#1.json",
        "steps=3.json",
        "{\"name\": \"#step=cache\"}",
        "\u{feff} {\"name\": \"#step=cache\"}",
        "{}",
        "{",
        "{\n  \"step\": 1",
        "{version: 1}",
        "\"{\"name\": 1}\"",
        "./s1",
        "cache",
        "",
    ] {
        assert!(!fragment::is_link(other), "{other}");
    }
}

#[test]
fn bad_values_of_known_keys_are_refused_by_name() {
    for (key, value) in [
        ("seed", "many"),
        ("seed", "-1"),
        ("seed", "9007199254740992"),
        ("seed", "7.5"),
        ("seed", ""),
        ("rate", "0"),
        ("rate", "NaN"),
        ("rate", "inf"),
        ("rate", "1000001"),
        ("at", "noon"),
        ("speed", "-2"),
        ("paused", "maybe"),
        ("panel", "weather"),
        ("readonly", "2"),
        ("embed", "yes"),
    ] {
        match fragment::decode(&format!("#step=cache&{key}={value}")) {
            Err(FragmentError::BadValue {
                key: named,
                problem,
            }) => {
                assert_eq!(named, key);
                assert!(
                    problem.contains("give") || problem.contains("neither"),
                    "{problem}"
                );
            }
            other => panic!("{key}={value}: {other:?}"),
        }
    }
}

#[test]
fn a_value_that_the_document_refuses_comes_with_its_path() {
    let Err(FragmentError::Invalid(problems)) = fragment::decode("#step=one-server&select=cache")
    else {
        panic!("one server has no cache to select");
    };
    assert_eq!(problems[0].path, "view.selected");
}

#[test]
fn a_bad_link_says_why() {
    let packed = fragment::encode(&step::LADDER[0].scenario());
    let why = |text: &str| fragment::decode(text).expect_err("it is bad").to_string();
    for (text, reason) in [
        ("", "not a link to a scenario"),
        ("#about", "not a link to a scenario"),
        ("cahce", "Did you mean #step=cache?"),
        ("#hash-rnig", "Did you mean #step=hash-ring?"),
        ("#one-server", "Did you mean #step=one-server?"),
        ("#s1=", "cut short"),
        ("#step=teleport", "no step “teleport”"),
        ("#step=cahce", "did you mean cache?"),
        ("#step=cache&panel=rng", "did you mean ring?"),
        ("#step=", "no step “”"),
        (
            "#step=cache&at=999999999999",
            "“999999999999” is too large: give at most 9007199.254740991 seconds",
        ),
        ("#step=teleport&v=99.0.0", "too new"),
        ("#s2=AAAA", "too new"),
        ("#s99999999999999999999=AAAA", "too new"),
        (
            "#step=cache&seed=1&seed=2",
            "This link has the key seed twice: leave one out.",
        ),
        (
            "#step=ca\u{200b}che",
            "no step “ca<U+200B>che” (did you mean cache?)",
        ),
        (
            "#step=cache&se\u{ad}ed=1",
            "has the key “se<U+00AD>ed”, which none has (did you mean seed?)",
        ),
        ("#step=cache&rate=1e308", "1e308 is too large"),
        ("#s1=!!!!A", "damaged"),
        ("#s1=!!!!", "cut short"),
        (&format!("#{packed}&step=cache"), "leave one out"),
        (&format!("#{packed}A"), "damaged"),
        (&packed[..packed.len() - 1], "cut short"),
        (&"x".repeat(fragment::CHARACTERS_MAX + 1), "too large"),
    ] {
        let shown: String = text.chars().take(60).collect();
        assert!(why(text).contains(reason), "{shown}: {}", why(text));
        assert!(!why(text).contains("?."), "{shown}: {}", why(text));
    }
}

#[test]
fn a_document_of_a_newer_version_is_refused_as_such() {
    let mut scenario = step::LADDER[0].scenario();
    scenario.version = 2;
    let error = fragment::decode(&fragment::encode(&scenario)).expect_err("it is newer");
    assert!(matches!(error, FragmentError::Newer { .. }), "{error:?}");
    let problems = Scenario::from_json(&scenario.to_json()).expect_err("it is newer");
    assert_eq!(problems[0].path, "version");
    assert!(problems[0].message.contains("newer"), "{}", problems[0]);
}

#[test]
fn a_scenario_that_is_no_step_has_no_readable_link() {
    let mut scenario = step::LADDER[4].scenario();
    assert_eq!(
        fragment::encode_step(&scenario).as_deref(),
        Some("step=balancing-algorithm")
    );
    scenario.design.links.retain(|link| link.to != "db");
    assert_eq!(fragment::encode_step(&scenario), None);
    scenario.step = None;
    assert_eq!(fragment::encode_step(&scenario), None);
}
