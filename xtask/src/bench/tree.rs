//! Ten thousand small files, the same on every machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

const FOLDERS: usize = 100;
const FILES: usize = 100;

/// One file in so many holds the word that is searched for.
const NEEDLE: usize = 97;

/// Makes the tree unless an earlier race has made it whole.
pub(super) fn grow(folder: &Path) -> Result<PathBuf> {
    let tree = folder.join("tree");
    if !tree.is_dir() {
        let scratch = tempfile::tempdir_in(folder).context("cannot make a folder for the tree")?;
        (0..FOLDERS).try_for_each(|number| branch(&scratch.path().join(format!("folder-{number:02}")), number))?;
        fs::rename(scratch.keep(), &tree).context("cannot move the tree into place")?;
    }
    super::arena::open_to_all(&tree)?;
    Ok(tree)
}

fn branch(folder: &Path, number: usize) -> Result<()> {
    fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    (0..FILES).try_for_each(|leaf| {
        let file = folder.join(format!("file-{leaf:02}.txt"));
        fs::write(&file, text(number * FILES + leaf)).with_context(|| format!("cannot write {}", file.display()))
    })
}

/// Between half a kilobyte and three, as source files often are.
fn text(index: usize) -> String {
    let hay = "a line of hay, as long as lines usually are in files of this kind\n".repeat(8 + index * 31 % 40);
    if index.is_multiple_of(NEEDLE) { hay + "the needle\n" } else { hay }
}

#[cfg(test)]
mod tests {
    use super::{FILES, FOLDERS, NEEDLE, text};

    #[test]
    fn the_needle_is_in_some_files() {
        let found = (0..FOLDERS * FILES).filter(|index| text(*index).contains("needle")).count();
        assert_eq!(found, (FOLDERS * FILES).div_ceil(NEEDLE));
    }
}
