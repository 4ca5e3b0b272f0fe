//! What gives way first: a component, or the way to one.

use headroom_scenario::{Design, Impairment, Scenario};
use serde::{Deserialize, Serialize};

use crate::figures::reason::Reason;
use crate::figures::report::Report;
use crate::lab::clues::Clues;

/// Components as busy as this share of the busiest are as good as saturated together, and those that failed
/// as often as this share of the worst have failed with it.
const AS_GOOD_AS_SHARE: f64 = 0.9;

/// Where not even the busiest is as busy as this, it is not for want of capacity that requests fail.
const BUSY_FROM: f64 = 0.5;

/// What gives way first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bottleneck {
    /// A component, by its id.
    Component(String),
    /// The way from one component to another.
    Link {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
        /// What the script has made wrong with it; nothing where it only takes long.
        impairments: Vec<Impairment>,
    },
}

impl Bottleneck {
    /// What it is called: `Database`, `Web tier → Database`.
    pub fn title(&self, design: &Design) -> String {
        match self {
            Self::Component(id) => design.title(id).to_owned(),
            Self::Link { from, to, .. } => {
                format!("{} → {}", design.title(from), design.title(to))
            }
        }
    }

    /// Whether it is a link that the script has made something wrong with.
    fn is_impaired(&self) -> bool {
        matches!(self, Self::Link { impairments, .. } if !impairments.is_empty())
    }

    /// Where calls come in, and where they get.
    fn ends(&self) -> (&str, &str) {
        match self {
            Self::Component(id) => (id, id),
            Self::Link { from, to, .. } => (from, to),
        }
    }

    /// Whether calls get from it to another place: from a caller to its link, from a link to the called.
    fn leads_to(&self, other: &Self, design: &Design) -> bool {
        let ((_, end), (start, _)) = (self.ends(), other.ends());
        end == start || reaches(design, end, start)
    }

    /// What is wrong with a link: `loses 90 %`; none of a component.
    pub fn wrong(&self) -> Option<String> {
        let Self::Link { impairments, .. } = self else {
            return None;
        };
        let words = impairments.iter().map(|impairment| match impairment {
            Impairment::Delay { .. } | Impairment::Cut { .. } => {
                format!("is {}", impairment.words())
            }
            Impairment::Loss { .. } | Impairment::Bandwidth { .. } => impairment.words(),
        });
        let words: Vec<String> = words.collect();
        Some(match words.is_empty() {
            true => "takes most of the time".into(),
            false => words.join(", "),
        })
    }
}

/// What gives way, by a report of a run that has just broken, at the smallest load there is or not.
///
/// That is what is busiest: a component by its busiest instance, one that hangs as busy as can be, or a link that the
/// script has made narrow, by who waits for it. Where a caller and the one it calls are both saturated, it is the
/// called one: the caller's slots are held while it waits for the answer; where most of those are held by a way that
/// the script has impaired, it is that.
/// Where nothing is busy and calls are refused, it is the one that failed most, its dead instances refuse, and
/// again the called one, or the way over which a balancer checks it. Where nothing is busy even at the smallest load,
/// or the script has impaired the way on which most time goes, it is where the time goes.
/// A disk that is full gives way, however busy anything is.
pub(super) fn bottleneck(
    scenario: &Scenario,
    report: &Report,
    is_least: bool,
) -> Option<Bottleneck> {
    let design = &scenario.design;
    let clues = Clues { scenario, report };
    let parts = design.components.present();
    let ids = parts.map(|(_, component)| component.id.as_str());
    let component = |id: &str| Bottleneck::Component(id.into());
    let is_full = |id: &&str| {
        let failed = clues.part(id).map(|part| &part.failed);
        failed.is_some_and(|failed| failed.contains_key(Reason::DiskFull.name()))
    };
    if let Some(full) = ids.clone().find(is_full) {
        return Some(component(full));
    }
    let parts = ids.clone().map(|id| (component(id), clues.busy(id)));
    let (busiest, first) = most(design, parts.chain(clues.busy_narrow()));
    if busiest < BUSY_FROM {
        // Who calls it answers badly as often.
        let failed = ids.map(|id| (component(id), clues.failed(id)));
        let (most_failed, refusing) = most(design, failed);
        if most_failed > 0.0 && !clues.are_timed_out() {
            return refusing.map(|refusing| clues.refusing(refusing));
        }
        let longest = clues.where_the_time_goes();
        if is_least || longest.as_ref().is_some_and(Bottleneck::is_impaired) {
            return longest;
        }
    }
    let first = first.filter(|_| busiest > 0.0);
    let held = clues.impaired().find(|link| {
        let is_before = match &first {
            Some(Bottleneck::Component(first)) => {
                link.from == *first || reaches(design, first, &link.from)
            }
            Some(Bottleneck::Link { .. }) => false,
            None => true,
        };
        is_before && clues.holds_slots(link)
    });
    held.map(|link| clues.way(link)).or(first)
}

/// The largest figure, and whose it is: of those that are as good as that, the largest of those that call none of the
/// others. A link has no slots that another could hold: it is left out only where what it leads to has more.
fn most(
    design: &Design,
    figures: impl Iterator<Item = (Bottleneck, f64)>,
) -> (f64, Option<Bottleneck>) {
    let mut alike: Vec<(Bottleneck, f64)> = figures.collect();
    let most = alike.iter().map(|(_, figure)| *figure);
    let most = most.fold(0.0, f64::max);
    alike.retain(|(_, figure)| *figure >= AS_GOOD_AS_SHARE * most);
    let calls_no_other = |(place, figure): &&(Bottleneck, f64)| {
        let may_be_held = |more: f64| matches!(place, Bottleneck::Component(_)) || more > *figure;
        let mut others = alike.iter().filter(|(other, _)| other != place);
        !others.any(|(other, more)| may_be_held(*more) && place.leads_to(other, design))
    };
    let called = alike.iter().filter(calls_no_other);
    let called = called.max_by(|(_, one), (_, other)| one.total_cmp(other));
    (
        most,
        called.or(alike.first()).map(|(place, _)| place.clone()),
    )
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
    use crate::figures::report::{ReportComponent, ReportInstance, ReportLoad};
    use headroom_scenario::{Clients, Component, Database, Kind, Link, Service};

    /// What gives way in a design without a script, at some load or the smallest.
    fn first(design: &Design, report: &Report, is_least: bool) -> Option<String> {
        let scenario = Scenario {
            design: design.clone(),
            ..Scenario::default()
        };
        let first = bottleneck(&scenario, report, is_least)?;
        Some(first.title(design))
    }

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
            first(&design(), &report(&[0.98], 0.4), false).as_deref(),
            Some("web")
        );
    }

    #[test]
    fn a_caller_that_waits_for_a_saturated_one_is_not_to_blame() {
        assert_eq!(
            first(&design(), &report(&[1.0], 0.97), false).as_deref(),
            Some("data")
        );
    }

    #[test]
    fn one_hot_instance_is_enough() {
        assert_eq!(
            first(&design(), &report(&[1.0, 0.2, 0.2], 0.7), false).as_deref(),
            Some("web")
        );
    }

    #[test]
    fn a_full_disk_gives_way_before_the_busiest() {
        let mut full = report(&[0.98], 0.1);
        let data = full.components.get_mut("data").expect("is in the report");
        data.failed.insert("disk_full".into(), 1);
        assert_eq!(first(&design(), &full, false).as_deref(), Some("data"));
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
            assert_eq!(first(&design, &report, false).as_deref(), Some("data"));
        }
    }

    #[test]
    fn where_nothing_is_busy_the_one_that_refuses_gives_way() {
        let mut refusing = report(&[0.0], 0.0);
        assert_eq!(first(&design(), &refusing, false), None);
        let web = refusing
            .components
            .get_mut("web")
            .expect("is in the report");
        web.failed.insert("connection_refused".into(), 7);
        assert_eq!(first(&design(), &refusing, false).as_deref(), Some("web"));
        let data = refusing.components.get_mut("data").expect("is there");
        data.load.utilisation = 0.4;
        assert_eq!(first(&design(), &refusing, false).as_deref(), Some("web"));
        let data = refusing.components.get_mut("data").expect("is there");
        data.load.utilisation = 0.6;
        assert_eq!(first(&design(), &refusing, false).as_deref(), Some("data"));
    }
}
