//! Names for new runs.

use rustix::rand::{GetRandomFlags, getrandom};
use spec::{RunId, TraceId};

use crate::Error;

/// A run id and a trace id that nobody else has.
pub(crate) fn names(now: jiff::Timestamp) -> Result<(RunId, TraceId), Error> {
    let mut bytes = [0_u8; 24];
    // Up to 256 bytes come whole or not at all (getrandom(2)).
    getrandom(bytes.as_mut_slice(), GetRandomFlags::empty()).map_err(Error::Chance)?;
    let number = |bytes: &[u8]| bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let (run, trace) = bytes.split_at(8);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ok((RunId::new(millis, number(run) as u64), TraceId::new(number(trace))))
}
