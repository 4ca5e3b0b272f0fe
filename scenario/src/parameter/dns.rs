//! Of a name service.

use super::{Field, Parameters};
use crate::Dns;

impl Parameters for Dns {
    const FIELDS: &'static [Field<Self>] = &[number!(
        ttl_s,
        "Time to live",
        "s",
        DNS_TTL_S,
        "How long a user keeps an answer; a dead address is used until then."
    )
    .said("TTL", "s")];
}
