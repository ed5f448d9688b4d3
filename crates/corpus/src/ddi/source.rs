//! Finds the XML files of a corpus in a folder or an archive, and bounds what is read of them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::Part;
use crate::error::{Error, Result};

/// The largest file that is read. Corpus documents are below 100 KiB.
const MAX_FILE: u64 = 64 << 20;
/// The most that is unpacked from one archive.
const MAX_ARCHIVE: u64 = 1 << 30;

/// One XML file.
pub(super) struct SourceFile {
    /// For messages; inside an archive `archive.zip/inner/path`.
    pub(super) name: String,
    /// The name of the folder it lies in.
    pub(super) folder: String,
    /// The content.
    pub(super) bytes: Vec<u8>,
}

/// Calls `visit` for each XML file of `part` under `path`, in the order of the paths.
pub(super) fn for_each_file(
    path: &Path,
    part: Part,
    visit: impl FnMut(SourceFile) -> Result<()>,
) -> Result<()> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => from_folder(path, part, visit),
        Ok(_) if is_xml(path.as_os_str().as_encoded_bytes()) => from_files(vec![path.to_owned()], visit),
        Ok(_) => from_archive(path, "", part, visit),
        Err(source) => {
            // A path that leads through a file leads into an archive.
            let archive = path.ancestors().skip(1).find(|ancestor| ancestor.is_file());
            match archive.and_then(|archive| Some((archive, path.strip_prefix(archive).ok()?))) {
                Some((archive, inner)) => from_archive(archive, &slashed(inner), part, visit),
                None => Err(Error::Read { path: path.to_owned(), source }),
            }
        }
    }
}

fn from_folder(root: &Path, part: Part, visit: impl FnMut(SourceFile) -> Result<()>) -> Result<()> {
    let mut found = Vec::new();
    walk(root, &mut HashSet::new(), &mut found)?;
    let files =
        found.into_iter().map(|file| (slashed(file.strip_prefix(root).unwrap_or(&file)), file)).collect();
    let absolute = fs::canonicalize(root).map_err(|source| Error::Read { path: root.to_owned(), source })?;
    from_files(select(files, &slashed(&absolute), part).ok_or_else(|| no_documents(root, "", part))?, visit)
}

fn from_files(files: Vec<PathBuf>, mut visit: impl FnMut(SourceFile) -> Result<()>) -> Result<()> {
    for path in files {
        let name = path.display().to_string();
        let bytes = File::open(&path)
            .and_then(|file| read_bounded(file, MAX_FILE))
            .map_err(|source| Error::Read { path: path.clone(), source })?
            .ok_or_else(|| Error::TooLarge { file: name.clone(), limit: MAX_FILE })?;
        let folder = path.parent().and_then(Path::file_name);
        let folder = folder.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
        visit(SourceFile { name, folder, bytes })?;
    }
    Ok(())
}

fn from_archive(
    path: &Path,
    inner: &str,
    part: Part,
    mut visit: impl FnMut(SourceFile) -> Result<()>,
) -> Result<()> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let broken =
        |error: zip::result::ZipError| Error::Archive { path: path.to_owned(), detail: error.to_string() };
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let name = archive.name_for_index(index).transpose().map_err(broken)?.unwrap_or_default();
        let below = match inner {
            "" => Some(&*name),
            _ if &*name == inner => name.rsplit('/').next(),
            _ => name.strip_prefix(inner).and_then(|rest| rest.strip_prefix('/')),
        };
        if let Some(below) = below.filter(|below| is_xml(below.as_bytes())) {
            found.push((below.to_owned(), (name.clone().into_owned(), index)));
        }
    }
    let wanted = select(found, inner, part).ok_or_else(|| no_documents(path, inner, part))?;
    let mut budget = MAX_ARCHIVE;
    for (entry, index) in wanted {
        let name = format!("{}/{entry}", path.display());
        let reader = archive.by_index(index).map_err(broken)?;
        let bytes = read_bounded(reader, MAX_FILE.min(budget))
            .map_err(|error| Error::Archive { path: path.to_owned(), detail: format!("{entry}: {error}") })?;
        let bytes = bytes.ok_or_else(|| match budget < MAX_FILE {
            true => Error::TooLarge { file: path.display().to_string(), limit: MAX_ARCHIVE },
            false => Error::TooLarge { file: name.clone(), limit: MAX_FILE },
        })?;
        budget -= bytes.len() as u64;
        let folder = entry.rsplit('/').nth(1).unwrap_or("").to_owned();
        visit(SourceFile { name, folder, bytes })?;
    }
    Ok(())
}

/// Keeps the files of `part`, sorted by path; `None` when none is left.
///
/// `root` is the path the files were found under: a caller who names `.../Train` and asks for the test set must not
/// get training documents. Its last two folders count, because the layout has no more below the name of a part.
fn select<T>(mut files: Vec<(String, T)>, root: &str, part: Part) -> Option<Vec<T>> {
    let root: Vec<&str> = root.rsplit('/').take(2).collect();
    let part_of = |path: &str| Part::of(root.iter().rev().copied().chain(path.split('/')));
    if part != Part::All && files.iter().any(|(path, _)| part_of(path).is_some()) {
        files.retain(|(path, _)| part_of(path) == Some(part));
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    (!files.is_empty()).then(|| files.into_iter().map(|(_, file)| file).collect())
}

fn walk(folder: &Path, seen: &mut HashSet<PathBuf>, found: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    // Links may form a loop.
    if !seen.insert(fs::canonicalize(folder).map_err(failed)?) {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            walk(&path, seen, found)?;
        } else if path.file_name().is_some_and(|name| is_xml(name.as_encoded_bytes())) {
            found.push(path);
        }
    }
    Ok(())
}

/// The first bytes up to `limit`; `None` when there are more.
fn read_bounded(reader: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Whether a path names an XML file; `._name.xml` files are leavings of macOS.
fn is_xml(path: &[u8]) -> bool {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
    name.len() > 4 && name[name.len() - 4..].eq_ignore_ascii_case(b".xml") && !name.starts_with(b"._")
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn no_documents(path: &Path, inner: &str, part: Part) -> Error {
    let path = if inner.is_empty() { path.to_owned() } else { path.join(inner) };
    let expected = match part.folder() {
        Some(folder) => {
            format!("*.xml files of the DDI corpus in a folder \"{folder}\", or a plain folder of them")
        }
        None => "*.xml files of the DDI corpus".to_owned(),
    };
    Error::NoDocuments { path, expected }
}
