import TestSupport
import Testing

extension ProgramTests {
    /// A disk that is full when a command prints to it.
    @Suite struct LostOutputTests {
        private func end(_ arguments: [String], outputPath: String?) throws -> ChildProcess {
            let child = try ChildProcess(
                BuiltProgram.churnctl, arguments, environment: AuditedChurnd.secrets,
                outputPath: outputPath)
            _ = try child.waitForExit()
            return child
        }

        @Test func `a report that is cut off is told, and the exit code is 73`() throws {
            let audited = try AuditedChurnd()
            #expect(
                try audited.churnd.client().exchange(
                    .predict(token: try TokenFactory().token("alice"))
                ).status == 200)
            try audited.end()
            for arguments in [
                ["audit", "show", audited.directory],
                ["audit", "show", audited.directory, "--last", "1"],
                ["audit", "verify", audited.directory],
                ["model", "show", BuiltProgram.modelPath],
                ["model", "verify", BuiltProgram.modelPath],
                ["token", "mint", "--sub", "alice", "--ttl", "60"],
                ["token", "inspect", try TokenFactory().token("alice")],
                ["doctor", "--store=memory", "--model.path=\(BuiltProgram.modelPath)"],
            ] {
                let name = arguments.prefix(2).joined(separator: " ")
                let full = try end(arguments, outputPath: "/dev/full")
                #expect(full.ended == .code(73), "\(name)")
                #expect(
                    full.errors.hasSuffix(
                        "churnctl: standard output: write: No space left on device\n"), "\(name)")
                let printed = try end(arguments, outputPath: nil)
                #expect(printed.ended == .code(0), "\(name): \(printed.errors)")
                #expect(!printed.output.isEmpty, "\(name)")
            }
        }
    }
}
