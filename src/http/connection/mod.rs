//! Where a request goes: the client, its TLS, and which addresses it may connect to.
//! Knows no answer.

pub mod client;
pub mod public_address;
pub mod tls;
