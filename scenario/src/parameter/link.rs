//! Of a link.

use super::{Field, Parameters};
use crate::Link;

impl Parameters for Link {
    const FIELDS: &'static [Field<Self>] = &[
        number!(
            latency_ms,
            "Latency, one way",
            "ms",
            LATENCY_MS,
            "A trip there and back takes twice as long; links from users add half their region's round trip."
        )
        .said("latency", "ms"),
        number!(
            timeout_ms,
            "Waits for an answer",
            "ms",
            WAIT_MS,
            "Then the caller goes on without: a cache that is late has missed, a balancer may try another server, other calls fail. 0 waits for ever."
        ),
    ];
}
