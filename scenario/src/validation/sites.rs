//! Rules for sites: which there are, what stands in them, and what leads from one to another.

use super::at_most;
use super::text::{self, quoted};
use crate::limits::{self, LATENCY_BETWEEN_SITES_MIN_MS};
use crate::problem::{Path, Problems};
use crate::{Design, KindTag, nearest};

pub(super) fn check(problems: &mut Problems, at: &Path, design: &Design) {
    at_most(problems, at, design.sites.len(), limits::SITES_MAX, "sites");
    text::unique(
        problems,
        at,
        design.sites.iter().map(|site| site.id.as_str()),
    );
    for (index, site) in design.sites.iter().enumerate() {
        let at = &at.index(index);
        text::id(problems, &at.field("id"), &site.id);
        text::id(problems, &at.field("region"), &site.region);
    }
}

/// Every component stands in a site that there is.
pub(super) fn stands(problems: &mut Problems, at: &Path, design: &Design) {
    for (index, component) in design.components.iter().enumerate() {
        let is_known = |site: &String| design.sites.iter().any(|known| known.id == *site);
        let ids = design.sites.iter().map(|known| &known.id);
        let is_hidden = || text::repeated(ids.clone()).next().is_some();
        if let Some(site) = component
            .site
            .as_ref()
            .filter(|site| !is_known(site) && !is_hidden())
        {
            let sites = design.sites.iter().map(|known| known.id.as_str());
            let advice = match nearest(site, sites) {
                Some(meant) => format!("did you mean {}?", quoted(meant)),
                None => "name one of the design's sites".to_owned(),
            };
            let what = format!("there is no site {}", quoted(site));
            problems.about(Some(&component.id));
            problems.miss(&at.index(index).field("site"), what, &advice);
        }
    }
    problems.about(None);
}

/// What is in one site learns of another only by what a link brings, and that takes time. Who must know more of the
/// other than that stands in the same site.
pub(super) fn between(
    problems: &mut Problems,
    at: &Path,
    design: &Design,
    ends: [&str; 2],
    latency_ms: f64,
) {
    let [Some((from, caller)), Some((to, called))] = ends.map(|end| design.component(end)) else {
        return;
    };
    let [here, there] = [from, to].map(|component| design.place_of(component));
    if here == there {
        return;
    }
    let site = |place: usize| quoted(&design.sites[place].id);
    let are = format!(
        "{} is in site {} and {} in {}",
        caller.title(),
        site(here),
        called.title(),
        site(there)
    );
    if caller.kind.tag() == KindTag::LoadBalancer || called.kind.tag() == KindTag::Dns {
        let message =
            format!("{are}: put both in one site, since one knows at once how the other is");
        problems.add(at, message);
    } else if latency_ms < LATENCY_BETWEEN_SITES_MIN_MS {
        let message = format!(
            "{are}: a link between two sites takes {LATENCY_BETWEEN_SITES_MIN_MS} ms or more"
        );
        problems.add(&at.field("latency_ms"), message);
    }
}
