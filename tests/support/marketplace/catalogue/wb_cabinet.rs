//! The file of Wildberries' cabinet, «Отчёт по остаткам на складах»: a row per barcode, a column per warehouse.

use rust_xlsxwriter::Workbook;

use super::Catalogue;
use super::row::{self, StockRow};
use super::wb::{WB_WAREHOUSE, WbSize};

/// Titles of today, and of older files.
pub const TODAY: [&str; 10] = [
    "Бренд",
    "Предмет",
    "Артикул продавца",
    "Артикул WB",
    "Объем, л",
    "Баркод",
    "Размер вещи",
    "В пути до получателей",
    "В пути возвраты на склад WB",
    "Всего находится на складах",
];
pub const FORMERLY: [&str; 10] = [
    "Бренд",
    "Предмет",
    "Артикул продавца",
    "Артикул WB",
    "Объем, л",
    "Баркод",
    "Размер вещи",
    "В пути до клиента",
    "В пути от клиента",
    "Итого по складам",
];

/// Cells by row and column, the titles first.
pub struct Cabinet(pub Vec<Vec<String>>);

impl Cabinet {
    pub fn new(catalogue: &Catalogue, titles: [&str; 10]) -> Self {
        let mut warehouses: Vec<&str> = Vec::new();
        for place in catalogue.wb.iter().flat_map(|size| &size.stock) {
            if !warehouses.contains(&place.warehouse.as_str()) {
                warehouses.push(&place.warehouse);
            }
        }
        let titles = titles.iter().chain(&warehouses).map(|title| (*title).to_owned()).collect();
        let rows = catalogue.wb.iter().enumerate().map(|(n, size)| cells(size, &warehouses, n));
        Self(std::iter::once(titles).chain(rows).collect())
    }

    pub fn set(&mut self, row: usize, title: &str, cell: &str) {
        let column = self.column(title);
        self.0[row][column] = cell.to_owned();
    }

    pub fn drop_column(&mut self, title: &str) {
        let column = self.column(title);
        for row in &mut self.0 {
            row.remove(column);
        }
    }

    fn column(&self, title: &str) -> usize {
        self.0[0].iter().position(|it| it == title).expect("a column of this title")
    }

    /// Below so many lines; barcodes are texts and numbers by turns, as are pieces.
    pub fn xlsx(&self, above: u32) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..above {
            sheet.write(row, 0, "Отчёт по остаткам на складах").expect("a title");
        }
        for (r, row) in (0_u32..).zip(&self.0) {
            for (c, cell) in (0_u16..).zip(row) {
                let number = cell.parse::<f64>().ok().filter(|_| (r + u32::from(c)) % 3 > 0);
                match number {
                    _ if cell.is_empty() => continue,
                    Some(number) => sheet.write(above + r, c, number),
                    None => sheet.write(above + r, c, cell),
                }
                .expect("a cell");
            }
        }
        book.save_to_buffer().expect("a workbook in memory")
    }

    pub fn csv(&self) -> Vec<u8> {
        let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        for row in &self.0 {
            csv.write_record(row).expect("a line");
        }
        csv.into_inner().expect("a file in memory")
    }
}

fn cells(size: &WbSize, warehouses: &[&str], index: usize) -> Vec<String> {
    let held = |name: &str| {
        size.stock.iter().filter(|place| place.warehouse == name).map(|place| place.quantity).sum()
    };
    let pieces = |pieces: u32| match pieces {
        0 if index.is_multiple_of(2) => String::new(),
        pieces => pieces.to_string(),
    };
    let total: u32 = size.stock.iter().map(|place| place.quantity).sum();
    let texts = [
        "Тест".to_owned(),
        size.subject.clone(),
        size.vendor_code.clone(),
        size.nm_id.to_string(),
        "1,33".to_owned(),
        size.barcode.clone(),
        size.tech_size.clone(),
    ];
    let totals = [size.going_out(), size.coming_back(), total].map(pieces);
    let held = warehouses.iter().map(|name| pieces(held(name)));
    texts.into_iter().chain(totals).chain(held).collect()
}

/// As with `warehouse-remains`, but what does not lie in a warehouse is not told of it: its cell is empty or zero like all others.
pub fn expected(catalogue: &Catalogue) -> Vec<StockRow> {
    let rows = catalogue.wb.iter().flat_map(|size| {
        let row = |warehouse: &str, pieces, in_way| {
            StockRow::wb(size.nm_id, &size.barcode, warehouse, "FBO", pieces, in_way)
        };
        let holding = size.stock.iter().filter(|place| place.quantity > 0);
        let mut rows: Vec<_> =
            holding.map(|place| row(&place.warehouse, place.quantity, [0, 0])).collect();
        if rows.is_empty() {
            rows.push(row(WB_WAREHOUSE, 0, [0, 0]));
        }
        let in_way = [size.going_out(), size.coming_back()];
        if in_way != [0, 0] {
            rows.push(row("В пути", 0, in_way));
        }
        rows
    });
    row::sorted(rows.collect())
}
