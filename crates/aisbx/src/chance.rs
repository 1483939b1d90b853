//! Names for new runs.

use std::ffi::OsStr;

use rustix::rand::{GetRandomFlags, getrandom};
use spec::{RunId, TraceId};

use crate::Error;

/// A run id that nobody else has, and the trace id of the caller (W3C Trace Context, `00-TRACE-PARENT-FLAGS`), else a new one.
pub(crate) fn names(now: jiff::Timestamp, caller: Option<&OsStr>) -> Result<(RunId, TraceId), Error> {
    let mut bytes = [0_u8; 24];
    // Up to 256 bytes come whole or not at all (getrandom(2)).
    getrandom(bytes.as_mut_slice(), GetRandomFlags::empty()).map_err(Error::Chance)?;
    let number = |bytes: &[u8]| bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let (run, trace) = bytes.split_at(8);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let trace_id = caller.and_then(continued).unwrap_or_else(|| TraceId::new(number(trace)));
    Ok((RunId::new(millis, number(run) as u64), trace_id))
}

fn continued(caller: &OsStr) -> Option<TraceId> {
    let mut parts = caller.to_str()?.split('-');
    parts.next().filter(|version| version.len() == 2)?;
    parts.next()?.parse().ok()
}
