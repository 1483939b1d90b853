//! Where profiles are looked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::FindError;
use crate::Host;

/// A place that profiles are looked for in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A directory of profile files.
    Directory(PathBuf),
    /// One file.
    File(PathBuf),
}

/// The extensions of profile files.
const EXTENSIONS: [&str; 2] = ["yaml", "yml"];
/// The file of a directory that holds several profiles by name.
const CONFIG: &str = "config.yaml";
/// The file that comes with a workspace.
const WORKSPACE: [&str; 2] = ["aisbx.yaml", "aisbx.yml"];

impl Place {
    /// The files that a name may stand in, the likeliest first.
    pub(super) fn candidates(&self, name: &str) -> Vec<PathBuf> {
        let Self::Directory(dir) = self else { return vec![self.path()] };
        let mut all: Vec<_> = [dir.join("profiles"), dir.clone()]
            .into_iter()
            .flat_map(|dir| EXTENSIONS.map(|extension| dir.join(format!("{name}.{extension}"))))
            .collect();
        all.push(dir.join(CONFIG));
        all
    }

    /// All its profile files, by name.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let Self::Directory(dir) = self else { return vec![self.path()] };
        let mut all = [yaml_files(&dir.join("profiles")), yaml_files(dir)].concat();
        // An exhaustive look at a directory that holds everything helps nobody.
        all.truncate(1000);
        all
    }

    /// The place itself.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Directory(path) | Self::File(path) => path.clone(),
        }
    }
}

/// The places outside the workspace, the first the strongest.
pub(crate) fn places(host: &Host) -> Result<Vec<Place>, FindError> {
    let mut places = Vec::new();
    for path in host.var("AISBX_CONFIG_PATH").map(std::env::split_paths).into_iter().flatten() {
        if !path.as_os_str().is_empty() {
            places.push(configured(host, path)?);
        }
    }
    let directories = host.config_dir().into_iter().chain([host.system_config.clone()]);
    places.extend(directories.filter(|dir| dir.is_dir()).map(Place::Directory));
    Ok(places)
}

/// What somebody wrote down is expected to be there: passing over it would run something weaker than was meant.
fn configured(host: &Host, path: PathBuf) -> Result<Place, FindError> {
    let path = host.cwd.as_deref().unwrap_or(Path::new(".")).join(path);
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Ok(Place::Directory(path)),
        Ok(_) => Ok(Place::File(path)),
        Err(source) => Err(FindError::ConfigPath { path, source }),
    }
}

/// The files that may come with the workspace.
pub(crate) fn workspace_files(host: &Host) -> Vec<PathBuf> {
    host.cwd.iter().flat_map(|cwd| WORKSPACE.map(|name| cwd.join(name))).collect()
}

fn yaml_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)))
        .collect();
    files.sort();
    files
}
