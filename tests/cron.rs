//! `crontab.example` under Debian's own cron, with a clock that runs faster: which runs come about, and which mails.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::world::World;

/// A minute of cron's clock takes a twentieth of one.
const SPEED: u32 = 20;

/// Ends the private cron with the test, by closing its stdin, which happens even if the test is killed.
struct Cron(Child);

impl Drop for Cron {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/cron.sh")
}

/// The example with the paths edited, the address set, and the hours and days made minutes: syncs at even ones, all else at odd.
fn crontab(env_file: &Path) -> String {
    let example = include_str!("../crontab.example");
    let binary = Path::new(env!("CARGO_BIN_EXE_stocksync")).parent().unwrap();
    let mut text = String::new();
    for line in example.lines() {
        let line = if line.starts_with("PATH=") {
            format!("PATH={}:/usr/bin:/bin", binary.display())
        } else if line.starts_with("STOCKSYNC_ENV=") {
            format!("STOCKSYNC_ENV={}", env_file.display())
        } else if line.starts_with("#MAILTO=") {
            "MAILTO=seller@example.test".to_owned()
        } else if line.trim_start().starts_with(|first: char| first.is_ascii_digit()) {
            let command = (0..5).fold(line.trim_start(), |rest, _| {
                rest.split_once(' ').expect("five times, then the command").1.trim_start()
            });
            let syncs =
                command.starts_with("stocksync sync") && !command.contains("--retry-failed");
            format!("{} * * * * {command}", if syncs { "0-58/2" } else { "1-59/2" })
        } else {
            line.to_owned()
        };
        text += &line;
        text.push('\n');
    }
    text
}

/// The settings as a file, each value in single quotes.
fn settings(world: &World) -> String {
    let mut lines = vec![format!("DATABASE_URL='{}'", world.database.url())];
    lines.extend(
        world.marketplaces.variables().iter().map(|(name, value)| format!("{name}='{value}'")),
    );
    lines.push("RETRY_BASE_DELAY=10ms\nWB_REQUEST_INTERVAL=0s\nOZON_POLL_INTERVAL=10ms\n".into());
    lines.join("\n")
}

fn mails(directory: &Path) -> Vec<String> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    let mails = files.filter(|file| file.file_name().to_string_lossy().starts_with("mail."));
    mails.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect()
}

fn body(mail: &str) -> &str {
    mail.split_once("\n\n").map_or("", |(_, body)| body)
}

/// Waits until enough runs of Ozon have this status.
fn wait_for(world: &World, mailbox: &Path, status: &str, runs: i64) {
    let count = format!(
        "SELECT COUNT(*) FROM sync_logs WHERE source = 'Ozon' AND status = '{status}' AND completed_at IS NOT NULL"
    );
    let began = Instant::now();
    while world.database.number(&count) < runs {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "cron brings no {runs} runs with {status}: {:#?}; mails: {:#?}; {}",
            world.database.logs(),
            mails(mailbox),
            std::fs::read_to_string(mailbox.join(".errors")).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "a private cron needs root and mounts of its own; tests/run.sh runs it where it can"]
fn under_debian_s_cron_ten_runs_mail_the_failure_in_their_middle_and_nothing_of_the_successes() {
    let world = World::new(Catalogue::small(11));
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::create_dir(path("mails")).unwrap();
    std::fs::write(path("env"), settings(&world)).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path("env"), mode).unwrap();
    std::fs::write(path("crontab"), crontab(&path("env"))).unwrap();
    let cron = Command::new("bash")
        .arg(script())
        .args([path("crontab"), path("mails")])
        .arg(SPEED.to_string())
        .stdin(Stdio::piped())
        .spawn();
    let cron = Cron(cron.unwrap());

    wait_for(&world, &path("mails"), "success", 4);
    world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(403));
    wait_for(&world, &path("mails"), "failed", 2);
    world.marketplaces.mend();
    wait_for(&world, &path("mails"), "success", 10);
    drop(cron);

    let codes = world.database.table(
        "SELECT DISTINCT exit_code FROM sync_logs WHERE completed_at IS NOT NULL ORDER BY exit_code",
    );
    assert_eq!(codes.concat(), ["0", "77"]);
    let mails = mails(&path("mails"));
    let of = |command: &str| -> Vec<&String> {
        mails.iter().filter(|mail| mail.contains(command)).collect()
    };
    for mail in &mails {
        assert!(mail.contains("To: seller@example.test"), "{mail}");
    }
    let failures = of("stocksync sync ozon --quiet");
    assert!(!failures.is_empty(), "{mails:#?}");
    for mail in failures {
        assert_eq!(body(mail).trim().lines().count(), 1, "{mail}");
        assert!(body(mail).contains("ERROR") && body(mail).contains("OZON_API_KEY"), "{mail}");
        if std::env::var_os("STOCKSYNC_SHOW_MAILS").is_some() {
            println!("{mail}");
        }
    }
    assert_eq!(of("stocksync sync wb"), Vec::<&String>::new(), "successes are not mailed");
    assert_eq!(of("--retry-failed"), Vec::<&String>::new(), "repetitions are not mailed");
    assert_eq!(of("check-freshness"), Vec::<&String>::new(), "the stock is fresh");
    let report = of("stocksync report").first().copied().expect("the report is mailed");
    assert!(report.contains("charset=UTF-8") && body(report).contains("Ozon"), "{report}");
    let kept = of("stocksync migrate");
    assert!(kept.iter().all(|mail| body(mail).contains("schema is up to date")), "{kept:?}");
}
