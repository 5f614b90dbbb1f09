//! Settings of `check-freshness`, `report` and the alerts: what counts as odd, and whom to tell.

use chrono::{FixedOffset, NaiveDate};
use reqwest::Url;

use super::environment::is_loopback;
use super::{Environment, language, ozon_key_issued, snapshot_utc_offset};
use crate::failure::{Exit, Failure};
use crate::language::Language;
use crate::secret::Secret;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// `ANOMALY_ZERO_STOCK`: percent of the products with stock that ran out since the previous
    /// snapshot.
    pub zero_stock: f64,
    /// `ANOMALY_STOCK_CHANGE`: percent by which the total stock rose or fell.
    pub stock_change: f64,
    /// `ANOMALY_CHURN`: percent of the products that vanished or are new.
    pub churn: f64,
    /// `ANOMALY_JUMP`: factor by which one product's stock rose or fell.
    pub jump: u32,
    /// `ANOMALY_REGION`: percent of the stock that a region must have held for its emptiness to
    /// count.
    pub region: f64,
    /// `ANOMALY_REJECTS`: percent of a run's records that were rejected.
    pub rejects: f64,
    /// `ANOMALY_SLOW`: factor above the median duration of the runs before.
    pub slow: u32,
    /// `ANOMALY_REQUESTS`: factor above the median number of requests of the runs before.
    pub requests: u32,
    /// `ALERT_AFTER_FAILURES`: failed runs in a row.
    pub failures: u32,
}

impl Thresholds {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            zero_stock: environment.percentage("ANOMALY_ZERO_STOCK", 20.0)?,
            stock_change: environment.percentage("ANOMALY_STOCK_CHANGE", 50.0)?,
            churn: environment.percentage("ANOMALY_CHURN", 20.0)?,
            jump: environment.count("ANOMALY_JUMP", 100)?,
            region: environment.percentage("ANOMALY_REGION", 5.0)?,
            rejects: environment.percentage("ANOMALY_REJECTS", 5.0)?,
            slow: environment.count("ANOMALY_SLOW", 3)?,
            requests: environment.count("ANOMALY_REQUESTS", 3)?,
            failures: failures_before_alert(environment)?,
        })
    }
}

/// What is known here of the marketplaces' keys, to judge how long they hold.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// `OZON_API_KEY`, to know which key the syncs have asked about itself; it need not be set
    /// where no sync runs.
    pub ozon: Option<Secret>,
    pub ozon_issued: Option<NaiveDate>,
    /// `WB_API_TOKEN`, which carries its own dates; it need not be set where no sync runs.
    pub wildberries: Option<Secret>,
}

impl KeySettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        const TOKEN: &str = "WB_API_TOKEN";
        let token = environment.text(TOKEN).map(|_| environment.secret(TOKEN));
        Ok(Self {
            ozon: environment.text("OZON_API_KEY").map(Secret::new),
            ozon_issued: ozon_key_issued(environment)?,
            wildberries: token.transpose()?,
        })
    }
}

#[derive(Clone, Debug)]
pub struct TelegramSettings {
    pub token: Secret,
    pub chat_id: String,
    pub api_url: Url,
}

#[derive(Clone, Debug)]
pub struct AlertSettings {
    /// `ALERT_WEBHOOK_URL`: whoever knows it can post, so it is a secret.
    pub webhook: Option<Secret>,
    pub telegram: Option<TelegramSettings>,
    /// `HEALTHCHECK_URL`, without a slash at its end.
    pub healthcheck: Option<Secret>,
    pub after_failures: u32,
    /// `SNAPSHOT_UTC_OFFSET`: the seller's time zone, in which messages tell the time.
    pub utc_offset: FixedOffset,
    /// `STOCKSYNC_LANG`: the language of the messages.
    pub language: Language,
}

impl AlertSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            webhook: hook_url(environment, "ALERT_WEBHOOK_URL")?,
            telegram: telegram(environment)?,
            healthcheck: hook_url(environment, "HEALTHCHECK_URL")?,
            after_failures: failures_before_alert(environment)?,
            utc_offset: snapshot_utc_offset(environment)?,
            language: language(environment)?,
        })
    }

    /// The dead-man's switch alone, where the rest is set up wrongly; `None` if it is, too.
    pub fn healthcheck_only(environment: &Environment) -> Option<Self> {
        let healthcheck = hook_url(environment, "HEALTHCHECK_URL").ok()??;
        Some(Self {
            webhook: None,
            telegram: None,
            healthcheck: Some(healthcheck),
            after_failures: 1,
            utc_offset: FixedOffset::east_opt(0)?,
            language: Language::English,
        })
    }

    pub fn has_channel(&self) -> bool {
        self.webhook.is_some() || self.telegram.is_some()
    }
}

fn telegram(environment: &Environment) -> Result<Option<TelegramSettings>, Failure> {
    const TOKEN: &str = "ALERT_TELEGRAM_BOT_TOKEN";
    const CHAT: &str = "ALERT_TELEGRAM_CHAT_ID";
    let chat_id = match (environment.text(TOKEN), environment.text(CHAT)) {
        (None, None) => return Ok(None),
        (Some(_), Some(chat_id)) => chat_id.to_owned(),
        (token, _) => {
            let (there, missing) = if token.is_some() { (TOKEN, CHAT) } else { (CHAT, TOKEN) };
            let message = format!("{missing} is not set, but {there} is; Telegram needs both");
            return Err(Failure::new(Exit::Configuration, message));
        }
    };
    Ok(Some(TelegramSettings {
        token: environment.secret(TOKEN)?,
        chat_id,
        api_url: environment.api_url("ALERT_TELEGRAM_API_URL", "https://api.telegram.org")?,
    }))
}

/// A URL whose path lets in whoever knows it: `https`, or `http` to this machine. No error shows
/// it.
fn hook_url(environment: &Environment, name: &str) -> Result<Option<Secret>, Failure> {
    let Some(text) = environment.text(name) else { return Ok(None) };
    let refuse = |reason: &str| Failure::new(Exit::Configuration, format!("{name}: {reason}"));
    let url = Url::parse(text).map_err(|_| refuse("this is not a URL"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(refuse("https is needed; http is only for loopback addresses")),
    }
    Ok(Some(Secret::new(url.as_str().trim_end_matches('/'))))
}

/// `ALERT_AFTER_FAILURES`: the report calls as many failures an anomaly as the first message needs.
fn failures_before_alert(environment: &Environment) -> Result<u32, Failure> {
    environment.count("ALERT_AFTER_FAILURES", 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_variables_there_is_nobody_to_tell() {
        let settings = AlertSettings::read(&Environment::from_pairs([])).unwrap();
        assert!(!settings.has_channel());
        assert_eq!(settings.after_failures, 2);
    }

    #[test]
    fn a_bad_hook_is_refused_by_name_and_not_shown() {
        for text in ["hooks.example/T0/secret", "http://hooks.example/T0/secret"] {
            let environment = Environment::from_pairs([("ALERT_WEBHOOK_URL", text)]);
            let failure = AlertSettings::read(&environment).unwrap_err();
            assert_eq!(failure.exit(), Exit::Configuration);
            assert!(failure.to_string().starts_with("ALERT_WEBHOOK_URL: "));
            assert!(!failure.to_string().contains("secret"));
        }
    }

    #[test]
    fn half_of_telegram_names_the_other_half() {
        let environment = Environment::from_pairs([("ALERT_TELEGRAM_BOT_TOKEN", "1:a")]);
        let failure = AlertSettings::read(&environment).unwrap_err();
        assert!(failure.to_string().starts_with("ALERT_TELEGRAM_CHAT_ID is not set"));
    }
}
