import Glibc
import POSIX
import TestSupport

/// A program whose calls to the kernel fail as a test wants them to, by strace(1).
final class FaultInjection {
    private static let strace = "/usr/bin/strace"

    /// Whether strace is there and may trace.
    static let isPossible: Bool = {
        let child = try? ChildProcess(strace, ["-qq", "-o", "/dev/null", "/bin/true"])
        return (try? child?.waitForExit()) == .code(0)
    }()

    /// Of strace, which ends as the program does.
    let child: ChildProcess
    private let trace: String

    /// - Parameters:
    ///   - call: with a descriptor of `path`; the first in each thread fails.
    ///   - directory: for what is noted of these calls.
    init(
        _ program: String, _ arguments: [String], environment: [String: String],
        failing call: String, of path: String, in directory: TemporaryDirectory
    ) throws {
        trace = directory.path(of: "trace")
        child = try ChildProcess(
            FaultInjection.strace,
            [
                "-f", "-qq", "-o", trace, "-P", path, "-e", "trace=\(call)",
                "-e", "inject=\(call):error=EIO:when=1", program,
            ] + arguments, environment: environment)
    }

    /// What was returned so far, one after the other.
    func results() throws -> [String] {
        let text = String(decoding: try Files.read(trace, bytesMax: 1 << 20), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: " = ").last.map(String.init)
        }
    }

    /// Sends a signal to the program.
    func signal(_ number: CInt) throws {
        let strace = child.processID
        let text = String(
            decoding: try Files.read("/proc/\(strace)/task/\(strace)/children", bytesMax: 4096),
            as: UTF8.self)
        for word in text.split(separator: " ") {
            if let program = pid_t(word) { kill(program, number) }
        }
    }
}
