//! The one time zone of everything that people read, `SNAPSHOT_UTC_OFFSET`; what a machine reads is
//! UTC. Reached from anywhere, as the log is.

use std::sync::atomic::{AtomicI32, Ordering};

use chrono::{DateTime, FixedOffset, Offset, Utc};

/// Moscow's, in seconds, until the settings are read.
static OFFSET: AtomicI32 = AtomicI32::new(3 * 3600);

/// From now on, times for people are told with this offset.
pub(crate) fn set(offset: FixedOffset) {
    OFFSET.store(offset.local_minus_utc(), Ordering::Relaxed);
}

/// A moment as people read it.
pub(crate) fn local(moment: DateTime<Utc>) -> DateTime<FixedOffset> {
    let offset = FixedOffset::east_opt(OFFSET.load(Ordering::Relaxed));
    moment.with_timezone(&offset.unwrap_or_else(|| Utc.fix()))
}
