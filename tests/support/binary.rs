//! The real binary as a child process, in an emptied environment and an empty directory.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::marketplace::credentials;
use super::server::{PASSWORD, PASSWORD_IN_URL};

/// Longer than any test may take; a program that hangs fails its test instead of the whole run.
const PATIENCE: Duration = Duration::from_secs(180);

/// A command line to be run.
#[derive(Clone, Debug, Default)]
pub struct Binary {
    variables: BTreeMap<String, OsString>,
    arguments: Vec<OsString>,
    tiny_files: bool,
    full_stdout: bool,
    terminal: bool,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Outcome {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

/// A run that still goes on; dropping it kills it.
pub struct Running {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    started: Instant,
    directory: TempDir,
}

impl Binary {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    pub fn envs<V: Into<OsString>>(
        self,
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Self {
        variables.into_iter().fold(self, |binary, (name, value)| binary.env(name, value))
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The words of a command line; what holds blanks goes through `arg`.
    pub fn args(self, line: &str) -> Self {
        line.split_whitespace().fold(self, |binary, word| binary.arg(word))
    }

    /// No file of the program may grow beyond a kilobyte: what a full disk is like, without a disk.
    pub fn with_tiny_files(mut self) -> Self {
        self.tiny_files = true;
        self
    }

    /// Its standard output takes nothing, as a file on a full disk.
    pub fn with_full_stdout(mut self) -> Self {
        self.full_stdout = true;
        self
    }

    /// It runs at a terminal, which is what its standard output then holds.
    pub fn at_a_terminal(mut self) -> Self {
        self.terminal = true;
        self
    }

    pub fn run(&self) -> Outcome {
        self.spawn().wait()
    }

    /// With files in its working directory.
    pub fn run_beside(&self, files: &[(&str, &str)]) -> Outcome {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).expect("a file beside the program");
        }
        self.spawn_in(directory).wait()
    }

    pub fn spawn(&self) -> Running {
        self.spawn_in(tempfile::tempdir().expect("a directory"))
    }

    fn spawn_in(&self, directory: TempDir) -> Running {
        let program = env!("CARGO_BIN_EXE_stocksync");
        let mut command = match (self.tiny_files, self.terminal) {
            (true, _) => Command::new("bash"),
            (_, true) => Command::new("script"),
            _ => Command::new(program),
        };
        if self.terminal {
            let words = self.arguments.iter().map(|word| word.to_string_lossy());
            let line = words.fold(program.to_owned(), |line, word| format!("{line} '{word}'"));
            command.args(["-qec", &format!("stty cols 200; exec {line}"), "/dev/null"]);
        } else if !self.tiny_files {
            command.args(&self.arguments);
        }
        if self.tiny_files {
            // The signal that goes with it would kill the program.
            let limit = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
            command.args(["-c", limit, program]).args(&self.arguments);
        }
        let stdout = if self.full_stdout {
            File::create("/dev/full").expect("a device of every Linux").into()
        } else {
            Stdio::piped()
        };
        let mut child = command
            .env_clear()
            .envs(&self.variables)
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Running {
            stdout: stdout.map(read_all),
            stderr: stderr.map(read_all),
            child,
            started: Instant::now(),
            directory,
        }
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().expect("a child of this process").is_some()
    }

    /// SIGKILL.
    pub fn kill(mut self) -> Outcome {
        self.child.kill().expect("a child of this process");
        self.wait()
    }

    /// Any signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.id().to_string()]).status();
        assert!(status.expect("kill is part of every system").success(), "no process to signal");
    }

    pub fn wait(mut self) -> Outcome {
        while !self.is_over() {
            if self.started.elapsed() > PATIENCE {
                self.child.kill().expect("a child of this process");
                let outcome = self.collect();
                panic!("the program hangs: {outcome:?}");
            }
            thread::sleep(Duration::from_millis(2));
        }
        self.collect()
    }

    fn collect(&mut self) -> Outcome {
        let code = self.child.wait().expect("a child of this process").code();
        let took = self.started.elapsed();
        let text = |reader: Option<JoinHandle<Vec<u8>>>| {
            // None for a standard output that is no pipe.
            let bytes = reader.map(|reader| reader.join().expect("the reader of a pipe"));
            let bytes = bytes.unwrap_or_default();
            String::from_utf8(bytes).expect("output is UTF-8")
        };
        let (stdout, stderr) = (text(self.stdout.take()), text(self.stderr.take()));
        let outcome = Outcome { code, stdout, stderr, took };
        outcome.assert_keeps_secrets();
        outcome
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outcome {
    /// The exit code, or the whole output if it is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert!(
            self.code == Some(code),
            "exit {:?} instead of {code}\nstdout:\n{}\nstderr:\n{}",
            self.code,
            self.stdout,
            self.stderr
        );
        self
    }

    /// That stderr tells this; letter case apart.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.to_lowercase().contains(&text.to_lowercase()),
            "stderr does not tell {text:?}:\n{}",
            self.stderr
        );
        self
    }

    /// That stdout shows this; letter case apart.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(
            self.stdout.to_lowercase().contains(&text.to_lowercase()),
            "stdout does not show {text:?}:\n{}",
            self.stdout
        );
        self
    }

    /// Every run of every test is looked through.
    fn assert_keeps_secrets(&self) {
        for secret in secrets() {
            for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
                assert!(!text.contains(&secret), "{name} gives {secret:?} away:\n{text}");
            }
        }
    }
}

/// Every key, token and password that the tests hand to the program.
pub fn secrets() -> Vec<String> {
    let mut secrets = credentials::secrets();
    secrets.extend([PASSWORD.to_owned(), PASSWORD_IN_URL.to_owned()]);
    secrets
}

fn read_all(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}
