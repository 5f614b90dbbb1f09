//! The migrations that this program carries: the files of `sql/`, embedded. The only place that
//! names them.

use sha2::{Digest, Sha256};

/// A migration: one file of `sql/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Migration {
    /// Its number: 1, 2, 3, … without gaps.
    pub version: u32,
    pub name: &'static str,
    pub text: &'static str,
    /// The file of the same name that ends in `.rollback.sql`: the way back. It is no part of the
    /// checksum, so that it can be mended for databases that have been migrated.
    pub rollback: &'static str,
}

macro_rules! shipped {
    ($($version:literal $file:literal,)*) => {
        &[$(Migration {
            version: $version,
            name: $file.split_at("0001_".len()).1,
            text: include_str!(concat!("../../../../sql/", $file, ".sql")),
            rollback: include_str!(concat!("../../../../sql/", $file, ".rollback.sql")),
        },)*]
    };
}

/// All migrations by ascending version. One that was ever released is never edited: the next one
/// mends it.
pub(crate) const SHIPPED: &[Migration] = shipped! {
    1 "0001_baseline",
    2 "0002_inventory_identity",
    3 "0003_sync_logs",
    4 "0004_product_listings",
    5 "0005_log_partitions",
    6 "0006_watch",
    7 "0007_products",
    8 "0008_hosts",
    9 "0009_last_seen",
    10 "0010_legacy_cards",
    11 "0011_size_names",
    12 "0012_locks",
    13 "0013_failure_kind",
    14 "0014_warehouses",
};

impl Migration {
    /// The name of its file without the ending, for people: `0002_inventory_identity`.
    pub(crate) fn file(&self) -> String {
        format!("{:04}_{}", self.version, self.name)
    }

    /// SHA-256 of the file in hexadecimal, with `\n` as line ends: a checkout on Windows is the
    /// same migration.
    pub(crate) fn checksum(&self) -> String {
        let text = self.text.replace("\r\n", "\n");
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::split;
    use super::*;

    #[test]
    fn versions_count_up_from_one() {
        let versions: Vec<u32> = SHIPPED.iter().map(|migration| migration.version).collect();
        assert_eq!(versions, (1..=u32::try_from(SHIPPED.len()).unwrap()).collect::<Vec<_>>());
    }

    #[test]
    fn every_shipped_file_is_well_formed_and_says_first_what_it_is_for() {
        for migration in SHIPPED {
            for text in [migration.text, migration.rollback] {
                assert!(text.starts_with("-- "), "{}", migration.file());
                assert!(!split(text).unwrap().is_empty(), "{}", migration.file());
            }
        }
    }

    #[test]
    fn every_change_of_the_schema_carries_a_guard_or_may_run_twice_by_itself() {
        for migration in SHIPPED {
            for statement in split(migration.text).unwrap() {
                let upper = statement.sql.to_ascii_uppercase();
                let adds = ["CREATE ", "ADD ", "DROP "].iter().any(|word| upper.contains(word));
                assert!(
                    !adds || !statement.guards.is_empty(),
                    "{} line {}: what if an earlier run has done this already?",
                    migration.file(),
                    statement.line
                );
            }
        }
    }

    #[test]
    fn the_checksum_does_not_depend_on_the_line_ends() {
        let unix =
            Migration { version: 1, name: "a", text: "SELECT 1;\nSELECT 2;\n", rollback: "" };
        let windows = Migration { text: "SELECT 1;\r\nSELECT 2;\r\n", ..unix };
        assert_eq!(unix.checksum(), windows.checksum());
        // From `printf 'SELECT 1;\nSELECT 2;\n' | sha256sum`.
        assert_eq!(
            unix.checksum(),
            "82efb67f3010c6eb7ead02e4f6d9550633dbc1407f99aa487468e7b2567aebbc"
        );
    }

    #[test]
    fn a_shipped_file_is_the_one_that_was_released() {
        // From `sha256sum sql/*.sql`. Databases hold these sums: one that changes here is refused
        // by all of them.
        let released = [
            ("0001_baseline", "5f4cd185c757e21463129de789aa3b8a19fbf9092ff67c57818f3ff7ed9ad593"),
            (
                "0002_inventory_identity",
                "7ac2ece26b7e375d834d3249b4fb238f42e086ab295fa04e79117645cf4f2e20",
            ),
            ("0003_sync_logs", "2756229b047e677d6b2d5d1071d33e82b8a51bacea542ffa86e20a650cd9ce27"),
            (
                "0004_product_listings",
                "28520e3669651dbb0624d673a2926fd970669bc33031ca0167540de557f3d4f8",
            ),
            (
                "0005_log_partitions",
                "26f5881a58113588dce0de4102f0f6f1f560366a9f2e6342b04b4b3fb94ec39b",
            ),
            ("0006_watch", "c674c494520d1d09a232fce2c4be1f1652215d7886306e9653942a3b2db7ffbe"),
            ("0007_products", "05c13b18c3a7a94661b960a43ebfceb798ba2085953593ae04a95a63fc6d21c4"),
            ("0008_hosts", "a857a467dd93852ce94135a1a19fb65cecd5c23cf16aa1bd044e03acdb387ccd"),
            ("0009_last_seen", "cc56b29715d4b9a0b0f0601e1a19e60503220ac33f7cb8ace00a6eb237ebaef9"),
            (
                "0010_legacy_cards",
                "93ba010f62ccac913e8ea7438d0074dad5472552c4807aae73333f5f7b7cd41c",
            ),
            ("0011_size_names", "f8f7ae9df35eedc92f34bcb12cec57f321bc94870a300d330118ae9ad96381c7"),
            ("0012_locks", "40240bb477dcb5c6262ecd8abb087a8f754fe7971c6005ccfcfdd6bac307d288"),
            (
                "0013_failure_kind",
                "5e797014eaa47ed5aa5b4fcd17204396b2e4b18d9ecdfe440ed871f436e87783",
            ),
            ("0014_warehouses", "9a2b477e0a69f86148b0072ac12ec0a43681eb8a50aff7dc9a8811e11aa2020c"),
        ];
        for (migration, (file, checksum)) in SHIPPED.iter().zip(released) {
            assert_eq!(migration.file(), file);
            assert_eq!(
                migration.checksum(),
                checksum,
                "{file} was edited: once it is released, write a new migration instead; before, take over the new sum here"
            );
        }
        assert_eq!(SHIPPED.len(), released.len(), "a new migration wants its sum here");
    }
}
