import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// `churnd --print-config`.
    @Suite struct PrintConfigTests {
        private static let secret = "pl4nted-secret-0123456789-abcdefg"
        private static let password = "pl4nted-password"

        private func printed(
            _ arguments: [String], environment: [String: String]
        ) throws -> String {
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--print-config"] + arguments, environment: environment)
            #expect(try child.waitForExit() == .code(0), "\(child.errors)")
            #expect(child.errors == "")
            return child.output
        }

        @Test func `what is printed is a file that configures the same`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "churnd.conf")
            let environment = [
                "JWT_SECRET": PrintConfigTests.secret, "REDIS_URL": "redis://localhost/3",
                "CHURND_DRAIN_DELAY": "0.25",
            ]
            let first = try printed(["--quota.limit", "7"], environment: environment)
            #expect(first.contains("# flag --quota.limit\nquota.limit = 7\n"))
            #expect(first.contains("# environment CHURND_DRAIN_DELAY\ndrain.delay = 0.25\n"))
            try first.write(toFile: path, atomically: true, encoding: .utf8)
            let second = try printed(
                ["--config", path], environment: ["JWT_SECRET": PrintConfigTests.secret])
            #expect(second.contains("quota.limit = 7\n"))
            #expect(second.contains("redis.url = redis://localhost:6379/3\n"))
            let values = { (text: String) in
                text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            }
            #expect(values(first) == values(second))
            #expect(values(first).count > 30)
        }

        @Test func `no secret is printed`() throws {
            let text = try printed(
                [],
                environment: [
                    "JWT_SECRET": PrintConfigTests.secret,
                    "AUDIT_KEY": PrintConfigTests.secret + "2",
                    "CHURND_AUDIT_DIRECTORY": "audit",
                    "REDIS_URL": "redis://user:\(PrintConfigTests.password)@localhost",
                ])
            #expect(!text.contains("pl4nted"))
            #expect(text.contains("# jwt.secret is set (environment JWT_SECRET), not shown\n"))
            #expect(text.contains("# audit.key is set (environment AUDIT_KEY), not shown\n"))
        }

        @Test func `a wrong configuration ends as a start would`() throws {
            for arguments in [["--quota.limit=0"], []] {
                let child = try ChildProcess(BuiltProgram.churnd, ["--print-config"] + arguments)
                #expect(try child.waitForExit() == .code(78))
                #expect(child.output == "")
                #expect(child.errors.hasPrefix("churnd: "))
                #expect(child.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
            }
        }

        @Test func `development prints what it implies`() throws {
            let text = try printed(["--dev"], environment: [:])
            #expect(text.contains("# --dev\nstore = memory\n"))
            #expect(text.contains("\n# jwt.secret =\n"))
        }
    }
}
