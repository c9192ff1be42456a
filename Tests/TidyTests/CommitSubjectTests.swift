import TestSupport
import Testing

/// Scripts/check-commits.sh, run in a repository of its own.
@Suite struct CommitSubjectTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try git("init", "--quiet", "repository")
        try Self.run("/bin/mkdir", ["-p", "\(path)/Sources/HTTPServer"])
        try Self.run("/bin/sh", ["-c", "echo > '\(path)/Sources/HTTPServer/A.swift'"])
        try git("-C", path, "add", ".")
        try commit("whatever an older commit was called")
        try git("-C", path, "tag", "before")
    }

    @Test(arguments: [
        ("http server: count what was read", true), ("docs: a", true),
        ("http server: " + String(repeating: "a", count: 59), true),
        ("http server: " + String(repeating: "a", count: 60), false),
        ("HTTP server: count", false), ("server: count", false), ("count what was read", false),
    ]) func `a subject names its area in at most 72 columns`(subject: String, isRight: Bool) throws
    {
        try commit(subject)
        let check = try check(in: path)
        #expect(check.exit == .code(isRight ? 0 : 1))
        #expect(check.errors.contains(subject) != isRight)
    }

    @Test func `a shallow clone is checked as far as it goes`() throws {
        try commit("docs: a")
        try commit("wrong")
        try commit("docs: b")
        for (depth, isRight) in [(1, true), (2, false)] {
            let clone = directory.path(of: "clone\(depth)")
            try git("clone", "--quiet", "--depth", "\(depth)", "file://\(path)", clone)
            #expect(try check(in: clone).exit == .code(isRight ? 0 : 1))
        }
    }

    private var path: String { directory.path(of: "repository") }

    private func git(_ arguments: String...) throws {
        try Self.run(
            "/usr/bin/git", ["-c", "user.name=a", "-c", "user.email=a@example.org"] + arguments,
            in: directory.path)
    }

    private func commit(_ subject: String) throws {
        try git("-C", path, "commit", "--quiet", "--allow-empty", "-m", subject)
    }

    private func check(in clone: String) throws -> (exit: ChildProcess.Exit, errors: String) {
        let script = try ChildProcess(
            "\(Project.root)/Scripts/check-commits.sh",
            environment: ["PATH": "/usr/bin:/bin", "COMMITS_SINCE": "before"],
            workingDirectory: clone)
        return (try script.waitForExit(), script.errors)
    }

    private static func run(
        _ program: String, _ arguments: [String], in directory: String? = nil
    ) throws {
        let process = try ChildProcess(program, arguments, workingDirectory: directory)
        let exit = try process.waitForExit()
        try #require(exit == .code(0), "\(process.errors)")
    }
}
