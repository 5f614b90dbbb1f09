//! `REJECTS_DIR`: every rejected record of a run, whole, in a file of JSON lines next to the log,
//! where the log itself names only the first ones. What happens to this file never decides over the
//! stock.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chrono::{SecondsFormat, Utc};
use serde::Serialize;

use crate::config::{Environment, rejects_dir};
use crate::disk;
use crate::failure::Failure;
use crate::inventory::{Rejection, Source};
use crate::secret::mask;

#[derive(Serialize)]
struct Line<'a> {
    /// When it was rejected (UTC, RFC 3339).
    time: String,
    run_id: &'a str,
    source: &'static str,
    record: Cow<'a, str>,
    reason: Cow<'a, str>,
    /// The record as the marketplace sent it, without any secret: its JSON, or the cells of its row
    /// as a JSON list.
    original: Option<Cow<'a, str>>,
}

pub(super) struct Rejects {
    directory: Option<PathBuf>,
    file: Option<BufWriter<File>>,
    path: PathBuf,
    count: u64,
}

impl Rejects {
    pub(super) fn prepare(environment: &Environment) -> Result<Self, Failure> {
        let directory = rejects_dir(environment);
        if let Some(directory) = &directory {
            tempfile::tempfile_in(directory)
                .map_err(|error| disk::cannot_write("REJECTS_DIR", directory, error))?;
        }
        Ok(Self { directory, file: None, path: PathBuf::new(), count: 0 })
    }

    /// Begins anew: of a pull that is thrown away the rejected records go with it. The file comes
    /// with the first of them.
    pub(super) fn begin(&mut self, source: Source, run_id: &str) {
        self.file = None;
        if let Some(directory) = &self.directory {
            let name = format!("rejects-{}-{run_id}.jsonl", source.as_str().to_ascii_lowercase());
            self.path = directory.join(name);
            if self.count > 0 {
                // A leftover is overwritten by the next line, or at worst tells too much.
                let _ = fs::remove_file(&self.path);
            }
        }
        self.count = 0;
    }

    /// Keeps a record; a file that cannot be written is given up with a warning.
    pub(super) fn keep(&mut self, source: Source, run_id: &str, rejection: &Rejection) {
        if self.directory.is_none() {
            return;
        }
        if let Err(error) = self.write(source, run_id, rejection) {
            self.give_up(&error);
        }
    }

    pub(super) fn finish(&mut self) {
        let Some(mut file) = self.file.take() else { return };
        match file.flush() {
            Ok(()) => {
                let (count, path) = (self.count, self.path.display());
                log::warn!("{count} rejected records are kept whole in {path}");
            }
            Err(error) => self.give_up(&error),
        }
    }

    fn write(&mut self, source: Source, run_id: &str, rejection: &Rejection) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(File::create(&self.path)?)),
        };
        let line = Line {
            time: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
            run_id,
            source: source.as_str(),
            record: mask(&rejection.record),
            reason: mask(&rejection.reason),
            original: rejection.original.as_deref().map(mask),
        };
        serde_json::to_writer(&mut *file, &line)?;
        file.write_all(b"\n")?;
        self.count += 1;
        Ok(())
    }

    fn give_up(&mut self, error: &io::Error) {
        let path = self.path.display();
        log::warn!("rejected records are not kept any more, {path} cannot be written: {error}");
        self.directory = None;
        self.file = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(record: &str) -> Rejection {
        Rejection {
            record: record.into(),
            reason: "quantity is the text \"x\"".into(),
            original: Some("{\"quantity\":\n\"x\"}".into()),
        }
    }

    #[test]
    fn each_record_is_a_line_and_a_new_pull_begins_a_new_file() {
        let directory = tempfile::tempdir().unwrap();
        let environment =
            Environment::from_pairs([("REJECTS_DIR", directory.path().to_str().unwrap())]);
        let mut rejects = Rejects::prepare(&environment).unwrap();
        for records in [["item 1", "item 2"], ["item 3", "item 4"]] {
            rejects.begin(Source::Wildberries, "0af1");
            for record in records {
                rejects.keep(Source::Wildberries, "0af1", &rejection(record));
            }
            rejects.finish();
        }
        let text = fs::read_to_string(directory.path().join("rejects-wildberries-0af1.jsonl"));
        let lines: Vec<serde_json::Value> =
            text.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["record"], "item 3");
        assert_eq!(lines[1]["original"], "{\"quantity\":\n\"x\"}");
        assert_eq!(lines[1]["run_id"], "0af1");
    }

    #[test]
    fn a_directory_that_is_not_there_is_told_before_anything_is_done() {
        let environment = Environment::from_pairs([("REJECTS_DIR", "/does/not/exist")]);
        let failure = Rejects::prepare(&environment).err().unwrap();
        assert_eq!(failure.exit(), crate::failure::Exit::CannotCreate);
        assert!(failure.to_string().starts_with("REJECTS_DIR: "), "{failure}");
    }

    #[test]
    fn without_the_variable_nothing_is_kept() {
        let mut rejects = Rejects::prepare(&Environment::from_pairs([])).unwrap();
        rejects.begin(Source::Ozon, "0af1");
        rejects.keep(Source::Ozon, "0af1", &rejection("record 1"));
        rejects.finish();
        assert!(rejects.file.is_none());
    }
}
