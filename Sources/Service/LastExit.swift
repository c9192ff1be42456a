internal import Dispatch
internal import Logging
internal import POSIX
internal import Synchronization
internal import Telemetry

/// Ends the process when its time to end is over and something still waits, for example for a disk
/// that hangs. A thread in a system call that cannot be interrupted, as on a frozen file system,
/// keeps the process in the kernel's table until the disk is back; nothing else of it is left.
final class LastExit: Sendable {
    /// What is left undone is worth an alarm.
    static let code: Int32 = 1
    /// For the line that reports it.
    private static let flushTime = DispatchTimeInterval.milliseconds(250)

    private let queue = DispatchQueue(label: "churnd.exit")
    private let isOver = Atomic(false)
    private let sink: LogSink

    init(sink: LogSink) { self.sink = sink }

    /// - Parameter undone: what to log of what was not done.
    func end(after time: DispatchTimeInterval, undone: @escaping @Sendable () -> String) {
        queue.asyncAfter(deadline: .now() + time) {
            guard !self.isOver.load(ordering: .sequentiallyConsistent) else { return }
            var line = LogLine(.error, "ended without waiting any longer")
            line.add("undone", undone())
            self.sink.append(line.finish().span, lineCount: 1)
            self.sink.flush(waitingAtMost: LastExit.flushTime)
            Signals.endProcess(LastExit.code)
        }
    }

    /// The process ends by itself.
    func isNotNeeded() { isOver.store(true, ordering: .sequentiallyConsistent) }
}
