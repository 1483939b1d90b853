//! `aisbx run`: a command in a fresh sandbox.

mod words;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

use aisbx::{Host, Notice, Outcome, Prepared, Records, Report, Request};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use config::limit::{self, Amount, LimitError, Range};
use config::{Ceiling, WorkspaceChoice, parse_mount};
use spec::{Access, Changes, Cpu, Driver, Lifetime, Network, Size, Stdin, Weakening};

use self::words::{denials, limit_reached, sender, weaknesses};
use super::{print, print_json};
use crate::ends::{ends, is_watched};
use crate::failure::Failure;
use crate::plain::plain;
use crate::say;

/// Changes that are told by name with `--verbose`; the report has more of them.
const NAMED: usize = 20;

/// Run a command in a fresh sandbox.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Profile: a name (`aisbx profile list`) or a file; else chosen by the command and the workspace
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<OsString>,
    /// How the wall is built
    #[arg(long, value_name = "DRIVER", value_parser = drivers())]
    driver: Option<Driver>,
    /// Share of processors, such as 1.5
    #[arg(long, value_name = "N", value_parser = ceiling::<Cpu>, allow_hyphen_values = true)]
    cpu: Option<Ceiling<Cpu>>,
    /// Memory of all processes together, such as 512m
    #[arg(long, alias = "memory", value_name = "SIZE", value_parser = within(&limit::MEMORY), allow_hyphen_values = true)]
    mem: Option<Ceiling<Size>>,
    /// Part of processors that are short, in 1024ths of what a process outside gets
    #[arg(long, value_name = "N", value_parser = within(&limit::CPU_SHARES), allow_hyphen_values = true)]
    cpu_shares: Option<Ceiling<u32>>,
    /// End everything after this much processor time of all processes together, such as 10m
    #[arg(long, value_name = "TIME", value_parser = ceiling::<Lifetime>, allow_hyphen_values = true)]
    cpu_time: Option<Ceiling<Lifetime>>,
    /// Processes and threads at the same time
    #[arg(long, value_name = "N", value_parser = within(&limit::PIDS), allow_hyphen_values = true)]
    pids: Option<Ceiling<u32>>,
    /// Everything writable that is not the host's own (changes of a `cow` workspace, /tmp, home, /dev/shm), such as 1g
    #[arg(long, value_name = "SIZE", value_parser = within(&limit::DISK), allow_hyphen_values = true)]
    disk: Option<Ceiling<Size>>,
    /// Files, directories and links in the same
    #[arg(long, value_name = "N", value_parser = within(&limit::INODES), allow_hyphen_values = true)]
    inodes: Option<Ceiling<u64>>,
    /// Largest file that may be written, such as 100m
    #[arg(long, value_name = "SIZE", value_parser = within(&limit::BYTES), allow_hyphen_values = true)]
    file_size: Option<Ceiling<Size>>,
    /// Descriptors that one process has open
    #[arg(long, value_name = "N", value_parser = within(&limit::OPEN_FILES), allow_hyphen_values = true)]
    open_files: Option<Ceiling<u32>>,
    /// End everything after this much output on both streams together
    #[arg(long, value_name = "SIZE", value_parser = within(&limit::BYTES), allow_hyphen_values = true)]
    max_output: Option<Ceiling<Size>>,
    /// End the command after this time, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = ceiling::<Lifetime>, allow_hyphen_values = true)]
    timeout: Option<Ceiling<Lifetime>>,
    /// Network: `none`, or `host` to share this machine's
    #[arg(long, value_name = "NET", value_parser = networks())]
    net: Option<Network>,
    /// No network; the same as `--net none`
    #[arg(long, conflicts_with = "net")]
    no_net: bool,
    /// Show a host path inside; `ro` (default), `rw`, or `cow` for a directory whose changes vanish with the run
    #[arg(long, value_name = "SRC:DST[:ro|rw|cow]")]
    mount: Vec<OsString>,
    /// Set a variable; without a value, pass the one of this environment
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    env: Vec<OsString>,
    /// Pass a variable of this environment; a `*` at the end stands for any
    #[arg(long, value_name = "NAME")]
    env_pass: Vec<OsString>,
    /// Working directory inside; relative to the workspace
    #[arg(short, long, value_name = "DIR")]
    workdir: Option<PathBuf>,
    /// Tree to work on, seen at /workspace; else the current directory
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// No tree: an empty /workspace that dies with the run
    #[arg(long, conflicts_with_all = ["workspace", "access"])]
    no_workspace: bool,
    /// What the command may do with the workspace: read, write to it, or write to a layer of the run's own
    #[arg(long, value_name = "ro|rw|cow", value_parser = accesses())]
    access: Option<Access>,
    /// Print the report as one JSON object instead of the command's output
    #[arg(long)]
    json: bool,
    /// Say nothing of our own but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Say what was chosen and why, and what was enforced
    #[arg(short, long)]
    verbose: bool,
    /// Print how the sandbox would be built, step by step, and run nothing; with -v, the refused system calls too
    #[arg(long, conflicts_with = "json")]
    explain: bool,
    /// Pass standard input even if it is a terminal; implied by -t (what is not a terminal is always passed)
    #[arg(short, long)]
    interactive: bool,
    /// Give the command a terminal of its own
    #[arg(short, long, conflicts_with = "json")]
    tty: bool,
    /// The command and its arguments; else the profile's `entrypoint`
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn drivers() -> impl clap::builder::TypedValueParser<Value = Driver> {
    PossibleValuesParser::new(Driver::ALL.map(|(name, _)| name)).map(|name| {
        Driver::ALL.into_iter().find(|(known, _)| *known == name).map_or(Driver::Auto, |(_, driver)| driver)
    })
}

fn networks() -> impl clap::builder::TypedValueParser<Value = Network> {
    PossibleValuesParser::new(["none", "host"]).map(|name| if name == "host" { Network::Host } else { Network::None })
}

fn accesses() -> impl clap::builder::TypedValueParser<Value = Access> {
    PossibleValuesParser::new(["ro", "rw", "cow"]).map(|name| match name.as_str() {
        "rw" => Access::Rw,
        "cow" => Access::Cow,
        _ => Access::Ro,
    })
}

fn ceiling<T: std::str::FromStr>(text: &str) -> Result<Ceiling<T>, T::Err> {
    text.parse()
}

fn within<T: Amount>(range: &'static Range<T>) -> impl Fn(&str) -> Result<Ceiling<T>, LimitError> + Clone {
    |text| range.read(text)
}

impl Run {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let host = Host::read();
        let prepared = Prepared::new(&host, &self.request(&host)?)?;
        if self.verbose {
            introduce(&prepared);
        }
        if self.explain {
            return self.show_plan(&prepared);
        }
        let ends = ends(self.interactive || self.tty, self.json);
        let notes = prepared.settings().notes.clone();
        if !self.quiet {
            warn_of_weakness(&notes);
        }
        aisbx::outlive_file_size_limit();
        let mut untaken = false;
        let report = prepared.run(ends, &mut |notice| {
            untaken |= matches!(notice, Notice::Untaken { .. });
            self.tell(&notice);
        })?;
        self.conclude(&report, &notes)?;
        Records::tidy_up_after(&host, &report.run_id);
        // Output that was lost is no success, whatever the command thinks.
        Ok(if untaken && report.exit_code == 0 { Failure::exit_code() } else { ExitCode::from(report.exit_code) })
    }

    fn request(&self, host: &Host) -> Result<Request, Failure> {
        let mounts = self.mount.iter().map(|text| mount(text, host));
        let network = if self.no_net { Some(Network::None) } else { self.net };
        Ok(Request {
            profile: self.profile.clone(),
            driver: self.driver,
            cpu: self.cpu,
            memory: self.mem,
            cpu_shares: self.cpu_shares,
            cpu_time: self.cpu_time,
            pids: self.pids,
            disk: self.disk,
            inodes: self.inodes,
            file_size: self.file_size,
            open_files: self.open_files,
            output: self.max_output,
            lifetime: self.timeout,
            network,
            mounts: mounts.collect::<Result<_, _>>()?,
            env: self.env.clone(),
            env_pass: self.env_pass.clone(),
            workdir: self.workdir.clone(),
            workspace: match (&self.workspace, self.no_workspace) {
                (Some(dir), _) => WorkspaceChoice::Directory(dir.clone()),
                (None, true) => WorkspaceChoice::None,
                (None, false) => WorkspaceChoice::Unsaid,
            },
            access: self.access,
            terminal: self.tty,
            stdin: Some(Stdin::Pass),
            argv: self.command.clone(),
        })
    }

    fn show_plan(&self, prepared: &Prepared) -> Result<ExitCode, Failure> {
        let mut text = format!("{}\n", prepared.plan()?);
        if self.verbose {
            text.push_str("refused system calls:\n");
            for (name, reason) in aisbx::refusals(prepared.settings().rules.syscalls.value) {
                text.push_str(&format!("  {name}: {reason}\n"));
            }
        }
        // Names of directories and arguments may hold anything.
        print(&plain(&text))?;
        Ok(ExitCode::SUCCESS)
    }

    fn tell(&self, notice: &Notice) {
        match notice {
            Notice::Recorded(id) if self.verbose => say::note(format_args!("run {id}")),
            Notice::Copying { reason } if !self.quiet => {
                say::warning(format_args!("copying the workspace, because it cannot be overlaid ({reason})"));
            }
            Notice::Confined { reason } if !self.quiet => {
                say::warning(format_args!(
                    "no namespaces ({reason}): kept apart by Landlock and the system-call filter alone"
                ));
            }
            Notice::Untaken { reason } => say::error(format_args!("cannot write the command's output: {reason}")),
            Notice::Lost { reason } if !self.quiet => {
                say::warning(format_args!("the record of this run is not whole: {reason}"));
            }
            Notice::Recorded(_) | Notice::Copying { .. } | Notice::Confined { .. } | Notice::Lost { .. } => {}
        }
    }

    fn name_changes(&self, changes: &Changes) {
        let kinds = [("created", &changes.created), ("modified", &changes.modified), ("deleted", &changes.deleted)];
        let all = kinds.iter().flat_map(|(kind, paths)| paths.iter().map(move |path| (kind, path)));
        all.take(if self.verbose { NAMED } else { 0 })
            .for_each(|(kind, path)| say::note(format_args!("{kind} {path}")));
    }

    /// What is to be said after the command's own output.
    fn conclude(&self, report: &Report, told: &[Weakening]) -> Result<(), Failure> {
        match &report.outcome {
            Outcome::Refused { reason } => say::error(format_args!("nothing was run: {reason}")),
            Outcome::NotExecuted { reason, .. } => say::error(reason),
            Outcome::Signaled { signal, by } if self.verbose => {
                say::note(format_args!("ended by signal {signal}, sent by {}", sender(*by)));
            }
            // Why a run ended is no less than why it never began: it is said to those who want quiet, too.
            outcome => limit_reached(outcome).iter().for_each(say::error),
        }
        if !self.quiet {
            denials(report).iter().for_each(say::denied);
            advise(report);
            self.summarize(report, told);
        }
        if self.json { print_json(report) } else { Ok(()) }
    }

    fn summarize(&self, report: &Report, told: &[Weakening]) {
        // That there are no namespaces was told when it was found out.
        let untold = report.enforced.weakened.iter().filter(|weak| !told.contains(weak) && weak.name != "namespaces");
        let untold: Vec<_> = untold.cloned().collect();
        warn_of_weakness(&untold);
        if self.verbose {
            for protection in &report.enforced.protections {
                say::note(format_args!("{}: {}", protection.name, protection.mechanism));
            }
        }
        let Some(changes) = report.changes.as_ref().filter(|changes| !changes.is_empty()) else { return };
        if self.verbose || is_watched() {
            let [created, modified, deleted] = [&changes.created, &changes.modified, &changes.deleted].map(Vec::len);
            let more = if changes.omitted > 0 { format!(", and {} more", changes.omitted) } else { String::new() };
            self.name_changes(changes);
            say::note(format_args!(
                "the workspace is untouched; the run's own layer has {created} created, {modified} modified, {deleted} \
                 deleted{more} (aisbx inspect {})",
                report.run_id
            ));
        }
    }
}

/// What helps.
fn advise(report: &Report) {
    report.hint.iter().for_each(say::hint);
    if matches!(&report.outcome, Outcome::Refused { reason } if reason.contains("namespace")) {
        say::hint("`aisbx doctor` tells what this host allows, and how to mend what is missing");
    }
}

/// A weaker sandbox is told before anything runs in it, where it is known by then.
fn warn_of_weakness(weakened: &[Weakening]) {
    let told = weaknesses(weakened);
    if !told.is_empty() {
        say::warning(format_args!("weaker than it could be: {}", told.join("; ")));
    }
}

fn mount(text: &OsStr, host: &Host) -> Result<spec::Mount, Failure> {
    let failed = |source| config::Error::Mount { asked_by: config::Origin::Flag("--mount"), source };
    let mount = host.cwd().and_then(|cwd| parse_mount(text, cwd).map_err(failed));
    Ok(mount.map_err(aisbx::Error::from)?)
}

fn introduce(prepared: &Prepared) {
    let settings = prepared.settings();
    let profile = &settings.rules.profile;
    say::note(format_args!("profile {} ({})", profile.value, profile.origin));
    settings.remarks.iter().for_each(say::note);
}
