//! The one TLS configuration of every connection to a marketplace: ring, and the root certificates
//! inside the binary.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::failure::{Exit, Failure, OrFail};

/// TLS 1.2 and 1.3, certificates checked against the roots of Mozilla: nothing on the machine
/// decides whom to trust.
pub(crate) fn configuration() -> Result<ClientConfig, Failure> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .or_fail(Exit::Program, || "cannot set up TLS".into())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
