//! The reading end of a log.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use super::frame::{self, Parsed};
use super::{Follow, LogError, LogItem, segments};
use crate::DiskError;
use crate::directory::Directory;

/// How often a reader looks again for a segment that was removed between looking and opening.
const TRIES: usize = 16;
const CHUNK: usize = 64 << 10;

/// The reading end of a log, which may still be written by another process. As an iterator it ends with what is there now.
#[derive(Debug)]
pub struct LogReader {
    directory: Arc<Directory>,
    segment: Option<Segment>,
    /// Bytes of output so far, with the gaps.
    total: u64,
}

#[derive(Debug)]
struct Segment {
    file: File,
    number: u64,
    /// Read, but not yet understood, from `at` on.
    buffer: Vec<u8>,
    at: usize,
    /// Where in the file `at` is.
    offset: u64,
    headed: bool,
    damaged: bool,
}

/// What the next bytes of a segment are.
enum Piece {
    Item(LogItem),
    Begins { before: u64 },
    Nothing,
    Damage,
}

impl LogReader {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self { directory, segment: None, total: 0 }
    }

    /// The next item; `None` when there is no more now. Later there may be, if the run goes on.
    pub fn read(&mut self) -> Result<Option<LogItem>, LogError> {
        loop {
            match self.segment.as_mut().map_or(Piece::Nothing, Segment::piece) {
                Piece::Item(item) => return Ok(Some(self.count(item))),
                Piece::Begins { before } if before > self.total => {
                    let omitted = before - self.total;
                    return Ok(Some(self.count(LogItem::Gap { omitted })));
                }
                Piece::Begins { before } if before == self.total => {}
                Piece::Begins { .. } | Piece::Damage => return Err(self.damaged()),
                Piece::Nothing if self.fill()? || self.advance()? => {}
                Piece::Nothing => return Ok(None),
            }
        }
    }

    /// Waits for more until the run has ended; looks again after each `pause` (50 ms is a good one).
    pub fn follow(self, pause: Duration) -> Follow {
        Follow::new(Arc::clone(&self.directory), self, pause)
    }

    fn count(&mut self, item: LogItem) -> LogItem {
        self.total += match &item {
            LogItem::Output { bytes, .. } => bytes.len() as u64,
            LogItem::Gap { omitted } => *omitted,
        };
        item
    }

    fn damaged(&mut self) -> LogError {
        let segment = self.segment.as_mut();
        let (number, offset) = segment.as_ref().map_or((0, 0), |segment| (segment.number, segment.offset));
        if let Some(segment) = segment {
            segment.damaged = true;
        }
        LogError::Damaged { path: self.directory.path().join(segments::name(number)), offset }
    }

    /// Reads on in the segment; whether there was anything.
    fn fill(&mut self) -> Result<bool, LogError> {
        let Some(segment) = self.segment.as_mut().filter(|segment| !segment.damaged) else { return Ok(false) };
        let read = segment.fill();
        Ok(read.map_err(|source| {
            DiskError::new("read", self.directory.path().join(segments::name(segment.number)), source)
        })?)
    }

    /// Goes on to the next segment, if there is one and this one is really at its end; whether there is more to see.
    fn advance(&mut self) -> Result<bool, LogError> {
        let from = self.segment.as_ref().map_or(0, |segment| segment.number + 1);
        for _ in 0..TRIES {
            let Some(number) = segments::first(&self.directory, from)? else { return Ok(false) };
            // The writer may have finished this segment after we met its end and before it began the next.
            if self.fill()? {
                return Ok(true);
            }
            if let Some(file) = self.directory.open(&segments::name(number))? {
                self.segment = Some(Segment::new(file, number));
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Iterator for LogReader {
    type Item = Result<LogItem, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Segment {
    fn new(file: File, number: u64) -> Self {
        Self { file, number, buffer: Vec::new(), at: 0, offset: 0, headed: false, damaged: false }
    }

    fn piece(&mut self) -> Piece {
        if self.damaged {
            return Piece::Nothing;
        }
        if self.headed { self.frame() } else { self.header() }
    }

    fn header(&mut self) -> Piece {
        match frame::parse_segment_header(self.unread()) {
            Parsed::Whole(before) => {
                self.headed = true;
                self.consume(frame::SEGMENT_HEADER);
                Piece::Begins { before }
            }
            Parsed::Partial => Piece::Nothing,
            Parsed::Damaged => Piece::Damage,
        }
    }

    fn frame(&mut self) -> Piece {
        match frame::parse(self.unread()) {
            Parsed::Whole(frame::Frame { stream, at, length }) => {
                self.consume(frame::HEADER);
                let bytes = self.unread().get(..length).unwrap_or_default().to_vec();
                self.consume(length);
                Piece::Item(LogItem::Output { stream, at, bytes })
            }
            Parsed::Partial => Piece::Nothing,
            Parsed::Damaged => Piece::Damage,
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
        self.offset += length as u64;
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.at.min(self.buffer.len()));
        self.at = 0;
        let mut file = &self.file;
        let read = Read::by_ref(&mut file).take(CHUNK as u64).read_to_end(&mut self.buffer)?;
        Ok(read > 0)
    }
}
