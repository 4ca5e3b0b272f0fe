//! Of a service, its autoscaler included.

use super::{BY_MACHINE, Field, Input, Parameters, Value};
use crate::{Distribution, Service, SessionStore, Size};

impl Parameters for Service {
    const FIELDS: &'static [Field<Self>] = &[
        number!(
            instances,
            "Servers at the start",
            "",
            INSTANCES,
            "The run is replayed with so many; add and remove above work in the middle of it."
        )
        .at_start(),
        size!(
            Size::OF_SERVERS,
            Size::SERVERS_IN_WORDS,
            "One with n times the processors has n times the workers."
        ),
        number!(
            workers,
            "Workers",
            "each",
            WORKERS,
            "Requests a server of the smallest size handles at once; a worker is held until the answer is sent."
        ),
        number!(
            service_time_ms,
            "Computing time",
            "ms",
            COMPUTING_MS,
            "Mean time a worker computes for one request of work 1."
        ),
        law!("The law of the computing time."),
        erlang_stages!(),
        squared_variation!(),
        number!(
            local_query_ms,
            "Local query",
            "ms",
            COMPUTING_MS,
            "Mean time of a query while no database is linked: it then runs in the server."
        ),
        number!(
            queue_limit,
            "Waiting line",
            "requests",
            QUEUE,
            "Requests that may wait at one server; the next is refused."
        ),
        switch!(
            drops_abandoned,
            "Drops what nobody awaits",
            "A request whose caller has given up leaves the line without work, as where deadlines travel along."
        ),
        choice!(sessions, "Sessions", "Where sessions live.", [
            SessionStore::None => "nowhere: requests carry all",
            SessionStore::Server => "in the server",
        ]),
        number!(
            login_work,
            "Log-in work",
            "× mean",
            WORK,
            "Computing time of a log-in."
        )
        .when(|of| of.sessions == SessionStore::Server),
        field!(
            "own_cache",
            "Own cache",
            "",
            Input::Mode(&["none", "by the machine", "so many entries"]),
            "Memory in each server for what it looked up last; by the machine, a quarter of its memory, or its part of 20 million entries in all.",
            |of| Some(Value::Choice(match of.local_cache_entries {
                Some(0) => 0,
                None => 1,
                Some(_) => 2,
            })),
            |of, value| if let Value::Choice(place) = value {
                of.local_cache_entries = match place {
                    1 => None,
                    2 => Some(1_000),
                    _ => Some(0),
                };
            }
        ),
        settable!(
            local_cache_entries,
            "Own cache, room",
            "entries",
            ENTRIES_OR_NONE,
            "Entries in each server's own cache; 0 is none."
        )
        .said("entries in its own cache", "")
        .unset(BY_MACHINE),
        number!(
            local_cache_ttl_s,
            "Own cache, fresh for",
            "s",
            TIME_S,
            "How long an entry stays fresh; 0 is for ever."
        )
        .said("own cache TTL", "s")
        .when(|of| of.local_cache_entries != Some(0)),
        number!(
            probe_ms,
            "Health check",
            "ms",
            COMPUTING_MS,
            "Time a server takes to answer a probe of the balancer, before all other work."
        ),
        number!(
            boot_s,
            "Boot time",
            "s",
            TIME_S,
            "From the start of a new server until it serves."
        ),
        part!(
            autoscaling,
            "Autoscaling",
            "Starts and removes servers by how busy they are, as the Kubernetes autoscaler does."
        ),
        part_number!(
            autoscaling.target_utilisation,
            "Target",
            "share busy",
            TARGET_UTILISATION,
            "As many servers as keep this share of their workers busy."
        ),
        part_number!(
            autoscaling.tolerance,
            "Tolerance",
            "of the target",
            TOLERANCE,
            "Nothing changes while the busy share is no further off its target."
        ),
        part_number!(
            autoscaling.interval_s,
            "Look every",
            "s",
            SCALING_INTERVAL_S,
            "Each look takes the mean since the one before."
        ),
        part_number!(
            autoscaling.scale_in_window_s,
            "Scale in after",
            "s",
            SCALE_IN_WINDOW_S,
            "Servers go only down to the highest number that was right within this time."
        ),
        part_number!(
            autoscaling.scale_out_share,
            "Scale out by",
            "× servers",
            SCALE_OUT_SHARE,
            "Most servers added in one period, for each that was there: 1 doubles them."
        ),
        part_number!(
            autoscaling.scale_out_servers,
            "Or by",
            "servers",
            INSTANCES,
            "So many may always be added in one period."
        )
        .said("servers to scale out by", ""),
        part_number!(
            autoscaling.scale_out_period_s,
            "In a period of",
            "s",
            SCALE_OUT_PERIOD_S,
            "What was added within it counts."
        )
        .said("scale-out period", "s"),
        part_number!(
            autoscaling.instances_min,
            "At least",
            "servers",
            INSTANCES,
            "Fewest servers."
        )
        .said("servers at least", ""),
        part_number!(
            autoscaling.instances_max,
            "At most",
            "servers",
            INSTANCES,
            "Most servers."
        )
        .said("servers at most", ""),
    ];
}
