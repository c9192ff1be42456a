internal import Dispatch
internal import POSIX
internal import Synchronization

/// Lets Ctrl-C and SIGTERM end long work immediately, but never while its results are being
/// written: the output is complete or absent.
final class Interruption: Sendable {
    private static let signals = [Signals.interrupt, Signals.terminate]

    private let writing = Mutex(())

    /// To be called before the first other thread is started, which would not block the signals. It
    /// holds until the process ends.
    init() {
        Signals.block(Interruption.signals)
        DispatchQueue(label: "churnctl.signals").async { [self] in
            let signal = Signals.wait(for: Interruption.signals)
            writing.withLock { _ in Signals.end(by: signal) }
        }
    }

    /// Does what a signal has to wait for.
    func protecting(_ write: () throws -> Void) throws {
        try writing.withLock { _ in try write() }
    }
}
