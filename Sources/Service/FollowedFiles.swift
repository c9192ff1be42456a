internal import Dispatch
internal import POSIX
internal import Synchronization

/// Files that are read again when they change, or when a signal asks for it, while the service
/// runs: which of their states was read last, and which refusal was reported last.
final class FollowedFiles: Sendable {
    /// Of each file by its path; nil where nothing can be seen there.
    typealias Identity = [String: FileIdentity?]

    private static let interval = DispatchTimeInterval.seconds(1)
    /// A change within the clock tick of the change before leaves the times of a file as they are,
    /// so that a file that was changed a moment ago is read again.
    private static let settlingNanoseconds: Int64 = 2_000_000_000

    private struct State {
        /// Of the files whose content is in use; nil where they have to be read again.
        var settled: Identity?
        /// What was reported last, where it was a refusal.
        var refusal: String?
        var isStopped = false
    }

    private let identity: @Sendable () -> Identity
    private let state = Mutex(State())

    init(_ identity: @escaping @Sendable () -> Identity) { self.identity = identity }

    /// Calls `look` on the queue each second until `stop`.
    func watch(on queue: DispatchQueue, _ look: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + FollowedFiles.interval) { [weak self] in
            guard let self, !state.withLock(\.isStopped) else { return }
            look()
            watch(on: queue, look)
        }
    }

    var isStopped: Bool { state.withLock(\.isStopped) }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Whether the files have to be read again.
    var areChanged: Bool {
        let identity = identity()
        return state.withLock { $0.settled != identity }
    }

    /// Reads the files by `read`, which returns why their content is refused, nil where it is in
    /// use.
    ///
    /// - Parameter isAsked: by a signal, and not because they have changed.
    /// - Returns: a refusal to be reported. A watch reports each once: refused files are read again
    ///   each time, since they may be half-written.
    func read(isAsked: Bool, _ read: () -> String?) -> String? {
        // Before the files are read: a change while they are read is seen by the next look.
        let identity = identity()
        let youngest = identity.values.compactMap { $0?.changed }.max() ?? .max
        let isSettled =
            identity.isEmpty
            || youngest < Clock.unixMilliseconds() * 1_000_000 - FollowedFiles.settlingNanoseconds
        let refusal = read()
        return state.withLock { state in
            let isNews = refusal != state.refusal
            state.refusal = refusal
            state.settled = refusal == nil && isSettled ? identity : nil
            return isNews || isAsked ? refusal : nil
        }
    }
}
