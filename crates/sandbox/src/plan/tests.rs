//! Whole plans, as they are printed: a security engineer reads them so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use spec::{Access, Driver, Identity, Limits, Mount, RunId, Stdin, TraceId, Workspace, WorkspaceLayer};

use super::*;
use crate::survey::Owner;
use crate::{Kind, Survey};

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
