//! The hosts that are played, and the tests that depend on what each is like.

use anyhow::{Context, Result, bail};

/// One host.
pub(super) struct Case {
    /// Also what the tests find in `AISBX_TEST_HOST`.
    pub(super) name: &'static str,
    /// Settings, in the form of sysctl.conf(5).
    pub(super) sysctls: &'static str,
    /// Places with the options they are mounted anew with.
    pub(super) mounts: &'static [(&'static str, &'static str)],
    pub(super) parts: &'static [Part],
    /// Tests that cannot be run there.
    pub(super) forbidden: &'static [&'static str],
}

/// What one user runs: the tests whose names hold one of these words.
pub(super) struct Part {
    /// `root` or `tester`.
    pub(super) user: &'static str,
    /// As a stage of `cargo xtask test`, which is to take a few minutes: what this host and nobody else can tell.
    pub(super) daily: &'static [&'static str],
    /// By `cargo xtask vm test` as well.
    pub(super) more: &'static [&'static str],
}

/// What `shell` plays if it is not told.
pub(super) const FIRST: &str = "v2";

const CASES: &[Case] = &[
    // Version two of control groups and nothing else, with what systemd delegates to an ordinary user.
    Case {
        name: FIRST,
        sysctls: "",
        mounts: &[],
        parts: &[
            Part { user: "root", daily: &["limits::floor::", "limits::receipt::", "posture::"], more: EVERYTHING },
            Part { user: "tester", daily: &["isolation::", "limits::", "posture::"], more: EVERYTHING },
        ],
        forbidden: &[],
    },
    // The bottom rungs: nobody has user namespaces.
    Case {
        name: "no-userns",
        sysctls: include_str!("guest/no-userns.conf"),
        mounts: &[],
        parts: &[
            Part { user: "root", daily: &["rungs::"], more: &[] },
            Part { user: "tester", daily: &["rungs::"], more: &[] },
        ],
        forbidden: &[],
    },
    // Everything that a careful administrator has forbidden. It is forbidden to others than root, mostly.
    Case {
        name: "hardened",
        sysctls: include_str!("guest/hardened.conf"),
        mounts: &[("/proc", "hidepid=2"), ("/tmp", "noexec"), ("/dev/shm", "noexec")],
        parts: &[
            Part {
                user: "tester",
                daily: &["isolation::kernel::", "isolation::processes::", "lifecycle::", "posture::"],
                more: EVERYTHING,
            },
            Part { user: "root", daily: &["posture::"], more: EVERYTHING },
        ],
        forbidden: UNCONTROLLED,
    },
];

/// What depends on the kernel and its settings at all.
const EVERYTHING: &[&str] = &["isolation::", "lifecycle::", "limits::", "posture::"];

/// Not daily: emulated, these take as long as all others together.
pub(super) const SLOW: &[&str] = &[
    "a_launcher_asked_to_end_at_any_moment_of_its_start_ends",
    "a_run_among_hostile_ones_still_finishes",
    "fifty_runs_leave_no_mount_no_process_no_file",
    "host_files_are_not_there_in_any_profile",
    "no_limit_can_be_asked_for",
    "nothing_is_left_of_it_and_every_record_is_readable",
    "scratch_space_is_fresh_and_bounded",
];

/// Their controls are what the hardened host forbids: to be traced, to ask for every call and get an answer.
const UNCONTROLLED: &[&str] = &[
    "dangerous_calls_are_refused",
    "debuggers_may_trace_their_own_children_where_the_profile_says_so",
    "nothing_is_gained_by_asking",
];

/// All of them, or the one of that name.
pub(super) fn chosen(name: Option<&str>) -> Result<&'static [Case]> {
    let Some(name) = name else { return Ok(CASES) };
    let Some(place) = CASES.iter().position(|case| case.name == name) else {
        bail!("there is no case `{name}`, but {}", CASES.iter().map(|case| case.name).collect::<Vec<_>>().join(", "));
    };
    CASES.get(place..=place).context("a case has a place")
}

#[cfg(test)]
mod tests {
    use super::{CASES, chosen};
    use crate::arguments::USAGE;

    #[test]
    fn a_case_is_found_by_its_name() {
        assert_eq!(chosen(None).expect("all").len(), CASES.len());
        assert!(chosen(Some("hardened")).expect("one").iter().all(|case| case.name == "hardened"));
        let error = chosen(Some("v1")).err().expect("no such case").to_string();
        assert_eq!(error, "there is no case `v1`, but v2, no-userns, hardened");
    }

    #[test]
    fn the_usage_names_every_case() {
        for case in CASES {
            assert!(USAGE.contains(&format!(" {} (", case.name)), "{}", case.name);
        }
    }

    #[test]
    fn every_setting_is_a_key_and_a_value() {
        for line in CASES.iter().flat_map(|case| case.sysctls.lines()).filter(|line| !line.starts_with('#')) {
            assert!(line.is_empty() || line.split_once('=').is_some_and(|(_, value)| !value.is_empty()), "{line}");
        }
    }
}
