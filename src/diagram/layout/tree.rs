//! The tree that a design is drawn as: its places, in each the tiers, in each the components.

use headroom_scenario::Design;

use super::super::node;
use crate::order::sort_by_key;

/// Where a kind of component stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// At the start, with those who ask.
    First,
    /// Beside them: a directory that they look things up in.
    Aside,
    /// Behind those who call it.
    Behind,
    /// With the data that it spares, above it.
    Before,
    /// At the end, with all other data.
    Last,
}

/// The components of one place, tier by tier: the tiers of all places are the same, some of them empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteTree {
    /// Its number in the design; none for what stands in no place.
    pub site: Option<usize>,
    /// Numbers of components.
    pub tiers: Vec<Vec<usize>>,
}

/// All places of a design that something stands in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// What stands in no place first.
    pub sites: Vec<SiteTree>,
    /// How each component stands.
    pub stands: Vec<Stand>,
}

impl Tree {
    /// The tree of a design.
    pub fn of(design: &Design) -> Self {
        let components = design.components.iter();
        let stands: Vec<Stand> = components
            .map(|component| node::stand(&component.kind))
            .collect();
        let ranks = ranks(design, &stands);
        let site_of = |number: usize| {
            let id = design.components[number].site.as_ref()?;
            design.sites.iter().position(|site| site.id == *id)
        };
        let sites = std::iter::once(None).chain((0..design.sites.len()).map(Some));
        let sites = sites.map(|site| SiteTree {
            site,
            tiers: ranks
                .iter()
                .map(|rank| {
                    let here = rank.iter().copied();
                    here.filter(|number| site_of(*number) == site).collect()
                })
                .collect(),
        });
        Self {
            sites: sites
                .filter(|site| !site.tiers.concat().is_empty())
                .collect(),
            stands,
        }
    }

    /// Components in the order of reading.
    pub fn order(&self) -> Vec<usize> {
        columns_of(&self.sites).concat()
    }
}

/// What stands in each column, of all places.
pub fn columns_of(sites: &[SiteTree]) -> Vec<Vec<usize>> {
    let tiers = sites.first().map_or(0, |site| site.tiers.len());
    let of_tier = |tier: usize| {
        let members = sites.iter().flat_map(|site| &site.tiers[tier]);
        members.copied().collect()
    };
    (0..tiers).map(of_tier).collect()
}

/// Components by distance from the users: the longest way there is. What stores data stands in one
/// rank, the cache above the database it spares; the directory stands with the users.
fn ranks(design: &Design, stands: &[Stand]) -> Vec<Vec<usize>> {
    let count = design.components.len();
    let links: Vec<(usize, usize)> = design
        .wiring()
        .map(|(_, ends)| (ends.from.place(), ends.to.place()))
        .filter(|(from, to)| stands[*from] != Stand::Before && stands[*to] != Stand::Aside)
        .collect();
    // What nothing leads to yet still stands where its kind belongs.
    let first = |stand: &Stand| match stand {
        Stand::First | Stand::Aside => 0,
        Stand::Behind | Stand::Before | Stand::Last => 1,
    };
    let mut rank: Vec<usize> = stands.iter().map(first).collect();
    // As many rounds as there are components: a circle of links ends there too.
    for _ in 0..count {
        for (from, to) in &links {
            if rank[*to] <= rank[*from] && rank[*from] < count {
                rank[*to] = rank[*from] + 1;
            }
        }
    }
    let there: Vec<usize> = design
        .components
        .present()
        .map(|(number, _)| number)
        .collect();
    let keeps = |number: &usize| matches!(stands[*number], Stand::Before | Stand::Last);
    let kept: Vec<usize> = there.iter().copied().filter(keeps).collect();
    if let Some(last) = kept.iter().map(|number| rank[*number]).max() {
        kept.iter().for_each(|number| rank[*number] = last);
    }
    let mut ranks: Vec<Vec<usize>> = Vec::new();
    for level in 0..=rank.iter().copied().max().unwrap_or(0) {
        let mut members: Vec<usize> = there
            .iter()
            .copied()
            .filter(|number| rank[*number] == level)
            .collect();
        sort_by_key(&mut members, |number| {
            !matches!(stands[*number], Stand::Aside | Stand::Before)
        });
        if !members.is_empty() {
            ranks.push(members);
        }
    }
    ranks
}
