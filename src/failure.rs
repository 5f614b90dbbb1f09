//! How a run can end: the exit codes, and the failure that carries one of them together with its
//! causes.
//! The only place where an outcome becomes a number, but for a signal, which ends a sync in 128 +
//! its own; the codes 65–78 are those of `sysexits.h`.

use std::fmt;

/// The exit codes of every command. Crontabs and scripts hold on to these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    Program,
    Usage,
    Partial,
    Unsound,
    NotStockData,
    Unreachable,
    /// See `disk`.
    CannotCreate,
    Database,
    NotNow,
    KeyRejected,
    Configuration,
}

impl Exit {
    /// Every code in ascending order, as `--help` and the README list them.
    pub const ALL: [Exit; 12] = [
        Exit::Done,
        Exit::Program,
        Exit::Usage,
        Exit::Partial,
        Exit::Unsound,
        Exit::NotStockData,
        Exit::Unreachable,
        Exit::CannotCreate,
        Exit::Database,
        Exit::NotNow,
        Exit::KeyRejected,
        Exit::Configuration,
    ];

    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Program => 1,
            Exit::Usage => 2,
            Exit::Partial => 3,
            Exit::Unsound => 4,
            Exit::NotStockData => 65,
            Exit::Unreachable => 69,
            Exit::CannotCreate => 73,
            Exit::Database => 74,
            Exit::NotNow => 75,
            Exit::KeyRejected => 77,
            Exit::Configuration => 78,
        }
    }

    /// The outcome that the shell sees as `code`.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// Whether what failed like this may go well at another time without anybody's doing.
    pub const fn may_pass_by_itself(self) -> bool {
        matches!(self, Exit::Unreachable | Exit::Database | Exit::NotNow)
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done; data fresh",
            Exit::Program => "a failure of the program itself",
            Exit::Usage => "wrong command line",
            Exit::Partial => {
                "partial: some records were rejected, all others committed (with --dry-run: would be)"
            }
            Exit::Unsound => {
                "stale or unsound data, a schema that is behind (--status), or a pull refused: stock collapsed, or a clock is wrong"
            }
            Exit::NotStockData => {
                "the marketplace answered something that is not stock data; nothing written"
            }
            Exit::Unreachable => {
                "the marketplace cannot be reached, or its report failed or never got ready"
            }
            Exit::CannotCreate => {
                "a file cannot be written: no room or no right in TMPDIR, --output, REJECTS_DIR or --backup-dir"
            }
            Exit::Database => "the database cannot be reached or refused the write",
            Exit::NotNow => {
                "not now: another run of this source is going on, or the rate limit outlasts the patience"
            }
            Exit::KeyRejected => "the marketplace rejected the key",
            Exit::Configuration => "configuration missing or invalid",
        }
    }
}

/// What kind of failure ended a run, for whoever judges the log later: finer than the exit codes
/// where a report tells more apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    Program,
    /// Stock collapsed, or its day cannot be right.
    Refused,
    NotStockData,
    /// An answer led elsewhere, or in circles.
    UnexpectedRedirect,
    /// The link to a report led where no report can be.
    UntrustedLink,
    Unreachable,
    /// A file cannot be written.
    CannotCreate,
    Database,
    NotNow,
    KeyRejected,
    Configuration,
    Interrupted,
}

impl FailureKind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Program,
        Self::Refused,
        Self::NotStockData,
        Self::UnexpectedRedirect,
        Self::UntrustedLink,
        Self::Unreachable,
        Self::CannotCreate,
        Self::Database,
        Self::NotNow,
        Self::KeyRejected,
        Self::Configuration,
        Self::Interrupted,
    ];

    /// The value of the column `failure_kind`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Refused => "refused",
            Self::NotStockData => "not_stock_data",
            Self::UnexpectedRedirect => "unexpected_redirect",
            Self::UntrustedLink => "untrusted_link",
            Self::Unreachable => "unreachable",
            Self::CannotCreate => "cannot_create",
            Self::Database => "database",
            Self::NotNow => "not_now",
            Self::KeyRejected => "key_rejected",
            Self::Configuration => "configuration",
            Self::Interrupted => "interrupted",
        }
    }

    /// Of a failure from before the column, as far as its exit code tells.
    pub(crate) fn of_code(code: u8) -> Self {
        let exit = Exit::of_code(code);
        // 128 and the number of a signal.
        exit.map_or(if code > 128 { Self::Interrupted } else { Self::Program }, Self::from)
    }
}

impl From<Exit> for FailureKind {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Unsound => Self::Refused,
            Exit::NotStockData => Self::NotStockData,
            Exit::Unreachable => Self::Unreachable,
            Exit::CannotCreate => Self::CannotCreate,
            Exit::Database => Self::Database,
            Exit::NotNow => Self::NotNow,
            Exit::KeyRejected => Self::KeyRejected,
            Exit::Configuration => Self::Configuration,
            Exit::Program | Exit::Done | Exit::Usage | Exit::Partial => Self::Program,
        }
    }
}

/// A run that ended badly: the exit code it deserves, and why, down to the first cause.
///
/// Raised where the failure is understood, so nobody has to guess the code from an error's type
/// later.
pub struct Failure {
    exit: Exit,
    kind: FailureKind,
    cause: anyhow::Error,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::caused(exit, anyhow::Error::msg(message.into()))
    }

    pub fn caused(exit: Exit, cause: impl Into<anyhow::Error>) -> Self {
        Self { exit, kind: exit.into(), cause: cause.into() }
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, kind: exit.into(), ..self }
    }

    pub(crate) fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The same failure where more is known of its kind than the exit code says.
    pub(crate) fn of_kind(self, kind: FailureKind) -> Self {
        Self { kind, ..self }
    }

    /// Says something more behind all of it; of the causes only the words are left.
    #[must_use]
    pub fn followed_by(self, more: &str) -> Self {
        Self { cause: anyhow::anyhow!("{self}; {more}"), ..self }
    }

    pub fn into_cause(self) -> anyhow::Error {
        self.cause
    }

    /// What it came from, from the outermost to the first cause.
    pub fn causes(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
        self.cause.chain()
    }

    #[must_use]
    pub fn context(self, message: impl Into<String>) -> Self {
        Self { cause: self.cause.context(message.into()), ..self }
    }
}

/// The whole chain of causes on one line: nothing that is known about a failure is dropped.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.cause)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:#}", self.exit, self.cause)
    }
}

/// What nobody has classified is a failure of the program itself: a bug.
impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Self {
        Self::caused(Exit::Program, cause)
    }
}

/// Turns a foreign error into a [`Failure`] at the place that knows its exit code.
pub(crate) trait OrFail<T> {
    fn or_fail(self, exit: Exit, message: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for Result<T, E> {
    fn or_fail(self, exit: Exit, message: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|cause| Failure::caused(exit, cause.into().context(message())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_so_that_help_reads_in_order() {
        assert!(Exit::ALL.windows(2).all(|pair| pair[0].code() < pair[1].code()));
    }

    #[test]
    fn a_kind_that_no_column_names_is_told_from_the_exit_code() {
        assert_eq!(FailureKind::of_code(77), FailureKind::KeyRejected);
        assert_eq!(FailureKind::of_code(65), FailureKind::NotStockData);
        assert_eq!(FailureKind::of_code(143), FailureKind::Interrupted);
        assert_eq!(FailureKind::of_code(9), FailureKind::Program);
        let names: std::collections::BTreeSet<_> =
            FailureKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), FailureKind::ALL.len());
        assert!(names.iter().all(|name| name.len() <= 32), "the column's width");
    }

    #[test]
    fn a_failure_keeps_its_kind_while_what_was_done_is_said_above_it() {
        let failure = Failure::new(Exit::NotStockData, "x").of_kind(FailureKind::UntrustedLink);
        assert_eq!(failure.context("sync ozon").kind(), FailureKind::UntrustedLink);
    }

    #[test]
    fn a_failure_prints_its_whole_chain_of_causes() {
        let broken = Err::<(), _>(std::io::Error::other("disk full"))
            .or_fail(Exit::Program, || "writing the report".into())
            .unwrap_err()
            .context("sync ozon");
        assert_eq!(broken.to_string(), "sync ozon: writing the report: disk full");
    }
}
