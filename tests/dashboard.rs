//! `sql/grafana-dashboard.json`: its queries against a real database, and its answers against those of the page.
//! Whether it is what Grafana's schema wants is tried in `tests/page/dashboard.mjs`.

use std::collections::BTreeSet;

use mysql::consts::ColumnType;
use mysql::prelude::Queryable;
use mysql::{Row, Value};
use serde_json::Value as Json;

use crate::page::{month, page, part, read};
use crate::support::world::World;

#[test]
fn every_query_of_the_dashboard_runs_and_its_columns_are_what_its_panel_shows() {
    let world = month("");
    for panel in panels() {
        let (kind, format) = (text(&panel["type"]), text(&panel["targets"][0]["format"]));
        let title = text(&panel["title"]);
        let mut conn = world.database.conn();
        // MySQL's own default, not MariaDB's: a data source says nothing of it.
        conn.query_drop("SET sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES'").expect("a mode");
        let result = conn.query_iter(sql(&panel)).unwrap_or_else(|e| panic!("{title}: {e}"));
        let columns: Vec<(String, ColumnType)> = result
            .columns()
            .as_ref()
            .iter()
            .map(|column| (column.name_str().into_owned(), column.column_type()))
            .collect();
        assert!(result.count() > 0, "{title} finds nothing");
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        match (kind, format) {
            ("timeseries", "time_series") => {
                assert_eq!(names, ["time", "metric", "value"], "{title}");
                assert!(is_number(columns[0].1) || columns[0].1 == ColumnType::MYSQL_TYPE_DATETIME);
            }
            ("stat" | "bargauge", "table") => assert_eq!(names, ["metric", "value"], "{title}"),
            ("table", "table") => assert!(names.len() >= 3, "{title}: {names:?}"),
            other => panic!("{title}: {other:?}"),
        }
        if kind != "table" {
            assert!(columns.iter().any(|(name, kind)| name == "value" && is_number(*kind)));
            assert!(columns.iter().any(|(name, kind)| name == "metric" && !is_number(*kind)));
        }
    }
}

#[test]
fn the_dashboard_has_the_panels_of_the_page() {
    let page = page(&month(""), "en");
    let of_page: BTreeSet<String> = ["<h2 id=\"", "<h3 id=\""]
        .into_iter()
        .flat_map(|heading| page.split(heading).skip(1))
        .filter_map(|rest| rest.split_once('>')?.1.split(['<', '\n']).next())
        // The dashboard's range of time is chosen in Grafana.
        .map(|title| title.replace(" over 30 days", "").replace(" of 7 days", "").trim().to_owned())
        .filter(|title| !["Charts", "Lists of products"].contains(&title.as_str()))
        .collect();
    let of_dashboard = panels().iter().map(|panel| text(&panel["title"]).to_owned()).collect();
    assert_eq!(of_page, of_dashboard);
}

#[test]
fn a_shop_that_sold_everything_today_is_empty_on_the_dashboard_too() {
    let world = month("");
    let day = world.database.value("SELECT MAX(snapshot_date) FROM inventory_data");
    world.database.run(&format!(
        "DELETE FROM inventory_data WHERE source = 'Wildberries' AND snapshot_date = '{day}'"
    ));
    world.database.run(&format!(
        "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, snapshot_date, rows_total, stock_total, \
         started_at, completed_at) VALUES ('e', 'inventory', 'Wildberries', 'Wildberries', 'success', '{day}', 0, 0, \
         UTC_TIMESTAMP(), UTC_TIMESTAMP())"
    ));
    let page = page(&world, "en");
    for (title, id) in LISTS {
        assert_eq!(articles_of_page(&page, id), articles_of(&world, title), "{title}");
    }
    for title in ["How much is for sale", "Stock by warehouse"] {
        let shown: Vec<String> =
            answer(&world, title).iter().map(|row| column(row, "metric")).collect();
        assert!(!shown.iter().any(|name| name.contains("Wildberries")), "{title}: {shown:?}");
        assert!(shown.iter().any(|name| name.contains("Ozon")), "{title}: {shown:?}");
    }
}

#[test]
fn the_dashboard_and_the_page_name_the_same_products() {
    let world = month("");
    // One that only the past knows a barcode of, and one that is on Ozon alone for want of it.
    world
        .database
        .run("UPDATE listing_barcodes SET lost_on = '2026-01-01' WHERE sku = 'ART-00004'");
    let page = page(&world, "en");
    for (title, id) in LISTS {
        let of_page = articles_of_page(&page, id);
        assert_eq!(of_page, articles_of(&world, title), "{title}");
        assert!(of_page.len() > 2, "{title}: {of_page:?}");
    }
    assert!(part(&page, "unmatched").contains("ART-00004"));
}

#[test]
fn all_reports_agree_how_many_products_are_on_one_marketplace_only() {
    let world = month("");
    let report = world.offline().args("report --format json").run().expect(0).stdout;
    let report: Json = serde_json::from_str(&report).expect("JSON");
    let unmatched: Vec<u64> = (0..2)
        .map(|index| report["sources"][index]["unmatched_products"].as_u64().expect("a number"))
        .collect();
    let only = |name: &str| report["products"][name].as_u64().expect("a number");
    assert_eq!(unmatched, [only("only_ozon"), only("only_wildberries")]);
    let mut of_dashboard = [0, 0];
    for title in ["On one marketplace only", "Without a match"] {
        for row in answer(&world, title) {
            of_dashboard[usize::from(column(&row, "Marketplace") == "Wildberries")] += 1;
        }
    }
    assert_eq!(unmatched, of_dashboard);
    let page = page(&world, "en");
    let rows = |id| part(&page, id).matches("<th scope=\"row\">").count() as u64;
    assert_eq!(rows("one-sided") + rows("unmatched"), unmatched.iter().sum::<u64>());
}

#[test]
fn the_dashboard_tells_the_age_right_whatever_time_zone_its_data_source_has() {
    let world = month("");
    let mut conn = world.database.conn();
    let mut ages = Vec::new();
    for zone in ["+00:00", "+03:00"] {
        conn.query_drop(format!("SET time_zone = '{zone}'")).expect("a time zone");
        let rows: Vec<(String, f64)> = conn.query(sql(&panel("Fresh?"))).expect("rows");
        ages.push(rows);
    }
    assert!(ages.iter().flatten().all(|(_, hours)| *hours >= 0.0 && *hours < 3.0), "{ages:?}");
}

/// The lists of products: their titles on the dashboard, their places on the page.
const LISTS: [(&str, &str); 5] = [
    ("Running out", "running-out"),
    ("Out of stock", "out-of-stock"),
    ("Changes since yesterday", "changes"),
    ("On one marketplace only", "one-sided"),
    ("Without a match", "unmatched"),
];

fn articles_of_page(page: &str, id: &str) -> BTreeSet<String> {
    part(page, id)
        .split("<span class=\"article\">")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('<')?.0.to_owned()))
        .collect()
}

fn articles_of(world: &World, title: &str) -> BTreeSet<String> {
    answer(world, title).iter().map(|row| column(row, "Article")).collect()
}

fn panels() -> Vec<Json> {
    let dashboard: Json = serde_json::from_str(&read("sql/grafana-dashboard.json")).expect("JSON");
    dashboard["panels"].as_array().expect("panels").clone()
}

fn panel(title: &str) -> Json {
    panels().into_iter().find(|panel| panel["title"] == title).expect("a panel of this title")
}

fn answer(world: &World, title: &str) -> Vec<Row> {
    world.database.conn().query(sql(&panel(title))).expect("rows")
}

fn column(row: &Row, name: &str) -> String {
    match &row[name] {
        Value::Bytes(text) => String::from_utf8_lossy(text).into_owned(),
        other => panic!("{name}: {other:?}"),
    }
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a text")
}

fn is_number(kind: ColumnType) -> bool {
    use ColumnType::{
        MYSQL_TYPE_DOUBLE, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_NEWDECIMAL,
    };
    [MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_NEWDECIMAL, MYSQL_TYPE_DOUBLE].contains(&kind)
}

/// A panel's SQL with the macros filled in as Grafana's MySQL data source does.
fn sql(panel: &Json) -> String {
    let (from, to) =
        ("FROM_UNIXTIME(UNIX_TIMESTAMP() - 2592000)", "FROM_UNIXTIME(UNIX_TIMESTAMP())");
    let sql = text(&panel["targets"][0]["rawSql"]);
    let mut sql = sql.replace("$__timeFrom()", from).replace("$__timeTo()", to);
    while let Some((before, rest)) = sql.split_once("$__timeFilter(") {
        let (column, after) = rest.split_once(')').expect("a closing bracket");
        sql = format!("{before}{column} BETWEEN {from} AND {to}{after}");
    }
    assert!(!sql.contains("$__"), "{sql}");
    sql
}
