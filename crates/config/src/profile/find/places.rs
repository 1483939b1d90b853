//! Where profiles are looked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::{FindError, Trust};
use crate::Host;
use crate::printable::printable;

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

    /// Whether a name leads to that file without a look into others.
    pub(crate) fn leads(&self, name: &str, path: &Path) -> bool {
        self.candidates(name).iter().any(|candidate| candidate == path)
    }

    /// All its profile files, by name; the one of several profiles is asked last.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let Self::Directory(dir) = self else { return vec![self.path()] };
        let mut all = [yaml_files(&dir.join("profiles")), yaml_files(dir)].concat();
        let config = dir.join(CONFIG);
        all.sort_by_key(|path| *path == config);
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
    let mut places = configured(host)?;
    places.extend(directories(host).filter(|dir| dir.is_dir()).map(Place::Directory));
    Ok(places)
}

/// What is a place even where nothing is there: the user's directory and the administrator's.
fn directories(host: &Host) -> impl Iterator<Item = PathBuf> {
    host.config_dir().into_iter().chain([host.system_config.clone()])
}

/// What `AISBX_CONFIG_PATH` names.
fn configured(host: &Host) -> Result<Vec<Place>, FindError> {
    let paths = host.var("AISBX_CONFIG_PATH").map(std::env::split_paths).into_iter().flatten();
    paths.filter(|path| !path.as_os_str().is_empty()).map(|path| existing(host, path)).collect()
}

/// Where a profile may be put to be found by its name, whether or not something is there yet.
pub(crate) fn sought(host: &Host, trust: Trust) -> Vec<String> {
    let configured = configured(host).unwrap_or_default();
    let mut all: Vec<_> = configured.iter().map(Place::path).chain(directories(host)).collect();
    if trust == Trust::WithWorkspace {
        all.extend(workspace_files(host).into_iter().next());
    }
    all.iter().map(|path| shown(path)).collect()
}

/// A place, marked if nothing is there.
fn shown(path: &Path) -> String {
    let mark = if path.exists() { "" } else { " (not there)" };
    printable(&format!("{}{mark}", path.display()))
}

/// What somebody wrote down is expected to be there: passing over it would run something weaker than was meant.
fn existing(host: &Host, path: PathBuf) -> Result<Place, FindError> {
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
