//! A Node project: tested by Node's own runner, and run by npm without a network.

use crate::harness::World;

#[test]
fn a_node_project_is_tested_and_run() {
    let world = World::new().with_real_home();
    let package = r#"{"name": "hello", "version": "1.0.0", "private": true, "scripts": {"start": "node index.js", "test": "node --test"}}"#;
    world.write("workspace/package.json", package);
    world.write("workspace/greet.js", "exports.greet = (name) => `hello ${name}`;\n");
    world.write("workspace/index.js", "console.log(require('./greet').greet('Node'));\n");
    let test = "const test = require('node:test');\nconst assert = require('node:assert');\nconst { greet } = require('./greet');\n\
        test('greets', () => assert.strictEqual(greet('Node'), 'hello Node'));\n";
    world.write("workspace/greet.test.js", test);
    let sandbox = || world.sandbox().profile("node-dev");
    let tested = sandbox().sh("node --test").success();
    assert!(tested.out().contains("pass 1"), "{tested}");
    let run = sandbox().sh("npm run --offline start").success();
    assert!(run.out().ends_with("hello Node\n"), "{run}");
    let failed = sandbox().sh("node -e 'process.exit(9)'").code(9);
    assert_eq!(failed.out(), "");
}

#[test]
fn workers_and_child_processes_of_node_work() {
    let world = World::new().with_real_home();
    let line = "const { Worker, isMainThread } = require('node:worker_threads');\n\
        if (isMainThread) { new Worker(__filename).on('exit', (code) => {\n\
        console.log(require('node:child_process').execFileSync('echo', ['from a child']).toString().trim(), code); }); } else { process.exit(4); }\n";
    world.write("workspace/work.js", line);
    assert_eq!(world.sandbox().profile("node-dev").run(["node", "work.js"]).success().out(), "from a child 4\n");
}
