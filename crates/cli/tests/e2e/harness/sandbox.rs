//! A call of the launcher, made step by step.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::started::Started;
use super::{Ended, Fact, World, aisbx, probe};

/// Where the probe appears inside.
pub(crate) const PROBE: &str = "/probe/aisbx-probe";

/// The profile of tests that ask for none. Every world has it.
pub(crate) const PROFILE: &str = "e2e";

/// A call of `aisbx` that is being put together. Nothing of this test's own environment reaches it but the `PATH`.
pub(crate) struct Sandbox<'w> {
    world: &'w World,
    flags: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    profile: Option<String>,
    stdin: Option<Vec<u8>>,
    directory: Option<std::path::PathBuf>,
}

impl<'w> Sandbox<'w> {
    /// A call in a world's workspace, with its home and its state directory, and without network.
    pub(crate) fn new(world: &'w World) -> Self {
        Self {
            world,
            flags: vec!["--no-net".into()],
            environment: Vec::new(),
            profile: Some(PROFILE.to_owned()),
            stdin: None,
            directory: None,
        }
    }

    /// With this profile.
    pub(crate) fn profile(mut self, name: &str) -> Self {
        self.profile = Some(name.to_owned());
        self
    }

    /// Without any flag that the test does not give.
    pub(crate) fn bare(mut self) -> Self {
        self.profile = None;
        self.flags.clear();
        self
    }

    /// With one more word before the command.
    pub(crate) fn flag(mut self, word: impl AsRef<OsStr>) -> Self {
        self.flags.push(word.as_ref().to_owned());
        self
    }

    /// With more words before the command.
    pub(crate) fn flags<W: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.flags.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// With a host path shown inside; `how` is `ro`, `rw` or `cow`.
    pub(crate) fn mount(self, source: impl AsRef<Path>, target: &str, how: &str) -> Self {
        let mut words = source.as_ref().as_os_str().to_owned();
        words.push(format!(":{target}:{how}"));
        self.flag("--mount").flag(words)
    }

    /// With the workspace shown in this way: `ro`, `rw` or `cow`.
    pub(crate) fn workspace(self, how: &str) -> Self {
        self.flag("--access").flag(how)
    }

    /// With a profile of the user's own.
    pub(crate) fn with_profile(self, name: &str, yaml: &str) -> Self {
        self.world.write(&format!("config/aisbx/{name}.yaml"), format!("name: {name}\n{yaml}"));
        self.profile(name)
    }

    /// With a variable in the caller's environment.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// With these bytes on standard input.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    /// Called from this directory.
    pub(crate) fn from(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_path_buf());
        self
    }

    /// The call of `aisbx run` as a command that can be started in whatever way.
    pub(crate) fn command<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Command {
        let mut command = self.verb("run");
        command.args(self.profile.iter().flat_map(|profile| ["--profile", profile]));
        command.args(&self.flags).arg("--").args(words);
        command
    }

    /// A call of any verb, without its words.
    pub(crate) fn verb(&self, verb: &str) -> Command {
        let mut command = Command::new(aisbx());
        self.settle(&mut command);
        command.arg(verb);
        command
    }

    /// Puts any command into this world: directory, environment, no standard input.
    pub(crate) fn settle(&self, command: &mut Command) {
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.world.home());
        command.env("XDG_STATE_HOME", self.world.state());
        command.env("XDG_CONFIG_HOME", self.world.root().join("config"));
        command.env("TMPDIR", self.world.temporary());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.directory.as_deref().unwrap_or(self.world.workspace()));
        command.stdin(Stdio::null());
    }

    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn run<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Ended {
        self.finish(self.command(words))
    }

    /// Runs a line of shell to its end.
    #[track_caller]
    pub(crate) fn sh(&self, line: &str) -> Ended {
        self.run(["sh", "-c", line])
    }

    /// Runs another verb to its end.
    #[track_caller]
    pub(crate) fn ask<W: AsRef<OsStr>>(&self, verb: &str, words: impl IntoIterator<Item = W>) -> Ended {
        let mut command = self.verb(verb);
        command.args(words);
        self.finish(command)
    }

    #[track_caller]
    fn finish(&self, mut command: Command) -> Ended {
        let Some(bytes) = self.stdin.clone() else { return command.output().expect("run aisbx").into() };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("start aisbx");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Both directions at once: a command may answer before it has read everything. It may also not read at all.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().expect("wait for aisbx");
        feeder.join().expect("feed standard input");
        output.into()
    }

    /// Runs with `--json` and tells the report.
    #[track_caller]
    pub(crate) fn report<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> spec::Report {
        let ended = self.flag("--json").run(words);
        serde_json::from_slice(&ended.stdout).unwrap_or_else(|error| panic!("{error}: no report in {ended}"))
    }

    /// With the probe visible.
    pub(crate) fn with_probe(self) -> Self {
        self.mount(probe(), PROBE, "ro")
    }

    /// Tries one thing inside.
    #[track_caller]
    pub(crate) fn probe<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Fact {
        let words: Vec<OsString> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        let ended = self.with_probe().run([OsString::from(PROBE)].into_iter().chain(words)).success();
        Fact::from_line(&ended.stdout)
    }

    /// Starts a line of shell and does not wait for its end.
    pub(crate) fn sh_started(&self, line: &str) -> Started {
        self.start(["sh", "-c", line])
    }

    /// Starts a command and does not wait for its end.
    pub(crate) fn start<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Started {
        let mut command = self.command(words);
        Started::new(&mut command)
    }
}
