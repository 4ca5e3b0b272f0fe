//! The same run everywhere: the released page's worker against the golden digests of the native
//! engine.

use headroom_e2e::{Failure, Look, Outcome, proof};
use serde_json::Value;

use crate::fixture;

const GOLDEN: &str = include_str!("../../../../engine/tests/golden/digests.json");

#[test]
fn same_run_of_every_step_as_natively() -> Outcome {
    let golden: Value =
        serde_json::from_str(GOLDEN).map_err(|error| Failure::new(error.to_string()))?;
    let simulated_s = golden["simulated_s"].as_f64().unwrap_or_default();
    let digests = golden["digests"]
        .as_object()
        .ok_or_else(|| Failure::new("the golden file has no digests"))?;
    let page = fixture::page("", Look::DESK)?;
    for (step, digest) in digests {
        assert_eq!(
            Some(proof::digest(&page, step, simulated_s)?.as_str()),
            digest.as_str(),
            "{step}"
        );
    }
    Ok(())
}
