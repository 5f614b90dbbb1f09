//! Stands between the program and the database's socket, and breaks one connection at a chosen place.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// What breaks, once; everything after it goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    Nothing,
    /// When so many bytes have gone through, both directions counted together.
    AtByte(u64),
    /// Instead of passing the COMMIT on.
    BeforeCommit,
    /// The COMMIT is kept back until [`Proxy::lets_go`], then passed on.
    HoldCommit,
    /// The COMMIT is passed on, and the program hears no answer and gets no other connection.
    LoseAllAtCommit,
    /// After the server has answered the COMMIT, and before the program hears of it.
    AfterCommit,
    /// After the server has answered the execution of the prepared statement that holds this text, and before the program
    /// hears of it.
    AfterExecuting(&'static str),
}

pub struct Proxy {
    pub socket: PathBuf,
    /// The same on the loopback.
    pub port: u16,
    plan: Arc<Plan>,
    _directory: TempDir,
}

struct Plan {
    server: PathBuf,
    next: Mutex<Break>,
    /// The server's side of a broken connection stays open, as behind a firewall that has forgotten it.
    half_open: AtomicBool,
    passed: AtomicU64,
    broken: AtomicU64,
    kept: Mutex<Vec<UnixStream>>,
    held: AtomicBool,
    /// Nobody gets a new connection.
    closed: AtomicBool,
}

impl Proxy {
    pub fn before(server: &Path) -> Self {
        let directory = tempfile::tempdir_in("/tmp").expect("a directory with a short path");
        let socket = directory.path().join("s");
        let listener = UnixListener::bind(&socket).expect("a socket of one's own");
        let plan = Arc::new(Plan {
            server: server.to_owned(),
            next: Mutex::new(Break::Nothing),
            half_open: AtomicBool::new(false),
            passed: AtomicU64::new(0),
            broken: AtomicU64::new(0),
            kept: Mutex::new(Vec::new()),
            held: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        });
        let shared = Arc::clone(&plan);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                connect(client, &shared);
            }
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of one's own");
        let port = listener.local_addr().expect("its number").port();
        let shared = Arc::clone(&plan);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let _ = client.set_nodelay(true);
                // What is done with a stream here is the same for every family.
                connect(UnixStream::from(OwnedFd::from(client)), &shared);
            }
        });
        Self { socket, port, plan, _directory: directory }
    }

    /// Whether a COMMIT is kept back.
    pub fn holds(&self) -> bool {
        self.plan.held.load(Ordering::SeqCst)
    }

    pub fn lets_go(&self) {
        self.plan.held.store(false, Ordering::SeqCst);
    }

    /// Whether a new connection is refused.
    pub fn closes(&self, closed: bool) {
        self.plan.closed.store(closed, Ordering::SeqCst);
    }

    /// Counts from here on.
    pub fn breaks(&self, next: Break) {
        *self.plan.next.lock().unwrap() = next;
        self.plan.passed.store(0, Ordering::SeqCst);
        self.plan.broken.store(0, Ordering::SeqCst);
    }

    pub fn keeps_half_open(&self, half_open: bool) {
        self.plan.half_open.store(half_open, Ordering::SeqCst);
        self.plan.kept.lock().unwrap().clear();
    }

    /// Bytes since the last order.
    pub fn passed(&self) -> u64 {
        self.plan.passed.load(Ordering::SeqCst)
    }

    /// Connections that were broken since the last order.
    pub fn broken(&self) -> u64 {
        self.plan.broken.load(Ordering::SeqCst)
    }
}

fn connect(client: UnixStream, plan: &Arc<Plan>) {
    if plan.closed.load(Ordering::SeqCst) {
        return;
    }
    // No server: the program sees a connection that closes at once.
    let Ok(server) = UnixStream::connect(&plan.server) else { return };
    let swallow = Arc::new(AtomicBool::new(false));
    for upwards in [true, false] {
        let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let (plan, swallow) = (Arc::clone(plan), Arc::clone(&swallow));
        thread::spawn(move || {
            let (from, to) = if upwards { (&ends.0, &ends.1) } else { (&ends.1, &ends.0) };
            pass(from, to, upwards, &plan, &swallow);
            let _ = ends.0.shutdown(Shutdown::Both);
            if !plan.half_open.load(Ordering::SeqCst) {
                let _ = ends.1.shutdown(Shutdown::Both);
            }
        });
    }
}

/// Passes bytes on until an end closes or something is to be broken.
fn pass(
    mut from: &UnixStream,
    mut to: &UnixStream,
    upwards: bool,
    plan: &Plan,
    swallow: &AtomicBool,
) {
    /// The first byte of a packet's content that executes a prepared statement; the header before it has four bytes.
    const EXECUTE: Option<&u8> = Some(&0x17);
    let mut buffer = vec![0; 16 << 10];
    let mut prepared = false;
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..count];
        if !upwards && swallow.load(Ordering::SeqCst) {
            return broke(plan, from);
        }
        let before = plan.passed.fetch_add(count as u64, Ordering::SeqCst);
        let mut next = plan.next.lock().unwrap();
        let commit = upwards && bytes.windows(6).any(|window| window == b"COMMIT");
        match *next {
            Break::AtByte(place) if before + count as u64 > place => {
                *next = Break::Nothing;
                let part = usize::try_from(place.saturating_sub(before)).unwrap_or(0);
                let _ = to.write_all(&bytes[..part]);
                return broke(plan, if upwards { to } else { from });
            }
            Break::BeforeCommit if commit => {
                *next = Break::Nothing;
                return broke(plan, to);
            }
            Break::HoldCommit if commit => {
                *next = Break::Nothing;
                plan.held.store(true, Ordering::SeqCst);
                drop(next);
                while plan.held.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(1));
                }
                if to.write_all(bytes).is_err() {
                    return;
                }
                continue;
            }
            Break::LoseAllAtCommit if commit => {
                *next = Break::Nothing;
                plan.closed.store(true, Ordering::SeqCst);
                let _ = to.write_all(bytes);
                thread::sleep(Duration::from_micros(fastrand::u64(0..3_000)));
                return broke(plan, to);
            }
            Break::AfterCommit if commit => {
                *next = Break::Nothing;
                swallow.store(true, Ordering::SeqCst);
            }
            Break::AfterExecuting(_) if prepared && bytes.get(4) == EXECUTE => {
                *next = Break::Nothing;
                swallow.store(true, Ordering::SeqCst);
            }
            Break::AfterExecuting(text) if upwards => {
                prepared = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            }
            _ => {}
        }
        drop(next);
        if to.write_all(bytes).is_err() {
            return;
        }
    }
}

fn broke(plan: &Plan, server: &UnixStream) {
    plan.broken.fetch_add(1, Ordering::SeqCst);
    if plan.half_open.load(Ordering::SeqCst) {
        plan.kept.lock().unwrap().push(server.try_clone().unwrap());
    }
}
