//! Where a request goes: the client, its TLS, and which addresses it may connect to.
//! Knows no answer.

pub(crate) mod client;
pub(crate) mod public_address;
pub(crate) mod tls;
