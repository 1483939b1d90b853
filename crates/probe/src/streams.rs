//! Standard input and output: much, binary, and at its own pace.

use std::ffi::OsString;
use std::io::{self, Read, Write};

use crate::Probe;
use crate::arguments::{Usage, number, text};
use crate::fact::{Answer, Fact, Failure};
use crate::json::{Json, hex};

/// Standard streams.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "fill", arguments: "BYTES [stdout|stderr] (a repeating pattern of all 256 bytes)", run: fill },
    Probe { name: "raw", arguments: "HEX [stdout|stderr] (these bytes)", run: raw },
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
