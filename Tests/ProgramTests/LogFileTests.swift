import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// A log that goes to a file.
    @Suite struct LogFileTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory() }

        /// A churnd whose output a shell has sent to a file with `>`, so not for appending.
        private func redirected(
            to path: String, _ flags: [String] = [], operations: String = "off"
        ) throws -> ChildProcess {
            try ChildProcess(
                "/bin/sh",
                [
                    "-c", "exec \"$@\" > '\(path)'", "sh", BuiltProgram.churnd, "--http.port=0",
                    "--store=memory",
                    "--model.path=\(BuiltProgram.modelPath)", "--operations.listen=\(operations)",
                ] + flags, environment: ["JWT_SECRET": ChurndProcess.secret])
        }

        private func bytes(_ path: String) throws -> [UInt8] {
            try Files.read(path, bytesMax: 1 << 24)
        }

        private func lines(_ path: String) throws -> [JSONObject?] {
            try bytes(path).split(separator: 0x0A).map { line in
                let line = Array(line)
                return (try? JSONValue(parsing: line.span))?.asObject
            }
        }

        private func wait(_ path: String, for message: String) throws {
            try eventually("the log says \(message)", within: 30) {
                try lines(path).contains { $0?.text("message") == message }
            }
        }

        private func port(_ path: String) throws -> UInt16 {
            let line = try lines(path).compactMap { $0 }.first { $0.text("message") == "listening" }
            return try #require(line?.text("port").flatMap { UInt16($0) })
        }

        @Test func `a log that was emptied by copytruncate begins with a line, not with NUL bytes`()
            throws
        {
            let path = directory.path(of: "log")
            let child = try redirected(to: path)
            try eventually("there is a log") { Directories.isAnything(at: path) }
            try wait(path, for: "listening")
            let port = try port(path)
            #expect(truncate(path, 0) == 0)
            #expect(try ClientSocket(port: port).exchange(.get("/livez")).status == 200)
            try wait(path, for: "request")
            child.signal(SIGTERM)
            #expect(try child.waitForExit() == .code(0))
            #expect(try bytes(path).first == UInt8(ascii: "{"))
            #expect(try !lines(path).contains(nil))
            #expect(child.errors == "")
        }

        @Test func `the file of log_file is opened again at SIGHUP, which still loads the model`()
            throws
        {
            let path = directory.path(of: "log")
            let child = try redirected(to: "/dev/null", ["--log.file=\(path)"])
            try eventually("there is a log", within: 30) { Directories.isAnything(at: path) }
            try wait(path, for: "listening")
            let port = try port(path)
            try Directories.rename(path, to: path + ".1")
            child.signal(SIGHUP)
            try eventually("there is a new log") { Directories.isAnything(at: path) }
            try wait(path, for: "model unchanged")
            #expect(try ClientSocket(port: port).exchange(.get("/livez")).status == 200)
            try wait(path, for: "request")
            #expect(try !lines(path + ".1").contains { $0?.text("message") == "request" })
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            child.signal(SIGTERM)
            #expect(try child.waitForExit() == .code(0))
            #expect(try lines(path).last??.text("message") == "ended")
        }

        @Test func `a log_file that is a pipe or a link is refused with one line`() throws {
            let path = directory.path(of: "log")
            for make in [
                { mkfifo(path, 0o600) }, { symlink("elsewhere", path) },
                { mkdir(path, 0o700) },
            ] {
                #expect(make() == 0)
                let child = try redirected(to: "/dev/null", ["--log.file=\(path)"])
                #expect(try child.waitForExit() == .code(1))
                #expect(child.errors.hasPrefix("churnd: log.file: \(path): "))
                #expect(child.errors.split(separator: "\n").count == 1)
                #expect(remove(path) == 0)
            }
        }

        @Test(.enabled(if: TestDisk.hasMemoryDisks, "needs root and the right to mount a tmpfs"))
        func `a full disk under the log holds up no request, and is counted and reported`() throws {
            let disk = try TestDisk(.tmpfs, kibibytes: 128)
            let path = disk.path(of: "log")
            let child = try redirected(
                to: path, ["--quota.limit=100000", "--store.subjects=10"],
                operations: "unix:\(directory.path(of: "socket"))")
            try eventually("there is a log") { Directories.isAnything(at: path) }
            try wait(path, for: "listening")
            let client = try ClientSocket(port: port(path))
            let filler = try AppendFile(path: disk.path(of: "filler"))
            let page = [UInt8](repeating: 0, count: 4_096)
            while (try? filler.write(page.span)) == page.count {}
            let operations = try ClientSocket(unixPath: directory.path(of: "socket"), seconds: 20)
            let name = "churnd_log_lines_lost_total"
            var lost = 0.0
            // Strangers' lines are few in a second: a known caller's are all logged.
            let token = try TokenFactory().token("alice")
            try eventually("lines are lost") {
                for _ in 0..<10 {
                    #expect(try client.exchange(.predict(token: token)).status < 500)
                }
                lost = MetricSamples(try operations.exchange(.get("/metrics")).text)[name] ?? 0
                return lost > 10
            }
            try filler.truncate(to: 0)
            try wait(path, for: "log lines were lost: the log could not be written")
            child.signal(SIGTERM)
            #expect(try child.waitForExit() == .code(0))
            let all = try lines(path)
            #expect(all.filter { $0 == nil }.count <= 1, "one line may be cut")
            let reports = all.compactMap { $0 }.filter {
                $0.text("message")?.hasPrefix("log lines were lost") == true
            }
            #expect(reports.count == 1)
            #expect((reports.first?["lines"]?.asNumber ?? 0) >= lost)
            #expect(reports.first?.text("reason") == "write: No space left on device")
        }
    }
}
