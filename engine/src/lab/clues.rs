//! What a run that has broken tells of where its requests were: with a component, or on the way.
//!
//! All of it is by Little's law: the mean number at a place, over those who come there a second, is the time that each
//! of them is there.

use std::mem::discriminant;

use headroom_scenario::{Action, Impairment, Kind, Link, Region, Scenario, Target};

use crate::figures::reason::Reason;
use crate::figures::report::{Report, ReportComponent};
use crate::lab::bottleneck::Bottleneck;

/// A component's slots are held by the way where so much of what is in them is on it.
const HELD_SHARE: f64 = 0.5;
/// Where fewer of the requests come than this share, hardly an objective breaks, however long they are there.
const RARE_SHARE: f64 = 0.01;

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
    pub(super) fn refusing(&self, place: Bottleneck) -> Bottleneck {
        let Bottleneck::Component(id) = &place else {
            return place;
        };
        let reason = Reason::NoHealthyInstance.name();
        let without = self.part(id).and_then(|part| part.failed.get(reason));
        let is_without = 2.0 * without.map_or(0.0, |count| *count as f64) > self.failed(id);
        let link = self.ways_from(id).next().filter(|_| is_without);
        match link {
            Some(link) if !self.impairments(link).is_empty() => self.way(link),
            Some(link) => Bottleneck::Component(link.to.clone()),
            None => place,
        }
    }

    /// Whether most of what failed was given up for want of an answer.
    pub(super) fn are_timed_out(&self) -> bool {
        let requests = &self.report.requests;
        let timed_out = requests.failed.get(Reason::TimedOut.name()).copied();
        2 * timed_out.unwrap_or(0) > requests.failed_total()
    }

    /// Whether the script has let an instance hang that is asked still: a balancer that checks takes it out, but
    /// not the last, and the place of one with a standby is taken.
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
        if matches!(&component.kind, Kind::LoadBalancer(balancer) if balancer.standby) {
            return false;
        }
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
        // The latest of each kind counts, for however long it was.
        let mut latest: Vec<Impairment> = Vec::new();
        for timed in of_link {
            if let Action::ImpairLink { impairment, .. } = &timed.action {
                latest.retain(|earlier| discriminant(earlier) != discriminant(impairment));
                latest.push(*impairment);
            } else if timed.at_ns == 0 && matches!(timed.action, Action::RepairLink { .. }) {
                // Nothing has come over it before.
                latest.clear();
            }
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

    /// How busy the narrow links are: as busy as a server before which so many wait and are served on average. Which
    /// of several impaired links of a caller holds up its calls is not known.
    pub(super) fn busy_narrow(&self) -> impl Iterator<Item = (Bottleneck, f64)> {
        let is_alone = |link: &Link| {
            let all = self.impaired().filter(|other| other.from == link.from);
            all.count() == 1
        };
        let narrow = self.impaired().filter(move |link| {
            let mut impairments = self.impairments(link).into_iter();
            impairments.any(|impairment| matches!(impairment, Impairment::Bandwidth { .. }))
                && is_alone(link)
        });
        narrow.map(|link| {
            let inside = self.held_up(&link.from);
            (self.way(link), inside / (1.0 + inside))
        })
    }

    /// Mean number inside of a component; of users, the requests in flight.
    fn inside(&self, id: &str) -> f64 {
        if self.is_users(id) {
            return self.report.requests.in_flight_mean;
        }
        self.part(id).map_or(0.0, |part| part.load.inside_mean)
    }

    fn is_users(&self, id: &str) -> bool {
        let component = self.scenario.design.component(id);
        component.is_some_and(|(_, component)| matches!(component.kind, Kind::Clients(_)))
    }

    fn waiting(&self, id: &str) -> f64 {
        self.part(id).map_or(0.0, |part| part.load.queue_mean)
    }

    /// Of those inside, the mean number that waits for the component itself or is worked on.
    fn own(&self, id: &str) -> f64 {
        let worked = self.part(id).map_or(0.0, |part| part.load.worked_mean);
        (self.waiting(id) + worked).min(self.inside(id))
    }

    /// Of those inside of a component, the mean number that is neither with it nor inside of those it calls. Of
    /// who is called by several, each has an equal part.
    fn away(&self, id: &str) -> f64 {
        let design = &self.scenario.design;
        let Some(place) = design.component(id).map(|(place, _)| place) else {
            return 0.0;
        };
        let callees = design.callees(place);
        let with_them = callees.map(|(place, callee)| {
            self.inside(&callee.id) / design.callers(place).count().max(1) as f64
        });
        (self.inside(id) - self.own(id) - with_them.sum::<f64>()).max(0.0)
    }

    /// Mean number on a link that nothing is wrong with, as far as that is known: its calls times its round trip.
    fn travelling(&self, link: &Link) -> f64 {
        let design = &self.scenario.design;
        let Some((place, _)) = design.component(&link.to) else {
            return 0.0;
        };
        let region_ms = if self.is_users(&link.from) {
            round_trip_ms_mean(&self.scenario.traffic.regions)
        } else {
            0.0
        };
        let callers = design.callers(place).count().max(1) as f64;
        let calls_rps = self.calls_rps(&link.to) / callers;
        calls_rps * (2.0 * link.latency_ms + region_ms) / 1e3
    }

    /// Of those away, the mean number whom the time that the links take does not explain.
    fn held_up(&self, id: &str) -> f64 {
        let on_links = self.ways_from(id).map(|link| self.travelling(link));
        (self.away(id) - on_links.sum::<f64>()).max(0.0)
    }

    fn calls_rps(&self, id: &str) -> f64 {
        let arrived = self.part(id).map_or(0, |part| part.load.arrived);
        self.per_s(arrived)
    }

    fn per_s(&self, count: u64) -> f64 {
        count as f64 / self.report.simulated_s.max(f64::MIN_POSITIVE)
    }

    /// The time that a request spends at a place, where so many are on average and so many calls come a second, if it
    /// comes there at all.
    fn time_s(&self, inside: f64, calls_rps: f64) -> f64 {
        let requests = &self.report.requests;
        let requests_rps = self.per_s(requests.arrived.max(requests.ended()).max(1));
        inside / calls_rps.clamp(RARE_SHARE * requests_rps, requests_rps)
    }

    /// Where requests that come there spend most time: with a component or on a way.
    pub(super) fn where_the_time_goes(&self) -> Option<Bottleneck> {
        let design = &self.scenario.design;
        let ids = design
            .components
            .present()
            .map(|(_, component)| component.id.as_str());
        let own = ids.clone().map(|id| {
            let time_s = self.time_s(self.own(id), self.calls_rps(id));
            (Bottleneck::Component(id.into()), time_s)
        });
        let ways = ids.clone().flat_map(|id| self.ways_from(id));
        let on_links = ways.map(|link| {
            let time_s = self.time_s(self.travelling(link), self.calls_rps(&link.to));
            (self.way(link), time_s)
        });
        let held_up = ids.filter_map(|id| {
            let (place, calls_rps) = self.holds_up(id)?;
            Some((place, self.time_s(self.held_up(id), calls_rps)))
        });
        let mut places: Vec<(Bottleneck, f64)> = Vec::new();
        for (place, time_s) in own.chain(on_links).chain(held_up) {
            match places.iter_mut().find(|(known, _)| *known == place) {
                Some((_, sum_s)) => *sum_s += time_s,
                None => places.push((place, time_s)),
            }
        }
        let longest = places
            .into_iter()
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        longest
            .filter(|(_, time_s)| *time_s > 0.0)
            .map(|(place, _)| place)
    }

    /// What holds up those who are neither with a component nor with those it calls, and how many calls go there a
    /// second: a machine of its own that hangs, a link that the script has impaired, or the door of one that hangs.
    /// Who waits at a cache for what another fetches waits for the database.
    fn holds_up(&self, id: &str) -> Option<(Bottleneck, f64)> {
        if self.has_hung(id) {
            return Some((Bottleneck::Component(id.into()), self.calls_rps(id)));
        }
        if let Some(link) = self.worst(id) {
            return Some((self.way(link), self.calls_rps(&link.to)));
        }
        let hung = self.ways_from(id).find(|link| self.has_hung(&link.to));
        if let Some(link) = hung {
            return Some((Bottleneck::Component(link.to.clone()), self.calls_rps(id)));
        }
        let mut parts = self.scenario.design.components.present();
        let is_behind = |database: &str| self.caches_of(database).any(|cache| cache == id);
        let (_, database) = parts.find(|(_, database)| is_behind(&database.id))?;
        let impaired = self.impaired().find(|link| link.to == database.id);
        let place = match impaired {
            Some(link) => self.way(link),
            None => Bottleneck::Component(database.id.clone()),
        };
        Some((place, self.calls_rps(id)))
    }

    /// Whether the script has let an instance of it hang, for however long.
    fn has_hung(&self, id: &str) -> bool {
        let script = self.scenario.script.iter();
        script
            .map(|timed| &timed.action)
            .any(|action| matches!(action, Action::Hang { component, .. } if component == id))
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

    /// The links over which a component calls others. Whoever answers names is called beside the way.
    fn ways_from(&self, from: &str) -> impl Iterator<Item = &'a Link> {
        let design = &self.scenario.design;
        let serves = |link: &&Link| {
            let to = design.component(&link.to);
            to.is_some_and(|(_, to)| !matches!(to.kind, Kind::Dns(_)))
        };
        let links = design.links.present().map(|(_, link)| link);
        links.filter(move |link| link.from == from).filter(serves)
    }

    /// The link from a component that the script has impaired: of several, the longest.
    fn worst(&self, from: &str) -> Option<&'a Link> {
        let impaired = self.impaired().filter(|link| link.from == from);
        impaired.max_by(|one, other| one.latency_ms.total_cmp(&other.latency_ms))
    }
}

/// Mean round trip between users and the site.
fn round_trip_ms_mean(regions: &[Region]) -> f64 {
    let shares: f64 = regions.iter().map(|region| region.share).sum();
    let sum_ms: f64 = regions
        .iter()
        .map(|region| region.share * region.round_trip_ms)
        .sum();
    sum_ms / shares
}

/// Utilisation of the instance that has most to do: one hot server is enough to break a tier.
fn utilisation_of_busiest_instance(component: &ReportComponent) -> f64 {
    let instances = component
        .instances
        .iter()
        .map(|instance| instance.load.utilisation);
    instances.fold(component.load.utilisation, f64::max)
}
