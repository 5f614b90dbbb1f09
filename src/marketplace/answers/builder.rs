//! Puts answers one after another into the unnamed temporary file of a pull. Reads nothing out of
//! them.

use std::io::{BufReader, Read};

use crate::cost::Cost;
use crate::disk;
use crate::failure::Failure;
use crate::http::{Call, Http, Reply};
use crate::marketplace::{Format, Part, PartReader, Pull};

pub(crate) struct Assembly {
    pull: Pull,
    end: u64,
}

impl Assembly {
    /// An empty pull; its file has no name, so that no crash can leave it behind.
    pub(crate) fn new() -> Result<Self, Failure> {
        let document = tempfile::tempfile().map_err(disk::temporary)?;
        let pull = Pull { document, parts: Vec::new(), cost: Cost::default() };
        Ok(Self { pull, end: 0 })
    }

    pub(crate) fn add(
        &mut self,
        http: &mut Http,
        call: &Call,
        format: Format,
    ) -> Result<Reply<Part>, Failure> {
        let reply = self.add_surveyed(http, call, format, |_| Ok(()))?;
        Ok(reply.map(|(part, ())| part))
    }

    /// The same, with what `look` finds in the answer. One in which it finds that it is cut off is
    /// asked for again.
    pub(crate) fn add_surveyed<T>(
        &mut self,
        http: &mut Http,
        call: &Call,
        format: Format,
        look: impl Fn(BufReader<PartReader<'_>>) -> Result<T, Failure>,
    ) -> Result<Reply<(Part, T)>, Failure> {
        let (pull, start) = (&self.pull, self.end);
        let part = |length| Part { format, start, length };
        let reply = http.download(call, &pull.document, start, |length| {
            look(BufReader::with_capacity(64 << 10, pull.open(&part(length))))
        })?;
        let reply = reply.map(|(length, found)| (part(length), found));
        if let Reply::Body((part, _)) = &reply {
            self.end += part.length;
            self.pull.parts.push(*part);
        }
        Ok(reply)
    }

    fn open(&self, part: &Part) -> BufReader<PartReader<'_>> {
        BufReader::with_capacity(64 << 10, self.pull.open(part))
    }

    pub(crate) fn repeats(&self) -> Result<bool, Failure> {
        let [.., earlier, last] = self.pull.parts.as_slice() else { return Ok(false) };
        if earlier.length != last.length {
            return Ok(false);
        }
        let (earlier, last) = (self.open(earlier).bytes(), self.open(last).bytes());
        for (a, b) in earlier.zip(last) {
            if a.map_err(disk::temporary)? != b.map_err(disk::temporary)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(crate) fn finish(self, http: &Http) -> Pull {
        Pull { cost: http.cost(), ..self.pull }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::http_stub::{Stand, hasty, ok};

    #[test]
    fn answers_lie_one_after_another_and_repetition_is_seen() {
        let stand = Stand::answering(|_| vec![ok("[1]"), ok("[2]"), ok("[2]"), ok("[22]")]);
        let mut http = Http::new(&hasty(), &stand.url(), &[]).unwrap();
        let mut assembly = Assembly::new().unwrap();
        let mut seen = Vec::new();
        for _ in 0..4 {
            let call = Call::get("pages", stand.url());
            let reply = assembly.add(&mut http, &call, Format::SupplierStocks).unwrap();
            let mut text = String::new();
            assembly.open(&reply.required("").unwrap()).read_to_string(&mut text).unwrap();
            seen.push((text, assembly.repeats().unwrap()));
        }
        let expected = [("[1]", false), ("[2]", false), ("[2]", true), ("[22]", false)];
        assert_eq!(seen, expected.map(|(text, repeats)| (text.to_owned(), repeats)));
        assert_eq!(assembly.finish(&http).cost, Cost { requests: 4, bytes: 13 });
    }
}
