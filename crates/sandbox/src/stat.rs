//! What the kernel tells of a process in one line, `/proc/PID/stat` (proc_pid_stat(5)).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What of it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Its name, as the kernel keeps it: at most 15 bytes.
    pub(crate) name: String,
    pub(crate) parent: i32,
    pub(crate) threads: u32,
    /// Whether its first thread has ended, whatever others do.
    pub(crate) headless: bool,
    /// Processor time in user mode and in the kernel, with that of the dead it waited for.
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// Size of its address space, in bytes.
    pub(crate) size: u64,
    /// Memory that is mapped, in bytes.
    pub(crate) resident: u64,
}

impl Stat {
    /// The name stands in parentheses and may hold anything, parentheses included; the other fields are numbers.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (before, after) = text.rsplit_once(')')?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<_> = after.split_ascii_whitespace().collect();
        // Fields are numbered from 1; the third is the first after the name.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let time = |own, of_the_dead| {
            let ticks = field(own)? + field(of_the_dead)?;
            Some(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
        };
        Some(Self {
            name: name.to_owned(),
            parent: i32::try_from(field(4)?).ok()?,
            threads: u32::try_from(field(20)?).ok()?,
            headless: fields.first() == Some(&"Z"),
            user: time(14, 16)?,
            system: time(15, 17)?,
            size: field(23)?,
            resident: field(24)? * u64::try_from(rustix::param::page_size()).ok()?,
        })
    }
}

/// Which process comes from which: the children of each.
#[derive(Debug, Default)]
pub(crate) struct Family(BTreeMap<i32, Vec<i32>>);

impl Family {
    pub(crate) fn add(&mut self, child: i32, parent: i32) {
        self.0.entry(parent).or_default().push(child);
    }

    pub(crate) fn children(&self, pid: i32) -> &[i32] {
        self.0.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// A process and all that come from it. Numbers are reused while the family is read: nobody is visited twice.
    pub(crate) fn descendants(&self, pid: i32) -> BTreeSet<i32> {
        let mut found = BTreeSet::new();
        let mut open = vec![pid];
        while let Some(pid) = open.pop() {
            if found.insert(pid) {
                open.extend(self.children(pid));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_called_anything() {
        let text = "7 (a) R 9 (b) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 20 30 20 0 5 0 99 1000 256 18446744073709551615";
        let ticks = |count: u64| Duration::from_millis(count * 1000 / rustix::param::clock_ticks_per_second());
        let expected = Stat {
            name: "a) R 9 (b".to_owned(),
            parent: 1,
            threads: 5,
            headless: false,
            user: ticks(170),
            system: ticks(80),
            size: 1000,
            resident: 256 * rustix::param::page_size() as u64,
        };
        assert_eq!(Stat::parse(text), Some(expected));
        assert_eq!(Stat::parse("7 (half"), None);
        assert_eq!(Stat::parse("7 (few) S 1 2"), None);
    }

    #[test]
    fn descendants_are_found_even_in_a_ring() {
        let mut family = Family::default();
        [(2, 1), (3, 2), (4, 2), (2, 4)].into_iter().for_each(|(child, parent)| family.add(child, parent));
        assert_eq!(family.descendants(2), BTreeSet::from([2, 3, 4]));
    }
}
