//! What is odd about stock and runs, from the numbers of an anomaly.

use super::{counted, plain, say};
use crate::inventory::Source;
use crate::language::{Forms, Language};
use crate::monitor::anomalies::{Anomaly, Kind, Product};
use crate::text::{clean, printable};

/// Behind «из» and «у», as the genitive wants it.
const OF_PRODUCTS: [Forms; 2] =
    [Forms("товара", "товаров", "товаров"), Forms("product", "products", "products")];
const TIMES: [Forms; 2] = [Forms("раз", "раза", "раз"), Forms("time", "times", "times")];

/// What it is, and what to do where that is not plain.
pub(crate) fn sentence(anomaly: &Anomaly, language: Language) -> String {
    let figures = Figures { anomaly, language };
    match anomaly.kind {
        Kind::ZeroStockSpike => figures.zero_stock_spike(),
        Kind::StockChange => figures.stock_change(),
        Kind::ProductsVanished => figures.churn(
            ["больше не в продаже товаров", "no longer listed"],
            ["; сверьте с кабинетом продавца", "; compare with the seller's cabinet"],
        ),
        Kind::ProductsNew => figures.churn(["новых товаров", "new"], ["", ""]),
        Kind::StockJump => figures.stock_jump(),
        Kind::RegionEmpty => figures.region_empty(),
        Kind::RepeatedFailures => figures.repeated_failures(),
        Kind::RisingRejects => figures.rising_rejects(),
        Kind::SlowSync => figures.slow_sync(),
        Kind::UnfinishedRun => figures.unfinished_run(),
        Kind::NewHost => figures.new_host(),
        Kind::ManyRequests => figures.many_requests(),
        Kind::KeyRejected => figures.repeated([
            "маркетплейс отклонил ключ; если его никто не менял и не отзывал, выясните почему",
            "the marketplace rejected the key; if nobody renewed or withdrew it, ask why",
        ]),
        Kind::UnexpectedRedirect => figures.repeated([
            "ответ направлял программу туда, куда она не ходит, или по кругу",
            "an answer led to where the program does not follow, or in circles",
        ]),
        Kind::UnknownHost => figures.repeated([
            "ссылка на отчёт вела на адрес, которому нельзя доверять, программа туда не пошла",
            "the link to the report was not believed; it was not followed",
        ]),
    }
}

/// A product behind an anomaly: `47254354/91663228 Ёлка: 5 → not listed`.
pub(crate) fn product(product: &Product, language: Language) -> String {
    let count = |pieces: Option<i64>| {
        pieces.map_or_else(|| not_listed(language).to_owned(), |pieces| plain(pieces, language))
    };
    format!("{}: {} → {}", product_name(product), count(product.before), count(product.now))
}

/// In place of pieces.
pub(crate) fn not_listed(language: Language) -> &'static str {
    language.either("нет в продаже", "not listed")
}

pub(crate) fn product_name(product: &Product) -> String {
    let size = if product.size_id.is_empty() { "" } else { "/" };
    let name = product.name.as_deref().map(|name| format!(" {}", printable(name)));
    let (sku, size_id) = (printable(&product.sku), printable(&product.size_id));
    format!("{sku}{size}{size_id}{}", name.unwrap_or_default())
}

struct Figures<'a> {
    anomaly: &'a Anomaly,
    language: Language,
}

impl Figures<'_> {
    fn value(&self, name: &str) -> f64 {
        let value = self.anomaly.numbers.get(name).copied();
        debug_assert!(value.is_some(), "{:?} has no number {name}", self.anomaly.kind);
        value.unwrap_or(0.0)
    }

    fn number(&self, name: &str) -> String {
        plain(self.value(name).round() as i64, self.language)
    }

    fn count(&self, name: &str, forms: &[Forms; 2]) -> String {
        counted(self.value(name).round() as i64, forms, self.language)
    }

    fn percent(&self, name: &str) -> String {
        self.language.percent(self.value(name)).replace('\u{a0}', " ")
    }

    fn duration(&self, name: &str) -> String {
        self.language.duration(self.value(name).round() as u64).replace('\u{a0}', " ")
    }

    fn day(&self) -> String {
        self.anomaly.day.map(|day| self.language.date(day)).unwrap_or_default()
    }

    fn at(&self) -> String {
        self.anomaly.at.map(|at| self.language.time_and_zone(at)).unwrap_or_default()
    }

    fn subject(&self) -> String {
        let subject = self.anomaly.subject.as_deref().unwrap_or_default();
        clean(subject, 300)
    }

    fn zero_stock_spike(&self) -> String {
        let (out, share) = (self.number("products_ran_out"), self.percent("share"));
        let of = self.count("products_with_stock_before", &OF_PRODUCTS);
        let day = self.day();
        say!(
            self.language,
            "из {of} в наличии с {day} закончилось {out} ({share}); сверьте с кабинетом продавца",
            "{out} of {of} with stock ran out since {day} ({share})"
        )
    }

    fn stock_change(&self) -> String {
        let change = self.value("change");
        let (before, now) = (self.number("pieces_before"), self.number("pieces_now"));
        let percent = self.language.change((change * 100.0).round() as i64);
        let day = self.day();
        let (fell, fell_english) =
            if change < 0.0 { ("упал", "fell") } else { ("вырос", "rose") };
        say!(
            self.language,
            "общий остаток {fell} с {before} шт. за {day} до {now} шт. ({percent} %); если это не \
                 поставка и не распродажа, сверьте с кабинетом продавца",
            "the total stock {fell_english} from {before} pieces on {day} to {now} ({percent} %)"
        )
    }

    fn churn(&self, [what, what_english]: [&str; 2], then: [&str; 2]) -> String {
        let (before, share) = (self.number("products_before"), self.percent("share"));
        let [then, then_english] = then;
        self.language.either(
            format!(
                "{what}: {}; в прошлом снимке всего было {before} ({share}){then}",
                self.number("products")
            ),
            format!(
                "{} {what_english}; the snapshot before had {before} ({share}){then_english}",
                self.count("products", &OF_PRODUCTS)
            ),
        )
    }

    fn stock_jump(&self) -> String {
        let example = self.anomaly.products.first().map(|product| {
            let pieces = |pieces: Option<i64>| plain(pieces.unwrap_or(0), self.language);
            format!(
                "{}: {} → {}",
                printable(&product.sku),
                pieces(product.before),
                pieces(product.now)
            )
        });
        let example = example.unwrap_or_default();
        let products = self.count("products", &OF_PRODUCTS);
        self.language.either(
            format!(
                "у {products} остаток изменился в {} и больше, например {example} шт.; сверьте с \
                 кабинетом продавца",
                self.count("factor", &TIMES)
            ),
            format!(
                "{products} whose stock changed {}-fold or more, such as {example} pieces",
                self.number("factor")
            ),
        )
    }

    fn region_empty(&self) -> String {
        let (region, warehouses) = (self.subject(), self.number("warehouses_before"));
        let (pieces, share) = (self.number("pieces_before"), self.percent("share"));
        let day = self.day();
        say!(
            self.language,
            "{region}: на складах (их было {warehouses}) ничего не осталось; {day} там лежало \
                 {pieces} шт., {share} всего остатка",
            "{region}: nothing is left on any of its warehouses ({warehouses}); on {day} they held \
                 {pieces} pieces, {share} of the stock"
        )
    }

    fn repeated_failures(&self) -> String {
        let failures = self.number("failures");
        let code = self.anomaly.numbers.get("exit_code");
        let code = |word: &str| code.map(|code| format!(", {word} {code}")).unwrap_or_default();
        self.language.either(
            format!(
                "неудачных загрузок подряд: {failures}{}; причины — в списке неудачных загрузок",
                code("код")
            ),
            format!("the last {failures} syncs failed{}", code("exit")),
        )
    }

    fn rising_rejects(&self) -> String {
        let (rejected, records) = (self.number("rejected"), self.number("records"));
        let (share, usual) = (self.percent("share"), self.percent("usual_share"));
        say!(
            self.language,
            "последняя загрузка отклонила {rejected} из {records} записей ({share}), обычно {usual}; \
                 какие и почему, сказано в её журнале",
            "the newest sync rejected {rejected} of {records} records ({share}); usual is {usual}"
        )
    }

    fn slow_sync(&self) -> String {
        let (took, usual) = (self.duration("seconds"), self.duration("median_seconds"));
        say!(
            self.language,
            "последняя загрузка длилась {took}, обычно {usual}",
            "the newest sync took {took}; usual is {usual}"
        )
    }

    fn unfinished_run(&self) -> String {
        let (runs, at) = (self.number("runs"), self.at());
        say!(
            self.language,
            "загрузок, которые начались и не закончились: {runs}, последняя {at}; их прервали или \
                 выключился компьютер?",
            "syncs that began and never finished: {runs}, the last one {at}; was it killed, did the \
                 machine go down?"
        )
    }

    fn new_host(&self) -> String {
        let (hosts, at) = (self.subject(), self.at());
        say!(
            self.language,
            "ссылка на отчёт впервые вела на чужой адрес: {hosts} ({at}); ключ туда не отправлялся, \
                 сравните со ссылкой в кабинете продавца",
            "the link to the report led to {hosts} for the first time ({at}), which is not the \
                 marketplace's own; no key was sent there; compare with the link that the seller's \
                 cabinet gives"
        )
    }

    fn many_requests(&self) -> String {
        let (requests, usual) = (self.number("requests"), self.number("median_requests"));
        say!(
            self.language,
            "последняя загрузка отправила запросов: {requests}, обычно {usual}",
            "the newest sync sent {requests} requests; usual is {usual}"
        )
    }

    fn repeated(&self, [russian, english]: [&str; 2]) -> String {
        let (times, at) = (self.number("runs"), self.at());
        say!(
            self.language,
            "{russian} ({times}×, последний раз {at})",
            "{english} ({times}×, last {at})"
        )
    }
}

/// Before a sentence, in a line of text: `warning: Ozon`.
pub(crate) fn about(
    severity: crate::alert::Severity,
    source: Source,
    language: Language,
) -> String {
    format!("{}: {source}", super::severity(severity, language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Severity;

    fn said(kind: Kind, numbers: &[(&'static str, f64)]) -> [String; 2] {
        let mut anomaly = Anomaly::new(Severity::Warning, Source::Ozon, kind).about("Уральский ФО");
        anomaly.day = "2026-11-22".parse().ok();
        for (name, value) in numbers {
            anomaly = anomaly.number(name, *value);
        }
        [Language::English, Language::Russian].map(|language| sentence(&anomaly, language))
    }

    #[test]
    fn an_oddity_is_told_in_both_languages_with_its_numbers() {
        let spike =
            [("products_ran_out", 8.0), ("products_with_stock_before", 21.0), ("share", 0.38)];
        assert_eq!(
            said(Kind::ZeroStockSpike, &spike),
            [
                "8 of 21 products with stock ran out since 2026-11-22 (38 %)",
                "из 21 товара в наличии с 22.11.2026 закончилось 8 (38 %); сверьте с кабинетом продавца"
            ]
        );
        let fall = [("pieces_before", 12_000.0), ("pieces_now", 3_000.0), ("change", -0.75)];
        assert_eq!(
            said(Kind::StockChange, &fall),
            [
                "the total stock fell from 12,000 pieces on 2026-11-22 to 3,000 (−75 %)",
                "общий остаток упал с 12 000 шт. за 22.11.2026 до 3 000 шт. (−75 %); если это не \
                 поставка и не распродажа, сверьте с кабинетом продавца"
            ]
        );
        let slow = [("seconds", 754.0), ("median_seconds", 60.0)];
        assert_eq!(
            said(Kind::SlowSync, &slow),
            [
                "the newest sync took 12 min 34 s; usual is 1 min",
                "последняя загрузка длилась 12 мин 34 с, обычно 1 мин"
            ]
        );
        let region = [("pieces_before", 80.0), ("warehouses_before", 2.0), ("share", 0.14)];
        let [english, russian] = said(Kind::RegionEmpty, &region);
        assert!(english.starts_with("Уральский ФО: nothing is left on any of its warehouses (2)"));
        assert!(russian.starts_with("Уральский ФО: на складах (их было 2)"), "{russian}");
    }

    #[test]
    fn a_product_shows_size_and_name_and_no_terminal_escapes() {
        let one = Product {
            sku: "47254354".into(),
            size_id: "91663228".into(),
            name: Some("Ёлка\u{1b}[31m".into()),
            before: Some(5),
            now: None,
        };
        let said = product(&one, Language::English);
        assert_eq!(said, "47254354/91663228 Ёлка\\u{1b}[31m: 5 → not listed");
    }
}
