//! What can be configured: typed settings with their defaults. Beyond this module no setting is
//! read; only what is a terminal's or the system's own (`TERM`, `LANG`, `PATH`) and the log's form
//! before there are settings (`RUST_LOG`, `LOG_FORMAT`).

pub mod alerts;
pub mod database;
pub(crate) mod env_file;
pub mod environment;
mod hidden;
mod key_files;
mod retention;
pub mod units;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{FixedOffset, NaiveDate, Utc};
use reqwest::Url;

pub use alerts::{AlertSettings, KeySettings, TelegramSettings, Thresholds};
pub use database::{DatabaseSettings, TlsMode};
pub use environment::Environment;
pub use retention::{RetentionRule, RetentionSettings};

use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::language::Language;
use crate::secret::Secret;

/// Judges every setting that is there, whichever command it is for: a slip shows at once, and not
/// at the first run that needs it. Errors: [`Exit::Configuration`], naming each variable that
/// cannot be right.
pub fn judge_all(environment: &Environment) -> Result<(), Failure> {
    let all = environment.filled_up([
        ("DATABASE_URL", "mysql://localhost/database"),
        ("OZON_CLIENT_ID", "1"),
        ("OZON_API_KEY", "key"),
        ("WB_API_TOKEN", "token"),
    ]);
    let mut wrong: Vec<String> = [
        DatabaseSettings::read(&all).err(),
        HttpSettings::read(&all).err(),
        OzonSettings::read(&all).err(),
        WildberriesSettings::read(&all).err(),
        SyncSettings::read(&all).err(),
        RetentionSettings::read(&all).err(),
        AlertSettings::read(&all).err(),
        Thresholds::read(&all).err(),
        switched_off(&all, Source::Ozon).err(),
        switched_off(&all, Source::Wildberries).err(),
    ]
    .into_iter()
    .flatten()
    .map(|failure| failure.to_string())
    .collect();
    wrong.sort_unstable();
    wrong.dedup();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Exit::Configuration, wrong.join("; ")))
}

#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// `HTTP_TIMEOUT`: the longest silence of a connection; the n-th attempt waits n times as long.
    pub timeout: Duration,
    /// `RETRY_ATTEMPTS`: how often one request is sent at most.
    pub attempts: u32,
    /// `RETRY_BASE_DELAY`: the wait before the second attempt; doubled before each further one,
    /// with jitter.
    pub base_delay: Duration,
    /// `RETRY_MAX_WAIT`: the longest single wait that a rate limit may ask for.
    pub max_wait: Duration,
    /// `MAX_DOWNLOAD`: bytes of one answer, after decompression.
    pub max_download: u64,
}

impl HttpSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            timeout: environment.timeout("HTTP_TIMEOUT", Duration::from_secs(60))?,
            attempts: environment.count("RETRY_ATTEMPTS", 3)?,
            base_delay: environment.duration("RETRY_BASE_DELAY", Duration::from_secs(2))?,
            max_wait: environment.duration("RETRY_MAX_WAIT", Duration::from_secs(600))?,
            max_download: environment.size("MAX_DOWNLOAD", 2 << 30)?,
        })
    }
}

#[derive(Clone, Debug)]
pub struct OzonSettings {
    pub client_id: Secret,
    pub api_key: Secret,
    /// `OZON_API_KEY_ISSUED`: the day the key was made, for whoever does not want it to be asked
    /// about itself.
    pub key_issued: Option<NaiveDate>,
    pub api_url: Url,
    /// `OZON_STOCKS_METHOD`.
    pub method: OzonStocksMethod,
    /// `OZON_POLL_INTERVAL`: the pause between two questions whether the report is ready.
    pub poll_interval: Duration,
    /// `OZON_REPORT_TIMEOUT`: how long a report may take to get ready.
    pub report_timeout: Duration,
    pub http: HttpSettings,
}

impl OzonSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            client_id: ozon_client_id(environment)?,
            api_key: environment.secret("OZON_API_KEY")?,
            key_issued: ozon_key_issued(environment)?,
            api_url: environment.api_url("OZON_API_URL", "https://api-seller.ozon.ru")?,
            method: OzonStocksMethod::read(environment)?,
            poll_interval: environment.duration("OZON_POLL_INTERVAL", Duration::from_secs(5))?,
            report_timeout: environment
                .duration("OZON_REPORT_TIMEOUT", Duration::from_secs(900))?,
            http: HttpSettings::read(environment)?,
        })
    }
}

/// How Ozon is asked for the stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OzonStocksMethod {
    /// One report of all products; it knows no warehouses.
    ProductsReport,
    /// By warehouse, SKU by SKU.
    Warehouses,
}

impl OzonStocksMethod {
    const ALL: [OzonStocksMethod; 2] =
        [OzonStocksMethod::ProductsReport, OzonStocksMethod::Warehouses];

    const fn as_str(self) -> &'static str {
        match self {
            OzonStocksMethod::ProductsReport => "products-report",
            OzonStocksMethod::Warehouses => "warehouses",
        }
    }

    fn read(environment: &Environment) -> Result<Self, Failure> {
        one_of(environment, "OZON_STOCKS_METHOD", Self::ALL, Self::as_str)
    }
}

/// The value of a variable that names one of a few methods, the first of which is the default.
fn one_of<M: Copy, const N: usize>(
    environment: &Environment,
    variable: &str,
    methods: [M; N],
    name: fn(M) -> &'static str,
) -> Result<M, Failure> {
    let Some(text) = environment.text(variable) else { return Ok(methods[0]) };
    methods.into_iter().find(|method| name(*method) == text).ok_or_else(|| {
        let known = methods.map(name).join(", ");
        Failure::new(Exit::Configuration, format!("{variable}: {text:?} is none of {known}"))
    })
}

/// What is no number may be the key: it is not shown.
fn ozon_client_id(environment: &Environment) -> Result<Secret, Failure> {
    let client_id = environment.secret("OZON_CLIENT_ID")?;
    if client_id.expose().bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(client_id);
    }
    let message = "OZON_CLIENT_ID is no number; is it swapped with OZON_API_KEY?";
    Err(Failure::new(Exit::Configuration, message))
}

fn ozon_key_issued(environment: &Environment) -> Result<Option<NaiveDate>, Failure> {
    const NAME: &str = "OZON_API_KEY_ISSUED";
    let issued = environment.date(NAME)?;
    let today = Utc::now().with_timezone(&snapshot_utc_offset(environment)?).date_naive();
    match issued {
        Some(day) if day > today => {
            let message =
                format!("{NAME}: {day} lies in the future; it is the day the key was made");
            Err(Failure::new(Exit::Configuration, message))
        }
        _ => Ok(issued),
    }
}

/// Which of Wildberries' methods says what lies on Wildberries' warehouses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StocksMethod {
    /// `stocks-report/wb-warehouses`, per size (`chrtId`).
    WbWarehouses,
    /// The report of remains, per barcode.
    WarehouseRemains,
    /// `supplier/stocks` of the statistics service, switched off in production since 23 June 2026.
    SupplierStocks,
}

impl StocksMethod {
    const ALL: [StocksMethod; 3] =
        [StocksMethod::WbWarehouses, StocksMethod::WarehouseRemains, StocksMethod::SupplierStocks];

    pub const fn as_str(self) -> &'static str {
        match self {
            StocksMethod::WbWarehouses => "wb-warehouses",
            StocksMethod::WarehouseRemains => "warehouse-remains",
            StocksMethod::SupplierStocks => "supplier-stocks",
        }
    }

    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        one_of(environment, "WB_STOCKS_METHOD", Self::ALL, Self::as_str)
    }
}

#[derive(Clone, Debug)]
pub struct WildberriesSettings {
    pub token: Secret,
    pub analytics_url: Url,
    pub statistics_url: Url,
    pub content_url: Url,
    /// `WB_CARDS_INTERVAL`: the pause between two pages of cards.
    pub cards_interval: Duration,
    pub method: StocksMethod,
    /// `WB_SELLER_WAREHOUSES`: also the stock on the seller's own warehouses (FBS).
    pub seller_warehouses: bool,
    /// `WB_PAGE_LIMIT`: items on a page of the two `stocks-report` methods, 2…250 000 (the most
    /// that they allow).
    pub page_limit: u32,
    /// `WB_REQUEST_INTERVAL`: the pause between two requests to the same method.
    pub request_interval: Duration,
    /// `WB_BASE_TOKEN_INTERVAL`: the same for a base token, which may call each method of the
    /// report of remains 4 times an hour.
    pub base_token_interval: Duration,
    pub http: HttpSettings,
}

impl WildberriesSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            token: environment.secret("WB_API_TOKEN")?,
            analytics_url: environment
                .api_url("WB_ANALYTICS_API_URL", "https://seller-analytics-api.wildberries.ru")?,
            statistics_url: environment
                .api_url("WB_STATISTICS_API_URL", "https://statistics-api.wildberries.ru")?,
            content_url: environment
                .api_url("WB_CONTENT_API_URL", "https://content-api.wildberries.ru")?,
            cards_interval: environment
                .duration("WB_CARDS_INTERVAL", Duration::from_millis(600))?,
            method: StocksMethod::read(environment)?,
            seller_warehouses: environment.switch("WB_SELLER_WAREHOUSES", true)?,
            page_limit: page_limit(environment)?,
            request_interval: environment
                .duration("WB_REQUEST_INTERVAL", Duration::from_secs(20))?,
            base_token_interval: environment
                .duration("WB_BASE_TOKEN_INTERVAL", Duration::from_secs(900))?,
            http: HttpSettings::read(environment)?,
        })
    }
}

/// Pages overlap by one item, so one that holds no more than that would not get on.
fn page_limit(environment: &Environment) -> Result<u32, Failure> {
    const MOST: u32 = 250_000;
    match environment.count("WB_PAGE_LIMIT", MOST)? {
        limit @ 2..=MOST => Ok(limit),
        limit => Err(Failure::new(
            Exit::Configuration,
            format!("WB_PAGE_LIMIT: {limit} is not a number from 2 to {MOST}"),
        )),
    }
}

#[derive(Clone, Debug)]
pub struct SyncSettings {
    /// `MAX_SHRINK`: by how many percent the number of products with stock may fall from one
    /// snapshot to the next pull.
    pub max_shrink: f64,
    /// `SNAPSHOT_UTC_OFFSET`: whose midnight begins a snapshot's day.
    pub utc_offset: FixedOffset,
}

impl SyncSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            max_shrink: environment.percentage("MAX_SHRINK", 50.0)?,
            utc_offset: snapshot_utc_offset(environment)?,
        })
    }
}

/// Reads `LOG_FORMAT`: whether the log's lines are JSON objects.
pub fn logs_as_json(environment: &Environment) -> Result<bool, Failure> {
    match environment.text("LOG_FORMAT") {
        None | Some("text") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => {
            let message = format!("LOG_FORMAT: {other:?} is neither text nor json");
            Err(Failure::new(Exit::Configuration, message))
        }
    }
}

/// Reads `SNAPSHOT_UTC_OFFSET`; Moscow's by default, where both marketplaces keep their days.
pub fn snapshot_utc_offset(environment: &Environment) -> Result<FixedOffset, Failure> {
    const MOSCOW: Option<FixedOffset> = FixedOffset::east_opt(3 * 3600);
    let moscow = MOSCOW.ok_or_else(|| Failure::new(Exit::Program, "three hours are no offset"))?;
    environment.utc_offset("SNAPSHOT_UTC_OFFSET", moscow)
}

/// Reads `STOCKSYNC_LANG`: the language of reports, alerts and the page; by default that of the
/// system's locale, `LC_ALL` before `LANG`.
pub fn language(environment: &Environment) -> Result<Language, Failure> {
    const NAME: &str = "STOCKSYNC_LANG";
    let Some(tag) = environment.text(NAME) else {
        let locale = environment.text("LC_ALL").or_else(|| environment.text("LANG"));
        return Ok(Language::of_locale(locale.unwrap_or_default()));
    };
    Language::of_tag(tag).ok_or_else(|| {
        let message = format!("{NAME}: {tag:?} is neither ru nor en");
        Failure::new(Exit::Configuration, message)
    })
}

/// Reads `REJECTS_DIR`: where the rejected records of each run are kept, if anywhere.
pub fn rejects_dir(environment: &Environment) -> Option<PathBuf> {
    environment.text("REJECTS_DIR").map(PathBuf::from)
}

/// The variable that has switched off the syncs of `source`, if one has.
pub fn switched_off(
    environment: &Environment,
    source: Source,
) -> Result<Option<&'static str>, Failure> {
    let own = match source {
        Source::Ozon => "OZON_SYNC_ENABLED",
        Source::Wildberries => "WB_SYNC_ENABLED",
    };
    for name in ["SYNC_ENABLED", own] {
        if !environment.switch(name, true)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
