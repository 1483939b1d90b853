//! Whole plans, as they are printed: a security engineer reads them so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use spec::{Access, Driver, Floor, Identity, Level, Limits, Mount, RunId, Stdin, TraceId, Workspace, WorkspaceLayer};

use super::*;
use crate::survey::Owner;
use crate::{Cgroups, Controller, Kind, Parent, Survey};

fn run(access: Access) -> RunSpec {
    let layer = (access == Access::Cow).then(|| WorkspaceLayer::Overlay("/state/layer".into()));
    RunSpec {
        run_id: RunId::new(0, 0),
        trace_id: TraceId::new(1),
        profile: "p".to_owned(),
        driver: Driver::Native,
        command: Command {
            argv: vec!["true".into()],
            env: Vec::new(),
            workdir: "/workspace".into(),
            stdin: Stdin::Pass,
            terminal: false,
        },
        identity: Identity::default(),
        workspace: Some(Workspace { source: "/srv/project".into(), access, layer }),
        view: ["/usr", "/bin", "/gone"].map(PathBuf::from).to_vec(),
        mounts: vec![Mount { source: "/data".into(), target: "/workspace/data".into(), access: Access::Ro }],
        network: Network::None,
        limits: Limits::default(),
        syscalls: Syscalls::Baseline,
        responses: BTreeMap::new(),
        floor: Floor::default(),
    }
}

fn survey(uid: u32, outer_id: u32) -> Survey {
    let owner = Owner { user: uid, group: uid };
    let found = [
        ("/usr", Kind::Directory),
        ("/bin", Kind::Link("usr/bin".into())),
        ("/srv/project", Kind::Directory),
        ("/data", Kind::Directory),
    ];
    Survey {
        privileged: uid == 0,
        outer: Owner { user: outer_id, group: outer_id },
        found: found.into_iter().map(|(path, kind)| (path.into(), (kind, owner))).collect::<BTreeMap<_, _>>(),
        nested: Vec::new(),
        cgroups: Cgroups::default(),
        resolver: Vec::new(),
    }
}

#[test]
fn the_plan_of_an_ordinary_user() {
    insta::assert_snapshot!(plan(&run(Access::Cow), &survey(1001, 1001)).unwrap());
}

#[test]
fn root_hands_out_another_id_and_translates_owners() {
    insta::assert_snapshot!(plan(&run(Access::Ro), &survey(0, 1_900_000_000)).unwrap());
}

#[test]
fn no_place_is_made_in_what_of_the_host_can_be_written_to() {
    let makes = |access| {
        let plan = plan(&run(access), &survey(1001, 1001)).unwrap();
        let step = plan
            .steps
            .into_iter()
            .find(|step| matches!(step, Step::Bind(bind) if bind.path.as_c_str() == c"workspace/data"));
        match step {
            Some(Step::Bind(bind)) => bind.make,
            other => panic!("{other:?}"),
        }
    };
    assert!(makes(Access::Cow) && !makes(Access::Rw));
}

#[test]
fn what_is_to_be_shown_must_exist() {
    let mut lost = survey(1001, 1001);
    lost.found.remove(std::path::Path::new("/data"));
    assert!(
        matches!(plan(&run(Access::Cow), &lost), Err(Error::Missing(path)) if path == std::path::Path::new("/data"))
    );
}

fn limited() -> RunSpec {
    let mut run = run(Access::Cow);
    run.limits = Limits {
        memory: Some(spec::Size::mebibytes(512)),
        cpu: "1.5".parse().ok(),
        cpu_shares: Some(512),
        cpu_time: "10s".parse().ok(),
        pids: Some(64),
        disk: Some(spec::Size::mebibytes(100)),
        scratch: Some(spec::Size::mebibytes(50)),
        inodes: Some(1000),
        file_size: Some(spec::Size::mebibytes(10)),
        open_files: Some(256),
        output: Some(spec::Size::mebibytes(1)),
        ..Limits::default()
    };
    run
}

fn bounds(run: &RunSpec, cgroups: Cgroups) -> String {
    plan(run, &Survey { cgroups, ..survey(0, 1_900_000_000) }).unwrap().bounds.to_string()
}

fn parent(directory: &str, gives: &[Controller], could_give: &[Controller]) -> Parent {
    let gives = [&[Controller::CpuAccounting], gives].concat();
    Parent { directory: directory.into(), gives, could_give: could_give.to_vec() }
}

#[test]
fn limits_are_held_by_the_nearest_group_of_version_two_that_can() {
    use Controller::{Cpu, Memory, Pids};
    let near = parent("/cg/app.slice", &[Memory, Pids], &[]);
    let above = parent("/cg/user", &[Memory, Pids], &[Cpu, Memory, Pids]);
    let far = parent("/cg", &[Cpu, Memory, Pids], &[]);
    let unified = vec![near, above, far];
    insta::assert_snapshot!(bounds(&limited(), Cgroups { unified: unified.clone(), legacy: Vec::new() }));
    let mut run = limited();
    (run.limits.cpu, run.limits.cpu_shares) = (None, None);
    assert!(bounds(&run, Cgroups { unified, legacy: Vec::new() }).starts_with("make the cgroup /cg/app.slice/aisbx-"));
}

#[test]
fn limits_are_held_by_the_hierarchies_of_version_one() {
    use Controller::{Cpu, CpuAccounting, Memory, Pids};
    let both = "/cg/cpu,cpuacct";
    let legacy = [(Cpu, both), (CpuAccounting, both), (Memory, "/cg/memory"), (Pids, "/cg/pids")];
    let legacy = legacy.map(|(controller, directory)| (controller, PathBuf::from(directory))).to_vec();
    // The empty version two of a hybrid host is no place.
    insta::assert_snapshot!(bounds(&limited(), Cgroups { unified: vec![parent("/cg/unified", &[], &[])], legacy }));
}

#[test]
fn without_groups_the_next_best_holds_and_says_so() {
    let plan = plan(&limited(), &survey(1001, 1001)).unwrap();
    let weakened: Vec<_> = plan.bounds.weakened.iter().map(|weak| format!("{}: {}", weak.name, weak.reason)).collect();
    insta::assert_snapshot!(format!("{}\n{}", plan.bounds, weakened.join("\n")));
}

#[test]
fn a_floor_that_cannot_be_reached_is_refused() {
    let mut run = run(Access::Cow);
    run.floor.cgroup = Level::Required;
    assert!(matches!(plan(&run, &survey(1001, 1001)), Err(Error::Group("memory"))));
    let legacy = vec![(Controller::Memory, PathBuf::from("/cg/memory"))];
    let has = Survey { cgroups: Cgroups { unified: Vec::new(), legacy }, ..survey(1001, 1001) };
    assert!(plan(&run, &has).unwrap().bounds.group.is_some());
    run.limits.cpu = "1".parse().ok();
    assert!(matches!(plan(&run, &has), Err(Error::Group("cpu"))));
}

#[test]
fn what_of_the_host_can_be_written_to_is_no_part_of_the_disk() {
    let file = |access| {
        let mut run = run(access);
        run.limits.disk = Some(spec::Size::mebibytes(1));
        bounds(&run, Cgroups::default()).contains("size of a file")
    };
    assert!(file(Access::Cow) && file(Access::Ro) && !file(Access::Rw));
}

#[test]
fn without_namespaces_rules_stand_for_a_tree() {
    let mut run = run(Access::Ro);
    run.mounts.clear();
    run.command.env = vec![("HOME".into(), "/home/sandbox".into()), ("PATH".into(), "/workspace/bin:/usr/bin".into())];
    let plan = confined(&run, &survey(1001, 1001), std::path::Path::new("/state/scratch")).unwrap();
    let Wall::Landlock(confinement, Network::None) = &plan.wall else { panic!("{:?}", plan.wall) };
    insta::assert_snapshot!(format!("{confinement}\n{}", plan.bounds));
    let followed = |path: &std::ffi::CStr| {
        let rule = confinement.rules.iter().find(|rule| rule.path.as_c_str() == path).expect("a rule");
        rule.links == linux::mount::Links::Followed
    };
    assert!(!followed(c"/srv/project"), "somebody may have put a link there since it was checked");
    assert!(followed(c"/etc/passwd"));
    assert_eq!(plan.command.workdir, PathBuf::from("/srv/project"));
    let env: Vec<_> = plan.command.env.iter().map(|(name, value)| (name.to_str(), value.to_str())).collect();
    let expected =
        [("HOME", "/state/scratch/home"), ("PATH", "/srv/project/bin:/usr/bin"), ("TMPDIR", "/state/scratch/tmp")];
    assert_eq!(env, expected.map(|(name, value)| (Some(name), Some(value))));
}

#[test]
fn what_needs_namespaces_is_refused_without() {
    let refused =
        |run: &RunSpec| confined(run, &survey(1001, 1001), std::path::Path::new("/s")).unwrap_err().to_string();
    assert!(
        refused(&run(Access::Cow)).starts_with("cannot lay the run's own layer over the workspace without namespaces")
    );
    assert!(refused(&run(Access::Ro)).starts_with("cannot show /data at /workspace/data (ro) without namespaces"));
}
