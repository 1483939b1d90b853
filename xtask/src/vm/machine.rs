//! One boot of the machine.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};

use super::transcript::Transcript;
use crate::{process, test::Tally};

/// Several times what the slowest case takes.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// How much of the kernel's words are shown where the machine's are not enough.
const LAST_WORDS: usize = 30;

/// What QEMU is told. Its disks forget with the end of it what was written to them.
pub(super) struct Machine {
    pub(super) kernel: PathBuf,
    pub(super) initramfs: PathBuf,
    pub(super) disks: [PathBuf; 2],
    /// Where the kernel's own messages go.
    pub(super) console: PathBuf,
}

impl Machine {
    /// Runs the tests of a case; what the machine says is passed on at once.
    pub(super) fn test(&self, case: &str) -> Result<Tally> {
        println!("-- host {case}");
        // The words of the machine before would be taken for its own.
        fs::write(&self.console, "").with_context(|| format!("cannot write {}", self.console.display()))?;
        let mut transcript = Transcript::default();
        let ended = process::watch(self.command().args(["-serial", "stdio"]), LIMIT, |line| {
            println!("{line}");
            transcript.hear(line);
        });
        let tally = match ended {
            Ok(_) => transcript.close(),
            Err(error) => Err(error),
        };
        tally.or_else(|error| {
            eprintln!("error: the virtual machine {case}: {error:#}");
            self.show_last_words();
            Ok(transcript.tally() + Tally::one_failure())
        })
    }

    /// Somebody at its keyboard; Ctrl-A X switches it off.
    pub(super) fn shell(&self) -> Result<()> {
        let status = self.command().args(["-serial", "mon:stdio"]).status().context("cannot start QEMU")?;
        ensure!(status.success(), "the virtual machine ended with {status}");
        Ok(())
    }

    /// No graphics, no network, no device but disks and two serial lines: the kernel's, and the one given last.
    fn command(&self) -> Command {
        let mut command = Command::new("qemu-system-x86_64");
        command.args(["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]);
        // Emulated everywhere alike: a machine in the cloud seldom has KVM, and its times would say nothing of here.
        command.args(["-accel", "tcg,thread=multi", "-machine", "q35", "-cpu", "max", "-smp", "2", "-m", "4G"]);
        command.arg("-kernel").arg(&self.kernel).arg("-initrd").arg(&self.initramfs);
        // A panic is an end, not a wait.
        command.args(["-append", "console=ttyS0 panic=-1 quiet"]);
        for disk in &self.disks {
            command.arg("-drive").arg(format!("file={},format=raw,if=virtio,snapshot=on", comma(disk)));
        }
        command.args(["-serial", &format!("file:{}", self.console.display())]);
        command
    }

    fn show_last_words(&self) {
        let bytes = fs::read(&self.console).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().collect();
        eprintln!("its kernel's last words, from {}:", self.console.display());
        lines.iter().skip(lines.len().saturating_sub(LAST_WORDS)).for_each(|line| eprintln!("  {line}"));
    }
}

/// In an option of QEMU's a comma ends the value, unless there are two.
fn comma(path: &std::path::Path) -> String {
    path.display().to_string().replace(',', ",,")
}
