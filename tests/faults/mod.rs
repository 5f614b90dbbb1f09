//! Every fault that a marketplace, a network, a database or an operator can produce ends in the exact old state or in the
//! exact new one, and the exit code and the log say which. `cargo test faults -- --nocapture` prints the table.

mod database;
mod guard;
mod hostile;
mod lost;
mod meddling;
mod ozon;
mod runs;
mod shift;
mod stage;
mod torture;
mod wb;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Instant;

use crate::support::binary::{Binary, Outcome};
use crate::support::database::LogRow;
use crate::support::marketplace::StandIn;
use crate::support::marketplace::catalogue::row::StockRow;
use crate::support::marketplace::endpoint::Endpoint;
use stage::{Held, Stage};

/// What the table holds afterwards.
pub enum End {
    /// To the last column what it held before.
    Old,
    /// Exactly what the marketplace answers.
    New,
    /// The new rows, less those that the predicate takes out.
    NewWithout(fn(&StockRow) -> bool),
    /// So many rows, which are those of neither state.
    Other(usize),
}

type Act = Box<dyn Fn(&Stage, Binary) -> Outcome + Send + Sync>;

/// A fault, how it is brought about, and how it has to end.
pub struct Fault {
    name: String,
    act: Act,
    exit: i32,
    end: End,
    /// The status of the run's row; none if there must be no row.
    log: Option<&'static str>,
    /// Whether that row says when the run ended.
    completed: bool,
    calls: Option<(Endpoint, usize)>,
    attempts: Option<usize>,
    requests: Option<i64>,
    says: Vec<String>,
}

impl Fault {
    /// Expected to fail with `exit`, to change nothing and to be logged as failed.
    pub fn new(
        name: impl Into<String>,
        exit: i32,
        act: impl Fn(&Stage, Binary) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            act: Box::new(act),
            exit,
            end: End::Old,
            log: Some("failed"),
            completed: true,
            calls: None,
            attempts: None,
            requests: None,
            says: Vec::new(),
        }
    }

    /// A fault of the marketplaces, which the run then meets.
    pub fn met(
        name: impl Into<String>,
        exit: i32,
        arrange: impl Fn(&StandIn) + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, exit, move |stage, binary| {
            arrange(&stage.world.marketplaces);
            binary.run()
        })
    }

    /// The same with a variable.
    pub fn met_with(
        name: impl Into<String>,
        exit: i32,
        (variable, value): (&'static str, &'static str),
        arrange: impl Fn(&StandIn) + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, exit, move |stage, binary| {
            arrange(&stage.world.marketplaces);
            binary.env(variable, value).run()
        })
    }

    /// The run gets over it.
    pub fn survived(self) -> Self {
        Self { end: End::New, log: Some("success"), ..self }
    }

    /// The rest of the records is written.
    pub fn partial(self, without: fn(&StockRow) -> bool) -> Self {
        Self { end: End::NewWithout(without), log: Some("partial"), ..self }
    }

    /// Another stock altogether, of so many rows.
    pub fn other(self, rows: usize, status: &'static str) -> Self {
        Self { end: End::Other(rows), log: Some(status), ..self }
    }

    pub fn unlogged(self) -> Self {
        Self { log: None, ..self }
    }

    pub fn unfinished(self) -> Self {
        Self { completed: false, ..self }
    }

    /// How often the method was called.
    pub fn calls(self, endpoint: Endpoint, times: usize) -> Self {
        Self { calls: Some((endpoint, times)), ..self }
    }

    /// How often the run tried what failed, by its own log.
    pub fn attempts(self, attempts: usize) -> Self {
        Self { attempts: Some(attempts), ..self }
    }

    /// How many requests were sent, by the run's row in the log.
    pub fn requests(self, requests: i64) -> Self {
        Self { requests: Some(requests), ..self }
    }

    pub fn says(mut self, words: impl Into<String>) -> Self {
        self.says.push(words.into());
        self
    }

    fn run(&self, stage: &Stage) -> Line {
        stage.prepare();
        let before = stage.held();
        let outcome = (self.act)(stage, stage.sync());
        let (after, logs) = (stage.held(), stage.new_logs(&before));
        let mut wrong = Vec::new();
        if outcome.code != Some(self.exit) {
            wrong.push(format!("exit {:?} instead of {}", outcome.code, self.exit));
        }
        self.check_rows(stage, &before, &after, &mut wrong);
        self.check_logs(stage, &logs, &mut wrong);
        let attempts = self.check_attempts(stage, &outcome, &mut wrong);
        self.check_output(&outcome, &mut wrong);
        if !wrong.is_empty() {
            wrong.push(format!("output:\n{}{}", outcome.stdout, outcome.stderr));
        }
        Line {
            fault: self.name.clone(),
            attempts: attempts.to_string(),
            exit: outcome.code.map_or("killed".into(), |code| code.to_string()),
            changed: before.changed(&after).to_string(),
            log: logs.last().map_or("-".into(), |log| log.status.clone()),
            wrong,
        }
    }

    fn check_logs(&self, stage: &Stage, logs: &[LogRow], wrong: &mut Vec<String>) {
        let status: Vec<&str> = logs.iter().map(|log| log.status.as_str()).collect();
        if status != self.log.map_or(vec![], |status| vec![status]) {
            wrong.push(format!("new rows in sync_logs: {status:?} instead of {:?}", self.log));
        }
        if let Some(log) = logs.last()
            && log.completed_at.is_some() != self.completed
        {
            wrong.push(format!("the run ended at {:?}, says the log", log.completed_at));
        }
        if let Some(wanted) = self.requests {
            let sql = "SELECT requests FROM sync_logs ORDER BY id DESC LIMIT 1";
            let found = stage.world.database.number(sql);
            if found != wanted {
                wrong.push(format!("{found} requests instead of {wanted}, says the log"));
            }
        }
    }

    /// How often it was tried: by the marketplace's count if the fault names a method, else by the run's own log.
    fn check_attempts(&self, stage: &Stage, outcome: &Outcome, wrong: &mut Vec<String>) -> usize {
        let again = |words: &str| outcome.stderr.matches(words).count();
        let said = 1 + again(" attempt ") + again(" pull ");
        if self.attempts.is_some_and(|wanted| wanted != said) {
            wrong.push(format!("{said} attempts instead of {:?}", self.attempts));
        }
        let Some((endpoint, wanted)) = self.calls else { return said };
        let found = stage.world.marketplaces.calls_of(endpoint).len();
        if found != wanted {
            wrong.push(format!("{endpoint:?} was called {found} times, not {wanted}"));
        }
        if self.attempts.is_some() { said } else { found }
    }

    fn check_output(&self, outcome: &Outcome, wrong: &mut Vec<String>) {
        for words in &self.says {
            if !outcome.stderr.contains(words) && !outcome.stdout.contains(words) {
                wrong.push(format!("the output does not say {words:?}"));
            }
        }
        if let Some(raw) = raw_control(outcome) {
            wrong.push(format!("raw control character {raw:?} in the output"));
        }
    }

    fn check_rows(&self, stage: &Stage, before: &Held, after: &Held, wrong: &mut Vec<String>) {
        match self.end {
            End::Old if before.is_untouched(after) => {}
            End::Old => wrong.push("the tables were touched".into()),
            End::Other(_) => {}
            End::New | End::NewWithout(_) => {
                let mut expected = stage.new_rows();
                if let End::NewWithout(without) = self.end {
                    expected.retain(|row| !without(row));
                }
                match stage::difference(&after.stock, &expected) {
                    Some(difference) => wrong.push(difference),
                    None => stage.arrived(),
                }
            }
        }
        if let End::Other(rows) = self.end
            && after.stock.len() != rows
        {
            wrong.push(format!("{} rows instead of {rows}", after.stock.len()));
        }
        if matches!(self.end, End::NewWithout(_) | End::Other(_)) {
            stage.settle();
        }
    }
}

/// What would do something to a terminal.
fn raw_control(outcome: &Outcome) -> Option<char> {
    let texts = outcome.stdout.chars().chain(outcome.stderr.chars());
    texts.into_iter().find(|character| {
        (character.is_control() && *character != '\n')
            || ('\u{202a}'..='\u{202e}').contains(character)
    })
}

/// A line of the table.
struct Line {
    fault: String,
    attempts: String,
    exit: String,
    changed: String,
    log: String,
    wrong: Vec<String>,
}

/// Faults that are tried one after another on one stage.
pub struct Group {
    name: &'static str,
    stage: fn() -> Stage,
    faults: Vec<Fault>,
}

impl Group {
    fn run(&self) -> Vec<Line> {
        let stage = (self.stage)();
        let line = |fault: &Fault| {
            let began = Instant::now();
            let line =
                catch_unwind(AssertUnwindSafe(|| fault.run(&stage))).unwrap_or_else(|panic| Line {
                    fault: fault.name.clone(),
                    attempts: "-".into(),
                    exit: "-".into(),
                    changed: "-".into(),
                    log: "-".into(),
                    wrong: vec![format!("panic: {}", panic_text(panic.as_ref()))],
                });
            if !line.wrong.is_empty() {
                eprintln!("{}: {}: {}", self.name, line.fault, line.wrong.join("\n  "));
                let _ = catch_unwind(AssertUnwindSafe(|| stage.settle()));
            }
            if std::env::var_os("STOCKSYNC_FAULT_TIMES").is_some() {
                eprintln!("{:>6} ms  {}: {}", began.elapsed().as_millis(), self.name, line.fault);
            }
            line
        };
        let only = std::env::var("STOCKSYNC_FAULT").unwrap_or_default();
        let lines =
            self.faults.iter().filter(|fault| fault.name.contains(&only)).map(line).collect();
        stage.world.marketplaces.forgive();
        lines
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}

fn groups() -> Vec<Group> {
    let mut groups = vec![database::group(), lost::group(), meddling::group()];
    groups.extend([ozon::transport(), ozon::answers(), wb::group(), shift::group()]);
    groups.extend([hostile::ozon(), hostile::wb(), runs::group(), guard::group()]);
    // MySQL puts no partitioned table into a data file that could be kept from growing.
    if !crate::support::server::is_mysql() {
        groups.push(database::full());
    }
    let wanted = std::env::var("STOCKSYNC_FAULT_GROUP").ok();
    groups.retain(|group| wanted.as_ref().is_none_or(|wanted| group.name == wanted));
    groups
}

#[test]
fn every_fault_ends_in_the_old_state_or_in_the_new_one_and_says_which() {
    let began = Instant::now();
    let groups = Mutex::new(VecDeque::from(groups()));
    let lines = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let group = groups.lock().unwrap().pop_front();
                    let Some(group) = group else { return };
                    let done = group.run();
                    lines.lock().unwrap().push((group.name, done));
                }
            });
        }
    });
    let mut lines = lines.into_inner().unwrap();
    lines.sort_by_key(|(name, _)| *name);
    print_table(&lines);
    let all: Vec<&Line> = lines.iter().flat_map(|(_, lines)| lines).collect();
    let right = all.iter().filter(|line| line.wrong.is_empty()).count();
    println!("\n{right} of {} faults, in {:.0?}", all.len(), began.elapsed());
    assert_eq!(right, all.len(), "see above");
}

fn print_table(groups: &[(&str, Vec<Line>)]) {
    let row = |cells: [&str; 6]| {
        let [fault, attempts, exit, changed, log, verdict] = cells;
        println!("{fault:<76} {attempts:>8} {exit:>6} {changed:>7}  {log:<8} {verdict}");
    };
    row(["fault", "attempts", "exit", "rows", "log", ""]);
    for (name, lines) in groups {
        println!("-- {name}");
        for line in lines {
            let verdict = if line.wrong.is_empty() { "ok" } else { "WRONG" };
            row([&line.fault, &line.attempts, &line.exit, &line.changed, &line.log, verdict]);
        }
    }
}
