//! A Go module: built, tested and run without a network.

use crate::harness::World;

#[test]
fn a_go_module_is_tested_and_run() {
    let world = World::new().with_real_home();
    world.write("workspace/go.mod", "module example.invalid/hello\n\ngo 1.19\n");
    world.write("workspace/greet/greet.go", "package greet\n\nimport \"fmt\"\n\nfunc Greet(name string) string { return fmt.Sprintf(\"hello %s\", name) }\n");
    world.write(
        "workspace/greet/greet_test.go",
        "package greet\n\nimport \"testing\"\n\nfunc TestGreet(t *testing.T) {\n\tif Greet(\"Go\") != \"hello Go\" {\n\t\tt.Fatal(Greet(\"Go\"))\n\t}\n}\n",
    );
    world.write(
        "workspace/main.go",
        "package main\n\nimport (\n\t\"fmt\"\n\t\"example.invalid/hello/greet\"\n)\n\nfunc main() { fmt.Println(greet.Greet(\"Go\")) }\n",
    );
    let ended = world
        .sandbox()
        .profile("go-dev")
        .flags(["--env", "GOFLAGS=-mod=mod"])
        .sh("go test ./... && go run .")
        .success();
    assert!(ended.out().contains("ok  \texample.invalid/hello/greet"), "{ended}");
    assert!(ended.out().ends_with("hello Go\n"), "{ended}");
}
