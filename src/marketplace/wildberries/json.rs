//! Finds where the items of a JSON answer begin and end, as a stream, and checks the envelope
//! around them. What an item means is read from its bytes elsewhere: so damaged text costs one
//! record, not the page, and no item outgrows its bound.

use std::io::{BufRead, BufReader, Read};

use crate::failure::{Exit, Failure};
use crate::marketplace::answers::sniff::{LONGEST_RECORD, broken, looks_like, not_stock_data};

/// Bytes of the answer's beginning that a message may draw on.
const HEAD: usize = 200;

/// What is done with an item: its bytes, and the byte of the answer at which it begins.
pub(in crate::marketplace) type OnItem<'a> =
    dyn FnMut(&mut Vec<u8>, u64) -> Result<(), Failure> + 'a;

pub(in crate::marketplace) struct Scanner<R> {
    input: BufReader<R>,
    position: u64,
    head: Vec<u8>,
    says_error: bool,
}

impl<R: Read> Scanner<R> {
    /// Starts at the first byte; a UTF-8 byte order mark, which files on disk may have, is passed
    /// over.
    pub(in crate::marketplace) fn new(input: R) -> Result<Self, Failure> {
        let input = BufReader::with_capacity(1 << 16, input);
        let mut scanner = Self { input, position: 0, head: Vec::new(), says_error: false };
        let chunk = scanner.chunk()?;
        let head = chunk[..chunk.len().min(HEAD)].to_vec();
        if head.starts_with(b"\xef\xbb\xbf") {
            scanner.consume(3);
        }
        scanner.head = head;
        Ok(scanner)
    }

    pub(in crate::marketplace) fn looks_like(&self) -> String {
        looks_like(&self.head)
    }

    /// Whether an object that was gone through held `"error": true` beside what was looked for.
    pub(in crate::marketplace) fn says_error(&self) -> bool {
        self.says_error
    }

    pub(in crate::marketplace) fn is_at_start(&self) -> bool {
        self.position == 0
    }

    /// The next byte that is not blank, left where it is.
    pub(in crate::marketplace) fn peek(&mut self) -> Result<Option<u8>, Failure> {
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blanks = chunk.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
            let next = chunk.get(blanks).copied();
            self.consume(blanks);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Calls `on_item` for each element of the array that begins here, with its bytes.
    pub(in crate::marketplace) fn elements(
        &mut self,
        on_item: &mut OnItem<'_>,
    ) -> Result<(), Failure> {
        self.expect(b'[')?;
        if self.peek()? == Some(b']') {
            return self.expect(b']');
        }
        let mut item = Vec::new();
        loop {
            self.peek()?;
            let start = self.position;
            self.value(&mut item)?;
            on_item(&mut item, start)?;
            match self.peek()? {
                Some(b',') => self.expect(b',')?,
                _ => return self.expect(b']'),
            }
        }
    }

    /// Calls `inside` at the value of the member `name` of the object that begins here; other
    /// members are checked and passed over. Whether the member was there.
    pub(in crate::marketplace) fn member(
        &mut self,
        name: &str,
        inside: &mut dyn FnMut(&mut Self) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        self.expect(b'{')?;
        let mut found = false;
        if self.peek()? == Some(b'}') {
            self.expect(b'}')?;
            return Ok(found);
        }
        let mut bytes = Vec::new();
        loop {
            self.peek()?;
            let start = self.position;
            self.value(&mut bytes)?;
            let key: String = checked(&bytes, start)?;
            self.expect(b':')?;
            if key != name {
                self.peek()?;
                let start = self.position;
                self.value(&mut bytes)?;
                let serde::de::IgnoredAny = checked(&bytes, start)?;
                self.says_error |= key == "error" && bytes == b"true";
            } else if found {
                return Err(not_stock_data(format!("the answer holds \"{name}\" twice")));
            } else {
                found = true;
                inside(self)?;
            }
            match self.peek()? {
                Some(b',') => self.expect(b',')?,
                _ => {
                    self.expect(b'}')?;
                    return Ok(found);
                }
            }
        }
    }

    /// The value that begins here must be `null`.
    pub(in crate::marketplace) fn null(&mut self) -> Result<(), Failure> {
        let (start, mut bytes) = (self.position, Vec::new());
        self.value(&mut bytes)?;
        checked(&bytes, start)
    }

    /// Nothing but blanks may follow.
    pub(in crate::marketplace) fn finish(&mut self) -> Result<(), Failure> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.broken_here("something follows after the end")),
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Failure> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.consume(1);
                Ok(())
            }
            Some(_) => Err(self.broken_here(&format!("`{}` expected", char::from(byte)))),
            None => Err(self.cut_off()),
        }
    }

    /// Gathers the bytes of the value that begins here, up to where its brackets and strings are
    /// closed.
    fn value(&mut self, value: &mut Vec<u8>) -> Result<(), Failure> {
        value.clear();
        let mut extent = Extent::default();
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return if extent.may_end() && !value.is_empty() {
                    Ok(())
                } else {
                    Err(self.cut_off())
                };
            }
            let (length, ended) = extent.of(chunk);
            value.extend_from_slice(&chunk[..length]);
            self.consume(length);
            if value.len() as u64 > LONGEST_RECORD {
                return Err(self.broken_here("one value is longer than 16 MiB"));
            }
            if ended {
                return Ok(());
            }
        }
    }

    fn chunk(&mut self) -> Result<&[u8], Failure> {
        self.input.fill_buf().map_err(|error| broken("the answer cannot be read", error))
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.position += bytes as u64;
    }

    /// Not a wrong answer but half of one: the next attempt may bring the rest.
    pub(in crate::marketplace) fn cut_off(&self) -> Failure {
        let message = format!("JSON broken at byte {}: it ends too early", self.position);
        Failure::new(Exit::Unreachable, message)
    }

    fn broken_here(&self, what: &str) -> Failure {
        not_stock_data(format!("JSON broken at byte {}: {what}", self.position))
    }
}

/// A whole value that began at byte `start`; broken JSON is a fault of the answer.
fn checked<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8], start: u64) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| broken_item(start, error))
}

pub(in crate::marketplace) fn broken_item(start: u64, error: serde_json::Error) -> Failure {
    broken(format!("JSON broken in the value that begins at byte {start}"), error)
}

#[derive(Default)]
struct Extent {
    depth: u64,
    in_string: bool,
    after_backslash: bool,
}

impl Extent {
    /// How many bytes of `chunk` belong to the value, and whether it ends there.
    fn of(&mut self, chunk: &[u8]) -> (usize, bool) {
        for (index, byte) in chunk.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.after_backslash => self.after_backslash = false,
                    b'\\' => self.after_backslash = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return (index + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => return (index, true),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (index + 1, true);
                    }
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                    return (index, true);
                }
                _ => {}
            }
        }
        (chunk.len(), false)
    }

    /// Whether the value may be over where the input is: a number at the very end.
    fn may_end(&self) -> bool {
        self.depth == 0 && !self.in_string
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Hands out one byte at a time, so that every boundary between chunks is tried.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    fn items(json: &[u8]) -> Result<Vec<String>, Failure> {
        let mut items = Vec::new();
        let mut scanner = Scanner::new(Dripping(json))?;
        scanner.elements(&mut |item, _| {
            items.push(String::from_utf8_lossy(item).into_owned());
            Ok(())
        })?;
        scanner.finish()?;
        Ok(items)
    }

    #[test]
    fn items_are_parted_where_their_brackets_and_strings_close() {
        assert_eq!(
            items(br#" [ {"a":"]},\"{"} ,[1,[2]], "x,y\\" ,-1.5e3,null ] "#).unwrap(),
            [r#"{"a":"]},\"{"}"#, "[1,[2]]", r#""x,y\\""#, "-1.5e3", "null"]
        );
        assert!(items(b"[]").unwrap().is_empty());
    }

    #[test]
    fn a_cut_array_is_broken_wherever_the_cut_is() {
        let whole = br#"[{"a":"b"},{"c":[1,2]}]"#;
        for end in 0..whole.len() {
            let failure = items(&whole[..end]).unwrap_err();
            assert_eq!(failure.exit(), Exit::Unreachable, "{failure}");
        }
    }

    #[test]
    fn something_after_the_end_is_broken() {
        let failure = items(b"[1] [2]").unwrap_err();
        assert_eq!(failure.to_string(), "JSON broken at byte 4: something follows after the end");
    }

    #[test]
    fn items_without_a_comma_between_them_are_broken() {
        for json in ["[1 2]", "[{}{}]", "[1}", "[1:2]"] {
            assert!(items(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn a_member_is_found_among_others() {
        let json = br#"{"x":{"data":1},"d\u0061ta":[7],"y":null}"#;
        let mut scanner = Scanner::new(&json[..]).unwrap();
        let mut seen = Vec::new();
        let found = scanner
            .member("data", &mut |scanner| {
                scanner.elements(&mut |item, start| {
                    seen.push((item.clone(), start));
                    Ok(())
                })
            })
            .unwrap();
        assert!(found);
        assert_eq!(seen, [(b"7".to_vec(), 29)]);
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused() {
        let mut scanner = Scanner::new(&br#"{"a":[],"a":[]}"#[..]).unwrap();
        assert!(scanner.member("a", &mut |scanner| scanner.elements(&mut |_, _| Ok(()))).is_err());
    }

    #[test]
    fn a_member_that_is_passed_over_must_be_json_too() {
        for json in ["{\"x\":tru}", "{\"x\":1,}", "{x:1}", "{\"x\" 1}", "{\"x\":}"] {
            let mut scanner = Scanner::new(json.as_bytes()).unwrap();
            assert!(scanner.member("data", &mut |_| Ok(())).is_err(), "{json}");
        }
    }

    #[test]
    fn a_value_longer_than_the_bound_is_refused() {
        let endless = io::repeat(b'x').take(LONGEST_RECORD + 100_000);
        let json = io::Cursor::new(b"[\"").chain(endless);
        let mut scanner = Scanner::new(json).unwrap();
        let failure = scanner.elements(&mut |_, _| Ok(())).unwrap_err();
        assert!(failure.to_string().contains("longer than 16 MiB"), "{failure}");
    }
}
