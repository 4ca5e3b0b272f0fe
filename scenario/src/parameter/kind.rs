//! Of a component, whatever its kind.

use super::{Field, Parameters, Row, Value};
use crate::{Clients, Kind};

/// Does the same to the parameters of a component of any kind.
macro_rules! of_any {
    ($kind:expr, $of:ident => $what:expr) => {
        match $kind {
            Kind::Clients($of) => $what,
            Kind::Dns($of) => $what,
            Kind::LoadBalancer($of) => $what,
            Kind::Service($of) => $what,
            Kind::Cache($of) => $what,
            Kind::Database($of) => $what,
        }
    };
}

impl Kind {
    /// All its parameters with their values.
    pub fn parameters(&self) -> Vec<Row> {
        of_any!(self, of => of.rows())
    }

    /// Sets the parameter in a place of its table.
    pub fn set_parameter(&mut self, place: usize, value: &Value) {
        of_any!(self, of => of.set(place, value));
    }
}

/// How users behave stands in the traffic.
impl Parameters for Clients {
    const FIELDS: &'static [Field<Self>] = &[];
}
