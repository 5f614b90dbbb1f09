//! How far a sync has come, for a person at a terminal: a bar on stderr. Elsewhere (cron, a pipe,
//! `TERM=dumb`, `-q`) there is none, and the log's line per phase is all. Like `log`, it is reached
//! from anywhere, so that no signature has to carry it; it decides nothing.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{
    HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use crate::text::grouped;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The marketplace's answers, in bytes.
    Fetch,
    /// Those answers of a marketplace that are asked for in parts, in SKUs.
    Skus,
    /// The stored answers, in bytes.
    Read,
    /// The transaction, in rows.
    Write,
}

impl Phase {
    const fn past(self) -> &'static str {
        match self {
            Phase::Fetch => "fetched",
            Phase::Skus => "asked for",
            Phase::Read => "read",
            Phase::Write => "written",
        }
    }

    /// What the bar shows, also before it is known how much there is to do. No colours: nothing
    /// here needs them, and `NO_COLOR` is kept without asking.
    const fn template(self, length_known: bool) -> &'static str {
        match self {
            Phase::Fetch => "{spinner} fetching {bytes}, {bytes_per_sec}, {elapsed} {wide_msg}",
            Phase::Skus => {
                "{spinner} asking [{wide_bar}] {human_pos} of {human_len} SKUs{left} {msg}"
            }
            Phase::Read => {
                "{spinner} reading [{wide_bar}] {bytes} of {total_bytes}, {msg} records{left}"
            }
            Phase::Write if length_known => {
                "{spinner} writing [{wide_bar}] {done} of {all} changes{left}"
            }
            Phase::Write => "{spinner} comparing with the database, {elapsed}",
        }
    }

    fn style(self, length_known: bool) -> Option<ProgressStyle> {
        let style = ProgressStyle::with_template(self.template(length_known)).ok()?;
        Some(with_keys(style))
    }
}

fn with_keys(style: ProgressStyle) -> ProgressStyle {
    let number = |of: fn(&ProgressState) -> u64| {
        move |state: &ProgressState, line: &mut dyn fmt::Write| {
            // A line that cannot be written is not worth a word.
            let _ = line.write_str(&grouped(of(state), ' '));
        }
    };
    style
        .progress_chars("=> ")
        .with_key("left", left)
        .with_key("done", number(|state| state.pos()))
        .with_key("all", number(|state| state.len().unwrap_or_default()))
}

/// How long it will take, once there is anything to judge that by.
fn left(state: &ProgressState, line: &mut dyn fmt::Write) {
    if state.pos() > 0 {
        // A line that cannot be written is not worth a word.
        let _ = write!(line, ", {:#} left", HumanDuration(state.eta()));
    }
}

static BARS: OnceLock<MultiProgress> = OnceLock::new();

static SHOWN: Mutex<Option<(Phase, ProgressBar)>> = Mutex::new(None);

/// Where bars are drawn from now on, if they are `wanted` and stderr is a terminal that can draw:
/// decided once, here.
pub(super) fn start(wanted: bool) -> Option<MultiProgress> {
    let target = if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    (!target.is_hidden() && !dumb)
        .then(|| BARS.get_or_init(|| MultiProgress::with_draw_target(target)).clone())
}

#[must_use]
pub(crate) struct Span {
    phase: Phase,
    began: Instant,
}

impl Span {
    /// Begins a phase. `length` is how much there is to do, if that is known, in the phase's unit.
    pub(crate) fn begin(phase: Phase, length: Option<u64>) -> Self {
        if let Some(bars) = BARS.get() {
            // Hidden until it has its style: it is drawn as soon as it is added.
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
            if let Some(style) = phase.style(length.is_some()) {
                bar.set_style(style);
            }
            let message = if phase == Phase::Read { "0" } else { "" };
            let bar = bars.add(bar.with_message(message));
            bar.enable_steady_tick(Duration::from_millis(120));
            show(Some((phase, bar)));
        }
        Self { phase, began: Instant::now() }
    }

    /// Ends it well: the log says `what` was done, and how long it took.
    pub(crate) fn finish(self, what: &str) -> Duration {
        let took = self.began.elapsed();
        clear();
        log::info!("{} {what} in {:.1} s", self.phase.past(), took.as_secs_f64());
        took
    }
}

/// A phase that fails ends without a line of its own: the failure says enough.
impl Drop for Span {
    fn drop(&mut self) {
        clear();
    }
}

/// So much more was done of `phase`; nothing happens if another one is under way.
pub(crate) fn advance(phase: Phase, by: u64) {
    with_bar(phase, |bar| bar.inc(by));
}

pub(crate) fn expect(phase: Phase, length: u64) {
    with_bar(phase, |bar| {
        if let Some(style) = phase.style(true) {
            bar.set_style(style);
        }
        bar.set_length(length);
    });
}

/// A count to show beside the bar, which is drawn anew for each thousand of it only.
pub(crate) fn note(phase: Phase, count: u64) {
    if count.is_multiple_of(1_000) {
        with_bar(phase, |bar| bar.set_message(count.to_string()));
    }
}

/// What is waited for, and for how long at most, until it is dropped: the bar says that in place of
/// a count that stands still.
#[must_use]
pub(crate) struct Wait;

/// Begins to wait for `what`, such as `Ozon: report`.
pub(crate) fn wait_for(what: &str, at_most: Duration) -> Wait {
    let limit = humantime::format_duration(at_most);
    let template =
        format!("{{spinner}} {what}: waiting, {{elapsed}} of {limit} at most {{wide_msg}}");
    with_shown(|_, bar| {
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
            bar.reset_elapsed();
        }
    });
    Wait
}

impl Drop for Wait {
    fn drop(&mut self) {
        with_shown(|phase, bar| {
            if let Some(style) = phase.style(bar.length().is_some()) {
                bar.set_style(style);
            }
        });
    }
}

/// What the fetching waits for; nothing when it goes on.
pub(crate) fn waits(reason: &str) {
    for phase in [Phase::Fetch, Phase::Skus] {
        with_bar(phase, |bar| bar.set_message(reason.to_owned()));
    }
}

pub(crate) fn clear() {
    show(None);
}

fn with_bar(phase: Phase, act: impl FnOnce(&ProgressBar)) {
    with_shown(|shown, bar| {
        if shown == phase {
            act(bar);
        }
    });
}

fn with_shown(act: impl FnOnce(Phase, &ProgressBar)) {
    // Without a terminal this is all that the millions of calls cost.
    if BARS.get().is_none() {
        return;
    }
    if let Some((phase, bar)) = &*SHOWN.lock().unwrap_or_else(PoisonError::into_inner) {
        act(*phase, bar);
    }
}

fn show(bar: Option<(Phase, ProgressBar)>) {
    if BARS.get().is_none() {
        return;
    }
    let old = std::mem::replace(&mut *SHOWN.lock().unwrap_or_else(PoisonError::into_inner), bar);
    if let Some((_, old)) = old {
        old.finish_and_clear();
    }
}
