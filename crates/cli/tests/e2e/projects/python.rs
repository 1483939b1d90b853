//! A Python package with its own tests, run by pytest from a virtual environment in the workspace.

use std::process::Command;

use crate::harness::{World, test_data};

fn package(world: &World) {
    world.write("workspace/pyproject.toml", "[project]\nname = \"hello\"\nversion = \"1.0\"\n");
    world.write("workspace/src/hello/__init__.py", "def greet(name):\n    return f'hello {name}'\n");
    let tests = "import multiprocessing, os, subprocess, sys, threading\nfrom hello import greet\n\n\
        def test_greet():\n    assert greet('Python') == 'hello Python'\n\n\
        def test_threads():\n    thread = threading.Thread(target=lambda: None)\n    thread.start()\n    thread.join()\n\n\
        def test_processes():\n    with multiprocessing.Pool(2) as pool:\n        assert pool.map(abs, [-1, -2]) == [1, 2]\n\n\
        def test_child():\n    assert subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout == b'1\\n'\n\n\
        def test_files(tmp_path):\n    (tmp_path / 'file').write_text('x')\n    assert os.listdir(tmp_path) == ['file']\n";
    world.write("workspace/tests/test_hello.py", tests);
}

/// Makes the environment on the host, as its owner would have done before.
fn environment(world: &World) {
    let run = |program: &str, words: &[&str]| {
        let mut command = Command::new(program);
        world.sandbox().settle(&mut command);
        let output = command.args(words).output().unwrap_or_else(|error| panic!("run {program}: {error}"));
        assert!(output.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run("python3", &["-m", "venv", ".venv"]);
    let wheels = test_data().join("wheels");
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--disable-pip-version-check",
        "--find-links",
        wheels.to_str().expect("UTF-8"),
        "pytest",
    ];
    run(".venv/bin/python", &pip);
}

#[test]
fn a_package_is_tested_by_pytest_from_its_virtual_environment() {
    let world = World::new().with_real_home();
    package(&world);
    environment(&world);
    let sandbox = || world.sandbox().profile("python-dev").flags(["--env", "PYTHONPATH=src"]);
    // By the script, whose first line names the interpreter by its path on the host; by the module; with the environment active.
    for line in [".venv/bin/pytest -q", ".venv/bin/python -m pytest -q", ". .venv/bin/activate && pytest -q"] {
        let ended = sandbox().sh(line).success();
        assert!(ended.out().contains("5 passed"), "{line}: {ended}");
    }
    assert!(!world.workspace().join(".pytest_cache").exists(), "the host's tree is not touched");
}

#[test]
fn an_environment_can_be_made_inside() {
    let world = World::new().with_real_home();
    let line =
        "python3 -m venv --without-pip made && made/bin/python -c 'import sys; print(sys.prefix != sys.base_prefix)'";
    let ended = world.sandbox().profile("python-dev").sh(line).success();
    assert_eq!(ended.out(), "True\n");
    assert!(!world.workspace().join("made").exists());
}

#[test]
fn a_script_runs_and_fails_as_outside() {
    let world = World::new().with_real_home();
    world.write("workspace/fail.py", "import sys\nprint('before')\nraise ValueError('told')\n");
    let ended = world.sandbox().profile("python-dev").run(["python3", "fail.py"]).code(1);
    assert_eq!(ended.out(), "before\n");
    assert!(ended.err().contains("ValueError: told"), "{ended}");
    assert!(ended.err().contains("/workspace/fail.py"), "{ended}");
}
