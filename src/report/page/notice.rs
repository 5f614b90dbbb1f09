//! What of the findings and anomalies the page shows in one list.

use crate::inventory::Source;
use crate::language::Language;
use crate::monitor::anomalies::Anomaly;
use crate::monitor::finding::{Finding, Severity};
use crate::words::{Text, anomalies, findings};

pub(crate) enum PageFinding {
    /// Stored numbers that cannot be right.
    Unsound(Finding),
    Odd(Anomaly),
}

impl PageFinding {
    pub(crate) fn severity(&self) -> Severity {
        match self {
            PageFinding::Unsound(finding) => finding.severity,
            PageFinding::Odd(anomaly) => anomaly.severity,
        }
    }

    pub(crate) fn source(&self) -> Source {
        match self {
            PageFinding::Unsound(finding) => finding.source,
            PageFinding::Odd(anomaly) => anomaly.source,
        }
    }

    pub(super) fn sentence(&self, language: Language) -> Text {
        match self {
            PageFinding::Unsound(finding) => findings::sentence(finding, language),
            PageFinding::Odd(anomaly) => Text::new(anomalies::sentence(anomaly, language)),
        }
    }
}
