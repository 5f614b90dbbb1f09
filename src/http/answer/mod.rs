//! What came back: the body within its limits, what a status code means, what an error says of
//! itself. Sends nothing and decides no retry.

pub mod body;
pub mod error_body;
pub mod status;
