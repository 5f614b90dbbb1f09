//! A file that a seller has downloaded or made, for `--file`.

use std::path::PathBuf;

use tempfile::TempDir;

use super::binary::Binary;
use super::world::World;

pub struct File {
    _directory: TempDir,
    pub path: PathBuf,
}

impl File {
    pub fn new(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        Self { _directory: directory, path }
    }

    /// A copy of a file of `tests/cases`.
    pub fn of_case(name: &str) -> Self {
        let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases")).join(name);
        let bytes =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::new(name, bytes)
    }

    /// `sync MARKETPLACE --file` of it, without any key.
    pub fn import(&self, world: &World, marketplace: &str) -> Binary {
        world.offline().args("sync").arg(marketplace).arg("--file").arg(&self.path)
    }
}
