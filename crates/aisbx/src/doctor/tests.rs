//! Causes and cures, from surroundings that this machine need not have.

use std::path::PathBuf;

use sandbox::trial::Lack;

use super::around::{APPARMOR, CLONE, Container, USERS};
use super::groups::Cause;
use super::hierarchies::{Hierarchies, Unified};
use super::*;

/// An ordinary user on a machine that has nothing in the way.
fn plain() -> Around {
    Around {
        user: 1000,
        program: PathBuf::from("/usr/local/bin/aisbx"),
        systemd: true,
        manager: true,
        ..Around::default()
    }
}

fn cure(part: Part, errno: Errno, around: &Around) -> Fix {
    namespaces::fix(part, errno, false, around)
}

#[test]
fn inside_a_filter_the_fix_is_to_leave_it() {
    for part in Part::ALL {
        for errno in [Errno::PERM, Errno::NOSYS] {
            let fix = namespaces::fix(part, errno, true, &plain()).to_string();
            assert!(fix.contains("this already is a sandbox or container"), "{part:?}: {fix}");
            assert!(fix.contains("outside of it") && fix.contains("seccomp=unconfined"), "{part:?}: {fix}");
            assert!(!fix.contains("modprobe") && !fix.contains("CONFIG_SECCOMP_FILTER"), "{part:?}: {fix}");
        }
    }
}

#[test]
fn what_no_filter_answers_has_its_own_fix() {
    let used_up = namespaces::fix(Part::Users, Errno::NOSPC, true, &plain()).to_string();
    assert!(used_up.starts_with("sudo sysctl"), "{used_up}");
    let outside = cure(Part::Filter, Errno::NOSYS, &plain()).to_string();
    assert!(!outside.contains("this already is"), "{outside}");
}

#[test]
fn where_namespaces_work_no_filter_is_blamed() {
    let around = Around { filtered: true, ..plain() };
    let fine: Vec<_> = Part::ALL.map(|part| (part, None)).into();
    assert!(!namespaces::is_walled(&fine, &around));
    assert!(!namespaces::is_walled(&[(Part::Users, Some(Errno::NOSPC))], &around));
    assert!(!namespaces::is_walled(&[(Part::Processes, Some(Errno::PERM))], &around));
    assert!(namespaces::is_walled(&[(Part::Users, Some(Errno::PERM))], &around));
    assert!(!namespaces::is_walled(&[(Part::Users, Some(Errno::PERM))], &plain()));
}

#[test]
fn a_setting_that_forbids_namespaces_is_mended_now_and_for_good() {
    let around = Around { settings: vec![(CLONE, 0), (USERS, 63_000)], ..plain() };
    assert_eq!(
        cure(Part::Users, Errno::PERM, &around).to_string(),
        "sudo sysctl -w kernel.unprivileged_userns_clone=1 && \
         { grep -qsxF 'kernel.unprivileged_userns_clone = 1' /etc/sysctl.d/60-aisbx.conf || \
         echo 'kernel.unprivileged_userns_clone = 1' | sudo tee -a /etc/sysctl.d/60-aisbx.conf; }"
    );
    let none = Around { settings: vec![(USERS, 0)], ..plain() };
    let fix = cure(Part::Network, Errno::NOSPC, &none).to_string();
    assert!(fix.starts_with("sudo sysctl -w user.max_user_namespaces=15000"), "{fix}");
    let nets = Around { settings: vec![(USERS, 63_000), ("user.max_net_namespaces", 0)], ..plain() };
    let fix = cure(Part::Network, Errno::NOSPC, &nets).to_string();
    assert!(fix.starts_with("sudo sysctl -w user.max_net_namespaces=15000"), "{fix}");
    let full = Around { settings: vec![(USERS, 63_000)], ..plain() };
    let fix = cure(Part::Users, Errno::NOSPC, &full).to_string();
    assert!(fix.starts_with("sudo sysctl -w user.max_user_namespaces=126000"), "never lowered: {fix}");
}

#[test]
fn the_apparmor_profile_names_this_program_and_no_other() {
    let program = PathBuf::from("/opt/it's {a,b}*?[c]@{HOME}^\"\\ x/aisbx");
    let around = Around { settings: vec![(APPARMOR, 1)], program, ..plain() };
    let fix = cure(Part::Users, Errno::PERM, &around);
    assert_eq!(
        namespaces::profile(&around),
        "abi <abi/4.0>,\ninclude <tunables/global>\n\n\
         profile aisbx \"/opt/it\\047s \\173a\\054b\\175\\052\\077\\133c\\135\\100\\173HOME\\175\\136\\042\\134 x/aisbx\" \
         flags=(unconfined) {\n  userns,\n\n  include if exists <local/aisbx>\n}\n"
    );
    let [Act::Write { text, .. }, Act::Run(words)] = fix.acts() else { panic!("{fix}") };
    assert_eq!(*text, namespaces::profile(&around));
    assert_eq!(words.join(" "), "apparmor_parser -r /etc/apparmor.d/aisbx");
    assert!(!fix.to_string().contains("userns=0"), "the restriction stays for everybody else");
}

#[test]
fn a_missing_module_is_loaded_now_and_at_boot() {
    let fix = cure(Part::Overlay, Errno::NODEV, &plain()).to_string();
    assert!(
        fix.starts_with("sudo modprobe overlay && { grep -qsxF overlay /etc/modules-load.d/aisbx.conf || echo overlay | sudo tee -a "),
        "{fix}"
    );
}

#[test]
fn selinux_and_each_maker_of_containers_have_their_own_words() {
    let fix = |around: Around, errno| cure(Part::Users, errno, &around).to_string();
    assert!(fix(Around { selinux: true, ..plain() }, Errno::ACCESS).contains("ausearch"));
    let within = |container| fix(Around { container: Some(container), ..plain() }, Errno::PERM);
    assert!(within(Container::Docker).contains("--security-opt systempaths=unconfined"));
    assert!(within(Container::Podman).contains("--security-opt unmask=ALL"));
    assert!(within(Container::Kubernetes).contains("procMount: Unmasked"));
}

/// A machine with version two alone, and our group in it.
fn unified(own: &str, handed: &[&str]) -> Around {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let tree = Unified {
        point: "/sys/fs/cgroup".into(),
        writable: true,
        topmost: true,
        offers: list(&["cpu", "memory", "pids"]),
        own: own.to_owned(),
        delegated: Some(list(handed)),
    };
    Around { hierarchies: Hierarchies { unified: Some(tree), ..Hierarchies::default() }, ..plain() }
}

fn told(controller: Controller, around: &Around) -> (Cause, String) {
    let finding = groups::finding(controller, &Err(Lack::Nowhere), false, around);
    assert_eq!(finding.standing, Standing::Weak);
    (Cause::of(controller, around), finding.fix.map(|fix| fix.to_string()).unwrap_or_default())
}

#[test]
fn a_session_outside_of_what_systemd_delegates_gets_a_scope() {
    let ssh = unified("/user.slice/user-1000.slice/session-3.scope", &["memory", "pids"]);
    let (cause, fix) = told(Controller::Memory, &ssh);
    assert_eq!(cause, Cause::Outside);
    assert_eq!(fix, "systemd-run --user --scope -p Delegate=yes aisbx run …");
    let (_, fix) = told(Controller::Memory, &Around { manager: false, ..ssh.clone() });
    assert!(fix.starts_with("sudo loginctl enable-linger 1000"), "{fix}");
    let (_, fix) = told(Controller::Memory, &Around { systemd: false, ..ssh });
    assert!(!fix.contains("systemd-run"), "{fix}");
}

#[test]
fn a_controller_that_systemd_withholds_gets_a_drop_in() {
    let user = unified("/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope", &["memory", "pids"]);
    let (cause, fix) = told(Controller::Cpu, &user);
    assert_eq!(cause, Cause::Withheld);
    assert_eq!(
        fix,
        "sudo mkdir -p /etc/systemd/system/user@.service.d && \
         printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee \
         /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload \
         (then log out of every session and in again, or boot again)"
    );
    assert_eq!(told(Controller::Memory, &user).0, Cause::Unclear);
    let own = groups::delegate(&Around { drop_in: true, ..user }).to_string();
    assert!(own.contains("/60-aisbx.conf") && !own.contains("/delegate.conf"), "the administrator's is kept: {own}");
}

#[test]
fn trees_that_are_missing_read_only_or_anothers_are_told_apart() {
    let nothing = plain();
    assert_eq!(told(Controller::Memory, &nothing).0, Cause::Unmounted);
    let mut off = unified("/", &[]);
    off.hierarchies.disabled = vec!["memory".to_owned()];
    let (cause, fix) = told(Controller::Memory, &off);
    assert!(cause == Cause::Disabled && fix.contains("cgroup_enable=memory"), "{fix}");
    let legacy = |writable| Hierarchies {
        legacy: vec![(vec!["rw".to_owned(), "memory".to_owned()], "/sys/fs/cgroup/memory".into(), writable)],
        ..Hierarchies::default()
    };
    let (cause, fix) = told(Controller::Memory, &Around { hierarchies: legacy(true), ..plain() });
    assert!(cause == Cause::Roots && fix.contains("systemd.unified_cgroup_hierarchy=1"), "{fix}");
    assert_eq!(told(Controller::Pids, &Around { hierarchies: legacy(true), ..plain() }).0, Cause::Unknown);
    let docker = Around { hierarchies: legacy(false), container: Some(Container::Docker), ..plain() };
    let (cause, fix) = told(Controller::Memory, &docker);
    assert_eq!((cause, fix.as_str()), (Cause::ReadOnly, "start the container with --privileged"));
}

#[test]
fn a_container_is_told_how_to_get_a_tree_and_to_make_room_in_it() {
    let mut inside = Around { user: 0, container: Some(Container::Docker), ..unified("/", &[]) };
    let tree = inside.hierarchies.unified.as_mut().unwrap();
    (tree.topmost, tree.writable) = (false, false);
    let (cause, fix) = told(Controller::Pids, &inside);
    assert_eq!(cause, Cause::ReadOnly);
    assert!(fix.contains("--security-opt writable-cgroups=true") && fix.contains("/sys/fs/cgroup/init"), "{fix}");
    inside.hierarchies.unified.as_mut().unwrap().writable = true;
    let (cause, fix) = told(Controller::Pids, &inside);
    assert_eq!(cause, Cause::Topmost);
    assert!(fix.contains("mkdir -p /sys/fs/cgroup/init"), "{fix}");
}

#[test]
fn landlock_that_was_not_switched_on_is_added_to_the_modules_that_are() {
    let fails = |errno, around: &Around| {
        let finding = landlock::finding(Landlock::Fails(errno), around);
        assert_eq!(finding.standing, Standing::Weak);
        finding.fix.unwrap().to_string()
    };
    let known = Around { modules: Some("lockdown,capability,yama,apparmor".to_owned()), ..plain() };
    let fix = fails(Errno::OPNOTSUPP, &known);
    assert!(fix.contains("`lsm=landlock,lockdown,yama,apparmor`"), "{fix}");
    let told = Around { boot: "quiet lsm=yama,bpf ro".to_owned(), ..plain() };
    assert!(fails(Errno::OPNOTSUPP, &told).contains("`lsm=landlock,yama,bpf`"));
    assert!(fails(Errno::OPNOTSUPP, &plain()).contains("CONFIG_LSM"));
    assert!(fails(Errno::NOSYS, &plain()).contains("CONFIG_SECURITY_LANDLOCK"));
    let hidden = Around { container: Some(Container::Docker), ..plain() };
    assert!(fails(Errno::NOSYS, &hidden).contains("seccomp=unconfined"));
}

#[test]
fn root_learns_what_keeps_others_from_running() {
    let mut around = Around { user: 0, settings: vec![(CLONE, 0), (APPARMOR, 1)], ..unified("/", &["memory", "pids"]) };
    let found: Vec<_> = others::findings(&around).into_iter().map(|finding| finding.found).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|found| found.contains("no cgroups with cpu")), "{found:?}");
    around.profile = Some(namespaces::profile(&around));
    assert_eq!(others::findings(&around).len(), 2, "a profile that is there is not asked for again");
    assert_eq!(others::findings(&Around { user: 1000, ..around }), []);
}

#[test]
fn the_rung_is_the_strongest_that_everything_is_there_for() {
    let place = || Ok((Version::Two, PathBuf::from("/sys/fs/cgroup")));
    let held: Vec<_> = Controller::ALL.map(|one| (one, place())).into();
    let none: Vec<_> = Controller::ALL.map(|one| (one, Err(Lack::Nowhere))).into();
    let tried = |users: Option<Errno>| Part::ALL.map(|part| (part, users.filter(|_| part == Part::Users)));
    let with = |landlock, findings: &[Finding], users, holdings: &[_]| {
        rung(findings, have_namespaces(&tried(users)), landlock, holdings)
    };
    let on = |findings: &[Finding], users, holdings: &[_]| with(Landlock::Denies(6), findings, users, holdings);
    assert_eq!(on(&[], None, &held), Rung::NamespacesWithCgroup);
    assert_eq!(on(&[], None, &none), Rung::NamespacesWithoutCgroup);
    assert_eq!(on(&[], Some(Errno::PERM), &held), Rung::LandlockOnly);
    let barred = Some(Errno::PERM);
    for weak in
        [Landlock::Denies(5), Landlock::Idle(7), Landlock::Fails(Errno::NOSYS), Landlock::Untried(7, Errno::NOSYS)]
    {
        assert_eq!(with(weak, &[], barred, &held), Rung::Refused, "{weak:?}");
    }
    let records = Finding { standing: Standing::Missing, ..Finding::good("records", String::new()) };
    assert_eq!(on(&[records], None, &held), Rung::Refused);

    let part = [held.get(..2).unwrap(), none.get(2..).unwrap()].concat();
    assert_eq!(ladder(Rung::NamespacesWithCgroup, &held).found, "runs here: namespaces, limits by cgroup v2");
    let finding = ladder(Rung::NamespacesWithCgroup, &part);
    assert_eq!(finding.standing, Standing::Weak);
    assert_eq!(finding.found, "runs here: namespaces, limits by cgroup v2, but for memory");
}

#[test]
fn a_user_namespace_counts_processes_as_well_as_a_cgroup() {
    let without = |namespaces| groups::finding(Controller::Pids, &Err(Lack::Nowhere), namespaces, &plain());
    let good = without(true);
    assert_eq!((good.standing, good.fix), (Standing::Good, None));
    assert_eq!(good.found, "limited by RLIMIT_NPROC in a user namespace of the sandbox's own");
    assert_eq!(without(false).standing, Standing::Weak);
    assert_eq!(groups::finding(Controller::Memory, &Err(Lack::Nowhere), true, &plain()).standing, Standing::Weak);
}
