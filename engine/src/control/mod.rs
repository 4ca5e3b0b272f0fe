//! What users and controllers do to a running design.

pub(crate) mod deploy;
pub(crate) mod held_back;
pub(crate) mod intervention;
pub(crate) mod leaving;
pub(crate) mod scaling;
