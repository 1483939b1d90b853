//! A user of the system, looked up and changed with the system's own programs.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result};

use crate::process;

/// Killed processes are there for a moment longer, until their parent has asked for them.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// An entry of the password file. This executable is static and cannot ask the name service itself.
pub(super) struct Account {
    name: &'static str,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The user of that name, made if there is none.
    pub(super) fn of(name: &'static str) -> Result<Self> {
        if !process::succeeds(Command::new("id").arg(name)) {
            let words = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent", "--shell=/bin/sh"];
            process::run(Command::new("useradd").args(words).arg(name))?;
        }
        Ok(Self { name, uid: number("-u", name)?, gid: number("-g", name)? })
    }

    /// Fails while a process of that user lives: then something was left behind.
    pub(super) fn remove(&self) -> Result<()> {
        for _ in 0..TRIES {
            if process::succeeds(Command::new("userdel").arg(self.name)) {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        process::run(Command::new("userdel").arg(self.name))
    }
}

fn number(which: &str, name: &str) -> Result<u32> {
    let answer = process::capture(Command::new("id").args([which, name]))?;
    answer.trim().parse().with_context(|| format!("`id {which} {name}` printed no number"))
}
