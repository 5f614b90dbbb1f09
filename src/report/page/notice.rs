//! What of the findings and anomalies the page shows in one list.

use crate::inventory::Source;
use crate::language::Language;
use crate::monitor::anomalies::Anomaly;
use crate::monitor::finding::{Finding, Severity};
use crate::words::{Text, anomalies, findings};

pub(crate) enum Notice {
    /// Stored numbers that cannot be right.
    Unsound(Finding),
    Odd(Anomaly),
}

impl Notice {
    pub(crate) fn severity(&self) -> Severity {
        match self {
            Notice::Unsound(finding) => finding.severity,
            Notice::Odd(anomaly) => anomaly.severity,
        }
    }

    pub(crate) fn source(&self) -> Source {
        match self {
            Notice::Unsound(finding) => finding.source,
            Notice::Odd(anomaly) => anomaly.source,
        }
    }

    pub(super) fn sentence(&self, language: Language) -> Text {
        match self {
            Notice::Unsound(finding) => findings::sentence(finding, language),
            Notice::Odd(anomaly) => Text::new(anomalies::sentence(anomaly, language)),
        }
    }
}
