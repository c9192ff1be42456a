internal import POSIX
internal import Reactor

/// A server's listening socket. When the connections or the descriptors of the process are used up,
/// an idle connection is closed for each new one; where none idles it pauses, so that a full server
/// does not spin.
final class Listener: Channel {
    /// Accepted at one event, so that a flood of connects leaves the others their turn.
    private static let acceptsPerTurn = 64
    /// Accepted when draining begins, so that clients that connect as fast do not keep it.
    private static let acceptsAtEndMax = 1 << 14

    private let descriptor: FileDescriptor
    private unowned let server: HTTPServer
    private var registration: Loop.Registration?
    /// When a paused listener tries again by itself; nil while it is not paused.
    private(set) var resumesAt: Int64?

    init(descriptor: consuming FileDescriptor, server: HTTPServer) throws(SystemError) {
        let rawValue = descriptor.rawValue
        self.descriptor = descriptor
        self.server = server
        registration = try server.loop.register(rawValue, .readable, for: self)
    }

    func ready(_ readiness: Readiness) { accept(atMost: Listener.acceptsPerTurn) }

    /// Accepts all pending connections, as many as the kernel's queue may hold.
    func acceptRest() { accept(atMost: Listener.acceptsAtEndMax) }

    func close() {
        guard let registration else { return }
        server.loop.unregister(descriptor.rawValue, registration)
        self.registration = nil
    }

    /// Accepts again after a pause.
    func resume() {
        guard resumesAt != nil else { return }
        resumesAt = nil
        watch(.readable)
    }

    private func accept(atMost count: Int) {
        for index in 0..<count {
            // That a client waits is known at the first only; epoll reports the others again.
            let isAwaited = index == 0
            guard takePlace(isAwaited: isAwaited) else { return }
            switch Sockets.accept(descriptor.rawValue) {
            case .connection(let connection, let peer): server.adopt(connection, from: peer)
            case .aborted: server.counter.giveBack()
            case .wouldBlock: return server.counter.giveBack()
            case .exhausted:
                // accept4 takes a descriptor before it looks whether a client waits.
                server.counter.giveBack()
                guard isAwaited else { return }
                guard server.closeLongestIdle() else { return pause() }
            }
        }
    }

    private func takePlace(isAwaited: Bool) -> Bool {
        guard server.mayBeginHandshake(makingRoom: isAwaited) else {
            if isAwaited { pause() }
            return false
        }
        let limit = server.limits.connectionsMax
        if server.counter.take(limit: limit) { return true }
        guard isAwaited else { return false }
        // Another reactor may take the place first; then the next turn finds another one.
        if server.closeLongestIdle() { return server.counter.take(limit: limit) }
        server.askOthersForRoom()
        pause()
        return false
    }

    /// Accepts no connection for so long, unless it is resumed before.
    func pause(forNanoseconds nanoseconds: Int64 = ServerLimits.acceptPause) {
        resumesAt = server.loop.now + nanoseconds
        watch([])
    }

    private func watch(_ interest: Interest) {
        guard let registration else { return }
        // The descriptor is registered and open: EPOLL_CTL_MOD has no other way to fail.
        try? server.loop.watch(descriptor.rawValue, interest, as: registration)
    }
}
