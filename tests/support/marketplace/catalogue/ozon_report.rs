//! Ozon's products report as a sheet of cells, in each of its headers, and its text form with every quirk:
//! apostrophes before texts, quoted `;` and line breaks, thousands apart by a no-break space, `.0`, empty zeros.

use super::ozon::OzonProduct;
use super::pick;

/// What a column means, whatever its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Article,
    ProductId,
    Sku,
    FbsSku,
    Barcode,
    Name,
    Fbo,
    FboReserved,
    Fbs,
    RealFbs,
    OwnReserved,
    /// One that the program has no use for.
    Other,
}

/// The wordings that reports have had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// 2025–2026, all 29 columns.
    Current,
    /// Years ago: two SKUs, other names, no realFBS, Windows-1251 knows every character of it.
    Old,
    /// Columns in any order, unknown ones between them, other case, blanks and full stops.
    Shuffled,
}

#[derive(Clone, Debug)]
pub enum Cell {
    Text(String),
    Number(u64),
    /// Exactly these characters in the text form, a text in the spreadsheet.
    Raw(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8Bom,
    Utf8,
    Windows1251,
}

/// In a cell, stands for bytes that are no UTF-8.
pub const UNDECODABLE: &str = "\u{E000}";

#[derive(Clone, Debug)]
pub struct OzonReport {
    pub columns: Vec<(Column, String)>,
    pub rows: Vec<Vec<Cell>>,
    header: Header,
}

impl OzonReport {
    pub fn new(products: &[OzonProduct], header: Header) -> Self {
        let columns = columns(header);
        let row = |(index, product): (usize, &OzonProduct)| {
            columns.iter().map(|(column, title)| cell(product, *column, title, index)).collect()
        };
        let rows = products.iter().enumerate().map(row).collect();
        Self { columns, rows, header }
    }

    /// Puts something else into one cell.
    pub fn set(&mut self, row: usize, column: Column, cell: Cell) {
        let place =
            self.columns.iter().position(|(c, _)| *c == column).expect("a column of this header");
        self.rows[row][place] = cell;
    }

    pub fn drop_column(&mut self, column: Column) {
        let place =
            self.columns.iter().position(|(c, _)| *c == column).expect("a column of this header");
        self.columns.remove(place);
        for row in &mut self.rows {
            row.remove(place);
        }
    }

    pub fn csv(&self, encoding: Encoding) -> Vec<u8> {
        let end = if self.header == Header::Shuffled { "\r\n" } else { "\n" };
        let titles: Vec<_> = self.columns.iter().map(|(_, title)| title.as_str()).collect();
        let mut text = titles.join(";") + end;
        for (r, row) in self.rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                let separator = if c == 0 { "" } else { ";" };
                text += separator;
                text += &format!("\"{}\"", self.text_of(cell, r, c).replace('"', "\"\""));
            }
            text += end;
        }
        encode(&text, encoding)
    }

    /// A cell in the text form: the same number is written in four ways, by its place.
    pub fn text_of(&self, cell: &Cell, row: usize, column: usize) -> String {
        match cell {
            Cell::Raw(text) => text.clone(),
            Cell::Text(text)
                if self.header == Header::Old && !text.trim_start().starts_with('\'') =>
            {
                text.clone()
            }
            Cell::Text(text) => format!("'{text}"),
            Cell::Number(0) if pick(1, 1, row + column).is_multiple_of(2) => String::new(),
            Cell::Number(number) => match pick(2, 2, row * 31 + column) % 3 {
                0 => number.to_string(),
                1 => format!("{number}.0"),
                _ => in_thousands(*number),
            },
        }
    }
}

fn in_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8Bom => with_undecodable(&format!("\u{feff}{text}")),
        Encoding::Utf8 => with_undecodable(text),
        Encoding::Windows1251 => {
            let (bytes, _, unmappable) = encoding_rs::WINDOWS_1251.encode(text);
            assert!(!unmappable, "the catalogue holds characters that Windows-1251 lacks");
            bytes.into_owned()
        }
    }
}

pub fn with_undecodable(text: &str) -> Vec<u8> {
    let parts: Vec<_> = text.split(UNDECODABLE).map(str::as_bytes).collect();
    parts.join(&b"\xff\xfe\xc3"[..])
}

fn cell(product: &OzonProduct, column: Column, title: &str, index: usize) -> Cell {
    // Blanks at both ends belong to no article; a no-break space is one of those that people paste.
    let padded = |text: &str| match index % 9 {
        4 => format!("  {text} "),
        5 => format!("{text}\u{a0}"),
        _ => text.to_owned(),
    };
    match column {
        Column::Article => Cell::Text(padded(&product.offer_id)),
        Column::ProductId => Cell::Raw(product.product_id.to_string()),
        Column::Sku => Cell::Raw(product.sku.to_string()),
        Column::FbsSku => Cell::Raw((product.sku + 1).to_string()),
        Column::Barcode => {
            Cell::Text(product.barcodes.join(if index.is_multiple_of(2) { ";" } else { "," }))
        }
        Column::Name => Cell::Text(product.name.clone()),
        Column::Fbo => Cell::Number(product.fbo.into()),
        Column::FboReserved => Cell::Number(product.fbo_reserved.into()),
        Column::Fbs => Cell::Number(product.fbs.into()),
        Column::RealFbs => Cell::Number(product.real_fbs.into()),
        Column::OwnReserved => Cell::Number(product.own_reserved.into()),
        Column::Other if title.contains("цена") => Cell::Raw(format!("{}.00", 100 + index)),
        Column::Other => Cell::Text(format!("прочее; \"{index}\"")),
    }
}

fn columns(header: Header) -> Vec<(Column, String)> {
    let line = match header {
        Header::Current => CURRENT,
        Header::Old => OLD,
        Header::Shuffled => SHUFFLED,
    };
    line.split(';').map(|title| (meaning(title), title.to_owned())).collect()
}

const CURRENT: &str = "Артикул;Ozon Product ID;SKU;Количество товара в кванте;Barcode;Название товара;\
    Контент-рейтинг;Бренд;Статус товара;Метки;Отзывы;Рейтинг;Причины скрытия;Дата создания;Категория;Тип;\
    Объем товара, л;Объемный вес, кг;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;\
    Доступно к продаже по схеме FBS, шт.;Доступно к продаже по схеме realFBS, шт.;\
    Зарезервировано на моих складах, шт;Текущая цена с учетом скидки, ₽;Цена до скидки (перечеркнутая цена), ₽;\
    Цена Premium, ₽;Размер НДС, %;Ошибки;Предупреждения";

const OLD: &str = "Product ID;Ozon Product ID;FBO OZON SKU ID;FBS OZON SKU ID;Штрихкод;Наименование товара;\
    Статус товара;Доступно на складе Ozon, шт;Зарезервировано, шт;Доступно на моих складах, шт;\
    Зарезервировано на моих складах, шт;Текущая цена с учетом скидки, руб.";

const SHUFFLED: &str = "Новая колонка 2027; зарезервировано на моих складах, ШТ. ;доступно к продаже по схеме realfbs, шт;\
    Название Товара;ДОСТУПНО К ПРОДАЖЕ ПО СХЕМЕ FBO, ШТ;Зарезервировано у покупателя, шт; SKU ;штрихкод;\
    Доступно к продаже по схеме FBS, шт;OZON PRODUCT ID;Артикул производителя;Статус товара; Артикул ;\
    зарезервировано, шт.;Текущая цена с учетом скидки, руб.";

fn meaning(title: &str) -> Column {
    match title.trim().trim_end_matches('.').to_lowercase().as_str() {
        "артикул" | "product id" => Column::Article,
        "ozon product id" => Column::ProductId,
        "sku" | "fbo ozon sku id" => Column::Sku,
        "fbs ozon sku id" => Column::FbsSku,
        "barcode" | "штрихкод" => Column::Barcode,
        "название товара" | "наименование товара" => Column::Name,
        "доступно к продаже по схеме fbo, шт" | "доступно на складе ozon, шт" => {
            Column::Fbo
        }
        "зарезервировано, шт" => Column::FboReserved,
        "доступно к продаже по схеме fbs, шт" | "доступно на моих складах, шт" => {
            Column::Fbs
        }
        "доступно к продаже по схеме realfbs, шт" => Column::RealFbs,
        "зарезервировано на моих складах, шт" => Column::OwnReserved,
        _ => Column::Other,
    }
}
