//! What the monitor found, said in the page's language. In English these are the monitor's own sentences; in Russian they are made
//! here from the kind of a finding and its numbers.

use super::language::Language;
use super::phrases::Forms;
use crate::inventory::Source;
use crate::monitor::anomalies::{self, Anomaly};
use crate::monitor::finding::{self, Finding, Severity};
use crate::monitor::soundness::sync_command;
use crate::store::queries::Doubts;
use crate::text::printable;

const ROWS: Forms = Forms("строка", "строки", "строк");
/// After «у», as the genitive wants it.
const OF_PRODUCTS: Forms = Forms("товара", "товаров", "товаров");
const TIMES: Forms = Forms("раз", "раза", "раз");

const CHECK: &str = "сверьте с кабинетом продавца";

/// Something that a person should know, with what it was judged by.
pub enum Notice {
    /// Stored numbers that cannot be right.
    Unsound(Finding, Doubts),
    /// Something unusual.
    Odd(Anomaly),
}

impl Notice {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Notice::Unsound(finding, _) => finding.severity,
            Notice::Odd(anomaly) => anomaly.severity,
        }
    }

    /// `Ozon` or `Wildberries`.
    pub fn source(&self) -> &'static str {
        match self {
            Notice::Unsound(finding, _) => finding.source,
            Notice::Odd(anomaly) => anomaly.source,
        }
    }

    /// What it is, and what to do.
    pub fn sentence(&self, language: Language) -> String {
        match (language, self) {
            (Language::English, Notice::Unsound(finding, _)) => finding.message.clone(),
            (Language::English, Notice::Odd(anomaly)) => anomaly.message.clone(),
            (Language::Russian, Notice::Unsound(finding, doubts)) => {
                unsound(finding, doubts).unwrap_or_else(|| finding.message.clone())
            }
            (Language::Russian, Notice::Odd(anomaly)) => odd(anomaly),
        }
    }
}

/// `None` for what has another place on the page than among its findings.
fn unsound(finding: &Finding, doubts: &Doubts) -> Option<String> {
    let ru = Language::Russian;
    let command = Source::ALL.into_iter().find(|source| source.as_str() == finding.source);
    let pull_again =
        format!("запустите `{} --full`", command.map_or("stocksync sync", sync_command));
    let day = doubts.day.map_or_else(String::new, |day| format!(" за {}", ru.day(day)));
    let rows = |rows: u64| ru.count(usize::try_from(rows).unwrap_or(usize::MAX), &ROWS);
    let pieces = |pieces: i64| format!("{}\u{a0}шт.", ru.number(pieces));
    let elsewhere = format!("это записала не stocksync: {pull_again}");
    Some(match finding.kind {
        finding::Kind::RowsDisagree => match (doubts.stated, doubts.found) {
            (Some((day, stated, stock)), Some((found, left))) => format!(
                "по журналу за {} должно быть: {}, {}; в таблице есть: {}, {} Таблицу inventory_data меняет что-то ещё: \
                 найдите, что именно, и {pull_again}",
                ru.day(day),
                rows(stated),
                pieces(stock),
                rows(found),
                pieces(left)
            ),
            _ => {
                format!("по журналу загрузка удалась, но строк в inventory_data нет; {pull_again}")
            }
        },
        finding::Kind::ContradictoryRows => format!(
            "в снимке{day} {}, где остаток не равен сумме доступного и резерва; {elsewhere}",
            rows(doubts.contradictory_rows)
        ),
        finding::Kind::NegativeStock => {
            format!(
                "в снимке{day} {} с числом меньше нуля; {elsewhere}",
                rows(doubts.negative_rows)
            )
        }
        finding::Kind::DuplicateRows => format!(
            "в снимке{day} есть повторы ({}); пропал уникальный ключ uk_inventory_identity: удалите повторы и создайте его снова",
            rows(doubts.duplicate_rows)
        ),
        finding::Kind::Empty => format!(
            "последний снимок{day} пуст: загрузка записала, что остатков на маркетплейсе нет совсем; если в кабинете продавца они есть, \
             запустите `{}`",
            command.map_or("stocksync sync", sync_command)
        ),
        finding::Kind::Stale | finding::Kind::Ahead | finding::Kind::KeyAge => return None,
    })
}

fn odd(anomaly: &Anomaly) -> String {
    use anomalies::Kind;
    let figures = Figures(anomaly);
    let number = |name| figures.number(name);
    let times = |name| figures.count(name, &TIMES);
    match anomaly.kind {
        Kind::ZeroStockSpike => figures.zero_stock_spike(),
        Kind::StockChange => figures.stock_change(),
        Kind::ProductsVanished => {
            format!("{}; {CHECK}", figures.churn("больше не в продаже товаров"))
        }
        Kind::ProductsNew => figures.churn("новых товаров"),
        Kind::StockJump => figures.stock_jump(),
        Kind::RegionEmpty => figures.region_empty(),
        Kind::RepeatedFailures => format!(
            "неудачных загрузок подряд: {}; причины — ниже, в списке неудачных загрузок",
            number("failures")
        ),
        Kind::RisingRejects => figures.rising_rejects(),
        Kind::SlowSync => format!(
            "последняя загрузка длилась {}, обычно {}",
            figures.duration("seconds"),
            figures.duration("median_seconds")
        ),
        Kind::UnfinishedRun => format!(
            "загрузок, которые начались и не закончились: {}; их прервали или выключился компьютер?",
            number("runs")
        ),
        Kind::KeyRejected => format!(
            "маркетплейс отклонил ключ ({}); если его никто не менял и не отзывал, выясните почему",
            times("runs")
        ),
        Kind::UnexpectedRedirect => {
            format!(
                "ответ направлял программу туда, куда она не ходит, или по кругу ({})",
                times("runs")
            )
        }
        Kind::UnknownHost => format!(
            "ссылка на отчёт вела на адрес, которому нельзя доверять ({}), программа туда не пошла",
            times("runs")
        ),
        Kind::NewHost => figures.new_host(),
        Kind::ManyRequests => format!(
            "последняя загрузка отправила запросов: {}, обычно {}",
            number("requests"),
            number("median_requests")
        ),
    }
}

/// The numbers of an anomaly in their Russian form.
struct Figures<'a>(&'a Anomaly);

impl Figures<'_> {
    fn value(&self, name: &str) -> f64 {
        let value = self.0.numbers.get(name).copied();
        debug_assert!(value.is_some(), "{:?} has no number {name}", self.0.kind);
        value.unwrap_or(0.0)
    }

    fn number(&self, name: &str) -> String {
        Language::Russian.number(self.value(name).round() as i64)
    }

    fn count(&self, name: &str, forms: &Forms) -> String {
        Language::Russian.count(self.value(name).round() as usize, forms)
    }

    fn percent(&self, name: &str) -> String {
        format!("{:.0}\u{a0}%", self.value(name) * 100.0)
    }

    fn duration(&self, name: &str) -> String {
        Language::Russian.duration(self.value(name).round() as u64)
    }

    fn zero_stock_spike(&self) -> String {
        format!(
            "из {} в наличии сразу закончилось {} ({}); {CHECK}",
            self.count("products_with_stock_before", &OF_PRODUCTS),
            self.number("products_ran_out"),
            self.percent("share")
        )
    }

    fn stock_change(&self) -> String {
        let change = self.value("change");
        format!(
            "общий остаток {} с {} до {}\u{a0}шт. ({}\u{a0}%); если это не поставка и не распродажа, {CHECK}",
            if change < 0.0 { "упал" } else { "вырос" },
            self.number("pieces_before"),
            self.number("pieces_now"),
            Language::Russian.change((change * 100.0).round() as i64)
        )
    }

    fn churn(&self, what: &str) -> String {
        let (products, share) = (self.number("products"), self.percent("share"));
        let before = self.number("products_before");
        format!("{what}: {products}; в прошлом снимке всего было {before} ({share})")
    }

    fn stock_jump(&self) -> String {
        let example = self.0.products.first().map_or_else(String::new, |product| {
            let pieces = |pieces: Option<i64>| Language::Russian.number(pieces.unwrap_or(0));
            let (before, now) = (pieces(product.before), pieces(product.now));
            format!(", например {}: {before} → {now}\u{a0}шт.", printable(&product.sku))
        });
        format!(
            "у {} остаток изменился в {} и больше{example}; {CHECK}",
            self.count("products", &OF_PRODUCTS),
            self.count("factor", &TIMES)
        )
    }

    fn rising_rejects(&self) -> String {
        format!(
            "последняя загрузка отклонила {} из {} записей ({}), обычно {}; какие и почему, сказано в её журнале",
            self.number("rejected"),
            self.number("records"),
            self.percent("share"),
            self.percent("usual_share")
        )
    }

    fn new_host(&self) -> String {
        let host = self.0.subject.as_deref().map(|host| format!(": {}", printable(host)));
        format!(
            "ссылка на отчёт впервые вела на чужой адрес{}; ключ туда не отправлялся, сравните со ссылкой в кабинете продавца",
            host.unwrap_or_default()
        )
    }

    fn region_empty(&self) -> String {
        format!(
            "{}: на складах (их было {}) ничего не осталось; в прошлом снимке там лежало {}\u{a0}шт., {} всего остатка",
            self.0.subject.as_deref().map_or_else(String::new, printable),
            self.number("warehouses_before"),
            self.number("pieces_before"),
            self.percent("share")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::soundness;

    fn anomaly(kind: anomalies::Kind, numbers: &[(&'static str, f64)]) -> String {
        let anomaly = Anomaly {
            severity: Severity::Warning,
            source: "Ozon",
            kind,
            message: "english".into(),
            subject: Some("Уральский ФО".into()),
            numbers: numbers.iter().copied().collect(),
            products: Vec::new(),
            products_total: 0,
        };
        Notice::Odd(anomaly).sentence(Language::Russian).replace('\u{a0}', " ")
    }

    #[test]
    fn an_oddity_is_told_in_russian_with_its_numbers() {
        use anomalies::Kind;
        let spike =
            [("products_ran_out", 8.0), ("products_with_stock_before", 21.0), ("share", 0.38)];
        assert_eq!(
            anomaly(Kind::ZeroStockSpike, &spike),
            "из 21 товара в наличии сразу закончилось 8 (38 %); сверьте с кабинетом продавца"
        );
        let fall = [("pieces_before", 12_000.0), ("pieces_now", 3_000.0), ("change", -0.75)];
        assert_eq!(
            anomaly(Kind::StockChange, &fall),
            "общий остаток упал с 12 000 до 3 000 шт. (−75 %); если это не поставка и не распродажа, сверьте с кабинетом продавца"
        );
        let slow = [("seconds", 754.0), ("median_seconds", 60.0)];
        assert_eq!(
            anomaly(Kind::SlowSync, &slow),
            "последняя загрузка длилась 12 мин 34 с, обычно 1 мин"
        );
        let region = [("pieces_before", 80.0), ("warehouses_before", 2.0), ("share", 0.14)];
        assert!(
            anomaly(Kind::RegionEmpty, &region).starts_with("Уральский ФО: на складах (их было 2)")
        );
    }

    #[test]
    fn what_is_unsound_is_told_in_russian_with_the_command_that_mends_it() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = Doubts {
            day: Some(day),
            written: true,
            stated: Some((day, 21, 1_500)),
            found: Some((20, 900)),
            contradictory_rows: 3,
            negative_rows: 1,
            duplicate_rows: 5,
        };
        let told: Vec<String> = soundness::judge(Source::Wildberries, &doubts)
            .into_iter()
            .map(|finding| {
                Notice::Unsound(finding, doubts.clone())
                    .sentence(Language::Russian)
                    .replace('\u{a0}', " ")
            })
            .collect();
        assert_eq!(
            told[0],
            "по журналу за 23 ноября должно быть: 21 строка, 1 500 шт.; в таблице есть: 20 строк, 900 шт. Таблицу \
             inventory_data меняет что-то ещё: найдите, что именно, и запустите `stocksync sync wb --full`"
        );
        assert!(told[1].starts_with("в снимке за 23 ноября 3 строки, где остаток"), "{}", told[1]);
        assert!(
            told[2].starts_with("в снимке за 23 ноября 1 строка с числом меньше нуля"),
            "{}",
            told[2]
        );
        assert!(told[3].starts_with("в снимке за 23 ноября есть повторы (5 строк)"), "{}", told[3]);
    }
}
