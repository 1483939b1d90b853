//! The system calls that each policy refuses, with the reasons, as one page of Markdown.

use spec::Syscalls;

use super::{Artifact, cell, notice};

const POLICIES: [Syscalls; 3] = [Syscalls::Minimal, Syscalls::Baseline, Syscalls::Development];

/// A refused call and its reason.
type Refusal = (&'static str, &'static str);

/// Nothing where other architectures have other calls: the page is that of x86-64.
pub(super) fn artifact() -> Option<Artifact> {
    cfg!(target_arch = "x86_64").then(|| Artifact { path: "docs/syscalls.md", text: page() })
}

fn page() -> String {
    let mut text = notice("crates/sandbox/policies");
    text.push_str(INTRODUCTION);
    for policies in groups() {
        let refusals: Vec<_> = union().into_iter().filter(|refusal| who(refusal) == policies).collect();
        text.push_str(&format!("\n## Refused by {}\n\n| Call | Why |\n|---|---|\n", names(&policies)));
        refusals.iter().for_each(|(call, why)| text.push_str(&format!("| `{call}` | {} |\n", cell(why))));
    }
    text
}

const INTRODUCTION: &str = "\
# System calls

A sandbox has one of three policies, named by `syscalls` in its profile. `aisbx profile show NAME` tells which one;
`aisbx run --explain -v` lists what it refuses.

| Policy | For |
|---|---|
| `minimal` | programs that compute: no sockets but Unix ones, no scheduling priorities |
| `baseline` | everything else; the default |
| `development` | debuggers and tracers, on processes of the same sandbox; a run says in its report that this is weaker |

The filter is a list of refusals: a call that it does not name is allowed. A call newer than the table fails with `ENOSYS`,
as on an older kernel; one of a foreign architecture (32-bit x86, x32) kills the process with `SIGSYS`. A refused call fails
with `EPERM`, or with the error that makes programs fall back to another one: `ENOSYS`, `EAFNOSUPPORT`, `EPROTONOSUPPORT`.

Who is refused is told in the report, `denials`, unless programs try that call as a matter of course and do without.

Some calls are refused for some of their arguments only; the reason then names these. `clone` and `unshare` work but for new
namespaces, `socket` but for the families and protocols named, `ioctl` but for the requests named, `chmod`, `open`, `mknod`
and their like but for set-id bits.

The page is that of x86-64.
";

/// Everything that any policy refuses, in the order of the first one that does.
fn union() -> Vec<Refusal> {
    let mut all: Vec<Refusal> = Vec::new();
    for refusal in POLICIES.into_iter().flat_map(aisbx::refusals) {
        if !all.contains(&refusal) {
            all.push(refusal);
        }
    }
    all
}

/// Who refuses a call for that reason.
fn who(refusal: &Refusal) -> Vec<Syscalls> {
    POLICIES.into_iter().filter(|policy| aisbx::refusals(*policy).any(|other| other == *refusal)).collect()
}

/// The sets of policies that refuse something together, the largest first.
fn groups() -> Vec<Vec<Syscalls>> {
    let mut groups: Vec<_> = union().iter().map(who).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups.dedup();
    groups
}

fn names(policies: &[Syscalls]) -> String {
    let names: Vec<_> = policies.iter().map(|policy| format!("`{}`", policy.name())).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::{POLICIES, groups, page, union};

    #[test]
    fn every_refusal_stands_once() {
        let page = page();
        for (call, why) in union() {
            assert_eq!(page.matches(&format!("| `{call}` | {why} |\n")).count(), 1, "{call}: {why}");
        }
    }

    #[test]
    fn what_all_refuse_comes_first() {
        assert_eq!(groups().first().map(Vec::as_slice), Some(POLICIES.as_slice()));
    }
}
