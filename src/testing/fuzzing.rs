//! Everything that reads foreign text, on a corpus (`tests/corpus/`) and endless damaged copies of
//! it. A short round runs with every `cargo test`; a long one with `STOCKSYNC_FUZZ_SECONDS=1800
//! cargo test --lib fuzzing -- --ignored --nocapture`.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

use crate::config::{DatabaseSettings, Environment, RetentionSettings, env_file};
use crate::failure::{Exit, Failure};
use crate::http::answer::error_body::{LONGEST_MESSAGE, explain};
use crate::http::answer::status::refusal;
use crate::http::retry::asked;
use crate::marketplace::Format;
use crate::marketplace::wildberries::cards;
use crate::testing::properties::ends_well;

/// What is put into the damage, besides plain bytes: what parsers trip over.
const WORDS: [&[u8]; 28] = [
    b"\"",
    b"\"\"",
    b";",
    b"\n",
    b"\r\n",
    b"'",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-0",
    b"1e999",
    b"18446744073709551616",
    b"0.1e-5",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xd0",
    b"\x1b[31m",
    b"<c r=\"ZZZ9\" t=\"s\"><v>9</v></c>",
    b"&#x0;",
    b"%FF",
    b"@",
];

/// Everything that a line of settings can be.
const ENV_FILE: &[u8] =
    b"\xef\xbb\xbf# a\r\nA=1\r\nexport B = 'x\ny' # c\nC=\"$A\\\"\"\nC=${B}\nMAX_SHRNK=\n";

/// The longest input; what grows beyond it is cut.
const LONGEST: usize = 64 << 10;

/// Who reads an input.
#[derive(Clone, Copy, Debug)]
enum Target {
    Answer(Format),
    Duration,
    Retention,
    Size,
    DatabaseUrl,
    EnvFile,
    Refusal,
    Key,
    Wait,
    Cards,
}

struct Seed {
    target: Target,
    content: Vec<u8>,
}

fn directory() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"))
}

fn corpus() -> Vec<Seed> {
    let answers = [
        ("ozon", Format::OzonReport),
        ("warehouses", Format::WbWarehouses),
        ("warehouses", Format::SellerWarehouses),
        ("remains", Format::WarehouseRemains),
        ("supplier", Format::SupplierStocks),
        ("cabinet", Format::WbCabinet),
    ];
    let mut seeds = Vec::new();
    for (name, format) in answers {
        for entry in fs::read_dir(directory().join(name)).unwrap() {
            let content = fs::read(entry.unwrap().path()).unwrap();
            seeds.push(Seed { target: Target::Answer(format), content });
        }
    }
    for content in [include_bytes!("../../.env.example").as_slice(), ENV_FILE] {
        seeds.push(Seed { target: Target::EnvFile, content: content.to_vec() });
    }
    let lists = [
        ("durations.txt", Target::Duration),
        ("durations.txt", Target::Retention),
        ("sizes.txt", Target::Size),
        ("database-urls.txt", Target::DatabaseUrl),
        ("refusals.txt", Target::Refusal),
        ("keys.txt", Target::Key),
        ("waits.txt", Target::Wait),
        ("cards.txt", Target::Cards),
    ];
    for (name, target) in lists {
        let text = fs::read_to_string(directory().join(name)).unwrap();
        seeds.extend(text.lines().map(|line| Seed { target, content: line.into() }));
    }
    seeds
}

fn page_ends_well(content: &[u8]) {
    match cards::page(content) {
        Ok(page) => {
            assert!(page.nm_ids.len() as u64 + page.unreadable <= page.cards);
            assert!(page.last || page.cards > 0, "an empty page is the end");
        }
        Err(failure) => assert_eq!(failure.exit(), Exit::NotStockData, "{failure}"),
    }
}

/// An input is read or refused in the way of its kind; it never panics, and no setting's refusal
/// blames another exit.
fn feed(target: Target, content: &[u8]) {
    let text = String::from_utf8_lossy(content);
    let environment = Environment::from_pairs([("DATABASE_URL", &*text), ("X", &*text)]);
    let refused = |outcome: Option<Failure>| {
        if let Some(failure) = outcome {
            assert_eq!(failure.exit(), Exit::Configuration, "{text:?}: {failure}");
        }
    };
    match target {
        Target::Answer(format) => ends_well(format, content),
        Target::Cards => page_ends_well(content),
        Target::Duration => {
            let ten_years = Duration::from_secs(10 * 366 * 86_400);
            match environment.duration("X", Duration::ZERO) {
                Ok(duration) => assert!(duration <= ten_years),
                Err(failure) => refused(Some(failure)),
            }
        }
        Target::Retention => {
            let environment = Environment::from_pairs([("INVENTORY_RETENTION", &*text)]);
            let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
            match RetentionSettings::read(&environment) {
                Ok(kept) => {
                    assert!(
                        (today - kept.inventory.first_kept(today)).num_days() >= 30,
                        "{text:?}"
                    );
                }
                Err(failure) => refused(Some(failure)),
            }
        }
        Target::Size => match environment.size("X", 1) {
            Ok(size) => assert!(size > 0),
            Err(failure) => refused(Some(failure)),
        },
        Target::EnvFile => match env_file::parse(".env", content) {
            Ok(file) => assert!(file.values.keys().all(|name| !name.is_empty())),
            Err(failure) => refused(Some(failure)),
        },
        Target::DatabaseUrl => match DatabaseSettings::read(&environment) {
            Ok(settings) => assert!(!settings.database.is_empty()),
            Err(failure) => refused(Some(failure)),
        },
        Target::Refusal => {
            let said = explain(content);
            let _ = refusal(StatusCode::BAD_REQUEST, &said);
            let length = said.message.map_or(0, |message| message.chars().count());
            assert!(length <= LONGEST_MESSAGE + 1, "{length}");
        }
        Target::Key => match environment.secret("X") {
            Ok(key) => assert!(key.expose().bytes().all(|byte| byte.is_ascii_graphic())),
            Err(failure) => refused(Some(failure)),
        },
        Target::Wait => {
            let Ok(value) = HeaderValue::from_bytes(content) else { return };
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
            let asked = asked(&headers, true, SystemTime::now());
            assert!(asked.is_none_or(|asked| !asked.wait.is_zero()));
        }
    }
}

/// A damaged copy of a seed, now and then with a piece of another one.
fn damaged(seeds: &[Seed], seed: &Seed, rng: &mut Rng) -> Vec<u8> {
    if seed.content.starts_with(b"PK\x03\x04") && rng.bool() {
        return repacked(seeds, seed, rng);
    }
    let mut content = seed.content.clone();
    damage(&mut content, seeds, rng);
    content
}

/// A workbook is damaged inside, where no checksum catches it.
fn repacked(seeds: &[Seed], seed: &Seed, rng: &mut Rng) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(&seed.content)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let victim = rng.usize(..old.len());
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if index == victim || rng.u8(..4) == 0 {
            damage(&mut content, seeds, rng);
        }
        new.start_file(entry.name().unwrap().into_owned(), options).unwrap();
        new.write_all(&content).unwrap();
    }
    new.finish().unwrap().into_inner()
}

fn damage(content: &mut Vec<u8>, seeds: &[Seed], rng: &mut Rng) {
    for _ in 0..rng.usize(1..8) {
        let at = rng.usize(..=content.len());
        let end = (at + rng.usize(..40)).min(content.len());
        match rng.u8(..7) {
            0 if at < content.len() => content[at] ^= 1 << rng.u8(..8),
            1 => content.insert(at, rng.u8(..)),
            2 => drop(content.drain(at..end)),
            3 => content.truncate(at),
            4 => {
                let piece = content[at..end].repeat(rng.usize(1..6));
                drop(content.splice(at..at, piece));
            }
            5 => {
                let other = &seeds[rng.usize(..seeds.len())].content;
                let from = rng.usize(..=other.len());
                let to = (from + rng.usize(..200)).min(other.len());
                drop(content.splice(at..end, other[from..to].iter().copied()));
            }
            _ => {
                let word = WORDS[rng.usize(..WORDS.len())];
                drop(content.splice(at..end, word.iter().copied()));
            }
        }
    }
    content.truncate(LONGEST);
}

/// Feeds inputs until `inputs` have been fed or `time` is over. Returns how many it was.
fn rounds(seed: u64, inputs: u64, time: Duration) -> u64 {
    let (seeds, mut rng, began) = (corpus(), Rng::with_seed(seed), Instant::now());
    let mut fed = 0;
    while fed < inputs && began.elapsed() < time {
        let one = &seeds[rng.usize(..seeds.len())];
        let content = damaged(&seeds, one, &mut rng);
        let outcome = std::panic::catch_unwind(|| feed(one.target, &content));
        if outcome.is_err() {
            let path = std::env::temp_dir().join(format!("stocksync-fuzz-{seed}-{fed}"));
            fs::write(&path, &content).unwrap();
            panic!("{:?}, seed {seed}, input {fed}: kept as {}", one.target, path.display());
        }
        fed += 1;
    }
    fed
}

#[test]
fn the_corpus_and_a_few_thousand_damaged_copies_of_it_end_well() {
    for seed in corpus() {
        feed(seed.target, &seed.content);
    }
    assert_eq!(rounds(1, 3_000, Duration::MAX), 3_000);
}

#[test]
#[ignore = "as long as STOCKSYNC_FUZZ_SECONDS and STOCKSYNC_FUZZ_INPUTS say: 30 minutes or 10 million inputs"]
fn endless_damage_ends_well() {
    let set = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = set("STOCKSYNC_FUZZ_SEED").unwrap_or_else(|| fastrand::u64(..));
    let time = Duration::from_secs(set("STOCKSYNC_FUZZ_SECONDS").unwrap_or(1_800));
    let began = Instant::now();
    let fed = rounds(seed, set("STOCKSYNC_FUZZ_INPUTS").unwrap_or(10_000_000), time);
    let report =
        format!("fuzzing: {fed} inputs without a panic in {:.0?}, seed {seed}\n", began.elapsed());
    std::io::stderr().write_all(report.as_bytes()).unwrap();
}
