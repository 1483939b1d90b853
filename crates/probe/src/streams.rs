//! Standard input and output: much, binary, and at its own pace.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;

use crate::Probe;
use crate::arguments::{Options, Usage, amount, number, text};
use crate::fact::{Answer, Fact, Failure};
use crate::json::{Json, hex};

/// Standard streams.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "fill", arguments: "BYTES [stdout|stderr] (a repeating pattern of all 256 bytes)", run: fill },
    Probe { name: "raw", arguments: "HEX [stdout|stderr] (these bytes)", run: raw },
    Probe {
        name: "flood",
        arguments: "BYTES [--lines LENGTH] [--stderr] [--tell] (as fast as it goes; tells on the other stream)",
        run: flood,
    },
    Probe { name: "stdin", arguments: "(counts and sums what is read; shows the beginning)", run: stdin },
];

const CHUNK: usize = 1 << 16;
const SHOWN: usize = 4096;

/// The stream that the argument at a place names; standard output by default.
fn stream(arguments: &[OsString], place: usize) -> Result<Box<dyn Write>, Usage> {
    match text(arguments, place).unwrap_or("stdout") {
        "stdout" => Ok(Box::new(io::stdout())),
        "stderr" => Ok(Box::new(io::stderr())),
        other => Err(Usage(format!("`{other}` is neither stdout nor stderr"))),
    }
}

/// Exit code 0 when everything could be written, 1 when not: the streams themselves are the fact here.
fn exit(written: io::Result<()>) -> Answer {
    Answer::Exit(u8::from(written.is_err()))
}

fn fill(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (bytes, mut out) = (number::<usize>(arguments, 0)?, stream(arguments, 1)?);
    let chunk: Vec<u8> = (0..CHUNK).map(|place| place as u8).collect();
    let whole = (0..bytes / CHUNK).try_for_each(|_| out.write_all(&chunk));
    let rest = chunk.get(..bytes % CHUNK).unwrap_or_default();
    Ok(exit(whole.and_then(|()| out.write_all(rest)).and_then(|()| out.flush())))
}

fn raw(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (digits, mut out) = (text(arguments, 0)?, stream(arguments, 1)?);
    let pair = |place| digits.get(place..place + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(pair).collect();
    let bytes = bytes.ok_or_else(|| Usage(format!("`{digits}` is not hexadecimal")))?;
    Ok(exit(out.write_all(&bytes).and_then(|()| out.flush())))
}

fn flood(arguments: &[OsString]) -> Result<Answer, Usage> {
    let bytes = amount(arguments, 0)?;
    let options = Options::parse(arguments, 1, &["--lines"], &["--stderr", "--tell"])?;
    let chunk = chunk(options.number("--lines")?.unwrap_or(usize::MAX));
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let (flooded, mut other) = match options.flag("--stderr") {
        true => (stderr.as_fd(), Box::new(io::stdout()) as Box<dyn Write>),
        false => (stdout.as_fd(), Box::new(io::stderr()) as Box<dyn Write>),
    };
    // Past the buffer of the standard library, which would look for the ends of lines.
    let Ok(flooded) = flooded.try_clone_to_owned() else { return Ok(Answer::Exit(1)) };
    let (written, refused) = poured(&mut File::from(flooded), &chunk, bytes);
    if !options.flag("--tell") {
        return Ok(Answer::Exit(u8::from(refused.is_some())));
    }
    let detail = Json::object([("written", Json::number(written)), ("refused", Failure::refusal(refused.as_ref()))]);
    Ok(exit(Fact::new(format!("{bytes}"), Ok(detail)).write("flood", &mut other)))
}

/// Text in lines of this length, their ends included.
fn chunk(length: usize) -> Vec<u8> {
    let length = length.clamp(1, CHUNK);
    // Whole lines only, so that chunk follows upon chunk; without lines the last byte of a chunk is one as all others.
    let whole = CHUNK - CHUNK % length;
    (1..=whole).map(|place| if length < CHUNK && place % length == 0 { b'\n' } else { b'x' }).collect()
}

/// Writes so many bytes of a chunk that repeats; tells how many went, and why not more.
fn poured(out: &mut File, chunk: &[u8], bytes: u64) -> (u64, Option<Failure>) {
    let mut written = 0;
    while written < bytes {
        let begin = (written % chunk.len() as u64) as usize;
        let rest = usize::try_from(bytes - written).unwrap_or(usize::MAX);
        let piece = chunk.get(begin..chunk.len().min(begin.saturating_add(rest))).unwrap_or_default();
        match out.write(piece) {
            Ok(count) => written += count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error.into())),
        }
    }
    (written, None)
}

fn stdin(_: &[OsString]) -> Result<Answer, Usage> {
    Ok(Fact::new("stdin", summed(&mut io::stdin().lock()).map_err(Failure::from)).into())
}

fn summed(input: &mut impl Read) -> io::Result<Json> {
    let (mut count, mut sum, mut beginning) = (0_usize, 0_u64, Vec::new());
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input.read(&mut chunk)?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        count += read;
        // FNV-like: order matters, so that swapped chunks are noticed.
        sum = bytes.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        beginning.extend(bytes.iter().take(SHOWN.saturating_sub(beginning.len())));
    }
    Ok(Json::object([
        ("bytes", Json::number(count)),
        ("sum", Json::text(format!("{sum:016x}"))),
        ("hex", Json::text(hex(&beginning))),
    ]))
}
