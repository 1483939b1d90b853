//! The bytes of a log: headers of segments and frames.

use std::time::Duration;

use super::Stream;

/// The largest number of bytes in one frame. A reader needs not believe in more.
pub(super) const LONGEST: usize = 256 << 10;
/// Length of the header of a frame: time and stream (8), length (4), checksum (4); little endian.
pub(super) const HEADER: usize = 16;
/// Length of the header of a segment: magic (8), bytes of output before it (8), checksum (8); little endian.
pub(super) const SEGMENT_HEADER: usize = 24;

const MAGIC: u64 = u64::from_le_bytes(*b"aisbxlg1");
const TIME_BITS: u32 = 56;

/// A frame without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) stream: Stream,
    pub(super) at: Duration,
    pub(super) length: usize,
}

/// What a buffer begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<T> {
    /// This.
    Whole(T),
    /// Perhaps something, when more bytes come.
    Partial,
    /// Nothing of ours.
    Damaged,
}

/// The header of a segment that begins after so many bytes of output.
pub(super) fn segment_header(before: u64) -> [u8; SEGMENT_HEADER] {
    let mut header = [0; SEGMENT_HEADER];
    let words = [MAGIC, before, sum(MAGIC, before, &[])];
    for (place, word) in header.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    header
}

/// How many bytes of output came before this segment.
pub(super) fn parse_segment_header(buffer: &[u8]) -> Parsed<u64> {
    let Some((header, _)) = buffer.split_first_chunk::<SEGMENT_HEADER>() else { return Parsed::Partial };
    let before = read_u64(header, 8);
    match *header == segment_header(before) {
        true => Parsed::Whole(before),
        false => Parsed::Damaged,
    }
}

/// The header of a frame of these bytes, of which there are one to [`LONGEST`].
pub(super) fn header(stream: Stream, at: Duration, bytes: &[u8]) -> [u8; HEADER] {
    let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX) & (u64::MAX >> (64 - TIME_BITS));
    let stamp = micros | (code(stream) << TIME_BITS);
    let length = bytes.len() as u32;
    let sum = sum(stamp, u64::from(length), bytes) as u32;
    let mut header = [0; HEADER];
    let (first, second) = header.split_at_mut(8);
    first.copy_from_slice(&stamp.to_le_bytes());
    second.copy_from_slice(&(u64::from(sum) << 32 | u64::from(length)).to_le_bytes());
    header
}

/// The frame a buffer begins with.
pub(super) fn parse(buffer: &[u8]) -> Parsed<Frame> {
    let Some((header, rest)) = buffer.split_first_chunk::<HEADER>() else { return Parsed::Partial };
    let stamp = read_u64(header, 0);
    let length = read_u64(header, 8) & u64::from(u32::MAX);
    let (Some(stream), true) = (stream(stamp >> TIME_BITS), (1..=LONGEST as u64).contains(&length)) else {
        return Parsed::Damaged;
    };
    let Some(bytes) = rest.get(..length as usize) else { return Parsed::Partial };
    match sum(stamp, length, bytes) as u32 == (read_u64(header, 8) >> 32) as u32 {
        true => {
            let at = Duration::from_micros(stamp & (u64::MAX >> (64 - TIME_BITS)));
            Parsed::Whole(Frame { stream, at, length: bytes.len() })
        }
        false => Parsed::Damaged,
    }
}

/// Never zero: a stretch of zeros is what a power failure leaves.
fn code(stream: Stream) -> u64 {
    match stream {
        Stream::Stdout => 1,
        Stream::Stderr => 2,
    }
}

fn stream(code: u64) -> Option<Stream> {
    [Stream::Stdout, Stream::Stderr].into_iter().find(|stream| self::code(*stream) == code)
}

fn read_u64(header: &[u8], at: usize) -> u64 {
    header.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u64::from_le_bytes(*word))
}

/// A checksum against accidents, not against attackers: whoever can write the log can write the checksum. Eight bytes a
/// step, each step a bijection of the state, so that no change within one word goes unnoticed.
fn sum(first: u64, second: u64, bytes: &[u8]) -> u64 {
    let (words, tail) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(tail).for_each(|(place, byte)| *place = *byte);
    let start = mix(mix(0, first), second);
    let state = words.iter().fold(start, |state, word| mix(state, u64::from_le_bytes(*word)));
    let state = mix(state, u64::from_le_bytes(last));
    state ^ (state >> 32)
}

fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
