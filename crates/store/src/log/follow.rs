//! Reading along with a run that goes on.

use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use super::{LogError, LogItem, LogReader};
use crate::directory::Directory;
use crate::layout::RECORD;
use crate::lock::Lock;

/// The items of a log as they come, until the run has ended and all is read.
#[derive(Debug)]
pub struct Follow {
    directory: Arc<Directory>,
    reader: LogReader,
    pause: Duration,
    ended: bool,
}

impl Follow {
    pub(super) fn new(directory: Arc<Directory>, reader: LogReader, pause: Duration) -> Self {
        Self { directory, reader, pause, ended: false }
    }

    fn step(&mut self) -> Result<Option<LogItem>, LogError> {
        loop {
            if let Some(item) = self.reader.read()? {
                return Ok(Some(item));
            }
            if self.ended {
                return Ok(None);
            }
            // Nothing is written after the lock is free, but something may have been since we looked: look once more.
            self.ended = !Lock::is_held(&self.directory, RECORD)?;
            if !self.ended {
                sleep(self.pause);
            }
        }
    }
}

impl Iterator for Follow {
    type Item = Result<LogItem, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
