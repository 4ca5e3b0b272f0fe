//! Which component gives way first.

use headroom_scenario::Design;

use crate::figures::reason::Reason;
use crate::figures::report::{Report, ReportComponent};

/// Components as busy as this share of the busiest are as good as saturated together, and those that failed
/// as often as this share of the worst have failed with it.
const AS_GOOD_AS_SHARE: f64 = 0.9;

/// Where not even the busiest is as busy as this, it is not for want of capacity that requests fail.
const BUSY_FROM: f64 = 0.5;

/// The component that gives way, by a report of a run that has just broken.
///
/// That is the busiest by its busiest instance. Where a caller and the one it calls are both
/// saturated, it is the called one: the caller's slots are held while it waits for the answer.
/// Where nothing is busy, it is the one that failed most, its dead instances refuse, and again the called one.
/// A disk that is full gives way, however
/// busy anything is.
pub(super) fn bottleneck(design: &Design, report: &Report) -> Option<String> {
    let busy = |id: &str| {
        report
            .components
            .get(id)
            .map_or(0.0, utilisation_of_busiest_instance)
    };
    let failed = |id: &str| {
        report
            .components
            .get(id)
            .map_or(0, |component| component.failed.values().sum())
    };

    let ids = || {
        design
            .components
            .iter()
            .map(|component| component.id.as_str())
    };
    let is_full = |id: &&str| {
        let component = report.components.get(*id);
        component.is_some_and(|component| component.failed.contains_key(Reason::DiskFull.name()))
    };
    if let Some(full) = ids().find(is_full) {
        return Some(full.to_string());
    }
    let busiest = ids().map(busy).fold(0.0, f64::max);
    let most_failed = ids().map(failed).max().unwrap_or(0) as f64;
    if busiest < BUSY_FROM && most_failed > 0.0 {
        // Who calls it answers badly as often.
        let alike = ids().filter(|id| failed(id) as f64 >= AS_GOOD_AS_SHARE * most_failed);
        return called_by_the_others(design, &alike.collect::<Vec<_>>());
    }
    if busiest == 0.0 {
        return None;
    }
    let saturated = ids().filter(|id| busy(id) >= AS_GOOD_AS_SHARE * busiest);
    called_by_the_others(design, &saturated.collect::<Vec<_>>())
}

/// The first that calls none of the others.
fn called_by_the_others(design: &Design, ids: &[&str]) -> Option<String> {
    let calls_no_other = |id: &&&str| {
        let mut others = ids.iter().filter(|other| *other != *id);
        !others.any(|other| reaches(design, id, other))
    };
    let called = ids.iter().find(calls_no_other).or(ids.first());
    called.map(|id| id.to_string())
}

/// Utilisation of the instance that has most to do: one hot server is enough to break a tier.
fn utilisation_of_busiest_instance(component: &ReportComponent) -> f64 {
    let instances = component
        .instances
        .iter()
        .map(|instance| instance.load.utilisation);
    instances.fold(component.load.utilisation, f64::max)
}

/// Whether calls from one component can lead to another.
fn reaches(design: &Design, from: &str, to: &str) -> bool {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(&caller) = reached.get(next) {
        for link in design.links.iter().filter(|link| link.from == caller) {
            if link.to == to {
                return true;
            }
            if !reached.contains(&link.to.as_str()) {
                reached.push(&link.to);
            }
        }
        next += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::report::{ReportInstance, ReportLoad};
    use headroom_scenario::{Clients, Component, Database, Kind, Link, Service};

    fn design() -> Design {
        let component = |id: &str, kind| Component {
            id: id.into(),
            name: String::new(),
            site: None,
            kind,
            position: None,
        };
        let link = |from: &str, to: &str| Link {
            from: from.into(),
            to: to.into(),
            latency_ms: 0.0,
            ..Default::default()
        };
        Design {
            sites: Vec::new(),
            components: vec![
                component("users", Kind::Clients(Clients::default())),
                component("web", Kind::Service(Service::default())),
                component("data", Kind::Database(Database::default())),
            ]
            .into(),
            links: vec![link("users", "web"), link("web", "data")].into(),
        }
    }

    fn report(web: &[f64], data: f64) -> Report {
        let load = |utilisation| ReportLoad {
            utilisation,
            ..Default::default()
        };
        let mean = web.iter().sum::<f64>() / web.len() as f64;
        let instance = |&utilisation: &f64| ReportInstance {
            load: load(utilisation),
            ..Default::default()
        };
        let component = |utilisation, instances: &[f64]| ReportComponent {
            load: load(utilisation),
            instances: instances.iter().map(instance).collect(),
            ..Default::default()
        };
        let mut report = Report::default();
        report
            .components
            .insert("users".into(), ReportComponent::default());
        report.components.insert("web".into(), component(mean, web));
        report
            .components
            .insert("data".into(), component(data, &[data]));
        report
    }

    #[test]
    fn the_busiest_gives_way() {
        assert_eq!(
            bottleneck(&design(), &report(&[0.98], 0.4)).as_deref(),
            Some("web")
        );
    }

    #[test]
    fn a_caller_that_waits_for_a_saturated_one_is_not_to_blame() {
        assert_eq!(
            bottleneck(&design(), &report(&[1.0], 0.97)).as_deref(),
            Some("data")
        );
    }

    #[test]
    fn one_hot_instance_is_enough() {
        assert_eq!(
            bottleneck(&design(), &report(&[1.0, 0.2, 0.2], 0.7)).as_deref(),
            Some("web")
        );
    }

    #[test]
    fn a_full_disk_gives_way_before_the_busiest() {
        let mut full = report(&[0.98], 0.1);
        let data = full.components.get_mut("data").expect("is in the report");
        data.failed.insert("disk_full".into(), 1);
        assert_eq!(bottleneck(&design(), &full).as_deref(), Some("data"));
    }

    #[test]
    fn who_answers_badly_since_the_called_is_dead_is_not_to_blame() {
        // Each of the callers above a dead database fails as often as it refuses.
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut design = design();
            let components = design.components.clone();
            design.components = order
                .map(|place| components[place].clone())
                .into_iter()
                .collect();
            let mut report = report(&[0.1], 0.0);
            for (id, count) in [("users", 95), ("web", 100), ("data", 100)] {
                let part = report.components.get_mut(id).expect("is in the report");
                part.failed.insert("connection_refused".into(), count);
            }
            assert_eq!(bottleneck(&design, &report).as_deref(), Some("data"));
        }
    }

    #[test]
    fn where_nothing_is_busy_the_one_that_refuses_gives_way() {
        let mut refusing = report(&[0.0], 0.0);
        assert_eq!(bottleneck(&design(), &refusing), None);
        let web = refusing
            .components
            .get_mut("web")
            .expect("is in the report");
        web.failed.insert("connection_refused".into(), 7);
        assert_eq!(bottleneck(&design(), &refusing).as_deref(), Some("web"));
        let data = refusing.components.get_mut("data").expect("is there");
        data.load.utilisation = 0.4;
        assert_eq!(bottleneck(&design(), &refusing).as_deref(), Some("web"));
        let data = refusing.components.get_mut("data").expect("is there");
        data.load.utilisation = 0.6;
        assert_eq!(bottleneck(&design(), &refusing).as_deref(), Some("data"));
    }
}
