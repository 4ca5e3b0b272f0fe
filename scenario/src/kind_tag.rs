//! The facts of a component kind: what every part of the project asks of it, in one place.

/// A kind of component, without its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindTag {
    /// The users' browsers and phones.
    Clients,
    /// The directory that turns a name into an address.
    Dns,
    /// Spreads requests over the instances of a service.
    LoadBalancer,
    /// Servers that do the work.
    Service,
    /// Memory in front of a database.
    Cache,
    /// Keeps the data.
    Database,
}

/// What is true of every component of a kind, whatever its parameters.
#[derive(Debug)]
pub struct KindFacts {
    /// The kind as in a document: `load_balancer`.
    pub name: &'static str,
    /// The kind as in a sentence: `load balancer`.
    pub title: &'static str,
    /// The kinds that it may call.
    pub calls: &'static [KindTag],
    /// What would be right where a link from it makes no sense.
    pub calls_advice: &'static str,
    /// Instances can be added and removed while it runs.
    pub is_scalable: bool,
    /// Its instances run a version of the user's, which can be deployed.
    pub is_deployable: bool,
    /// Where it is one machine, to break and to mend, the name of that is the name of the whole.
    pub is_one_machine: bool,
    /// Its instances do work, of which there is only so much at once.
    pub works: bool,
    /// It keeps data, or copies of data, for others.
    pub stores: bool,
}

impl KindTag {
    /// Its facts.
    pub const fn facts(self) -> &'static KindFacts {
        match self {
            KindTag::Clients => &CLIENTS,
            KindTag::Dns => &DNS,
            KindTag::LoadBalancer => &LOAD_BALANCER,
            KindTag::Service => &SERVICE,
            KindTag::Cache => &CACHE,
            KindTag::Database => &DATABASE,
        }
    }
}

const CLIENTS: KindFacts = KindFacts {
    name: "clients",
    title: "group of clients",
    calls: &[KindTag::Dns, KindTag::LoadBalancer, KindTag::Service],
    calls_advice: "link clients to a name service, a load balancer or a service",
    is_scalable: false,
    is_deployable: false,
    is_one_machine: false,
    works: false,
    stores: false,
};

const DNS: KindFacts = KindFacts {
    name: "dns",
    title: "name service",
    calls: &[],
    calls_advice: "it only tells clients an address; link the clients themselves to what serves them",
    is_scalable: false,
    is_deployable: false,
    is_one_machine: false,
    works: false,
    stores: false,
};

const LOAD_BALANCER: KindFacts = KindFacts {
    name: "load_balancer",
    title: "load balancer",
    calls: &[KindTag::Service],
    calls_advice: "link it to the service whose instances it spreads requests over",
    is_scalable: false,
    is_deployable: false,
    is_one_machine: true,
    works: false,
    stores: false,
};

const SERVICE: KindFacts = KindFacts {
    name: "service",
    title: "service",
    calls: &[KindTag::Cache, KindTag::Database, KindTag::Service],
    calls_advice: "link it to a cache, a database or another service",
    is_scalable: true,
    is_deployable: true,
    is_one_machine: false,
    works: true,
    stores: false,
};

const CACHE: KindFacts = KindFacts {
    name: "cache",
    title: "cache",
    calls: &[KindTag::Database],
    calls_advice: "link it to the database that it fetches from",
    is_scalable: true,
    is_deployable: false,
    is_one_machine: false,
    works: true,
    stores: true,
};

const DATABASE: KindFacts = KindFacts {
    name: "database",
    title: "database",
    calls: &[],
    calls_advice: "it only answers; link those that ask to it",
    is_scalable: true,
    is_deployable: false,
    is_one_machine: true,
    works: true,
    stores: true,
};
