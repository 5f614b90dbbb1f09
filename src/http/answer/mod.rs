//! What came back: the body within its limits, what a status code means, what an error says of
//! itself. Sends nothing and decides no retry.

pub(crate) mod body;
pub(crate) mod error_body;
pub(crate) mod status;
