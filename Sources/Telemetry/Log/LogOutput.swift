internal import Logging
package import POSIX
internal import Synchronization

/// What the log's lines are written to: standard output, or a file that is opened again on demand.
///
/// Lines that cannot be written, because the disk is full or the reader is gone, are counted. Once
/// it can be written again, that is logged, at the beginning of a line: a line that was cut is
/// ended, so that every line is either complete or not JSON.
package final class LogOutput: Sendable {
    private struct State: ~Copyable {
        /// Nil: standard output.
        var file: AppendFile?
        /// The last line has no end.
        var isCut = false
        /// Lines that are lost and not reported yet, and why.
        var lostLines = 0
        var reason = ""
    }

    private let path: String?
    private let state: Mutex<State>
    private let lost = Atomic<UInt64>(0)

    /// Standard output.
    package init() {
        path = nil
        state = Mutex(State(file: nil))
    }

    /// The regular file at `path`, which is created for its owner alone if it does not exist. A
    /// link is not followed.
    package init(path: String) throws(FileError) {
        self.path = path
        state = Mutex(State(file: try AppendFile(path: path)))
    }

    /// Opens the file again, which may have been renamed; standard output stays as it is. The old
    /// one is kept where that fails.
    func reopen() throws(FileError) {
        guard let path else { return }
        try state.withLock { (state) throws(FileError) in
            state.file = try AppendFile(path: path)
            // Another file begins with a line.
            state.isCut = false
        }
    }

    /// Lines that could not be written, since the start.
    package var lostLines: UInt64 { lost.load(ordering: .relaxed) }

    /// Whether there are lost lines that the log does not name yet.
    var owesReport: Bool { state.withLock { $0.lostLines > 0 } }

    /// Writes whole lines; may wait for a slow reader or disk.
    func write(_ lines: Span<UInt8>) {
        state.withLock { state in
            guard begin(&state) else { return lose(lines, &state) }
            let written = put(lines, &state)
            lose(lines.extracting(droppingFirst: written), &state)
        }
    }

    /// Reports what is lost, if it can be written now.
    func report() { state.withLock { _ = begin(&$0) } }

    /// Ends a line that was cut and reports what is lost; whether lines can follow.
    private func begin(_ state: inout State) -> Bool {
        if state.isCut {
            let end = [UInt8(ascii: "\n")]
            guard put(end.span, &state) == end.count else { return false }
        }
        guard state.lostLines > 0 else { return true }
        var line = LogLine(.error, "log lines were lost: the log could not be written")
        line.add("lines", state.lostLines)
        line.add("reason", state.reason)
        let bytes = line.finish()
        guard put(bytes.span, &state) == bytes.count else { return false }
        state.lostLines = 0
        return true
    }

    /// Returns how many bytes were written.
    private func put(_ bytes: Span<UInt8>, _ state: inout State) -> Int {
        var written = 0
        var failure: SystemError?
        if state.file != nil {
            do throws(SystemError) {
                while written < bytes.count {
                    let rest = bytes.extracting(droppingFirst: written)
                    written += try state.file?.write(rest) ?? rest.count
                }
            } catch { failure = error }
        } else {
            (written, failure) = StandardStream.output.append(bytes)
        }
        if let failure { state.reason = failure.description }
        if written > 0 { state.isCut = bytes[written - 1] != UInt8(ascii: "\n") }
        return written
    }

    private func lose(_ lines: Span<UInt8>, _ state: inout State) {
        var count = 0
        for index in lines.indices where lines[index] == UInt8(ascii: "\n") { count += 1 }
        guard count > 0 else { return }
        state.lostLines += count
        lost.wrappingAdd(UInt64(count), ordering: .relaxed)
    }
}
