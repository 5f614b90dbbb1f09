//! The file of the seller's cabinet, «Отчёт по остаткам на складах»: which column means what. Its
//! warehouses are columns, another set each time; what a row is worth is up to
//! `inventory::wildberries`.

use crate::failure::Failure;
use crate::inventory::field::record_label;
use crate::inventory::wildberries::CabinetRow;
use crate::inventory::{Field, Record, Rejection};
use crate::marketplace::table::{Layout, Meaning, Need, NoHeader, places, plain};

/// What a column can mean, and the titles seen for it, in the order of [`Columns::place`].
const MEANINGS: [Meaning; 7] = [
    (Need::Required, &["Артикул WB"]),
    // Without it the message says which box to tick.
    (Need::Optional, &["Баркод"]),
    (Need::Incidental, &["Артикул продавца"]),
    (Need::Incidental, &["Размер вещи"]),
    (Need::Required, &["В пути до получателей", "В пути до клиента"]),
    (Need::Required, &["В пути возвраты на склад WB", "В пути от клиента"]),
    (Need::Required, &["Всего находится на складах", "Итого по складам"]),
];

/// Columns about the goods, wherever they stand.
const ATTRIBUTES: [&str; 3] = ["Бренд", "Предмет", "Объем, л"];

/// How the titles of totals begin: one that is not known must not be passed over.
const TOTALS_BEGIN: [&str; 3] = ["в пути", "всего", "итого"];

pub(in crate::marketplace) struct Columns {
    place: [Option<usize>; MEANINGS.len()],
    warehouses: Vec<(usize, String)>,
}

impl Layout for Columns {
    fn find(titles: &[String]) -> Result<Self, NoHeader> {
        let place = places(titles, &MEANINGS)?;
        let [_, barcode, _, _, stock @ ..] = place;
        if barcode.is_none() {
            return Err(NoHeader::but_header(
                "the report has no column «Баркод», without which the sizes of a card cannot be told apart; make it anew in the \
                 cabinet: under «настройка таблицы» tick «Баркод», «Артикул продавца» and «Размер вещи»"
                    .into(),
            ));
        }
        let first = stock.into_iter().flatten().min().unwrap_or_default();
        let is_warehouse = |index: usize, title: &str| {
            let title = plain(title);
            let attribute = ATTRIBUTES.iter().any(|known| plain(known) == title);
            let total = TOTALS_BEGIN.iter().any(|beginning| title.starts_with(beginning));
            !place.contains(&Some(index)) && !attribute && (index > first || total)
        };
        let warehouses = titles
            .iter()
            .enumerate()
            .filter(|(index, title)| is_warehouse(*index, title))
            .map(|(index, title)| (index, title.clone()))
            .collect();
        Ok(Self { place, warehouses })
    }

    fn contain(&self, column: usize) -> bool {
        self.place.contains(&Some(column))
            || self.warehouses.binary_search_by_key(&column, |(place, _)| *place).is_ok()
    }

    fn record(
        &mut self,
        number: u64,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<Result<Record, Rejection>, Failure> {
        let [nm_id, barcode, vendor_code, size, in_way_to_client, in_way_from_client, total] =
            self.place.map(|place| place.map_or(Field::Absent, cell));
        let warehouses =
            self.warehouses.iter().map(|(place, name)| (name.clone(), cell(*place))).collect();
        let row = CabinetRow {
            nm_id,
            barcode,
            vendor_code,
            size,
            in_way_to_client,
            in_way_from_client,
            total,
            warehouses,
        };
        Ok(row.validate(number))
    }

    fn label(&self, number: u64, cell: &dyn Fn(usize) -> Field) -> String {
        let [nm_id, barcode, ..] = self.place.map(|place| place.map_or(Field::Absent, cell));
        record_label("item", number, &[("nmId", &nm_id), ("barcode", &barcode)])
    }

    fn warn(&self) {}
}
