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
    ///   - how: what happens to it, and when, as strace's `inject` has it.
    init(
        _ program: String, _ arguments: [String], environment: [String: String],
        failing call: String, of path: String, in directory: TemporaryDirectory,
        how: String = "error=EIO:when=1"
    ) throws {
        trace = directory.path(of: "trace")
        child = try ChildProcess(
            FaultInjection.strace,
            [
                "-f", "-qq", "-o", trace, "-P", path, "-e", "trace=\(call)",
                "-e", "inject=\(call):\(how)", program,
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
        for program in try programs() { kill(program, number) }
    }

    private func programs() throws -> [pid_t] {
        let strace = child.processID
        let text = String(
            decoding: try Files.read("/proc/\(strace)/task/\(strace)/children", bytesMax: 4096),
            as: UTF8.self)
        return text.split(separator: " ").compactMap { pid_t($0) }
    }

    /// The exit code of the program once it has ended; nil before. For a program that ends in a
    /// call that strace delays: strace itself then waits until the delay is over.
    func exitCode() throws -> CInt? {
        guard let program = try programs().first else { return nil }
        let text = String(
            decoding: try Files.read("/proc/\(program)/stat", bytesMax: 4096), as: UTF8.self)
        // proc_pid_stat(5): after the name in brackets the state; the last is the exit code, as
        // waitpid gives it. The main thread of these programs ends with the process only.
        let end = text.lastIndex(of: ")") ?? text.startIndex
        let fields = text[end...].dropFirst().split { $0 == " " || $0 == "\n" }
        guard fields.first == "Z" else { return nil }
        return fields.last.flatMap { CInt($0) }.map { $0 >> 8 }
    }
}
