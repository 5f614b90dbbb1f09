//! Everything that the page says, in both languages. The only place with words for people; how numbers and dates look is in `language`.

use super::language::Forms;

/// The page's words.
pub struct Phrases {
    /// The heading.
    pub title: &'static str,
    /// For a reader's software: leads past the head.
    pub skip: &'static str,
    /// Before the moment the page was made.
    pub made: &'static str,
    /// Shown by the script when the page itself is old.
    pub page_is_old: &'static str,
    /// One sentence above everything.
    pub all_well: &'static str,
    /// One sentence above everything.
    pub something_stale: &'static str,
    /// One sentence above everything.
    pub something_wrong: &'static str,
    /// One sentence above everything.
    pub something_odd: &'static str,
    /// One sentence above everything.
    pub nothing_yet: &'static str,
    /// Headings of the three cards.
    pub fresh: &'static str,
    /// Heading.
    pub sound: &'static str,
    /// Heading.
    pub in_stock: &'static str,
    /// Verdicts on a marketplace.
    pub verdict_fresh: &'static str,
    /// Verdict.
    pub verdict_stale: &'static str,
    /// Verdict.
    pub verdict_never: &'static str,
    /// In place of a verdict on a marketplace that nobody has ever synced.
    pub unused: &'static str,
    /// Behind an age.
    pub ago: &'static str,
    /// Behind what a moment lies in the future by.
    pub ahead: &'static str,
    /// In place of an age.
    pub never_synced: &'static str,
    /// Verdict on soundness.
    pub no_findings: &'static str,
    /// What was checked when nothing was found.
    pub no_findings_detail: &'static str,
    /// Without any stock there is nothing to be found.
    pub nothing_to_check: &'static str,
    /// What to do about it.
    pub first_sync: &'static str,
    /// Severities.
    pub warning: &'static str,
    /// Severity.
    pub critical: &'static str,
    /// Things that somebody should look at.
    pub findings: Forms,
    /// Pieces, as the unit of an axis and behind a number.
    pub pieces: &'static str,
    /// Products.
    pub products: Forms,
    /// Behind products: that can be sold.
    pub products_with_stock: &'static str,
    /// Behind pieces.
    pub reserved: &'static str,
    /// Headings of the sections.
    pub charts: &'static str,
    /// Heading.
    pub lists: &'static str,
    /// A chart's heading.
    pub stock_chart: &'static str,
    /// What the chart shows, for who cannot see it.
    pub stock_chart_about: &'static str,
    /// A chart's heading.
    pub products_chart: &'static str,
    /// What the chart shows.
    pub products_chart_about: &'static str,
    /// A chart's heading.
    pub runs_chart: &'static str,
    /// What the chart shows.
    pub runs_chart_about: &'static str,
    /// A chart's heading.
    pub warehouses_chart: &'static str,
    /// What the chart shows.
    pub warehouses_chart_about: &'static str,
    /// The unit of an axis.
    pub seconds: &'static str,
    /// The unit of an axis.
    pub products_unit: &'static str,
    /// Opens the table behind a chart.
    pub as_table: &'static str,
    /// In place of a chart or a table's rows.
    pub no_data: &'static str,
    /// How a run ended.
    pub success: &'static str,
    /// How a run ended.
    pub partial: &'static str,
    /// How a run ended.
    pub failed: &'static str,
    /// In place of a run's duration.
    pub unfinished: &'static str,
    /// The rest of the warehouses.
    pub other_warehouses: Forms,
    /// Heads of columns.
    pub day: &'static str,
    /// Head of a column.
    pub when: &'static str,
    /// Head of a column.
    pub marketplace: &'static str,
    /// Head of a column.
    pub warehouse: &'static str,
    /// Head of a column.
    pub stock_type: &'static str,
    /// Head of a column.
    pub available: &'static str,
    /// Head of a column.
    pub product: &'static str,
    /// Head of a column.
    pub per_day: &'static str,
    /// Head of a column.
    pub days_left: &'static str,
    /// Head of a column.
    pub last_in_stock: &'static str,
    /// Head of a column.
    pub then: &'static str,
    /// Head of a column.
    pub before: &'static str,
    /// Head of a column.
    pub after: &'static str,
    /// Head of a column.
    pub change: &'static str,
    /// Head of a column.
    pub reason: &'static str,
    /// Head of a column.
    pub average_duration: &'static str,
    /// A table's heading.
    pub running_out: &'static str,
    /// What the table holds.
    pub running_out_about: &'static str,
    /// A table's heading.
    pub out_of_stock: &'static str,
    /// What the table holds.
    pub out_of_stock_about: &'static str,
    /// A table's heading.
    pub changes: &'static str,
    /// What the table holds.
    pub changes_about: &'static str,
    /// A table's heading.
    pub one_sided: &'static str,
    /// What the table holds.
    pub one_sided_about: &'static str,
    /// A table's heading.
    pub unmatched: &'static str,
    /// What the table holds.
    pub unmatched_about: &'static str,
    /// A table's heading.
    pub failures: &'static str,
    /// What the table holds.
    pub failures_about: &'static str,
    /// In place of the rows of a table, where there is none because all is well.
    pub none: Nothing,
    /// In place of the rows of the two tables that compare, where there is nothing to compare with.
    pub one_marketplace: &'static str,
    /// In place of the rows of a table that looks back, in the first days.
    pub too_early: &'static str,
    /// In place of a date older than the page's month.
    pub longer_ago: &'static str,
    /// In place of a name.
    pub nameless: &'static str,
    /// Below a list that is cut, before the number of rows shown.
    pub first: &'static str,
    /// Between that and the number of all.
    pub of: &'static str,
    /// The field that filters the tables.
    pub filter: &'static str,
    /// An example in it.
    pub filter_hint: &'static str,
    /// Said by the script: rows that fit, between these two.
    pub filter_found: &'static str,
    /// In the footer: times of the page.
    pub footer_zone: &'static str,
    /// In the footer: what stock means.
    pub footer_stock: &'static str,
}

/// What stands in place of a table's rows.
pub struct Nothing {
    /// Running out.
    pub running_out: &'static str,
    /// Out of stock.
    pub out_of_stock: &'static str,
    /// Changes.
    pub changes: &'static str,
    /// On one marketplace only.
    pub one_sided: &'static str,
    /// Without a match.
    pub unmatched: &'static str,
    /// Failed syncs.
    pub failures: &'static str,
}

/// Russian.
pub const RU: Phrases = Phrases {
    title: "Остатки на маркетплейсах",
    skip: "К спискам товаров",
    made: "Составлено",
    page_is_old: "Эта страница давно не обновлялась: всё на ней могло измениться. Проверьте, запускается ли отчёт по расписанию.",
    all_well: "Остатки свежие, противоречий нет",
    something_stale: "Остатки устарели: сначала обновите их, потом планируйте закупку",
    something_wrong: "Остаткам нельзя доверять без проверки",
    something_odd: "Остатки свежие, но на кое-что стоит посмотреть",
    nothing_yet: "Остатки ещё ни разу не загружались",
    fresh: "Свежие ли остатки?",
    sound: "Верны ли они?",
    in_stock: "Сколько в продаже",
    verdict_fresh: "свежие",
    verdict_stale: "устарели",
    verdict_never: "не загружались",
    unused: "не подключён, загрузок не было",
    ago: "назад",
    ahead: "позже, чем сейчас: неверны часы",
    never_synced: "успешных загрузок не было",
    no_findings: "Замечаний нет",
    no_findings_detail: "Количества сходятся между собой и с журналом загрузок, ничего необычного нет.",
    nothing_to_check: "Проверять пока нечего",
    first_sync: "Загрузите остатки: `stocksync sync ozon`, `stocksync sync wb`.",
    warning: "Внимание",
    critical: "Опасно",
    findings: Forms("замечание", "замечания", "замечаний"),
    pieces: "шт.",
    products: Forms("товар", "товара", "товаров"),
    products_with_stock: "в продаже",
    reserved: "в резерве под заказы",
    charts: "Графики",
    lists: "Списки товаров",
    stock_chart: "Остатки за 30 дней",
    stock_chart_about: "Доступно к продаже по дням, по маркетплейсам и схемам, в штуках",
    products_chart: "Товары в продаже за 30 дней",
    products_chart_about: "Сколько товаров можно купить, по дням и маркетплейсам",
    runs_chart: "Загрузки за 7 дней",
    runs_chart_about: "Каждая загрузка: когда началась, чем закончилась и сколько длилась, в секундах",
    warehouses_chart: "Остатки по складам",
    warehouses_chart_about: "Доступно к продаже сейчас, по складам, в штуках",
    seconds: "с",
    products_unit: "товаров",
    as_table: "Показать таблицей",
    no_data: "Данных пока нет",
    success: "успешно",
    partial: "частично",
    failed: "ошибка",
    unfinished: "не завершена",
    other_warehouses: Forms("другой склад", "других склада", "других складов"),
    day: "День",
    when: "Когда",
    marketplace: "Маркетплейс",
    warehouse: "Склад",
    stock_type: "Схема",
    available: "В продаже, шт.",
    product: "Товар",
    per_day: "В день, шт.",
    days_left: "Хватит, дней",
    last_in_stock: "Был в продаже",
    then: "Оставалось, шт.",
    before: "Вчера",
    after: "Сегодня",
    change: "Разница, шт.",
    reason: "Причина",
    average_duration: "В среднем, с",
    running_out: "Заканчиваются",
    running_out_about: "Хватит меньше чем на 14 дней при спросе последних 14. Дни поставок в расчёт спроса не входят.",
    out_of_stock: "Закончились",
    out_of_stock_about: "Продавать нечего; недавно закончившиеся сверху.",
    changes: "Изменения со вчера",
    changes_about: "Самые большие изменения остатка по обоим маркетплейсам вместе.",
    one_sided: "Только на одном маркетплейсе",
    one_sided_about: "Штрихкод есть, но пары ему на другом маркетплейсе не нашлось.",
    unmatched: "Без пары",
    unmatched_about: "Штрихкода нет, поэтому товар не с чем сопоставить на другом маркетплейсе.",
    failures: "Неудачные загрузки",
    failures_about: "За последние 7 дней. Остатки при этом не менялись.",
    none: Nothing {
        running_out: "Судя по последним 14 дням, ни один товар не закончится раньше чем через 14 дней",
        out_of_stock: "Все товары в продаже",
        changes: "Остатки не изменились с прошлого снимка",
        one_sided: "Все товары со штрихкодом есть на обоих маркетплейсах",
        unmatched: "Товаров без пары и без штрихкода нет",
        failures: "Все загрузки за 7 дней удались",
    },
    one_marketplace: "Сравнивать не с чем: есть остатки только одного маркетплейса",
    too_early: "Снимков пока мало, чтобы судить",
    longer_ago: "больше 30 дней назад",
    nameless: "Без названия",
    first: "Показаны первые",
    of: "из",
    filter: "Найти в списках",
    filter_hint: "название или артикул",
    filter_found: "Найдено строк:",
    footer_zone: "Время на странице:",
    footer_stock: "«В продаже» — то, что можно заказать сейчас, без резерва и без товаров в пути.",
};

/// English.
pub const EN: Phrases = Phrases {
    title: "Stock on the marketplaces",
    skip: "To the lists of products",
    made: "Made on",
    page_is_old: "This page has not been renewed for long: everything on it may have changed. Check that the report still runs on schedule.",
    all_well: "The stock is fresh and free of contradictions",
    something_stale: "The stock is out of date: renew it before you plan purchases",
    something_wrong: "Do not trust the stock without a check",
    something_odd: "The stock is fresh, but something is worth a look",
    nothing_yet: "No stock has been stored yet",
    fresh: "Fresh?",
    sound: "Sound?",
    in_stock: "How much is for sale",
    verdict_fresh: "fresh",
    verdict_stale: "out of date",
    verdict_never: "never stored",
    unused: "not connected, never synced",
    ago: "ago",
    ahead: "ahead of now: a clock is wrong",
    never_synced: "no successful sync yet",
    no_findings: "Nothing found",
    no_findings_detail: "The quantities agree with each other and with the log of the syncs, and nothing is unusual.",
    nothing_to_check: "Nothing to check yet",
    first_sync: "Store the first stock: `stocksync sync ozon`, `stocksync sync wb`.",
    warning: "Warning",
    critical: "Critical",
    findings: Forms("finding", "findings", "findings"),
    pieces: "pcs",
    products: Forms("product", "products", "products"),
    products_with_stock: "for sale",
    reserved: "reserved for orders",
    charts: "Charts",
    lists: "Lists of products",
    stock_chart: "Stock over 30 days",
    stock_chart_about: "For sale by day, marketplace and type, in pieces",
    products_chart: "Products for sale over 30 days",
    products_chart_about: "How many products can be bought, by day and marketplace",
    runs_chart: "Syncs of 7 days",
    runs_chart_about: "Each sync: when it began, how it ended and how long it took, in seconds",
    warehouses_chart: "Stock by warehouse",
    warehouses_chart_about: "For sale now, by warehouse, in pieces",
    seconds: "s",
    products_unit: "products",
    as_table: "Show as a table",
    no_data: "No data yet",
    success: "success",
    partial: "partial",
    failed: "failed",
    unfinished: "never finished",
    other_warehouses: Forms("other warehouse", "other warehouses", "other warehouses"),
    day: "Day",
    when: "When",
    marketplace: "Marketplace",
    warehouse: "Warehouse",
    stock_type: "Type",
    available: "For sale, pcs",
    product: "Product",
    per_day: "A day, pcs",
    days_left: "Days left",
    last_in_stock: "Last for sale",
    then: "Was left, pcs",
    before: "Yesterday",
    after: "Today",
    change: "Change, pcs",
    reason: "Reason",
    average_duration: "Average, s",
    running_out: "Running out",
    running_out_about: "Enough for less than 14 days at the demand of the last 14. Days with a delivery do not count as demand.",
    out_of_stock: "Out of stock",
    out_of_stock_about: "Nothing to sell; the latest to run out first.",
    changes: "Changes since yesterday",
    changes_about: "The biggest changes of stock, over both marketplaces.",
    one_sided: "On one marketplace only",
    one_sided_about: "The product has a barcode, and no match for it was found on the other marketplace.",
    unmatched: "Without a match",
    unmatched_about: "There is no barcode by which it could be found on the other marketplace.",
    failures: "Failed syncs",
    failures_about: "Of the last 7 days. They left the stock as it was.",
    none: Nothing {
        running_out: "Judged by the last 14 days, no product will be sold out within the next 14",
        out_of_stock: "Every product is for sale",
        changes: "The stock is what it was in the snapshot before",
        one_sided: "Every product with a barcode is on both marketplaces",
        unmatched: "No product lacks both a match and a barcode",
        failures: "Every sync of the last 7 days stored its stock",
    },
    one_marketplace: "Nothing to compare: only one marketplace has stock here",
    too_early: "Too few snapshots yet to tell",
    longer_ago: "more than 30 days ago",
    nameless: "No name",
    first: "The first",
    of: "of",
    filter: "Find in the lists",
    filter_hint: "name or article",
    filter_found: "Rows found:",
    footer_zone: "Times on this page:",
    footer_stock: "“For sale” is what can be ordered now, without what is reserved or on its way.",
};
