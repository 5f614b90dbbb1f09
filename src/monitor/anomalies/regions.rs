//! Which region a warehouse belongs to, and the rule about regions that are empty all at once.
//! The marketplaces' names of warehouses begin with a town; the table knows nothing else of where
//! they are.

use std::collections::BTreeMap;

use super::{Anomaly, DayStock, Kind};
use crate::config::Thresholds;
use crate::inventory::Source;
use crate::inventory::ozon_stock::REPORT_WAREHOUSES;
use crate::monitor::finding::Severity;

/// Towns with warehouses of Wildberries or Ozon, by federal district, parted by strokes. A name
/// that is not here is a region of its own.
const REGIONS: [(&str, &str); 9] = [
    (
        "Центральный ФО",
        "москва|коледино|подольск|электросталь|белые столбы|тула|рязань|котовск|тамбов|\
         воронеж|владимир|обухово|чехов|истра|голицыно|вёшки|вешки|радумля|хоругвино|\
         жуковский|ярославль|калуга|белая дача|домодедово|софьино",
    ),
    ("Северо-Западный ФО", "санкт-петербург|спб|шушары|уткина заводь|калининград"),
    ("Южный ФО", "краснодар|волгоград|ростов|адыгейск|новороссийск|крым|симферополь"),
    ("Северо-Кавказский ФО", "невинномысск|махачкала|пятигорск|ставрополь"),
    (
        "Приволжский ФО",
        "казань|самара|новосемейкино|нижний новгород|уфа|пенза|сарапул|оренбург|саратов|\
         пермь|ижевск",
    ),
    ("Уральский ФО", "екатеринбург|челябинск|тюмень|сургут"),
    ("Сибирский ФО", "новосибирск|красноярск|омск|барнаул|иркутск|кемерово"),
    ("Дальневосточный ФО", "хабаровск|владивосток|артём|артем|якутск|чита"),
    ("Казахстан и Беларусь", "астана|алматы|атакент|актобе|минск|гомель"),
];

/// The region of a warehouse; its own name if the town is not known.
pub(crate) fn region(warehouse: &str) -> &str {
    let name = warehouse.trim().to_lowercase();
    let begins = |town: &str| {
        // "Омск" but not "Омская 3": the town must end where a word ends.
        name.strip_prefix(town).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    };
    REGIONS
        .iter()
        .find(|(_, towns)| towns.split('|').any(begins))
        .map_or(warehouse, |(region, _)| region)
}

/// Regions that held a good part of the stock and hold nothing now, while others do.
pub(super) fn empty(
    source: Source,
    before: &DayStock,
    newest: &DayStock,
    thresholds: &Thresholds,
) -> Vec<Anomaly> {
    // Another method names every place anew: nothing has gone anywhere.
    if source == Source::Ozon && told_by_report(before) != told_by_report(newest) {
        return Vec::new();
    }
    let (was, is) = (by_region(before), by_region(newest));
    let total: i64 = was.values().map(|(pieces, _)| pieces).sum();
    if total <= 0 || is.values().all(|(pieces, _)| *pieces <= 0) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (region, (pieces, warehouses)) in was {
        let share = pieces as f64 / total as f64;
        let left = is.get(region).map_or(0, |(pieces, _)| *pieces);
        if left > 0 || share * 100.0 < thresholds.region || pieces <= 0 {
            continue;
        }
        found.push(
            Anomaly::new(Severity::Warning, source, Kind::RegionEmpty)
                .about(region)
                .since(before.day)
                .number("pieces_before", pieces as f64)
                .number("warehouses_before", f64::from(warehouses))
                .number("share", share),
        );
    }
    found
}

/// Whether all stock of the day lies in the three places that Ozon's products report knows.
fn told_by_report(day: &DayStock) -> bool {
    let mut stocked = day.warehouses.iter().filter(|warehouse| warehouse.present() > 0);
    stocked.all(|warehouse| REPORT_WAREHOUSES.contains(&warehouse.warehouse_name.as_str()))
}

fn by_region(day: &DayStock) -> BTreeMap<&str, (i64, u32)> {
    let mut regions = BTreeMap::new();
    for warehouse in &day.warehouses {
        let entry = regions.entry(region(&warehouse.warehouse_name)).or_insert((0, 0));
        entry.0 += warehouse.present();
        entry.1 += u32::from(warehouse.present() > 0);
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;
    use crate::store::queries::WarehouseStock;

    fn with(day_text: &str, warehouses: &[(&str, i64)]) -> DayStock {
        let stock = |(name, available): &(&str, i64)| WarehouseStock {
            warehouse_name: (*name).to_owned(),
            available: *available,
            ..WarehouseStock::default()
        };
        DayStock { warehouses: warehouses.iter().map(stock).collect(), ..day(day_text, &[]) }
    }

    fn found(newest: &[(&str, i64)]) -> Vec<(Option<String>, f64)> {
        let before = [("Казань", 40), ("Самара (Новосемейкино)", 40), ("Тула", 500), ("Чужой", 5)];
        empty(
            Source::Wildberries,
            &with("2026-11-22", &before),
            &with("2026-11-23", newest),
            &defaults(),
        )
        .into_iter()
        .map(|anomaly| (anomaly.subject, anomaly.numbers["warehouses_before"]))
        .collect()
    }

    #[test]
    fn a_warehouse_belongs_to_the_district_of_its_town() {
        assert_eq!(region("Екатеринбург - Перспективный 12"), "Уральский ФО");
        assert_eq!(region("Санкт-Петербург Уткина Заводь"), "Северо-Западный ФО");
        assert_eq!(region("Омская 3"), "Омская 3");
        assert_eq!(region("Склад WB"), "Склад WB");
    }

    #[test]
    fn a_region_is_empty_when_all_its_warehouses_are() {
        assert_eq!(found(&[("Казань", 1), ("Тула", 500)]), []);
        let volga = (Some("Приволжский ФО".to_owned()), 2.0);
        assert_eq!(found(&[("Казань", 0), ("Тула", 500)]), [volga]);
    }

    #[test]
    fn a_day_on_which_ozon_is_asked_in_another_way_has_emptied_no_region() {
        let by_report = with("2026-11-22", &[("Ozon FBO", 500), ("Ozon FBS", 40)]);
        let by_warehouse =
            with("2026-11-23", &[("КАЗАНЬ_РФЦ", 100), ("ТУЛА_РФЦ", 400), ("Ozon FBO", 0)]);
        let emptied = |before, newest| empty(Source::Ozon, before, newest, &defaults()).len();
        assert_eq!(emptied(&by_report, &by_warehouse), 0);
        assert_eq!(emptied(&by_warehouse, &by_report), 0);
        let without_kazan = with("2026-11-24", &[("ТУЛА_РФЦ", 400)]);
        assert_eq!(emptied(&by_warehouse, &without_kazan), 1);
    }

    #[test]
    fn when_everything_is_empty_that_is_told_by_other_rules() {
        assert_eq!(found(&[("Казань", 0)]), []);
    }
}
