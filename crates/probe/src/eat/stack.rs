//! A stack that grows by recursion.

use std::hint::black_box;
use std::sync::mpsc::channel;
use std::thread;

use super::Bite;
use crate::fact::Failure;
use crate::memory::TOUCH;

/// What one level of the recursion takes.
const FRAME: usize = 64 << 10;

/// What the thread itself needs besides.
const MARGIN: usize = 256 << 10;

/// The stack of a thread that goes as deep as it was asked for and stays there.
pub(super) fn deep() -> Result<Bite, Failure> {
    Ok(Box::new(|bytes| {
        let levels = bytes.div_ceil(FRAME);
        let (arrived, arrival) = channel();
        // A frame is larger than what it holds.
        let size = levels * (FRAME + FRAME / 16) + MARGIN;
        thread::Builder::new().stack_size(size).spawn(move || {
            descend(levels, &mut || {
                // Who asked is waiting; were it gone, this thread would be as well.
                let _ = arrived.send(());
                loop {
                    thread::park();
                }
            });
        })?;
        arrival.recv().map_err(|_| Failure::Words("the thread ended".to_owned()))?;
        Ok(bytes)
    }))
}

#[inline(never)]
fn descend(levels: usize, bottom: &mut dyn FnMut()) {
    let mut frame = [0; FRAME];
    // In place: a second copy would make the frame twice as large.
    black_box(&mut frame).fill(TOUCH);
    if levels > 0 {
        descend(levels - 1, bottom);
    } else {
        bottom();
    }
    // Used after the call, so that the frame cannot go before it.
    black_box(&frame);
}
