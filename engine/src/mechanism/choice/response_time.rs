//! How fast a backend has answered lately, for least response time.
//!
//! A new response time counts for an eighth, as in TCP's smoothed round trip (RFC 6298), and for more
//! the longer ago the one before it was measured: what is known fades exponentially. Meanwhile the
//! backend looks ever faster, so that one that was slow is tried again (as in Finagle's `PeakEwma`).
//!
//! One that gives no answer, as a dead one does, counts as having taken as long as the memory lasts. Left
//! out, its refusals would make it the fastest of all: nobody would be sent anywhere else.
//!
//! Since all fade alike, their order changes only when one of them is sent a request or answers one:
//! `average x exp(-(now - measured) / memory)` is in the order of `ln(average) + measured / memory`.

/// Share of the average that a new response time leaves in place, if it follows at once.
const KEPT: f64 = 7.0 / 8.0;
/// Steps of an expected wait in a factor of e: a millionth is exact enough.
const STEPS: f64 = (1_u64 << 20) as f64;

/// A good answer, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// When it came.
    pub at_ns: u64,
    /// How long it took; none where the backend refused, or died over it.
    pub took_ns: Option<u64>,
}

/// A backend's response time as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponseTime {
    average_ns: f64,
    measured_ns: u64,
}

impl ResponseTime {
    /// What is known after one more answer; `memory_ns` is the time in which it fades to 1/e.
    pub fn after(before: Option<Self>, response: Response, memory_ns: f64) -> Self {
        let Response { at_ns, took_ns } = response;
        let took_ns = took_ns.map_or(memory_ns, |took_ns| took_ns.max(1) as f64);
        let average_ns = before.map_or(took_ns, |before| {
            let age = (at_ns - before.measured_ns) as f64 / memory_ns;
            let kept = KEPT * libm::exp(-age);
            before.average_ns * kept + took_ns * (1.0 - kept)
        });
        Self {
            average_ns,
            measured_ns: at_ns,
        }
    }

    /// Order of the wait to be expected: the response time times those open, one more included.
    pub fn expected_wait(self, open: u32, memory_ns: f64) -> i64 {
        let faded = libm::log(self.average_ns) + self.measured_ns as f64 / memory_ns;
        ((faded + libm::log(f64::from(open) + 1.0)) * STEPS) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY_NS: f64 = 10e9;

    fn known(took_ns: u64, at_ns: u64) -> ResponseTime {
        let took_ns = Some(took_ns);
        ResponseTime::after(None, Response { at_ns, took_ns }, MEMORY_NS)
    }

    #[test]
    fn no_answer_counts_as_one_that_took_as_long_as_the_memory() {
        let refusal = Response {
            at_ns: 0,
            took_ns: None,
        };
        let of = |before| ResponseTime::after(before, refusal, MEMORY_NS);
        assert_eq!(of(None), known(MEMORY_NS as u64, 0));
        let once = of(Some(known(80_000_000, 0)));
        assert_eq!(once.average_ns, 70_000_000.0 + MEMORY_NS / 8.0);
    }

    #[test]
    fn an_eighth_counts_at_once_and_nearly_all_after_a_long_time() {
        let after = |at_ns| {
            let took_ns = Some(80);
            let response = Response { at_ns, took_ns };
            ResponseTime::after(Some(known(800, 0)), response, MEMORY_NS).average_ns
        };
        assert_eq!(after(0), 710.0);
        assert!((after(100_000_000_000) - 80.0).abs() < 0.1);
    }

    #[test]
    fn the_wait_to_be_expected_grows_with_those_open_and_fades() {
        let fast = known(1_000, 0);
        assert!(fast.expected_wait(0, MEMORY_NS) < fast.expected_wait(1, MEMORY_NS));
        assert!(fast.expected_wait(3, MEMORY_NS) < known(5_000, 0).expected_wait(0, MEMORY_NS));
        // Fifty times slower, but 3.9 memories ago and more: that is one in fifty left.
        let slow = known(50_000, 0).expected_wait(0, MEMORY_NS);
        assert!(known(1_000, 39_000_000_000).expected_wait(0, MEMORY_NS) < slow);
        assert!(known(1_000, 40_000_000_000).expected_wait(0, MEMORY_NS) > slow);
    }
}
