internal import Foundation
internal import Glibc
internal import POSIX

/// A redis-server of a test's own: on a port of its own, in an empty directory, without
/// persistence.
///
/// It ends with its owner, and with the test process however that ends: a shell between the two
/// kills it when the line from the test process closes.
package final class RedisServer {
    package enum StartError: Error { case noLifeline, noProcessID, ended(log: String) }

    private static let script = """
        log="$1"; shift
        redis-server "$@" >"$log" 2>&1 &
        echo $!
        read -r line
        kill -KILL $! 2>/dev/null
        wait
        """
    /// Another process may take a free port before the server does.
    private static let portsTried = 5

    package private(set) var port: UInt16
    private let arguments: [String]
    /// What a Sentinel reads, and writes to, but for its port.
    private let sentinelLines: [String]?
    private let directory: TemporaryDirectory
    private var shell: Process?
    private var lifeline: FileDescriptor?
    private var processID: pid_t = 0

    /// Starts a server and waits until it answers.
    ///
    /// - Parameter arguments: as on the command line, such as `--requirepass x`.
    package convenience init(_ arguments: [String] = []) throws {
        try self.init(arguments, sentinelLines: nil)
    }

    /// Starts a Sentinel that watches the primary on a port, under a name, with so many to agree.
    package convenience init(
        sentinelOf port: UInt16, as name: String, quorum: Int, lines: [String] = []
    ) throws {
        try self.init(
            ["--sentinel"],
            sentinelLines: lines + [
                "sentinel monitor \(name) 127.0.0.1 \(port) \(quorum)",
                "sentinel down-after-milliseconds \(name) 1000",
                "sentinel failover-timeout \(name) 5000",
            ])
    }

    private init(_ arguments: [String], sentinelLines: [String]?) throws {
        self.arguments = arguments
        self.sentinelLines = sentinelLines
        directory = try TemporaryDirectory()
        port = try FreePort.find()
        for _ in 1..<RedisServer.portsTried {
            do {
                try start()
                return
            } catch {
                port = try FreePort.find()
            }
        }
        try start()
    }

    deinit { kill() }

    /// Ends the server immediately, as a crash would.
    package func kill() {
        guard let shell else { return }
        // The shell has not waited for the server yet, so that its number still names it.
        if processID > 0 { _ = Glibc.kill(processID, SIGKILL) }
        lifeline = nil
        shell.waitUntilExit()
        self.shell = nil
        processID = 0
    }

    /// Starts the server again, empty, on the same port.
    package func restart() throws { try start() }

    /// Makes the server hang, as seen from outside: the kernel still accepts connections and bytes.
    package func pause() throws {
        _ = Glibc.kill(processID, SIGSTOP)
        try eventually("redis-server is stopped") { self.state == "T" }
    }

    package func resume() { _ = Glibc.kill(processID, SIGCONT) }

    /// A new connection for the test's own commands.
    package func client() throws -> RedisClient { try RedisClient(port: port) }

    private func start() throws {
        kill()
        let shell = Process()
        // Closed on exec: a server that is started at the same time must not hold it open too.
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw StartError.noLifeline }
        let readEnd = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        lifeline = FileDescriptor(owning: ends[1])
        let output = Pipe()
        let log = directory.path(of: "log")
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", RedisServer.script, "sh", log] + (try settings()) + arguments
        shell.standardInput = readEnd
        shell.standardOutput = output
        // The shell inherits what this thread blocks, and without SIGCHLD its `wait` never ends.
        var none = sigset_t()
        var blocked = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try shell.run()
        self.shell = shell
        let line = String(
            decoding: output.fileHandleForReading.availableData.prefix { $0 != 0x0A }, as: UTF8.self
        )
        guard let processID = pid_t(line) else { throw StartError.noProcessID }
        self.processID = processID
        try eventually("redis-server answers") {
            guard let state, state != "Z" else {
                throw StartError.ended(
                    log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
            }
            return isServing()
        }
    }

    private func settings() throws -> [String] {
        guard let sentinelLines else {
            return [
                "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                "--dir", directory.path,
            ]
        }
        let path = directory.path(of: "sentinel.conf")
        let lines = ["port \(port)", "bind 127.0.0.1", "dir \(directory.path)"] + sentinelLines
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return [path]
    }

    /// Whether this very server answers, and not another one that was faster to take the port.
    private func isServing() -> Bool {
        guard let client = try? client(), let reply = try? client.command("INFO", "server") else {
            return false
        }
        switch reply {
        case .bulk(let bytes):
            return String(decoding: bytes, as: UTF8.self).contains("process_id:\(processID)\r")
        // It wants a password first.
        case .error(let text): return text.hasPrefix("NOAUTH")
        case .status, .integer, .null, .array: return false
        }
    }

    /// The letter of the process' state in proc(5); nil when there is no such process.
    private var state: Character? {
        guard let text = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[end...].dropFirst(2).first
    }
}
