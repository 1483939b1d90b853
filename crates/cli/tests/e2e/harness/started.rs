//! A call of the launcher that goes on while the test does other things.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use super::Ended;

/// A run that goes on. Killed with the test that started it.
pub(crate) struct Started {
    /// The launcher's process.
    pub(crate) child: Child,
    lines: BufReader<ChildStdout>,
}

impl Started {
    /// Starts a call with a pipe for each stream.
    pub(crate) fn new(call: &mut Command) -> Self {
        call.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = call.spawn().expect("start aisbx");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, lines }
    }

    /// The next line of the command's output.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("read a line");
        line.trim_end().to_owned()
    }

    /// The process id of the sandbox's init, as the host counts.
    pub(crate) fn init(&self) -> u32 {
        only_child(self.pid())
    }

    /// The launcher's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends the launcher a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("run kill").success());
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        let mut stdout = Vec::new();
        self.lines.read_to_end(&mut stdout).expect("read the rest");
        let mut stderr = Vec::new();
        let mut pipe = self.child.stderr.take().expect("a pipe");
        pipe.read_to_end(&mut stderr).expect("read the errors");
        let status = self.child.wait().expect("wait for aisbx");
        Output { status, stdout, stderr }.into()
    }
}

/// The process id of the only child of a process with one thread.
pub(crate) fn only_child(pid: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("list its children");
    let children: Vec<_> = children.split_whitespace().collect();
    let [child] = *children else { panic!("process {pid} has the children {children:?}") };
    child.parse().expect("a process id")
}

impl Drop for Started {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
