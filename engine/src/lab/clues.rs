//! What a run that has broken tells of where its requests were: with a component, or on the way.

use std::mem::discriminant;

use headroom_scenario::{Action, Class, Component, Impairment, Kind, Link, Scenario, Target};

use crate::figures::reason::Reason;
use crate::figures::report::{Report, ReportComponent};
use crate::lab::bottleneck::Bottleneck;

/// A component's slots are held by the way where so much of what is in them is on it.
const HELD_SHARE: f64 = 0.5;

/// A run that has broken, and the script that it had.
pub(super) struct Clues<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) report: &'a Report,
}

impl<'a> Clues<'a> {
    /// What the report says of a component.
    pub(super) fn part(&self, id: &str) -> Option<&'a ReportComponent> {
        self.report.components.get(id)
    }

    /// How busy the busiest instance is: as much as can be, where it hangs and is asked still.
    pub(super) fn busy(&self, id: &str) -> f64 {
        if self.hangs(id) {
            return 1.0;
        }
        self.part(id).map_or(0.0, utilisation_of_busiest_instance)
    }

    /// How many calls failed there.
    pub(super) fn failed(&self, id: &str) -> f64 {
        let failed = self.part(id).map(|part| part.failed.values().sum::<u64>());
        failed.unwrap_or(0) as f64
    }

    /// Who refuses calls: a balancer does for want of healthy servers, or of a way to them.
    pub(super) fn refusing(&self, id: String) -> Bottleneck {
        let reason = Reason::NoHealthyInstance.name();
        let without = self.part(&id).and_then(|part| part.failed.get(reason));
        let is_without = 2.0 * without.map_or(0.0, |count| *count as f64) > self.failed(&id);
        match self.longest(&id).filter(|_| is_without) {
            Some(link) if !self.impairments(link).is_empty() => self.way(link),
            Some(link) => Bottleneck::Component(link.to.clone()),
            None => Bottleneck::Component(id),
        }
    }

    /// Whether most of what failed was given up for want of an answer.
    pub(super) fn are_timed_out(&self) -> bool {
        let requests = &self.report.requests;
        let timed_out = requests.failed.get(Reason::TimedOut.name()).copied();
        2 * timed_out.unwrap_or(0) > requests.failed_total()
    }

    /// Whether the script has let an instance hang that is asked still: a balancer that checks takes it out, but
    /// not the last.
    fn hangs(&self, id: &str) -> bool {
        let mut hanging = Vec::new();
        for timed in &self.scenario.script {
            let Target::Instance(of, number) = timed.action.target() else {
                continue;
            };
            if of == id {
                hanging.retain(|earlier| *earlier != number);
                if let Action::Hang { .. } = timed.action {
                    hanging.push(number);
                }
            }
        }
        let design = &self.scenario.design;
        let Some((place, component)) = design.component(id) else {
            return false;
        };
        let is_checked = design.callers(place).any(|(_, caller)| {
            matches!(&caller.kind, Kind::LoadBalancer(balancer) if balancer.health_check.is_some())
        });
        let least = if is_checked {
            component.kind.instances_max()
        } else {
            1
        };
        hanging.len() >= usize::from(least)
    }

    /// The links that the script impairs.
    pub(super) fn impaired(&self) -> impl Iterator<Item = &'a Link> {
        let links = self.scenario.design.links.present().map(|(_, link)| link);
        links.filter(|link| !self.impairments(link).is_empty())
    }

    fn impairments(&self, link: &Link) -> Vec<Impairment> {
        let script = self.scenario.script.iter();
        let of_link =
            script.filter(|timed| timed.action.target() == Target::Link(&link.from, &link.to));
        let impairments = of_link.filter_map(|timed| {
            let Action::ImpairLink { impairment, .. } = &timed.action else {
                return None;
            };
            Some(*impairment)
        });
        // The latest of each kind counts.
        let mut latest: Vec<Impairment> = Vec::new();
        for impairment in impairments {
            latest.retain(|earlier| discriminant(earlier) != discriminant(&impairment));
            latest.push(impairment);
        }
        latest
    }

    /// The way over a link, as what gives way.
    pub(super) fn way(&self, link: &Link) -> Bottleneck {
        Bottleneck::Link {
            from: link.from.clone(),
            to: link.to.clone(),
            impairments: self.impairments(link),
        }
    }

    /// Whether most of what holds the slots of a link's caller is on its way.
    pub(super) fn holds_slots(&self, link: &Link) -> bool {
        let inside = self.inside(&link.from) - self.waiting(&link.from);
        let away = self.away(&link.from);
        away > 0.0 && away >= HELD_SHARE * inside
    }

    /// Mean number inside of a component; of users, the requests in flight.
    fn inside(&self, id: &str) -> f64 {
        let is_users =
            |(_, component): (usize, &Component)| matches!(component.kind, Kind::Clients(_));
        if self.scenario.design.component(id).is_some_and(is_users) {
            let report = self.report;
            let answered = report.completed_rps() * report.latency_ms.mean / 1e3;
            // Where nobody is answered there is no mean.
            return answered.max(report.requests.in_flight as f64);
        }
        self.part(id).map_or(0.0, |part| part.load.inside_mean)
    }

    fn waiting(&self, id: &str) -> f64 {
        self.part(id).map_or(0.0, |part| part.load.queue_mean)
    }

    /// Of those inside, the mean number that waits for the component itself or is worked on. Who calls nobody has
    /// all of them.
    fn own(&self, id: &str) -> f64 {
        let Some((place, component)) = self.scenario.design.component(id) else {
            return 0.0;
        };
        let work = match &component.kind {
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => 0.0,
            Kind::Cache(cache) => {
                let utilisation = self.part(id).map_or(0.0, |part| part.load.utilisation);
                utilisation * f64::from(cache.nodes)
            }
            Kind::Service(service) if self.scenario.design.callees(place).next().is_some() => {
                self.calls_rps(id)
                    * service.service_time_ms
                    * mean_work(&self.scenario.traffic.classes)
                    / 1e3
            }
            Kind::Service(_) | Kind::Database(_) => return self.inside(id),
        };
        (self.waiting(id) + work).min(self.inside(id))
    }

    fn calls_rps(&self, id: &str) -> f64 {
        let arrived = self.part(id).map_or(0, |part| part.load.arrived);
        arrived as f64 / self.report.simulated_s.max(f64::MIN_POSITIVE)
    }

    /// Of those inside of a component, the mean number that is neither with it nor inside of those it calls.
    fn away(&self, id: &str) -> f64 {
        let design = &self.scenario.design;
        let Some(place) = design.component(id).map(|(place, _)| place) else {
            return 0.0;
        };
        let callees = design.callees(place);
        let with_them: f64 = callees.map(|(_, callee)| self.inside(&callee.id)).sum();
        (self.inside(id) - self.own(id) - with_them).max(0.0)
    }

    /// Where most requests are, if not where they begin: with a component or on a way.
    pub(super) fn where_the_time_goes(&self) -> Option<Bottleneck> {
        let design = &self.scenario.design;
        let parts = design.components.present().map(|(_, component)| component);
        let own = parts.clone().map(|component| {
            let id = component.id.as_str();
            // Who waits at a cache for what another fetches waits for the database.
            let kept_waiting = self
                .caches_of(id)
                .map(|cache| self.away(cache))
                .sum::<f64>();
            (
                self.own(id) + kept_waiting,
                Bottleneck::Component(id.into()),
            )
        });
        let callers = parts.filter(|component| !matches!(component.kind, Kind::Cache(_)));
        let away = callers.filter_map(|component| {
            let link = self.longest(&component.id)?;
            Some((self.away(&component.id), self.way(link)))
        });
        let most = own
            .chain(away)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        most.filter(|(number, _)| *number > 0.0)
            .map(|(_, place)| place)
    }

    /// The caches that keep copies of what a database has: those that call it, or are asked by who does.
    fn caches_of(&self, database: &str) -> impl Iterator<Item = &'a str> {
        let design = &self.scenario.design;
        let place = design
            .component(database)
            .filter(|(_, component)| matches!(component.kind, Kind::Database(_)))
            .map(|(place, _)| place);
        let callers: Vec<usize> = place
            .map(|place| design.callers(place).map(|(caller, _)| caller).collect())
            .unwrap_or_default();
        let caches = design.components.present();
        caches
            .filter(move |(cache, component)| {
                let is_cache = matches!(component.kind, Kind::Cache(_));
                let is_asked = || {
                    design
                        .callers(*cache)
                        .any(|(caller, _)| callers.contains(&caller))
                };
                is_cache && (callers.contains(cache) || is_asked())
            })
            .map(|(_, component)| component.id.as_str())
    }

    /// The way from a component that is to blame if any is: one that is impaired, or else the longest.
    fn longest(&self, from: &str) -> Option<&'a Link> {
        let design = &self.scenario.design;
        let serves = |link: &&Link| {
            let to = design.component(&link.to);
            to.is_some_and(|(_, to)| !matches!(to.kind, Kind::Dns(_)))
        };
        let links = design.links.present().map(|(_, link)| link);
        let links = links.filter(|link| link.from == from).filter(serves);
        links.max_by(|one, other| {
            let rank = |link: &Link| (!self.impairments(link).is_empty(), link.latency_ms);
            let ((bad, long), (worse, longer)) = (rank(one), rank(other));
            bad.cmp(&worse).then(long.total_cmp(&longer))
        })
    }
}

/// Mean work of a request.
fn mean_work(classes: &[Class]) -> f64 {
    let weights: f64 = classes.iter().map(|class| class.weight).sum();
    let work: f64 = classes.iter().map(|class| class.weight * class.work).sum();
    work / weights
}

/// Utilisation of the instance that has most to do: one hot server is enough to break a tier.
fn utilisation_of_busiest_instance(component: &ReportComponent) -> f64 {
    let instances = component
        .instances
        .iter()
        .map(|instance| instance.load.utilisation);
    instances.fold(component.load.utilisation, f64::max)
}
