//! A small HTTP/1.1 server over plain sockets, so that it can also do what no HTTP library lets a server do:
//! stop in the middle of a body, reset the connection, drip, never end.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use socket2::SockRef;

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    pub at: Instant,
    pub time: SystemTime,
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let same = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.headers.iter().find(same).map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// An answer, and how it goes over the wire.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Before the first byte.
    pub delay: Duration,
    pub gzip: bool,
    pub wire: Wire,
}

/// What happens to the answer on its way.
#[derive(Clone, Debug, Default)]
pub enum Wire {
    #[default]
    Whole,
    /// The connection closes in the ordinary way after this many bytes of the body; its length had promised more.
    CutAt(usize),
    /// The same with a reset.
    ResetAt(usize),
    /// Closed without a byte of an answer.
    NoAnswer,
    /// Reset without a byte of an answer.
    ResetAtOnce,
    /// Accepted, read, and then silence for this long.
    Silence(Duration),
    /// The body in chunks of this many bytes with this pause between them.
    Drip(usize, Duration),
    /// The body again and again, until the client goes away.
    Endless,
    /// These bytes instead of an answer in HTTP.
    Bytes(Vec<u8>),
}

impl Reply {
    pub fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), kind.into())],
            body: body.into(),
            delay: Duration::ZERO,
            gzip: false,
            wire: Wire::Whole,
        }
    }

    pub fn json(status: u16, body: impl ToString) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub fn html(status: u16, text: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html><head><title>{text}</title></head><body>{text}</body></html>"
        );
        Self::new(status, "text/html; charset=utf-8", page)
    }

    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }

    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = wire;
        self
    }

    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub fn gzipped(mut self) -> Self {
        self.gzip = true;
        self
    }
}

pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("gzip in memory");
    encoder.finish().expect("gzip in memory")
}

/// A listener with its thread; ends with its owner.
pub struct Server {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Port 0 is a free one. The handler is called for each request, on the thread of its connection.
    pub fn start(
        port: u16,
        handler: impl Fn(Request) -> Reply + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, handler) = (Arc::clone(&stop), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (stopped, handler) = (Arc::clone(&stopped), Arc::clone(&handler));
                // A client that goes away in the middle is its own affair, and often the point of the test.
                thread::spawn(move || {
                    stream.and_then(|stream| serve(&stream, &stopped, handler.as_ref()))
                });
            }
        });
        Ok(Self { address, stop })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // wakes `accept`
    }
}

fn serve(
    stream: &TcpStream,
    stopped: &AtomicBool,
    handler: &(impl Fn(Request) -> Reply + ?Sized),
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    let mut reader = BufReader::new(stream);
    while !stopped.load(Ordering::SeqCst) {
        let Some(request) = read_request(&mut reader)? else {
            return Ok(());
        };
        let accepts_gzip = request.header("Accept-Encoding").is_some_and(|v| v.contains("gzip"));
        let reply = handler(request);
        thread::sleep(reply.delay);
        if !send(stream, reply, accepts_gzip, stopped)? {
            return Ok(());
        }
    }
    Ok(())
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(ErrorKind::InvalidData.into());
    };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(n, v)| (decoded(n), decoded(v)));
    let mut request = Request {
        at: Instant::now(),
        time: SystemTime::now(),
        method,
        path: path.to_owned(),
        query: query.collect(),
        headers,
        body: Vec::new(),
    };
    let length = request.header("Content-Length").and_then(|value| value.parse().ok()).unwrap_or(0);
    reader.take(length).read_to_end(&mut request.body)?;
    Ok(Some(request))
}

/// `%3A` → `:`
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            None => bytes.extend(format!("%{part}").bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the connection can be used again.
fn send(
    connection: &TcpStream,
    mut reply: Reply,
    accepts_gzip: bool,
    stopped: &AtomicBool,
) -> std::io::Result<bool> {
    let mut stream = connection;
    let reset = || SockRef::from(connection).set_linger(Some(Duration::ZERO));
    if reply.gzip && accepts_gzip {
        reply.body = gzip(&reply.body);
        reply.headers.push(("Content-Encoding".into(), "gzip".into()));
    }
    let chunked = matches!(reply.wire, Wire::Endless);
    match &reply.wire {
        Wire::NoAnswer => return Ok(false),
        Wire::ResetAtOnce => return reset().map(|()| false),
        Wire::Silence(time) => {
            thread::sleep(*time);
            return Ok(false);
        }
        Wire::Bytes(bytes) => return stream.write_all(bytes).map(|()| false),
        _ => stream.write_all(head(&reply, chunked).as_bytes())?,
    }
    match reply.wire {
        Wire::CutAt(bytes) => {
            stream.write_all(&reply.body[..bytes.min(reply.body.len())]).map(|()| false)
        }
        Wire::ResetAt(bytes) => {
            stream.write_all(&reply.body[..bytes.min(reply.body.len())])?;
            thread::sleep(Duration::from_millis(20)); // a reset overtakes what the client has not read yet
            reset().map(|()| false)
        }
        Wire::Drip(bytes, pause) => {
            for part in reply.body.chunks(bytes) {
                stream.write_all(part)?;
                thread::sleep(pause);
            }
            Ok(true)
        }
        Wire::Endless => loop {
            if stopped.load(Ordering::SeqCst) {
                return Ok(false);
            }
            stream.write_all(format!("{:x}\r\n", reply.body.len()).as_bytes())?;
            stream.write_all(&reply.body)?;
            stream.write_all(b"\r\n")?;
        },
        _ => stream.write_all(&reply.body).map(|()| true),
    }
}

fn head(reply: &Reply, chunked: bool) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if chunked {
        head += "Transfer-Encoding: chunked\r\n";
    } else if reply.status != 204 {
        head += &format!("Content-Length: {}\r\n", reply.body.len());
    }
    head + "\r\n"
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        300..=399 => "Elsewhere",
        400..=499 => "Client Error",
        _ => "Server Error",
    }
}
