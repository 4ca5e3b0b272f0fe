//! The whole document.

use serde::{Deserialize, Serialize};

use crate::{Design, Objectives, TimedAction, Traffic, View};

/// Version of the document's schema that this build writes.
pub const SCHEMA_VERSION: u32 = 1;

/// A scenario as written in a file or a link: raw, so possibly full of problems.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Schema version of the document; 1 is the only one so far.
    pub version: u32,
    /// Version of the engine that wrote it, such as `0.1.0`: another engine may run it differently.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub engine: String,
    /// What the scenario is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub name: String,
    /// Name of the built-in step it started from; left out, it started from none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub step: Option<String>,
    /// Seed of every random stream; the same scenario and seed are the same run. At most 2^53 - 1.
    #[serde(default)]
    pub seed: u64,
    /// Who sends what, how often.
    #[serde(default)]
    pub traffic: Traffic,
    /// Components and the links between them.
    #[serde(default)]
    pub design: Design,
    /// What happens during the run, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub script: Vec<TimedAction>,
    /// What the design must hold.
    #[serde(default)]
    pub objectives: Objectives,
    /// Where a shared link opens.
    #[serde(default, skip_serializing_if = "View::is_default")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub view: View,
}
