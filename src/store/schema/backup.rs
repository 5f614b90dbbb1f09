//! Backs up tables with the server's own dump program before `migrate` changes them. Reads the
//! database, writes one file.
//! The password goes to the program in an options file that only its owner can read, never on a
//! command line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::Utc;
use flate2::Compression;
use flate2::write::GzEncoder;
use mysql::prelude::Queryable;
use tempfile::NamedTempFile;

use crate::config::{DatabaseSettings, TlsMode};
use crate::disk;
use crate::failure::{Exit, Failure, OrFail};
use crate::store::database::connection::Database;
use crate::store::database::driver_error::DatabaseContext;
use crate::store::schema::inspect::definitions::{RECORDS, TABLES};

/// MariaDB's name and MySQL's; MariaDB answers to both.
const PROGRAMS: [&str; 2] = ["mariadb-dump", "mysqldump"];

const LAST_WORDS: &[u8] = b"-- Dump completed";

#[derive(Clone, Debug)]
pub(crate) struct Backup {
    pub path: PathBuf,
    pub bytes: u64,
}

/// Those of the tables that a migration may change which are there; none if all of the seller's are
/// empty, as after a first migration that died halfway: then there is nothing to lose.
pub(crate) fn tables(database: &mut Database) -> Result<Vec<&'static str>, Failure> {
    let present: Vec<String> = database
        .conn()
        .query(
            "SELECT TABLE_NAME FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
        )
        .db_context(|| "looking which tables are there")?;
    // Leases are of the moment, and in a cluster there are some before anything else is.
    let kept = |table: &&str| *table != "stocksync_locks";
    let is_there =
        |table: &&str| kept(table) && present.iter().any(|name| name.eq_ignore_ascii_case(table));
    let tables: Vec<&str> = TABLES.into_iter().chain(RECORDS).filter(is_there).collect();
    for table in tables.iter().filter(|table| !table.starts_with("stocksync_")) {
        let row: Option<u8> = database
            .conn()
            .query_first(format!("SELECT 1 FROM {table} LIMIT 1"))
            .db_context(|| format!("looking into the table {table}"))?;
        if row.is_some() {
            return Ok(tables);
        }
    }
    Ok(Vec::new())
}

/// Writes `tables` into a new compressed file in `directory`, mode 0600. The file is there whole or
/// not at all. Errors: [`Exit::Configuration`] without the directory or the program;
/// [`Exit::Program`] when the dump fails.
pub(crate) fn write(
    settings: &DatabaseSettings,
    tables: &[&str],
    directory: &Path,
) -> Result<Backup, Failure> {
    if !directory.is_dir() {
        let message = format!(
            "--backup-dir {}: there is no such directory; create it (mkdir -m 700 -p), or say --no-backup. Nothing was done",
            directory.display()
        );
        return Err(Failure::new(Exit::Configuration, message));
    }
    let program = find_program()?;
    let path = free_name(directory, &settings.database);
    let unfinished = path.with_extension("gz.unfinished");
    let outcome = dump(settings, tables, &program, &unfinished)
        .and_then(|bytes| {
            fs::rename(&unfinished, &path)
                .and_then(|()| File::open(directory)?.sync_all())
                .map_err(|error| disk::cannot_write("--backup-dir", &path, error))?;
            Ok(Backup { path, bytes })
        })
        .map_err(|failure| {
            failure.context(
                "the backup failed, so nothing was changed (--no-backup goes on without one)",
            )
        });
    if outcome.is_err()
        && let Err(error) = fs::remove_file(&unfinished)
    {
        log::debug!("removing {}: {error}", unfinished.display());
    }
    outcome
}

fn find_program() -> Result<PathBuf, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    PROGRAMS
        .iter()
        .flat_map(|program| directories.iter().map(move |directory| directory.join(program)))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| {
            let message = "neither mariadb-dump nor mysqldump is on PATH, so no backup can be made; nothing was done. Install \
                           mariadb-client (Debian), or say --no-backup if you have a backup of your own";
            Failure::new(Exit::Configuration, message)
        })
}

/// A name that no earlier backup has: a migration and its rollback may come in the same second.
fn free_name(directory: &Path, database: &str) -> PathBuf {
    let name = file_name(database);
    let path = |number: u32| match number {
        1 => directory.join(format!("{name}.sql.gz")),
        number => directory.join(format!("{name}-{number}.sql.gz")),
    };
    (1..).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(1))
}

/// `stocksync-planning-20261123T061500Z`; what a file name cannot hold becomes `_`.
fn file_name(database: &str) -> String {
    let plain = |character: char| {
        if character.is_alphanumeric() || "-_.".contains(character) { character } else { '_' }
    };
    let database: String = database.chars().map(plain).collect();
    format!("stocksync-{database}-{}", Utc::now().format("%Y%m%dT%H%M%SZ"))
}

fn dump(
    settings: &DatabaseSettings,
    tables: &[&str],
    program: &Path,
    path: &Path,
) -> Result<u64, Failure> {
    let unwritten = |error: io::Error| disk::cannot_write("--backup-dir", path, error);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(unwritten)?;
    let options = options_file(settings, is_mariadb(program)).map_err(disk::temporary)?;
    let mut errors = tempfile::tempfile().map_err(disk::temporary)?;
    let running = || format!("running {}", program.display());
    let mut child = Command::new(program)
        // Has to stand first, and keeps the options of any other file away.
        .arg(format!("--defaults-file={}", options.path().display()))
        .args(["--single-transaction", "--quick", "--hex-blob", "--no-tablespaces"])
        .args(["--default-character-set=utf8mb4", "--"])
        .arg(&settings.database)
        .args(tables)
        .env_remove("MYSQL_PWD")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors.try_clone().or_fail(Exit::Program, running)?)
        .spawn()
        .or_fail(Exit::Program, running)?;
    let copied = child.stdout.take().map(|stdout| compress(stdout, file));
    let status = child.wait().or_fail(Exit::Program, running)?;
    if !status.success() {
        let words = last_words(&mut errors).or_fail(Exit::Program, running)?;
        let message = format!("{} ended with {status}: {words}", program.display());
        return Err(Failure::new(Exit::Program, message));
    }
    match copied.unwrap_or(Ok(false)).map_err(unwritten)? {
        true => fs::metadata(path).map(|file| file.len()).map_err(unwritten),
        false => {
            Err(Failure::new(Exit::Program, "the dump is incomplete: its program was cut off"))
        }
    }
}

fn compress(mut dump: impl Read, file: File) -> io::Result<bool> {
    const KEPT: usize = 200;
    let mut encoder = GzEncoder::new(file, Compression::new(6));
    let mut buffer = vec![0; 1 << 16];
    let mut end: Vec<u8> = Vec::new();
    loop {
        let length = dump.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        encoder.write_all(&buffer[..length])?;
        end.extend_from_slice(&buffer[..length]);
        end.drain(..end.len().saturating_sub(KEPT));
    }
    encoder.finish()?.sync_all()?;
    Ok(end.windows(LAST_WORDS.len()).any(|window| window == LAST_WORDS))
}

fn last_words(errors: &mut File) -> io::Result<String> {
    use std::io::{Seek, SeekFrom};
    const SHOWN: usize = 500;
    errors.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    errors.take(64 << 10).read_to_end(&mut bytes)?;
    let words: String =
        String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(words.chars().take(SHOWN).collect())
}

/// The two programs name their TLS options differently.
fn is_mariadb(program: &Path) -> bool {
    let version = Command::new(program).arg("--version").stdin(Stdio::null()).output();
    version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("MariaDB"))
}

/// A temporary file, mode 0600, with what the program needs to connect as this program does.
fn options_file(settings: &DatabaseSettings, mariadb: bool) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::with_prefix("stocksync-")?;
    file.write_all(options(settings, mariadb).as_bytes())?;
    file.flush()?;
    Ok(file)
}

fn options(settings: &DatabaseSettings, mariadb: bool) -> String {
    let mut lines = vec!["[client]".to_owned()];
    let mut set = |name: &str, value: &str| lines.push(format!("{name}={}", quoted(value)));
    match &settings.socket {
        Some(socket) => set("socket", socket),
        None => {
            set("host", &settings.host);
            set("port", &settings.port.to_string());
            set("protocol", "tcp");
        }
    }
    if let Some(user) = &settings.user {
        set("user", user);
    }
    if let Some(password) = &settings.password {
        set("password", password.expose());
    }
    if settings.socket.is_none() {
        if let (Some(ca), TlsMode::VerifyCa | TlsMode::VerifyIdentity) =
            (&settings.tls_ca, settings.tls)
        {
            set("ssl-ca", &ca.to_string_lossy());
        }
        lines.extend(tls_options(settings.tls, mariadb).iter().map(|&line| line.to_owned()));
    }
    lines.join("\n") + "\n"
}

const fn tls_options(mode: TlsMode, mariadb: bool) -> &'static [&'static str] {
    match (mode, mariadb) {
        (TlsMode::Disabled, true) => &["skip-ssl"],
        // From 11.4 on MariaDB's programs verify unless told not to.
        (TlsMode::Preferred, true) => &["loose-skip-ssl-verify-server-cert"],
        (TlsMode::Required, true) => &["ssl", "loose-skip-ssl-verify-server-cert"],
        // MariaDB has no mode in between: with an authority it verifies the chain, and from 11.4 on
        // the host unless told not to.
        (TlsMode::VerifyCa, true) => &["ssl", "loose-skip-ssl-verify-server-cert"],
        (TlsMode::VerifyIdentity, true) => &["ssl", "ssl-verify-server-cert"],
        (TlsMode::Disabled, false) => &["ssl-mode=DISABLED"],
        (TlsMode::Preferred, false) => &["ssl-mode=PREFERRED"],
        (TlsMode::Required, false) => &["ssl-mode=REQUIRED"],
        (TlsMode::VerifyCa, false) => &["ssl-mode=VERIFY_CA"],
        (TlsMode::VerifyIdentity, false) => &["ssl-mode=VERIFY_IDENTITY"],
    }
}

/// A value for an options file, whose quotes and escapes are those of both servers' manuals ("Using
/// Option Files").
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    #[test]
    fn a_password_survives_the_options_file_whatever_it_holds() {
        assert_eq!(quoted("p#w \"a\\b' ё"), "\"p#w \\\"a\\\\b' ё\"");
    }

    #[test]
    fn a_backup_never_takes_the_name_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let mut names = std::collections::BTreeSet::new();
        for _ in 0..3 {
            let name = free_name(directory.path(), "planning");
            File::create(&name).unwrap();
            names.insert(name);
        }
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn the_options_hold_the_whole_connection_and_its_encryption() {
        let url =
            "mysql://stock:hunter2@db.example:3307/x?ssl-mode=verify-identity&ssl-ca=/etc/ca.pem";
        let environment = Environment::from_pairs([("DATABASE_URL", url)]);
        let settings = DatabaseSettings::read(&environment).unwrap();
        let connection = "[client]\nhost=\"db.example\"\nport=\"3307\"\nprotocol=\"tcp\"\nuser=\"stock\"\npassword=\"hunter2\"\n\
                          ssl-ca=\"/etc/ca.pem\"\n";
        assert_eq!(options(&settings, true), format!("{connection}ssl\nssl-verify-server-cert\n"));
        assert_eq!(options(&settings, false), format!("{connection}ssl-mode=VERIFY_IDENTITY\n"));
    }

    #[test]
    fn a_dump_without_its_last_words_is_not_complete() {
        let complete =
            |text: &str| compress(text.as_bytes(), tempfile::tempfile().unwrap()).unwrap();
        assert!(complete("INSERT …;\n-- Dump completed on 2026-11-23  6:15:00\n"));
        assert!(!complete("INSERT …;\n"));
    }

    #[test]
    fn a_database_s_name_becomes_a_file_s() {
        assert!(file_name("plan/ning").starts_with("stocksync-plan_ning-20"));
        assert!(file_name("склад").starts_with("stocksync-склад-20"));
    }
}
