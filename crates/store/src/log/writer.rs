//! The writing end of a log.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::sync::Arc;
use std::time::Duration;

use super::{LogBounds, LogError, Stream, frame, segments};
use crate::DiskError;
use crate::directory::Directory;

/// The writing end of a log: one system call for each chunk, and a handful where a segment ends.
#[derive(Debug)]
pub struct LogWriter {
    directory: Arc<Directory>,
    bounds: LogBounds,
    /// Where frames go now.
    open: Option<Segment>,
    /// The number of the next segment.
    next: u64,
    /// The later segments that are there, oldest first.
    tail: VecDeque<u64>,
    /// Bytes of output so far, written or not.
    total: u64,
}

#[derive(Debug)]
struct Segment {
    file: File,
    number: u64,
    /// Bytes of it that are whole frames.
    length: u64,
}

impl LogWriter {
    pub(crate) fn new(directory: Arc<Directory>, bounds: LogBounds) -> Self {
        Self { directory, bounds, open: None, next: 0, tail: VecDeque::new(), total: 0 }
    }

    /// Appends output that was read so long after the start of the run.
    ///
    /// After an error (a full disk) the writer can be used further: what could not be written is a gap, and what comes
    /// later is written if there is space again.
    pub fn write(&mut self, stream: Stream, at: Duration, bytes: &[u8]) -> Result<(), LogError> {
        let longest =
            frame::LONGEST.min(usize::try_from(self.bounds.segment.min(self.bounds.head)).unwrap_or(1)).max(1);
        let mut outcome = Ok(());
        for chunk in bytes.chunks(longest) {
            outcome = outcome.and(self.append(stream, at, chunk));
            self.total += chunk.len() as u64;
        }
        outcome
    }

    /// Bytes of output so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    fn append(&mut self, stream: Stream, at: Duration, chunk: &[u8]) -> Result<(), LogError> {
        let header = frame::header(stream, at, chunk);
        let length = (header.len() + chunk.len()) as u64;
        match self.open.take().filter(|segment| segment.length + length <= self.limit(segment.number)) {
            Some(segment) => self.put(segment, &[&header, chunk]),
            None => self.start(&header, chunk),
        }
    }

    fn limit(&self, number: u64) -> u64 {
        if number == 0 { self.bounds.head } else { self.bounds.segment }
    }

    /// Writes all parts at the end of a segment. If that fails the segment ends with its last whole frame.
    fn put(&mut self, mut segment: Segment, parts: &[&[u8]]) -> Result<(), LogError> {
        match write_all(&segment.file, parts) {
            Ok(written) => {
                segment.length += written;
                self.open = Some(segment);
                Ok(())
            }
            Err(source) => {
                let name = segments::name(segment.number);
                // Whatever this leaves is a torn frame at the end, which readers know to skip.
                let _ = match segment.length {
                    0 => self.directory.unlink(&name).map_err(|_| ()),
                    length => segment.file.set_len(length).map_err(|_| ()),
                };
                Err(DiskError::new("write", self.directory.path().join(name), source).into())
            }
        }
    }

    /// Begins the next segment. Only when something is in it others go that are not to be kept any longer: a full disk must
    /// not eat what is there.
    fn start(&mut self, header: &[u8], chunk: &[u8]) -> Result<(), LogError> {
        let number = self.next;
        // Never the same number twice: a reader may be waiting at the end of the one that failed.
        self.next += 1;
        let file = self.directory.create(&segments::name(number))?;
        let segment = Segment { file, number, length: 0 };
        self.put(segment, &[&frame::segment_header(self.total), header, chunk])?;
        if number > 0 {
            self.tail.push_back(number);
        }
        self.prune()
    }

    fn prune(&mut self) -> Result<(), LogError> {
        while self.tail.len() > self.bounds.kept.max(1) {
            self.tail.pop_front().map_or(Ok(()), |old| self.directory.unlink(&segments::name(old)))?;
        }
        Ok(())
    }
}

/// Writes all parts with as few calls as the kernel allows; returns how many bytes that were.
fn write_all(mut file: &File, parts: &[&[u8]]) -> io::Result<u64> {
    let mut slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
    let mut rest = slices.as_mut_slice();
    let mut total = 0;
    while !rest.is_empty() {
        match file.write_vectored(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                total += written as u64;
                IoSlice::advance_slices(&mut rest, written);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}
