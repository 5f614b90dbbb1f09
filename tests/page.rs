//! `report --format html`: one file, safe whatever a marketplace calls its goods.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mysql::prelude::Queryable;
use sha2::{Digest, Sha256};

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

const IMAGE: &str = "<img src=x onerror=alert(1)>";
const SCRIPT: &str = "\"><script>alert(1)</script>";

#[test]
fn the_page_of_an_empty_database_says_that_there_is_nothing_yet() {
    let world = World::new(Catalogue::small(1));
    let page = page(&world, "ru");
    assert!(page.contains("Остатки ещё ни разу не загружались"));
    assert!(page.contains("Данных пока нет"));
}

#[test]
fn a_months_history_fills_every_part_of_the_page() {
    let world = month("");
    let page = page(&world, "ru");
    assert!(page.contains("Остатки свежие, противоречий нет"), "{page}");
    for number in
        ["running-out", "out-of-stock", "changes", "one-sided", "without-barcode", "failures"]
    {
        let list = part(&page, number);
        assert!(list.matches("<tr>").count() > 2, "{number}: {list}");
    }
    for chart in ["stock-chart", "warehouses-chart", "products-chart", "runs-chart"] {
        let figure = part(&page, chart);
        assert!(figure.contains("</svg>") && figure.contains("</table>"), "{chart}: {figure}");
    }
    let available = world.database.number(
        "SELECT SUM(available_stock) FROM inventory_data WHERE snapshot_date = (SELECT MAX(snapshot_date) FROM inventory_data)",
    );
    let grouped = format!("{}\u{a0}{:03}", available / 1000, available % 1000);
    assert!(part(&page, "stock").contains(&grouped), "{grouped}");
}

#[test]
fn a_day_without_a_snapshot_is_a_gap_in_its_line() {
    let world = month("");
    let lines = |world: &World| {
        let page = page(world, "en");
        let figure = part(&page, "products-chart");
        let drawing = between(figure, "class=\"wide\"", "</svg>");
        let ways = drawing.split("<path class=\"line ozon\" d=\"").skip(1);
        ways.map(|way| way.split('"').next().unwrap_or_default().matches('M').count())
            .sum::<usize>()
    };
    assert_eq!(lines(&world), 1, "one line");
    world.database.run(
        "DELETE FROM inventory_data WHERE source = 'Ozon' AND snapshot_date = \
         (SELECT day FROM (SELECT MAX(snapshot_date) - INTERVAL 9 DAY AS day FROM inventory_data) AS newest)",
    );
    assert_eq!(lines(&world), 2, "before and behind the gap");
}

#[test]
fn names_warehouses_and_reasons_are_shown_as_text() {
    let world = month("");
    world.database.run(&format!("UPDATE dim_products SET product_name = '{IMAGE}'"));
    world.database.run(&format!("UPDATE product_listings SET seller_article = '{SCRIPT}'"));
    world.database.run(&format!(
        "UPDATE inventory_data SET warehouse_name = CONCAT(LEFT(warehouse_name, 8), '{SCRIPT}')"
    ));
    world.database.run(&format!(
        "UPDATE sync_logs SET error_message = '{IMAGE}', started_at = started_at WHERE status = 'failed'"
    ));
    let page = page(&world, "en");
    assert_eq!(page.matches("<script").count(), 1, "only the page's own");
    assert!(!page.contains("<img"));
    assert!(part(&page, "running-out").contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(part(&page, "running-out").contains("&quot;&gt;&lt;script&gt;"));
    assert!(part(&page, "warehouses-chart").contains("&quot;&gt;&lt;script&gt;"));
    assert!(part(&page, "failures").contains("&lt;img src=x onerror=alert(1)&gt;"));
}

#[test]
fn the_policy_admits_the_pages_own_style_and_script_and_nothing_from_elsewhere() {
    let page = page(&month(""), "en");
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\">");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (directive, element) in [("style-src", "style"), ("script-src", "script")] {
        let text = between(&page, &format!("<{element}>"), &format!("</{element}>"));
        let hash = STANDARD.encode(Sha256::digest(text));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'));
    let elsewhere: Vec<&str> = ["https://", "http://", "url(", " src=", "style=\"", "onclick"]
        .into_iter()
        // A reason may name an address, the icon its own kind of image.
        .filter(|text| {
            without(&page, &["<span class=\"article\" lang", "<link rel=\"icon\""]).contains(text)
        })
        .collect();
    assert_eq!(elsewhere, [""; 0]);
}

#[test]
fn the_language_is_the_option_or_else_that_of_the_locale() {
    let world = World::new(Catalogue::small(1));
    let lang = |binary: crate::support::binary::Binary| {
        let page = binary.args("report --format html").run().expect(0).stdout;
        between(&page, "<html lang=\"", "\"").to_owned()
    };
    assert_eq!(lang(world.offline()), "en");
    assert_eq!(lang(world.offline().env("LANG", "ru_RU.UTF-8")), "ru");
    assert_eq!(lang(world.offline().env("LANG", "ru_RU.UTF-8").args("--quiet")), "ru");
    let chosen = world.offline().env("LANG", "ru_RU.UTF-8").args("report --format html --lang en");
    assert!(chosen.run().expect(0).stdout.contains("<html lang=\"en\">"));
}

#[test]
fn the_stock_is_old_or_doubtful_and_the_page_says_so_on_top() {
    let world = month("");
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 9 HOUR, completed_at = completed_at - INTERVAL 9 HOUR",
    );
    assert!(page(&world, "en").contains("The stock is out of date"));
    world.database.run("UPDATE inventory_data SET reserved_stock = reserved_stock + 1");
    let page = page(&world, "en");
    assert!(page.contains("Do not trust the stock without a check"));
    assert!(part(&page, "sound").contains("where current is not available + reserved"));
}

#[test]
fn a_russian_page_tells_findings_and_failures_in_russian() {
    let world = month("");
    world.database.run("UPDATE inventory_data SET reserved_stock = reserved_stock + 1");
    world.database.run(
        "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, exit_code, error_message, started_at, completed_at)
         VALUES ('k', 'inventory', 'Ozon', 'Ozon', 'failed', 77, 'Invalid Api-Key', UTC_TIMESTAMP(), UTC_TIMESTAMP())",
    );
    let page = page(&world, "ru");
    let sound = part(&page, "sound");
    assert!(sound.contains("где остаток не равен сумме доступного и резерва"), "{sound}");
    assert!(sound.contains("<code>stocksync sync wb --full</code>"), "{sound}");
    assert!(sound.contains("маркетплейс отклонил ключ"), "{sound}");
    assert!(!sound.contains("rows") && !sound.contains("lang=\"en\""), "{sound}");
    let failures = part(&page, "failures");
    assert!(failures.contains("Маркетплейс отклонил ключ"), "{failures}");
    assert!(failures.contains("<span class=\"article\" lang=\"en\">Invalid Api-Key"), "{failures}");
}

#[test]
fn a_sync_that_goes_on_has_not_failed() {
    let world = month("");
    let failed = |world: &World| part(&page(world, "en"), "failures").matches("<tr>").count();
    let before = failed(&world);
    let open = "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, started_at)
                VALUES ('g', 'inventory', 'Ozon', 'Ozon', 'failed', UTC_TIMESTAMP() - INTERVAL {} HOUR)";
    world.database.run(&open.replace("{}", "0"));
    assert_eq!(failed(&world), before);
    world.database.run(&open.replace("{}", "4"));
    assert_eq!(failed(&world), before + 1, "dead for four hours");
}

#[test]
fn a_marketplace_that_was_never_synced_beside_one_that_was_is_not_stale() {
    let world = month("");
    for table in ["inventory_data", "product_listings"] {
        world.database.run(&format!("DELETE FROM {table} WHERE source = 'Wildberries'"));
    }
    world.database.run("DELETE FROM sync_logs WHERE marketplace = 'Wildberries'");
    let page = page(&world, "en");
    assert!(page.contains("The stock is fresh and free of contradictions"));
    assert!(page.contains("not connected, never synced"));
    assert!(part(&page, "one-sided").contains("only one marketplace has stock here"));
}

#[test]
#[ignore = "a minute of its own, and Chromium; tests/page/run.sh runs it"]
fn twenty_thousand_products_make_a_page_below_one_and_a_half_megabytes() {
    let world = month("SET @products = 20000, @detailed = 0;");
    let started = Instant::now();
    let page = page(&world, "ru");
    let took = started.elapsed();
    println!("20 000 products: {} bytes in {took:?}, not optimized", page.len());
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("large.html"), page).expect("a page");
    check_in_browser(directory.path());
}

#[test]
#[ignore = "needs Chromium, which tests/page/run.sh installs"]
fn a_browser_has_nothing_to_complain_about() {
    let directory = tempfile::tempdir().expect("a directory");
    let world = month("");
    world.database.run(&format!(
        "UPDATE dim_products SET product_name = '{IMAGE}' WHERE product_id IN (11, 43, 87)"
    ));
    let save = |name: &str, text: String| {
        fs::write(directory.path().join(name), text).expect("a page");
    };
    save("ru.html", page(&world, "ru"));
    save("en.html", page(&world, "en"));
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 30 HOUR, completed_at = completed_at - INTERVAL 30 HOUR",
    );
    world.database.run("UPDATE inventory_data SET reserved_stock = reserved_stock + 1");
    save("doubtful.html", page(&world, "ru"));
    let endless = "Сверхдлинноеназваниебезпробелов".repeat(8);
    for change in [
        "UPDATE dim_products SET product_name = CONCAT(product_name, ', {}')",
        "UPDATE product_listings SET seller_article = '{}'",
        "UPDATE inventory_data SET warehouse_name = CONCAT(LEFT(warehouse_name, 4), '{}'), available_stock = available_stock * 10000",
    ] {
        world.database.run(&change.replace("{}", &endless));
    }
    save("endless.html", page(&world, "en"));
    save("empty.html", page(&World::new(Catalogue::small(1)), "ru"));
    check_in_browser(directory.path());
}

fn check_in_browser(directory: &Path) {
    let status = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/check.mjs"))
        .arg(directory)
        .status()
        .expect("node is there once tests/page/run.sh has run");
    assert!(status.success(), "the browser's complaints are above");
}

/// A migrated database with a month of history; `before` sets what history.sql lets one choose.
pub fn month(before: &str) -> World {
    let world = World::new(Catalogue::small(1));
    let script = format!("{before}\n{}", read("tests/support/history.sql"));
    let script: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    let mut conn = world.database.conn();
    for statement in script.join("\n").split(";\n").filter(|text| !text.trim().is_empty()) {
        conn.query_drop(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
    world
}

pub fn page(world: &World, language: &str) -> String {
    world.offline().args("report --format html --lang").arg(language).run().expect(0).stdout
}

pub fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from} in the page"));
    rest.split_once(to).map_or(rest, |(found, _)| found)
}

/// A card of the page, by its id or that of its heading.
pub fn part<'t>(page: &'t str, id: &str) -> &'t str {
    let rest = between(page, &format!("id=\"{id}\""), "\u{0}");
    let end = rest.find("</article>").into_iter().chain(rest.find("</section>")).min();
    &rest[..end.unwrap_or(rest.len())]
}

/// The page without the elements that begin so, up to the next line's or element's end.
fn without(page: &str, beginnings: &[&str]) -> String {
    beginnings.iter().fold(page.to_owned(), |page, beginning| {
        let mut parts = page.split(beginning);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept += part
                .split_once('>')
                .map_or("", |(_, rest)| rest)
                .split_once('<')
                .map_or("", |(_, rest)| rest);
        }
        kept
    })
}
