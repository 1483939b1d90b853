//! A terminal of the host, held by the test, with the launcher running in it as a person would.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The master side of a terminal and the process that leads its session.
pub(crate) struct Pty {
    master: File,
    child: Child,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Pty {
    /// Both sides of a terminal that is 80 columns by 24 rows.
    pub(crate) fn pair() -> (File, OwnedFd) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).expect("open a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("unlock a terminal");
        let slave = ioctl_tiocgptpeer(&master, flags).expect("open its other side");
        let master = File::from(master);
        resize(&master, 80, 24);
        (master, slave)
    }

    /// Starts a command as leader of a session with a terminal of its own.
    pub(crate) fn start(command: &Command) -> Self {
        let (master, slave) = Self::pair();
        let stream = || Stdio::from(slave.try_clone().expect("copy a descriptor"));
        let mut leader = Command::new("setsid");
        leader.args(["--ctty", "--wait"]).arg(command.get_program()).args(command.get_args());
        leader.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        leader.current_dir(command.get_current_dir().expect("a directory"));
        let child = leader.stdin(stream()).stdout(stream()).stderr(stream()).spawn().expect("start setsid");
        let output = listen(master.try_clone().expect("copy a descriptor"));
        Self { master, child, output, seen: Vec::new() }
    }

    /// Types text.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).expect("type into the terminal");
    }

    /// Makes the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        resize(&self.master, columns, rows);
    }

    /// Waits until a text appears, and tells everything up to then.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> String {
        let begin = Instant::now();
        while !self.text().contains(text) {
            match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(RecvTimeoutError::Timeout) if begin.elapsed() < Duration::from_secs(20) => {}
                Err(_) => panic!("`{text}` did not appear in {:?}", self.text()),
            }
        }
        self.text()
    }

    /// Waits for the end, and tells how it was and everything that appeared.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("wait for the session's leader");
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_secs(2)) {
            self.seen.extend(bytes);
        }
        (status, self.text())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

fn resize(master: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).expect("set the size of a terminal");
}

/// Reads until the other side is closed, which a master reports as an error.
fn listen(mut master: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = master.read(&mut chunk) {
            if sender.send(chunk[..read].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
