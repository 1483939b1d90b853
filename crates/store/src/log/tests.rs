//! The log against every byte, every torn end and every accident.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use rustix::fs::{Mode, OFlags, open};
use tempfile::TempDir;

use super::frame::{self, Parsed};
use super::{LogBounds, LogItem, LogReader, LogWriter, Stream};
use crate::directory::Directory;

const SMALL: LogBounds = LogBounds { head: 300, segment: 200, kept: 2 };

fn directory(path: &Path) -> Arc<Directory> {
    let fd = open(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    Arc::new(Directory::new(fd, path.to_owned()))
}

fn write(path: &Path, bounds: LogBounds, chunks: &[(bool, Vec<u8>)]) {
    let mut writer = LogWriter::new(directory(path), bounds);
    for (index, (error, bytes)) in chunks.iter().enumerate() {
        let stream = if *error { Stream::Stderr } else { Stream::Stdout };
        writer.write(stream, Duration::from_micros(index as u64), bytes).unwrap();
    }
}

/// Everything that was written, with the stream of each byte.
fn written(chunks: &[(bool, Vec<u8>)]) -> Vec<(bool, u8)> {
    chunks.iter().flat_map(|(error, bytes)| bytes.iter().map(|byte| (*error, *byte))).collect()
}

/// Reads to the end and checks that whatever comes is what was written at that place. Returns how many bytes of it, and
/// whether anything was said to be damaged.
fn check(path: &Path, expected: &[(bool, u8)]) -> (usize, usize, bool) {
    let (mut place, mut read, mut damaged) = (0, 0, false);
    for item in LogReader::new(directory(path)) {
        match item {
            Ok(LogItem::Output { stream, bytes, .. }) => {
                let bytes: Vec<_> = bytes.iter().map(|byte| (stream == Stream::Stderr, *byte)).collect();
                assert_eq!(expected.get(place..place + bytes.len()), Some(&bytes[..]), "at {place}");
                place += bytes.len();
                read += bytes.len();
            }
            Ok(LogItem::Gap { omitted }) => place += usize::try_from(omitted).unwrap(),
            Err(_) => damaged = true,
        }
    }
    (place, read, damaged)
}

/// Bytes of output in the frames that end before a place of a log of one segment.
fn whole_before(cut: usize, chunks: &[(bool, Vec<u8>)]) -> usize {
    let lengths = chunks.iter().map(|(_, bytes)| bytes.len()).filter(|length| *length > 0);
    let ends = lengths.scan(frame::SEGMENT_HEADER, |end, length| {
        *end += frame::HEADER + length;
        Some((*end, length))
    });
    ends.filter(|(end, _)| *end <= cut).map(|(_, length)| length).sum()
}

fn segments(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn chunks() -> impl Strategy<Value = Vec<(bool, Vec<u8>)>> {
    prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..120)), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_fits_reads_back_whole(chunks in chunks()) {
        let home = TempDir::new().unwrap();
        write(home.path(), LogBounds::default(), &chunks);
        let expected = written(&chunks);
        prop_assert_eq!(check(home.path(), &expected), (expected.len(), expected.len(), false));
    }

    #[test]
    fn a_bounded_log_keeps_its_head_and_its_tail_and_counts_the_rest(chunks in chunks()) {
        let home = TempDir::new().unwrap();
        write(home.path(), SMALL, &chunks);
        let expected = written(&chunks);
        let (place, read, damaged) = check(home.path(), &expected);
        prop_assert_eq!((place, damaged), (expected.len(), false));
        prop_assert!(read > 0 || expected.is_empty());
        let kept: u64 = segments(home.path()).iter().map(|name| fs::metadata(home.path().join(name)).unwrap().len()).sum();
        prop_assert!(kept <= 300 + 2 * 200, "{kept} bytes");
    }

    #[test]
    fn a_log_cut_off_anywhere_is_a_beginning_of_what_was_written(chunks in chunks(), cut in any::<prop::sample::Index>()) {
        let home = TempDir::new().unwrap();
        write(home.path(), LogBounds::default(), &chunks);
        let expected = written(&chunks);
        if let [segment] = &segments(home.path())[..] {
            let file = OpenOptions::new().write(true).open(home.path().join(segment)).unwrap();
            let length = file.metadata().unwrap().len();
            let cut = cut.index(usize::try_from(length).unwrap() + 1);
            file.set_len(cut as u64).unwrap();
            let whole = whole_before(cut, &chunks);
            prop_assert_eq!(check(home.path(), &expected), (whole, whole, false));
        }
    }

    #[test]
    fn accidents_never_pass_for_output(
        chunks in chunks(),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1_u8..), 1..4),
    ) {
        let home = TempDir::new().unwrap();
        write(home.path(), SMALL, &chunks);
        let names = segments(home.path());
        for (which, place, flip) in wounds.iter().filter(|_| !names.is_empty()) {
            let path = home.path().join(which.get(&names));
            let mut bytes = fs::read(&path).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            fs::write(&path, bytes).unwrap();
        }
        check(home.path(), &written(&chunks));
    }

    #[test]
    fn any_bytes_are_parsed_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let home = TempDir::new().unwrap();
        fs::write(home.path().join("log.0"), &bytes).unwrap();
        fs::write(home.path().join("log.7"), [&frame::segment_header(3)[..], &bytes].concat()).unwrap();
        prop_assert!(LogReader::new(directory(home.path())).count() <= bytes.len() + 4);
    }

    #[test]
    fn headers_read_back(error in any::<bool>(), micros in 0_u64..1 << 56, bytes in prop::collection::vec(any::<u8>(), 1..300)) {
        let stream = if error { Stream::Stderr } else { Stream::Stdout };
        let at = Duration::from_micros(micros);
        let whole = [&frame::header(stream, at, &bytes)[..], &bytes].concat();
        prop_assert_eq!(frame::parse(&whole), Parsed::Whole(frame::Frame { stream, at, length: bytes.len() }));
        prop_assert_eq!(frame::parse(&whole[..whole.len() - 1]), Parsed::Partial);
    }
}

#[test]
fn zeros_are_no_frames() {
    assert_eq!(frame::parse(&[0; 64]), Parsed::Damaged);
    assert_eq!(frame::parse_segment_header(&[0; 64]), Parsed::Damaged);
}

#[test]
fn nothing_is_made_before_the_first_byte() {
    let home = TempDir::new().unwrap();
    write(home.path(), SMALL, &[(false, Vec::new())]);
    assert_eq!(segments(home.path()), Vec::<String>::new());
    assert_eq!(LogReader::new(directory(home.path())).count(), 0);
}

#[test]
fn a_reader_goes_on_after_a_damaged_segment() {
    let home = TempDir::new().unwrap();
    let chunks: Vec<_> = (0..20_u8).map(|byte| (false, vec![byte; 100])).collect();
    write(home.path(), SMALL, &chunks);
    fs::write(home.path().join("log.0"), [0; 100]).unwrap();
    let items: Vec<_> = LogReader::new(directory(home.path())).collect();
    assert!(items[0].is_err(), "{items:?}");
    assert!(matches!(items[1], Ok(LogItem::Gap { omitted: 1800 })), "{items:?}");
    assert_eq!(items.len(), 4);
}

#[test]
fn a_reader_keeps_what_it_holds_open_while_the_writer_goes_on() {
    let home = TempDir::new().unwrap();
    let mut writer = LogWriter::new(directory(home.path()), SMALL);
    let mut reader = LogReader::new(directory(home.path()));
    let mut say = |byte: u8| writer.write(Stream::Stdout, Duration::ZERO, &[byte; 100]).unwrap();
    let mut hear = || match reader.read().unwrap() {
        Some(LogItem::Output { bytes, .. }) => i64::from(bytes[0]),
        Some(LogItem::Gap { omitted }) => -i64::try_from(omitted).unwrap(),
        None => -1,
    };
    say(0);
    assert_eq!((hear(), hear()), (0, -1));
    (1..=4).for_each(&mut say);
    // The head holds two and a later segment one; the segment of the third is gone already.
    assert_eq!((hear(), hear(), hear()), (1, -100, 3));
    (5..=9).for_each(&mut say);
    assert_eq!((hear(), hear(), hear(), hear()), (-400, 8, 9, -1));
}
