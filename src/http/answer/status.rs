//! What an answer or a broken connection means for the request: the table behind "try again" and the exit codes. Pure.

use reqwest::StatusCode;

use crate::http::connection::public_address::PrivateHost;

/// What a status says about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The body is the answer.
    Answered,
    /// There is nothing to answer (204).
    Nothing,
    /// The answer is elsewhere.
    Redirected,
    /// The marketplace is in trouble, which passes on its own.
    Passing,
    /// Too many requests.
    RateLimited,
    /// The key is not accepted, or not for this method.
    KeyRejected,
    /// There is no such thing, not or no longer.
    Missing,
    /// The request will never be answered with data.
    NotStockData,
}

/// Sorts a status. What is not known to pass on its own is not tried again.
pub fn status(status: StatusCode) -> Verdict {
    match status.as_u16() {
        200 | 201 => Verdict::Answered,
        204 => Verdict::Nothing,
        301 | 302 | 303 | 307 | 308 => Verdict::Redirected,
        401 | 403 => Verdict::KeyRejected,
        404 | 410 => Verdict::Missing,
        408 | 425 | 500..=599 => Verdict::Passing,
        429 => Verdict::RateLimited,
        _ => Verdict::NotStockData,
    }
}

/// What a connection broke on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakage {
    /// A timeout, a refused or reset connection, a name server, a cut body: passes on its own.
    Passing,
    /// The other side's certificate does not hold: does not pass within one run, and nothing may be sent.
    Certificate,
    /// The name leads into a private network.
    PrivateHost,
}

/// Sorts a broken exchange by looking down its chain of causes.
pub fn breakage(error: &(dyn std::error::Error + 'static)) -> Breakage {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<PrivateHost>() {
            return Breakage::PrivateHost;
        }
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Breakage::Certificate;
        }
        // An I/O error's `source` skips the error that it wraps.
        next = match error.downcast_ref::<std::io::Error>().and_then(|wrapper| wrapper.get_ref()) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    Breakage::Passing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts<const N: usize>(codes: [u16; N]) -> Vec<Verdict> {
        codes.map(|code| status(StatusCode::from_u16(code).unwrap())).into()
    }

    #[test]
    fn a_body_counts_only_with_200_or_201() {
        assert_eq!(verdicts([200, 201]), [Verdict::Answered; 2]);
        assert_eq!(verdicts([202, 203, 206]), [Verdict::NotStockData; 3]);
        assert_eq!(verdicts([204]), [Verdict::Nothing]);
    }

    #[test]
    fn trouble_of_the_marketplace_passes_on_its_own() {
        assert_eq!(verdicts([408, 425, 500, 502, 503, 504, 599]), [Verdict::Passing; 7]);
    }

    #[test]
    fn too_many_requests_are_a_rate_limit() {
        assert_eq!(verdicts([429]), [Verdict::RateLimited]);
    }

    #[test]
    fn a_rejected_key_is_told_apart() {
        assert_eq!(verdicts([401, 403]), [Verdict::KeyRejected; 2]);
    }

    #[test]
    fn what_cannot_pass_is_not_tried_again() {
        assert_eq!(verdicts([404, 410]), [Verdict::Missing; 2]);
        assert_eq!(verdicts([300, 304, 400, 402, 405, 409, 413, 422]), [Verdict::NotStockData; 8]);
    }

    #[test]
    fn a_certificate_is_found_below_other_errors() {
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let wrapped = std::io::Error::other(std::io::Error::other(certificate));
        assert_eq!(breakage(&wrapped), Breakage::Certificate);
    }

    #[test]
    fn other_breakages_pass_on_their_own() {
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert_eq!(breakage(&reset), Breakage::Passing);
        let handshake = std::io::Error::other(rustls::Error::HandshakeNotComplete);
        assert_eq!(breakage(&handshake), Breakage::Passing);
    }
}
