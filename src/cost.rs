//! What a conversation with a marketplace costs, and the meter that counts it while it is spent.
//! Knows nothing of who counts or of what the figures are kept for.

use std::collections::BTreeSet;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// HTTP requests sent, retries included.
    pub requests: u64,
    /// Bytes of bodies received, after decompression.
    pub bytes: u64,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, more: Self) {
        self.requests += more.requests;
        self.bytes += more.bytes;
    }
}

/// Counts for a whole run: whoever ends it, a failure or a signal, finds here what it had cost by
/// then. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    bytes: AtomicU64,
    foreign_hosts: Mutex<BTreeSet<String>>,
}

impl Meter {
    pub(crate) fn add(&self, more: Cost) {
        self.counts.requests.fetch_add(more.requests, Ordering::Relaxed);
        self.counts.bytes.fetch_add(more.bytes, Ordering::Relaxed);
    }

    pub(crate) fn note_foreign(&self, host: &str) {
        let mut hosts = self.counts.foreign_hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host.to_owned());
    }

    pub(crate) fn foreign_hosts(&self) -> BTreeSet<String> {
        self.counts.foreign_hosts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn read(&self) -> Cost {
        Cost {
            requests: self.counts.requests.load(Ordering::Relaxed),
            bytes: self.counts.bytes.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clones_of_a_meter_count_together() {
        let meter = Meter::default();
        meter.clone().add(Cost { requests: 2, bytes: 10 });
        meter.add(Cost { requests: 1, bytes: 0 });
        assert_eq!(meter.clone().read(), Cost { requests: 3, bytes: 10 });
    }
}
