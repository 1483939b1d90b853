//! What keeps ordinary users from running, told to root, whom it does not hinder.

use super::act::Fix;
use super::around::{APPARMOR, Around, CLONE};
use super::groups::delegate;
use super::namespaces::{apparmor, profile};
use super::{Finding, Standing};

/// What is missing for others than root.
pub(super) fn findings(around: &Around) -> Vec<Finding> {
    if !around.is_root() {
        return Vec::new();
    }
    let barred = (around.setting(CLONE) == Some(0))
        .then(|| weak(format!("ordinary users make no user namespaces: {CLONE} is 0"), Fix::setting(CLONE, 1)));
    let installed = around.profile.as_deref() == Some(profile(around).as_str());
    let unnamed = (around.setting(APPARMOR) == Some(1) && !installed).then(|| {
        weak(format!("ordinary users have no capabilities in user namespaces: {APPARMOR} is 1"), apparmor(around))
    });
    [barred, unnamed, withheld(around)].into_iter().flatten().collect()
}

fn withheld(around: &Around) -> Option<Finding> {
    let tree = around.hierarchies.unified.as_ref().filter(|_| around.systemd)?;
    let handed = tree.delegated.as_ref()?;
    let lacks = |name: &&str| tree.offers.iter().any(|one| one == name) && !handed.iter().any(|one| one == name);
    let lacking: Vec<_> = ["cpu", "memory", "pids"].into_iter().filter(lacks).collect();
    let found = || format!("systemd hands no cgroups with {} to ordinary users", lacking.join(", "));
    (!lacking.is_empty()).then(|| weak(found(), delegate(around)))
}

fn weak(found: String, fix: Fix) -> Finding {
    Finding { standing: Standing::Weak, fix: Some(fix), ..Finding::good("others", found) }
}
