//! Child processes: run them, read them, watch them.

use std::{
    io::{BufRead, BufReader, PipeReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// Runs a command on our own terminal; a failure is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", name(command)))?;
    succeeded(command, status)
}

/// Runs a command and returns its standard output; its standard error is ours.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", name(command)))?;
    succeeded(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("the output of {} is not UTF-8", name(command)))
}

/// Whether a command succeeds; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Hands each line of both outputs to `see`, and kills the command when `limit` is over.
pub(crate) fn watch(command: &mut Command, limit: Duration, mut see: impl FnMut(&str)) -> Result<ExitStatus> {
    let (reader, writer) = std::io::pipe().context("cannot make a pipe")?;
    let error_writer = writer.try_clone().context("cannot copy a pipe's end")?;
    let spawned = command.stdin(Stdio::null()).stdout(writer).stderr(error_writer).spawn();
    let child = spawned.with_context(|| format!("cannot start {}", name(command)))?;
    // The command holds our ends of the pipe: without this the reader would wait for itself.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    match follow(&lines(reader), Instant::now() + limit, &mut see) {
        Ending::Closed => finish(command, child),
        Ending::Late => kill(command, child, limit),
    }
}

enum Ending {
    Closed,
    Late,
}

/// A thread reads, so that a silent child cannot hold up the deadline.
fn lines(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
    receiver
}

fn follow(lines: &Receiver<String>, deadline: Instant, see: &mut impl FnMut(&str)) -> Ending {
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => see(&line),
            Err(RecvTimeoutError::Disconnected) => return Ending::Closed,
            Err(RecvTimeoutError::Timeout) => return Ending::Late,
        }
    }
}

fn finish(command: &Command, mut child: Child) -> Result<ExitStatus> {
    child.wait().with_context(|| format!("cannot wait for {}", name(command)))
}

fn kill(command: &Command, mut child: Child, limit: Duration) -> Result<ExitStatus> {
    child.kill().with_context(|| format!("cannot kill {}", name(command)))?;
    finish(command, child)?;
    bail!("{} was still running after {} s and was killed", name(command), limit.as_secs())
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("{} ended with {status}", name(command))
}

/// The command as one would type it, without the folders of the machine.
fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::{process::Command, time::Duration};

    use super::{capture, run, watch};

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("exit 3");
        assert_eq!(error.to_string(), "sh -c exit 3 ended with exit status: 3");
        let error = capture(&mut Command::new("aisbx-no-such-program")).expect_err("no program");
        assert_eq!(error.to_string(), "cannot start aisbx-no-such-program");
    }

    #[test]
    fn both_outputs_are_watched_to_their_end() {
        let mut seen = Vec::new();
        let status = watch(
            Command::new("sh").args(["-c", "echo out; echo err >&2; printf last; exit 4"]),
            Duration::from_secs(60),
            |line| seen.push(String::from(line)),
        );
        assert_eq!(status.expect("watched").code(), Some(4));
        assert_eq!(seen, ["out", "err", "last"]);
    }

    #[test]
    fn what_hangs_is_killed() {
        let error = watch(Command::new("sleep").arg("600"), Duration::from_millis(10), |_| ()).expect_err("hangs");
        assert!(error.to_string().starts_with("sleep 600 was still running"), "{error}");
    }
}
