//! What an operator asks for or has set up wrongly: the shrink guard, `--full`, `--retry-failed`, files, settings.

use std::path::Path;
use std::process::Command;

use super::stage::Stage;
use super::{Fault, Group};
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonDownload};
use crate::support::marketplace::fault::Fault as Spoiled;

const HEADER: &str = "Артикул;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Зарезервировано на моих складах, шт\n";

/// A report of one product, where the table holds a hundred.
fn shrunk(stage: &Stage) {
    stage.world.marketplaces.configure(|settings| {
        settings.report = Some(format!("{HEADER}ONE;1;0;0;0\n").into());
    });
}

pub fn group() -> Group {
    let mut faults = vec![
        Fault::new("stock collapses", 4, |stage, binary| {
            shrunk(stage);
            binary.run()
        })
        .says("--accept-shrink"),
        Fault::new("stock collapses, MAX_SHRINK=100%", 0, |stage, binary| {
            shrunk(stage);
            binary.env("MAX_SHRINK", "100%").run()
        })
        .other(1, "success"),
        Fault::new("stock collapses, --accept-shrink", 0, |stage, binary| {
            shrunk(stage);
            binary.args("--accept-shrink").run()
        })
        .other(1, "success"),
        Fault::new("--full over the rows of the day", 0, |_, binary| binary.args("--full").run())
            .survived(),
        Fault::new("--dry-run", 0, |_, binary| binary.args("--dry-run").run()).unlogged(),
        Fault::new("--retry-failed after a success", 0, |_, binary| {
            binary.args("--retry-failed").run()
        })
        .unlogged()
        .calls(OzonCreate, 0),
    ];
    faults.extend(retries());
    faults.extend(settings());
    Group { name: "The operator", stage: Stage::ozon, faults }
}

fn retries() -> Vec<Fault> {
    vec![
        after_a_partial_run(),
        Fault::new("--retry-failed after a failure", 0, |stage, binary| {
            stage.world.marketplaces.always(OzonCreate, Spoiled::Status(503));
            binary.run().expect(69);
            stage.world.marketplaces.mend();
            stage.forget_logs();
            binary.args("--retry-failed").run()
        })
        .survived(),
        Fault::new("--retry-failed after a run that never ended", 0, |stage, binary| {
            stage.world.database.run(
                "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, started_at) \
                 VALUES ('x', 'inventory', 'Ozon', 'Ozon', 'failed', UTC_TIMESTAMP())",
            );
            stage.forget_logs();
            binary.args("--retry-failed").run()
        })
        .survived(),
    ]
}

/// A partial run is tried again; its faulty record has been mended by then.
fn after_a_partial_run() -> Fault {
    Fault::new("--retry-failed after a partial run", 0, |stage, binary| {
        let report = format!("{HEADER}A;1;0;0;0\nB;many;0;0;0\n");
        stage.world.marketplaces.configure(|settings| settings.report = Some(report.into()));
        binary.clone().args("--accept-shrink").run().expect(3);
        stage.forget_logs();
        stage.world.marketplaces.configure(|settings| settings.report = None);
        binary.args("--retry-failed").run()
    })
    .survived()
}

fn wrong(name: &str, exit: i32, variable: &'static str, value: &'static str) -> Fault {
    Fault::new(name, exit, move |_, binary| binary.env(variable, value).run()).says(variable)
}

fn settings() -> Vec<Fault> {
    vec![
        wrong("REJECTS_DIR is not there", 73, "REJECTS_DIR", "/does/not/exist").unlogged(),
        wrong("DATABASE_URL is no URL", 78, "DATABASE_URL", "nonsense").unlogged(),
        wrong("HTTP_TIMEOUT is no duration", 78, "HTTP_TIMEOUT", "soon"),
        wrong("OZON_API_URL is not encrypted", 78, "OZON_API_URL", "http://api-seller.ozon.ru"),
        wrong("OZON_API_KEY holds what no key has", 78, "OZON_API_KEY", "ключ"),
        Fault::new("OZON_API_KEY is missing", 78, |_, binary| binary.without("OZON_API_KEY").run())
            .says("OZON_API_KEY"),
        Fault::new("temporary files cannot be made", 73, |_, binary| {
            binary.env("TMPDIR", "/does/not/exist").run()
        })
        .says("no temporary files in /does/not/exist (TMPDIR), which is not there: nothing was changed")
        .calls(OzonCreate, 0),
        Fault::new("no file may grow (as on a full disk for temporary files)", 73, |_, binary| {
            binary.with_tiny_files().run()
        })
        .calls(OzonDownload, 1),
        Fault::new("the disk for temporary files is full", 73, |_, binary| {
            full_disk(|directory| binary.clone().env("TMPDIR", directory).run())
                .unwrap_or_else(|| binary.with_tiny_files().run())
        }),
        Fault::new("rejected records are kept whole", 3, |stage, binary| {
            let directory = tempfile::tempdir().unwrap();
            let report = format!("{HEADER}A;1;0;0;0\nB;many;0;0;0\n");
            stage.world.marketplaces.configure(|settings| settings.report = Some(report.into()));
            let binary = binary.args("--accept-shrink");
            let outcome = binary.env("REJECTS_DIR", directory.path()).run();
            let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().flatten().collect();
            assert_eq!(files.len(), 1, "one file for the run");
            let text = std::fs::read_to_string(files[0].path()).unwrap();
            let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
            assert_eq!(line["original"], "[\"B\",\"many\",\"0\",\"0\",\"0\"]");
            assert_eq!(line["source"], "Ozon");
            let run = line["run_id"].as_str().unwrap();
            assert!(files[0].file_name().to_string_lossy().contains(run));
            outcome
        })
        .other(1, "partial"),
    ]
}

/// With a directory that has room for 16 KiB; nothing where that cannot be had (it takes root), which is said aloud.
fn full_disk<T>(act: impl FnOnce(&Path) -> T) -> Option<T> {
    let directory = tempfile::tempdir().unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"])
        .arg(directory.path())
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        println!("no tmpfs can be mounted here: the full disk is tried by a limit on files only");
        return None;
    }
    let outcome = act(directory.path());
    let unmounted = Command::new("umount").arg(directory.path()).status();
    assert!(unmounted.is_ok_and(|status| status.success()), "umount");
    Some(outcome)
}
