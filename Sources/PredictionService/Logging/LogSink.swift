internal import Dispatch
internal import HTTP
internal import Logging
package import POSIX
internal import Synchronization

/// Where log lines go. Whoever logs only copies bytes into memory; one queue writes them, so that a
/// reader who is slow never holds up a reactor. What does not fit is counted, and the count is
/// logged.
package final class LogSink: Sendable {
    private struct Waiting {
        var bytes: [UInt8] = []
        var droppedLines = 0
        var isScheduled = false
    }

    /// Lines that wait for a slow reader; about a second of requests at full load.
    package static let bytesMax = 1 << 24
    /// How long lines are gathered before they are written together.
    private static let delay = DispatchTimeInterval.milliseconds(5)

    private let write: @Sendable ([UInt8]) -> Void
    private let queue = DispatchQueue(label: "churnd.log")
    private let waiting = Mutex(Waiting())
    private let dropped = Atomic<UInt64>(0)

    /// - Parameter write: gets whole lines, on a queue of the sink's own; it may block.
    package init(write: @escaping @Sendable ([UInt8]) -> Void) { self.write = write }

    package convenience init(stream: StandardStream) {
        self.init { lines in stream.write(lines.span) }
    }

    /// Takes whole lines, each with its line feed. Never waits for the reader.
    package func append(_ lines: Span<UInt8>, lineCount: Int) {
        let mustSchedule = waiting.withLock { waiting in
            if waiting.bytes.count + lines.count <= LogSink.bytesMax {
                waiting.bytes.appendBytes(lines)
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
    var droppedLines: UInt64 { dropped.load(ordering: .relaxed) }

    /// Returns when all lines so far are written, or after the time given.
    package func flush(waitingAtMost seconds: Int) {
        let written = DispatchSemaphore(value: 0)
        queue.async {
            self.writeWaiting()
            written.signal()
        }
        _ = written.wait(timeout: .now() + .seconds(seconds))
    }

    private func writeWaiting() {
        let taken = waiting.withLock { waiting in
            let taken = waiting
            waiting = Waiting()
            return taken
        }
        if !taken.bytes.isEmpty { write(taken.bytes) }
        if taken.droppedLines > 0 {
            var line = LogLine(.warning, "log lines were dropped, the reader is too slow")
            line.add("lines", taken.droppedLines)
            write(line.finish())
        }
    }
}
