//! What the reader has selected on the diagram.

/// A part of the design that can be selected, and so inspected.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// A component, by its id.
    Component(String),
    /// One instance of a component, numbered from 0.
    Instance(String, u16),
    /// The link between two components.
    Link {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
    },
}

impl Selection {
    /// The component it is about, unless it is a link.
    pub fn component(&self) -> Option<&str> {
        match self {
            Selection::Component(id) | Selection::Instance(id, _) => Some(id),
            Selection::Link { .. } => None,
        }
    }
}
