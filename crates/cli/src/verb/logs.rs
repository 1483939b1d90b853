//! `aisbx logs`: the output of a run.

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;
use std::time::Duration;

use aisbx::{Host, Records};
use clap::Args;
use serde::Serialize;
use store::{LogError, LogItem, Stream};

use crate::failure::Failure;
use crate::plain::{plain, plain_json};
use crate::say;

/// How often a followed run is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// Show the output of a run.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Go on until the run has ended
    #[arg(short, long)]
    follow: bool,
    /// One JSON object a line: stream, microseconds since the start, text
    #[arg(long)]
    json: bool,
    /// Do not make the output harmless for a terminal
    #[arg(long)]
    raw: bool,
    /// The run: an id, its beginning or end, or `latest`
    #[arg(value_name = "RUN")]
    run: String,
}

/// One line of `--json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    Output { stream: &'static str, at_us: u64, text: &'a str },
    Gap { omitted_bytes: u64 },
}

impl Logs {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let entry = Records::open(&Host::read())?.find(&self.run)?;
        let mut log = entry.log();
        let mut follow = None;
        loop {
            let item = match (&mut follow, self.follow) {
                (None, true) => {
                    follow = Some(entry.log().follow(PAUSE));
                    continue;
                }
                (Some(follow), _) => follow.next().transpose(),
                (None, false) => log.read(),
            };
            match item {
                Ok(Some(item)) => match self.show(&item) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                    other => other?,
                },
                Ok(None) => break,
                Err(error @ LogError::Damaged { .. }) => say::warning(error),
                Err(error) => return Err(Failure::new(format!("cannot read the log: {error}"))),
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn show(&self, item: &LogItem) -> io::Result<()> {
        match item {
            LogItem::Gap { omitted } if self.json => line(&Line::Gap { omitted_bytes: *omitted }),
            LogItem::Gap { omitted } => {
                say::note(format_args!("[… {omitted} bytes were not kept …]"));
                Ok(())
            }
            LogItem::Output { stream, at, bytes } if self.json => line(&Line::Output {
                stream: name(*stream),
                at_us: u64::try_from(at.as_micros()).unwrap_or(u64::MAX),
                text: &String::from_utf8_lossy(bytes),
            }),
            LogItem::Output { stream: Stream::Stdout, bytes, .. } => {
                self.write(&mut io::stdout().lock(), io::stdout().is_terminal(), bytes)
            }
            LogItem::Output { stream: Stream::Stderr, bytes, .. } => {
                self.write(&mut io::stderr().lock(), io::stderr().is_terminal(), bytes)
            }
        }
    }

    fn write(&self, out: &mut impl Write, terminal: bool, bytes: &[u8]) -> io::Result<()> {
        match terminal && !self.raw {
            true => out.write_all(plain(&String::from_utf8_lossy(bytes)).as_bytes())?,
            false => out.write_all(bytes)?,
        }
        out.flush()
    }
}

fn line(line: &Line<'_>) -> io::Result<()> {
    let text = plain_json(&serde_json::to_string(line)?);
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
    }
}
