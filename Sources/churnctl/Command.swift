internal import ArgumentParser
internal import POSIX

/// A command that does something, not a group of others.
protocol Command: ParsableCommand {
    /// What `CommandFailure` has an exit code for ends the command with it; the parser reports the
    /// rest.
    func perform() throws
}

extension Command {
    func run() throws {
        do {
            try perform()
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            for line in failure.lines { complain(line) }
            throw ExitCode(failure.exit.rawValue)
        }
    }
}

/// The exit codes beside 0, from 64 on by sysexits(3).
enum Exit: Int32 {
    /// The answer is no, or churnd refused.
    case failure = 1
    case usage = 64
    case data = 65
    case noInput = 66
    case unavailable = 69
    case software = 70
    case cannotCreate = 73
    case configuration = 78
}

/// Why a command ended.
struct CommandFailure: Error {
    let exit: Exit
    /// For standard error; none where the command's output says it all.
    let lines: [String]

    init(_ exit: Exit, _ lines: [String] = []) {
        self.exit = exit
        self.lines = lines
    }

    /// - Parameter reason: one line or more.
    init(_ exit: Exit, _ reason: String) {
        self.init(exit, reason.split(separator: "\n").map(String.init))
    }
}

/// Reports on standard error; nothing in the text can command a terminal.
func complain(_ reason: String) {
    let line = Array("churnctl: \(TerminalText.plain(reason))\n".utf8)
    StandardStream.error.write(line.span)
}
