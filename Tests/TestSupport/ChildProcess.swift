package import Glibc
internal import POSIX
internal import Synchronization

/// A program that a test runs: its output goes to files, so that it never waits for a reader. It is
/// killed with its owner, and with the test process however that ends.
package final class ChildProcess {
    package enum Exit: Equatable, Sendable {
        case code(CInt)
        case signal(CInt)
    }

    package struct Failure: Error, CustomStringConvertible { package let description: String }

    package let processID: pid_t
    private let directory: TemporaryDirectory
    private var exit: Exit?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: all of it; nothing is inherited.
    ///   - workingDirectory: nil: an empty one.
    ///   - input: what it reads on standard input.
    ///   - outputPath: where standard output goes; nil: to where `output` reads.
    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        workingDirectory: String? = nil, input: String = "",
        outputPath: String? = nil
    ) throws {
        guard access(program, X_OK) == 0 else {
            throw Failure(description: "\(program) is not there: build it before its tests")
        }
        directory = try TemporaryDirectory()
        let inputPath = directory.path(of: "input")
        try ChildProcess.write(input, to: inputPath)

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        let outputs = [outputPath ?? directory.path(of: "output"), directory.path(of: "errors")]
        for (descriptor, path) in zip(CInt(1)..., outputs) {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        closeInherited(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Another library of the test process may have blocked or ignored what is tested here.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // env -C changes the directory and then becomes the program.
        let command = ["/usr/bin/env", "-C", workingDirectory ?? directory.path, program]
        var words = cStrings(command + arguments)
        var variables = cStrings(environment.map { "\($0.key)=\($0.value)" })
        defer { for text in words + variables { free(text) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, command[0], &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw Failure(description: "\(program): \(String(cString: strerror(code)))")
        }
        self.processID = processID
        try ChildGuard.watch(processID)
    }

    deinit {
        guard exit == nil else { return }
        kill(processID, SIGKILL)
        ChildGuard.forget(processID)
        var status: CInt = 0
        waitpid(processID, &status, 0)
    }

    /// Standard output so far.
    package var output: String { ChildProcess.contents(of: directory.path(of: "output")) }
    /// Standard error so far.
    package var errors: String { ChildProcess.contents(of: directory.path(of: "errors")) }

    package func signal(_ number: CInt) {
        if exit == nil { kill(processID, number) }
    }

    /// How it ended; nil while it runs.
    package var ended: Exit? {
        if let exit { return exit }
        var information = siginfo_t()
        // Only looked at, so that its number names it until the guard has forgotten it.
        guard waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
            information.si_signo == SIGCHLD
        else { return nil }
        ChildGuard.forget(processID)
        var status: CInt = 0
        waitpid(processID, &status, 0)
        let signal = status & 0x7F
        exit = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
        return exit
    }

    /// Waits until it has ended.
    package func waitForExit(within seconds: Double = 30) throws -> Exit {
        try eventually("process \(processID) ends", within: seconds) { ended != nil }
        return exit ?? .code(-1)
    }

    private static func write(_ text: String, to path: String) throws {
        let bytes = Array(text.utf8)
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw Failure(description: "cannot write \(path)")
        }
    }

    private static func contents(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}

/// Copies, to be freed, with the nil that ends such lists.
private func cStrings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
}

/// Lets a child inherit nothing but the first three descriptors: one that held the pipes of another
/// test's child would keep that one from ending.
private func closeInherited(_ actions: inout posix_spawn_file_actions_t) {
    // Some more, for those that other threads open now. Closing one that is not open is no error.
    let margin: CInt = 64
    let names = (try? Files.names(in: "/proc/self/fd")) ?? []
    let highest = names.compactMap { CInt($0) }.max() ?? 2
    for descriptor in 3...(highest + margin) {
        posix_spawn_file_actions_addclose(&actions, descriptor)
    }
}

/// A shell that outlives the test process for a moment, to kill what it has left behind.
private enum ChildGuard {
    private static let script = """
        left=" "
        while read -r verb process; do
            case $verb in
            watch) left="$left$process " ;;
            forget) left="${left%% $process *} ${left#* $process }" ;;
            esac
        done
        for process in $left; do kill -KILL $process; done
        """

    /// The pipe to the shell; it closes with this process.
    private static let pipe = Mutex<CInt?>(nil)

    static func watch(_ processID: pid_t) throws { try tell("watch \(processID)\n") }

    /// To be called before the process is reaped, so that its number cannot name another yet.
    static func forget(_ processID: pid_t) {
        // Only a killed shell does not take it, and that one kills nothing.
        try? tell("forget \(processID)\n")
    }

    private static func tell(_ line: String) throws {
        let bytes = Array(line.utf8)
        try pipe.withLock { pipe in
            let descriptor = try pipe ?? start()
            pipe = descriptor
            guard send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
                throw ChildProcess.Failure(description: "the guard of child processes has gone")
            }
        }
    }

    private static func start() throws -> CInt {
        var ends: [CInt] = [0, 0]
        // A pair of sockets and no pipe: a write to a shell that has gone is an error, no signal.
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ChildProcess.Failure(description: "no socket pair")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        closeInherited(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that Ctrl-C on a test run does not reach it.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words = cStrings(["sh", "-c", script])
        var variables = cStrings([])
        defer { for text in words { free(text) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, "/bin/sh", &actions, &attributes, &words, &variables)
        close(ends[1])
        guard code == 0 else { throw ChildProcess.Failure(description: "no shell") }
        return ends[0]
    }
}
