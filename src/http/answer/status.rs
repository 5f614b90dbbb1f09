//! What an answer or a broken connection means for the request: the table behind "try again" and
//! the exit codes. Pure.

use reqwest::StatusCode;

use super::error_body::Explanation;
use crate::http::connection::public_address::PrivateHost;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Answered,
    /// There is nothing to answer (204).
    Nothing,
    Redirected,
    Transient,
    RateLimited,
    KeyRejected,
    Missing,
    /// The request will never be answered with data.
    NotStockData,
}

/// Sorts a status. What is not known to pass on its own is not tried again.
pub(crate) fn status(status: StatusCode) -> Verdict {
    match status.as_u16() {
        200 | 201 => Verdict::Answered,
        204 => Verdict::Nothing,
        301 | 302 | 303 | 307 | 308 => Verdict::Redirected,
        401 | 403 => Verdict::KeyRejected,
        // Whose balance is empty says the one whose key it is.
        402 => Verdict::KeyRejected,
        404 => Verdict::Missing,
        // A conflict (gRPC's "aborted"): another report of this seller is being made.
        408 | 409 | 425 | 500..=599 => Verdict::Transient,
        429 => Verdict::RateLimited,
        _ => Verdict::NotStockData,
    }
}

/// Sorts a refused request to an API by its status and, where that is not the whole truth, by what
/// its body says.
pub(crate) fn refusal(code: StatusCode, said: &Explanation) -> Verdict {
    let by_status = status(code);
    let names_the_key = said.mentions("api key") || said.mentions("client id");
    match (by_status, said.code.as_deref()) {
        (Verdict::RateLimited, _) => Verdict::RateLimited,
        // Ozon's words for an overload of some minutes, whatever the status.
        _ if said.mentions("circle is open") => Verdict::Transient,
        // A bad, revoked or foreign key of Ozon's comes with 400 and 404, too; gRPC's codes do not
        // lie.
        (_, Some("7" | "16")) => Verdict::KeyRejected,
        (_, Some("8")) if code.is_client_error() => Verdict::RateLimited,
        // A method that was switched off for good (Ozon, 410) or for now (Wildberries, 404): nobody
        // needs to ask twice.
        (Verdict::Missing, _) if said.mentions("temporarily disabled") => Verdict::NotStockData,
        (Verdict::Missing, _) if said.mentions("obsolete method") => Verdict::NotStockData,
        (Verdict::Missing | Verdict::NotStockData, _) if names_the_key => Verdict::KeyRejected,
        _ => by_status,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breakage {
    /// A timeout, a refused or reset connection, a name server, a cut body: passes on its own.
    Transient,
    /// The other side's certificate does not hold: does not pass within one run, and nothing may be
    /// sent.
    Certificate,
    PrivateHost,
}

/// Sorts a broken exchange by looking down its chain of causes.
pub(crate) fn breakage(error: &(dyn std::error::Error + 'static)) -> Breakage {
    let lasting = below(error).find_map(|error| {
        if error.is::<PrivateHost>() {
            return Some(Breakage::PrivateHost);
        }
        matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
            .then_some(Breakage::Certificate)
    });
    lasting.unwrap_or(Breakage::Transient)
}

/// An error and all that is below it. An I/O error's `source` skips the error that it wraps.
pub(in crate::http) fn below<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        match error.downcast_ref::<std::io::Error>().and_then(|wrapper| wrapper.get_ref()) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::answer::error_body::explain;

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
        assert_eq!(verdicts([408, 409, 425, 500, 502, 503, 504, 599]), [Verdict::Transient; 8]);
    }

    #[test]
    fn too_many_requests_are_a_rate_limit() {
        assert_eq!(verdicts([429]), [Verdict::RateLimited]);
    }

    #[test]
    fn a_rejected_key_is_told_apart() {
        assert_eq!(verdicts([401, 402, 403]), [Verdict::KeyRejected; 3]);
    }

    #[test]
    fn what_cannot_pass_is_not_tried_again() {
        assert_eq!(verdicts([404]), [Verdict::Missing]);
        assert_eq!(verdicts([300, 304, 400, 405, 410, 413, 422]), [Verdict::NotStockData; 7]);
    }

    #[test]
    fn the_body_corrects_the_status() {
        let table = [
            (400, r#"{"code":3,"message":"Invalid Api-Key"}"#, Verdict::KeyRejected),
            (422, r#"{"message":"unknown client_id"}"#, Verdict::KeyRejected),
            (404, r#"{"code":7,"message":"no"}"#, Verdict::KeyRejected),
            (500, r#"{"error":{"code":16}}"#, Verdict::KeyRejected),
            (503, r#"{"message":"the service of Api-Keys is down"}"#, Verdict::Transient),
            (
                400,
                r#"{"code":3,"message":"invalid Visibility: value must be in list"}"#,
                Verdict::NotStockData,
            ),
            (404, r#"{"code":5,"message":"report not found"}"#, Verdict::Missing),
            (404, r#"{"detail":"This method is temporarily disabled"}"#, Verdict::NotStockData),
            (
                400,
                r#"{"code":8,"message":"too many requests by this Client-Id"}"#,
                Verdict::RateLimited,
            ),
            (429, r#"{"code":7,"message":"Api-Key: too many requests"}"#, Verdict::RateLimited),
            (403, r#"{"code":7,"message":"Circle is open"}"#, Verdict::Transient),
            (403, "", Verdict::KeyRejected),
        ];
        for (code, body, expected) in table {
            let code = StatusCode::from_u16(code).unwrap();
            assert_eq!(refusal(code, &explain(body.as_bytes())), expected, "{code} {body}");
        }
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
        assert_eq!(breakage(&reset), Breakage::Transient);
        let handshake = std::io::Error::other(rustls::Error::HandshakeNotComplete);
        assert_eq!(breakage(&handshake), Breakage::Transient);
    }
}
