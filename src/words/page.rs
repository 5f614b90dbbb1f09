//! What the page says beside findings and failures: headings, labels, what stands in place of rows.

use super::Text;
use crate::language::{Forms, Language};

pub(crate) fn first_sync(language: Language) -> Text {
    Text::new(language.either("Загрузите остатки: ", "Store the first stock: "))
        .command("stocksync sync ozon")
        .then(", ")
        .command("stocksync sync wb")
        .then(".")
}

super::words! { Phrases {
    title: "Остатки на маркетплейсах", "Stock on the marketplaces";
    skip: "К спискам товаров", "To the lists of products";
    made: "Составлено", "Made on";
    page_is_old:
        "Эта страница давно не обновлялась: всё на ней могло измениться. Проверьте, запускается ли отчёт по расписанию.",
        "This page has not been renewed for long: everything on it may have changed. Check that the report still runs on schedule.";
    all_well: "Остатки свежие, противоречий нет", "The stock is fresh and free of contradictions";
    something_stale:
        "Остатки устарели: сначала обновите их, потом планируйте закупку",
        "The stock is out of date: renew it before you plan purchases";
    something_wrong:
        "Остаткам нельзя доверять без проверки",
        "Do not trust the stock without a check";
    something_odd:
        "Остатки свежие, но на кое-что стоит посмотреть",
        "The stock is fresh, but something is worth a look";
    nothing_yet: "Остатки ещё ни разу не загружались", "No stock has been stored yet";
    fresh: "Свежие ли остатки?", "Fresh?";
    sound: "Верны ли они?", "Sound?";
    in_stock: "Сколько в продаже", "How much is for sale";
    verdict_fresh: "свежие", "fresh";
    verdict_stale: "устарели", "out of date";
    verdict_never: "не загружались", "never stored";
    unused: "не подключён, загрузок не было", "not connected, never synced";
    key_ends: "ключ действует до", "the key ends on";
    key_ended: "ключ закончился", "the key ended on";
    ago: "назад", "ago";
    ahead: "позже, чем сейчас: неверны часы", "ahead of now: a clock is wrong";
    never_synced: "успешных загрузок не было", "no successful sync yet";
    no_findings: "Замечаний нет", "Nothing found";
    no_findings_detail:
        "Количества сходятся между собой и с журналом загрузок, ничего необычного нет.",
        "The quantities agree with each other and with the log of the syncs, and nothing is unusual.";
    nothing_to_check: "Проверять пока нечего", "Nothing to check yet";
    pieces: "шт.", "pcs";
    products_with_stock: "в продаже", "for sale";
    reserved: "в резерве под заказы", "reserved for orders";
    charts: "Графики", "Charts";
    lists: "Списки товаров", "Lists of products";
    stock_chart: "Остатки за 30 дней", "Stock over 30 days";
    stock_chart_about:
        "Доступно к продаже по дням, по маркетплейсам и схемам, в штуках",
        "For sale by day, marketplace and type, in pieces";
    products_chart: "Товары в продаже за 30 дней", "Products for sale over 30 days";
    products_chart_about:
        "Сколько товаров можно купить, по дням и маркетплейсам",
        "How many products can be bought, by day and marketplace";
    runs_chart: "Загрузки за 7 дней", "Syncs of 7 days";
    runs_chart_about:
        "Каждая загрузка: когда началась, чем закончилась и сколько длилась, в секундах",
        "Each sync: when it began, how it ended and how long it took, in seconds";
    warehouses_chart: "Остатки по складам", "Stock by warehouse";
    warehouses_chart_about:
        "Доступно к продаже сейчас, по складам, в штуках",
        "For sale now, by warehouse, in pieces";
    seconds: "с", "s";
    products_unit: "товаров", "products";
    as_table: "Показать таблицей", "Show as a table";
    no_data: "Данных пока нет", "No data yet";
    unfinished: "не завершена", "never finished";
    day: "День", "Day";
    when: "Когда", "When";
    marketplace: "Маркетплейс", "Marketplace";
    warehouse: "Склад", "Warehouse";
    stock_type: "Схема", "Type";
    available: "В продаже, шт.", "For sale, pcs";
    product: "Товар", "Product";
    per_day: "В день, шт.", "A day, pcs";
    days_left: "Хватит, дней", "Days left";
    last_in_stock: "Был в продаже", "Last for sale";
    then: "Оставалось, шт.", "Was left, pcs";
    before: "Вчера", "Yesterday";
    after: "Сегодня", "Today";
    change: "Разница, шт.", "Change, pcs";
    reason: "Причина", "Reason";
    average_duration: "В среднем, с", "Average, s";
    running_out: "Заканчиваются", "Running out";
    running_out_about:
        "Хватит меньше чем на 14 дней при спросе последних 14. Дни поставок в расчёт спроса не входят.",
        "Enough for less than 14 days at the demand of the last 14. Days with a delivery do not count as demand.";
    out_of_stock: "Закончились", "Out of stock";
    out_of_stock_about:
        "Продавать нечего; недавно закончившиеся сверху.",
        "Nothing to sell; the latest to run out first.";
    changes: "Изменения со вчера", "Changes since yesterday";
    changes_about:
        "Самые большие изменения остатка по обоим маркетплейсам вместе.",
        "The biggest changes of stock, over both marketplaces.";
    one_sided: "Только на одном маркетплейсе", "On one marketplace only";
    one_sided_about:
        "Штрихкод есть, но пары ему на другом маркетплейсе не нашлось.",
        "The product has a barcode, and no match for it was found on the other marketplace.";
    without_barcode: "Без штрихкода", "Without a barcode";
    without_barcode_about:
        "Штрихкода нет, поэтому товар не с чем сопоставить на другом маркетплейсе.",
        "There is no barcode by which it could be found on the other marketplace.";
    failures: "Неудачные загрузки", "Failed syncs";
    since: "с", "since";
    failures_about:
        "За последние 7 дней. Остатки при этом не менялись.",
        "Of the last 7 days. They left the stock as it was.";
    none_running_out:
        "Судя по последним 14 дням, ни один товар не закончится раньше чем через 14 дней",
        "Judged by the last 14 days, no product will be sold out within the next 14";
    none_out_of_stock: "Все товары в продаже", "Every product is for sale";
    none_changes:
        "Остатки не изменились с прошлого снимка",
        "The stock is what it was in the snapshot before";
    none_one_sided:
        "Все товары со штрихкодом есть на обоих маркетплейсах",
        "Every product with a barcode is on both marketplaces";
    none_without_barcode:
        "Товаров без пары и без штрихкода нет",
        "No product lacks both a match and a barcode";
    none_failures:
        "Все загрузки за 7 дней удались",
        "Every sync of the last 7 days stored its stock";
    one_marketplace:
        "Сравнивать не с чем: есть остатки только одного маркетплейса",
        "Nothing to compare: only one marketplace has stock here";
    too_early: "Снимков пока мало, чтобы судить", "Too few snapshots yet to tell";
    longer_ago: "ни разу за 30 дней", "not in these 30 days";
    nameless: "Без названия", "No name";
    first: "Показаны первые", "The first";
    of: "из", "of";
    filter: "Найти в списках", "Find in the lists";
    filter_hint: "название или артикул", "name or article";
    filter_found: "Найдено строк:", "Rows found:";
    footer_zone: "Время на странице:", "Times on this page:";
    footer_stock:
        "«В продаже» — то, что можно заказать сейчас, без резерва и без товаров в пути.",
        "“For sale” is what can be ordered now, without what is reserved or on its way.";
}
nouns {
    findings:
        Forms("замечание", "замечания", "замечаний"),
        Forms("finding", "findings", "findings");
    products: Forms("товар", "товара", "товаров"), Forms("product", "products", "products");
    other_warehouses:
        Forms("другой склад", "других склада", "других складов"),
        Forms("other warehouse", "other warehouses", "other warehouses");
} }
