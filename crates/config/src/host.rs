//! The process's surroundings: the one place that reads environment, working directory and home.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use crate::Error;

/// What a run inherits from the process that asks for it.
#[derive(Clone, Debug)]
pub struct Host {
    /// All variables of the environment, in their order.
    pub env: Vec<(OsString, OsString)>,
    /// The working directory; `None` where it was deleted.
    pub cwd: Option<PathBuf>,
    /// The home directory as `HOME` names it; `None` where that is unset, relative or holds `..`. The password database is
    /// never asked: a static launcher cannot load the name service's modules.
    pub home: Option<PathBuf>,
    /// Effective user id.
    pub uid: u32,
    /// The administrator's profiles: `/etc/aisbx`.
    pub system_config: PathBuf,
}

impl Host {
    /// Reads the surroundings of this process.
    pub fn read() -> Self {
        Self::new(std::env::vars_os().collect(), std::env::current_dir().ok(), rustix::process::geteuid().as_raw())
    }

    /// Surroundings made of their parts; the home directory is taken from `env`.
    pub fn new(env: Vec<(OsString, OsString)>, cwd: Option<PathBuf>, uid: u32) -> Self {
        let mut host = Self { env, cwd, home: None, uid, system_config: PathBuf::from("/etc/aisbx") };
        host.home = host.directory("HOME");
        host
    }

    /// A variable of the environment; an empty one counts as unset, as the XDG specification has it.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        let (_, value) = self.env.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then_some(value.as_os_str())
    }

    /// The working directory.
    ///
    /// # Errors
    /// It was deleted, or may not be looked up.
    pub fn cwd(&self) -> Result<&Path, Error> {
        self.cwd.as_deref().ok_or(Error::WorkingDirectory)
    }

    /// Where runs are recorded: `$XDG_STATE_HOME/aisbx`, else `~/.local/state/aisbx`.
    ///
    /// # Errors
    /// Neither variable names an absolute directory.
    pub fn state_dir(&self) -> Result<PathBuf, Error> {
        let beside_home = || self.home.as_ref().map(|home| home.join(".local/state"));
        self.directory("XDG_STATE_HOME").or_else(beside_home).map(|dir| dir.join("aisbx")).ok_or(Error::StateDirectory)
    }

    /// The user's profiles: `$XDG_CONFIG_HOME/aisbx`, else `~/.config/aisbx`.
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        let beside_home = || self.home.as_ref().map(|home| home.join(".config"));
        self.directory("XDG_CONFIG_HOME").or_else(beside_home).map(|dir| dir.join("aisbx"))
    }

    /// The value of a variable that names a directory; relative ones are ignored, as the XDG specification has it.
    pub(crate) fn directory(&self, name: &str) -> Option<PathBuf> {
        self.var(name).map(Path::new).filter(|path| is_plain(path)).map(|path| path.components().collect())
    }
}

/// Whether a path is absolute and climbs nowhere.
pub(crate) fn is_plain(path: &Path) -> bool {
    path.is_absolute() && !path.components().any(|part| part == Component::ParentDir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(env: &[(&str, &str)]) -> Host {
        Host::new(env.iter().map(|(name, value)| (name.into(), value.into())).collect(), None, 1000)
    }

    #[test]
    fn state_lives_where_xdg_says_else_in_the_home() {
        let both = host(&[("HOME", "/home/u"), ("XDG_STATE_HOME", "/var/state/")]);
        assert_eq!(both.state_dir().ok(), Some(PathBuf::from("/var/state/aisbx")));
        let relative = host(&[("HOME", "/home/u"), ("XDG_STATE_HOME", "state")]);
        assert_eq!(relative.state_dir().ok(), Some(PathBuf::from("/home/u/.local/state/aisbx")));
    }

    #[test]
    fn without_a_home_the_error_names_the_way_out() {
        for env in [&[][..], &[("HOME", "")], &[("HOME", "home/u")], &[("HOME", "/home/u/../root")]] {
            let error = host(env).state_dir().unwrap_err();
            insta::allow_duplicates! {
                insta::assert_snapshot!(error, @"cannot tell where to record runs, because HOME names no absolute directory; set HOME, or XDG_STATE_HOME to a directory of yours");
            }
        }
    }

    #[test]
    fn a_deleted_working_directory_is_an_error_only_where_it_is_needed() {
        insta::assert_snapshot!(host(&[]).cwd().unwrap_err(), @"cannot use the working directory, because it was deleted or may not be looked up; cd into a directory that exists");
    }
}
