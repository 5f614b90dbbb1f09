//! Files that cannot be written: where, how much room there is, and what to do, as the failure that
//! ends in 73.
//! Ground floor; opens no file itself.

use std::io;
use std::path::Path;

use bytesize::ByteSize;

use crate::failure::{Exit, Failure};

/// What is left when a temporary file cannot be made, written or read back. They all lie in
/// `TMPDIR`, and all are needed before anything is committed.
pub(crate) fn temporary(cause: impl Into<anyhow::Error>) -> Failure {
    let directory = std::env::temp_dir();
    let message = format!(
        "no temporary files in {} (TMPDIR), {}: nothing was changed; make room there, or set TMPDIR to a directory that has it \
         (the marketplace's answer, several times over)",
        directory.display(),
        room(&directory)
    );
    Failure::caused(Exit::CannotCreate, cause).context(message)
}

/// What is left when `path` cannot be written, which an option or a variable has named. Of the
/// cause only the system's own word is told: what stands around it names a temporary file that is
/// gone.
pub(crate) fn cannot_write(what: &str, path: &Path, cause: impl Into<io::Error>) -> Failure {
    let directory = if path.is_dir() { path } else { parent(path) };
    let cause = cause.into();
    let system = cause.raw_os_error().map_or(cause.kind().into(), io::Error::from_raw_os_error);
    let message = format!(
        "{what}: cannot write {}, {} in {}; nothing was changed. Make room there or let this user write, or name another place: {}",
        path.display(),
        room(directory),
        directory.display(),
        system
    );
    Failure::new(Exit::CannotCreate, message)
}

/// The directory of a file; of a bare name the working directory.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What a user without privileges may still fill.
fn room(directory: &Path) -> String {
    match rustix::fs::statvfs(directory) {
        Ok(found) => format!("{} free", ByteSize(found.f_bavail.saturating_mul(found.f_frsize))),
        Err(rustix::io::Errno::NOENT) => "which is not there".to_owned(),
        Err(error) => format!("of which the system says \"{error}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_not_there_is_told_apart_from_one_that_is_full() {
        assert_eq!(room(Path::new("/does/not/exist")), "which is not there");
        assert!(room(Path::new(".")).ends_with(" free"), "{}", room(Path::new(".")));
    }

    #[test]
    fn the_system_s_word_is_told_and_not_the_name_of_a_temporary_file() {
        let directory = Path::new("/does/not/exist");
        let error = tempfile::NamedTempFile::new_in(directory).unwrap_err();
        let failure = cannot_write("--output", &directory.join("a"), error);
        assert_eq!(failure.exit(), Exit::CannotCreate);
        let told = failure.to_string();
        assert!(told.ends_with("another place: entity not found"), "{told}");
        assert!(!told.contains(".tmp"), "{told}");
    }
}
