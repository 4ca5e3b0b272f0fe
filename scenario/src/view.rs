//! Where a shared link opens.

use serde::{Deserialize, Serialize};

/// The moment and the place at which a link opens, and what its reader may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// Simulated time to run to before the first picture, in nanoseconds.
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub at_ns: u64,
    /// Opens paused.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub paused: bool,
    /// Simulated seconds per second; 0 is the page's own choice (1).
    #[serde(skip_serializing_if = "is_zero_f64")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub speed: f64,
    /// Id of the component that is selected; left out, none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub selected: Option<String>,
    /// The panel that is open; left out, the figures are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub panel: Option<Panel>,
    /// Nothing can be edited: for a lesson.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub read_only: bool,
    /// Only the diagram and its time line: for an iframe.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub embedded: bool,
}

impl View {
    /// Nothing differs from how the page opens by itself.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A panel at the right of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Panel {
    /// Figures and charts.
    #[default]
    Figures,
    /// The consistent-hash ring.
    Ring,
    /// The waiting lines.
    Queues,
    /// The copies of the databases.
    Data,
    /// One request's way.
    Trace,
}

impl Panel {
    /// Every panel, in the order of their tabs.
    pub const ALL: [Panel; 5] = [
        Panel::Figures,
        Panel::Ring,
        Panel::Queues,
        Panel::Data,
        Panel::Trace,
    ];

    /// The panel as in a document: `ring`.
    pub const fn name(self) -> &'static str {
        match self {
            Panel::Figures => "figures",
            Panel::Ring => "ring",
            Panel::Queues => "queues",
            Panel::Data => "data",
            Panel::Trace => "trace",
        }
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}
fn is_zero_f64(value: &f64) -> bool {
    *value == 0.0
}
fn is_false(value: &bool) -> bool {
    !*value
}
