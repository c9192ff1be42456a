internal import Bytes
package import Dispatch
internal import HTTP
internal import Logging
internal import POSIX
internal import Synchronization

/// Where log lines go. Logging only copies bytes into memory; one queue writes them, so that a
/// slow reader never delays a worker. What does not fit is counted, and the count is
/// logged.
package final class LogSink: Sendable {
    private struct Waiting {
        var bytes: [UInt8] = []
        /// Of `bytes`: of requests that were refused.
        var refusedBytes = 0
        var droppedLines = 0
        var isScheduled = false
        /// A timer will try to report lost lines.
        var isReporting = false
    }

    /// Lines that wait for a slow reader; about a second of requests at full load.
    package static let bytesMax = 1 << 24
    /// How much of it lines of refused requests may use, so that they do not crowd out the lines of
    /// others.
    package static let refusedBytesMax = bytesMax / 8
    /// How long lines are gathered before they are written together.
    private static let delay = DispatchTimeInterval.milliseconds(5)

    /// How often it is tried to report lines that could not be written.
    private static let reportDelay = DispatchTimeInterval.seconds(1)

    /// Nil: `write` never fails.
    private let output: LogOutput?
    private let write: @Sendable ([UInt8]) -> Void
    private let queue = DispatchQueue(label: "churnd.log")
    private let waiting = Mutex(Waiting())
    private let dropped = Atomic<UInt64>(0)

    /// - Parameter write: gets whole lines, on a queue of the sink's own; it may block.
    package init(write: @escaping @Sendable ([UInt8]) -> Void) {
        output = nil
        self.write = write
    }

    package init(output: LogOutput) {
        self.output = output
        write = { lines in output.write(lines.span) }
    }

    /// Which requests the lines belong to.
    package enum Share {
        /// The service's own, and those of requests that were not refused.
        case own
        case refused
    }

    /// Takes whole lines, each with its line feed. Never waits for the reader.
    package func append(_ lines: Span<UInt8>, lineCount: Int, share: Share = .own) {
        let mustSchedule = waiting.withLock { waiting in
            let refused = share == .refused ? lines.count : 0
            if waiting.bytes.count + lines.count <= LogSink.bytesMax,
                waiting.refusedBytes + refused <= LogSink.refusedBytesMax
            {
                waiting.bytes.appendBytes(lines)
                waiting.refusedBytes += refused
            } else {
                waiting.droppedLines += lineCount
                dropped.wrappingAdd(UInt64(lineCount), ordering: .relaxed)
            }
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        if mustSchedule {
            queue.asyncAfter(deadline: .now() + LogSink.delay) { self.writeWaiting() }
        }
    }

    /// Lines that did not fit, since the start.
    package var droppedLines: UInt64 { dropped.load(ordering: .relaxed) }

    /// Lines that could not be written, since the start.
    package var lostLines: UInt64 { output?.lostLines ?? 0 }

    /// Opens the log's file again, after what was logged so far.
    package func reopen() {
        queue.async {
            self.writeWaiting()
            do throws(FileError) { try self.output?.reopen() } catch {
                var line = LogLine(.error, "the log's file cannot be opened: it stays the old one")
                line.add("reason", "\(error)")
                self.write(line.finish())
            }
        }
    }

    /// Returns when all lines so far are written, or after the time given.
    package func flush(waitingAtMost seconds: Int) { flush(waitingAtMost: .seconds(seconds)) }

    package func flush(waitingAtMost time: DispatchTimeInterval) {
        let written = DispatchSemaphore(value: 0)
        queue.async {
            self.writeWaiting()
            written.signal()
        }
        _ = written.wait(timeout: .now() + time)
    }

    private func writeWaiting() {
        let taken = waiting.withLock { waiting in
            let taken = waiting
            waiting = Waiting()
            waiting.isReporting = taken.isReporting
            return taken
        }
        if !taken.bytes.isEmpty { write(taken.bytes) }
        if taken.droppedLines > 0 {
            var line = LogLine(.warning, "log lines were dropped, the reader is too slow")
            line.add("lines", taken.droppedLines)
            write(line.finish())
        }
        if let output, output.owesReport { reportLater(output) }
    }

    /// Once what keeps lines from being written is over, that is logged, even if nothing else is.
    private func reportLater(_ output: LogOutput) {
        guard
            !waiting.withLock({ waiting in
                defer { waiting.isReporting = true }
                return waiting.isReporting
            })
        else { return }
        queue.asyncAfter(deadline: .now() + LogSink.reportDelay) {
            self.waiting.withLock { $0.isReporting = false }
            output.report()
            if output.owesReport { self.reportLater(output) }
        }
    }
}
