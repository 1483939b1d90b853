//! The environment inside a sandbox: only what is named somewhere.

mod allowed;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use spec::Identity;

use crate::settings::Rules;
use crate::variable::{Assignment, Pattern, Variable, VariableError};
use crate::view::View;
use crate::{Error, Host, Origin, Request, Sourced};

/// What is on `PATH` if nothing else is left of it.
const FALLBACK_PATH: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// Puts an environment together, the weakest part first: the allow-list, what the toolchains need, the profile, the flags.
pub(crate) struct Builder<'a> {
    host: &'a Host,
    variables: Vec<Sourced<Variable>>,
}

/// What of the host's files exists inside.
pub(crate) struct Inside<'a> {
    pub(crate) view: &'a View,
    pub(crate) workspace: Option<&'a Path>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(host: &'a Host) -> Self {
        Self { host, variables: Vec::new() }
    }

    /// Who and where the command is.
    pub(crate) fn identity(&mut self, identity: &Identity, path: &[PathBuf]) {
        let fallback = FALLBACK_PATH.map(PathBuf::from);
        let path = if path.is_empty() { &fallback[..] } else { path };
        let joined = std::env::join_paths(path).unwrap_or_else(|_| OsString::from("/usr/local/bin:/usr/bin:/bin"));
        for (name, value) in [
            ("PATH", joined),
            ("HOME", identity.home.clone().into_os_string()),
            ("USER", identity.name.clone().into()),
            ("LOGNAME", identity.name.clone().into()),
            ("SHELL", "/bin/sh".into()),
        ] {
            self.set(OsStr::new(name), &value, Origin::Default);
        }
    }

    /// What of the host's environment is harmless and useful.
    pub(crate) fn allowed(&mut self, terminal: bool) {
        for (name, _) in allowed::WORDS {
            self.pass(&Pattern::known(name));
        }
        if terminal && self.host.var("TERM").is_none() {
            self.set(OsStr::new("TERM"), OsStr::new("xterm"), Origin::Default);
        }
    }

    /// Variables by which toolchains find themselves, as far as what they name exists inside.
    pub(crate) fn toolchains(&mut self, inside: &Inside<'_>) {
        for (name, _) in allowed::PATHS {
            if let Some(dir) = self.host.directory(name).and_then(|dir| inside.find(dir)) {
                self.set(OsStr::new(name), dir.as_os_str(), Origin::Variable((*name).to_owned()));
            }
        }
    }

    /// What the profile sets and passes.
    pub(crate) fn profile(&mut self, rules: &Rules) {
        rules.env_pass.iter().for_each(|pattern| self.pass(&pattern.value));
        for variable in &rules.environment {
            self.set(&variable.value.name, &variable.value.value, variable.origin.clone());
        }
    }

    /// What the command line sets and passes.
    pub(crate) fn request(&mut self, request: &Request) -> Result<(), Error> {
        for text in &request.env_pass {
            self.pass(&Pattern::parse(text).map_err(refused("--env-pass"))?);
        }
        for text in &request.env {
            match Assignment::parse(text).map_err(refused("--env"))? {
                Assignment::Set(variable) => self.set(&variable.name, &variable.value, Origin::Flag("--env")),
                Assignment::Pass(name) => self.pass(&Pattern::exactly(name)),
            }
        }
        Ok(())
    }

    /// The variables, in the order in which they were first set.
    pub(crate) fn finish(self) -> Vec<Sourced<Variable>> {
        self.variables
    }

    fn pass(&mut self, pattern: &Pattern) {
        for (name, value) in self.host.env.iter().filter(|(name, _)| pattern.matches(name)) {
            self.set(name, value, Origin::Variable(name.to_string_lossy().into_owned()));
        }
    }

    /// Sets a variable; names that no kernel takes are left out, as only a broken parent can have made them.
    fn set(&mut self, name: &OsStr, value: &OsStr, origin: Origin) {
        let Ok(variable) = Variable::new(name, value) else { return };
        let variable = Sourced::new(variable, origin);
        match self.variables.iter_mut().find(|known| known.value.name == name) {
            Some(known) => *known = variable,
            None => self.variables.push(variable),
        }
    }
}

fn refused(flag: &'static str) -> impl Fn(VariableError) -> Error {
    move |source| Error::Variable { flag, source }
}

impl Inside<'_> {
    /// A directory as it is spelled inside, if it exists there.
    fn find(&self, dir: PathBuf) -> Option<PathBuf> {
        if self.has(&dir) {
            return Some(dir);
        }
        std::fs::canonicalize(dir).ok().filter(|real| self.has(real))
    }

    fn has(&self, path: &Path) -> bool {
        self.view.reaches(path) || self.workspace.is_some_and(|workspace| path.starts_with(workspace))
    }
}
