internal import POSIX
internal import Reactor

/// A server's listening socket. It pauses when the connections or the descriptors of the process
/// are used up, so that a full server neither spins nor drops anybody.
final class Listener: Channel {
    /// Accepted at one event, so that a flood of connects leaves the others their turn.
    private static let acceptsPerTurn = 64

    private let descriptor: FileDescriptor
    private unowned let server: HTTPServer
    private var registration: Reactor.Registration?
    /// When a paused listener tries again by itself; nil while it is not paused.
    private(set) var resumesAt: Int64?

    init(descriptor: consuming FileDescriptor, server: HTTPServer) throws(SystemError) {
        let rawValue = descriptor.rawValue
        self.descriptor = descriptor
        self.server = server
        registration = try server.reactor.register(rawValue, .readable, for: self)
    }

    func ready(_ readiness: Readiness) { accept(atMost: Listener.acceptsPerTurn) }

    /// Accepts all who wait already.
    func acceptRest() { accept(atMost: .max) }

    func close() {
        guard let registration else { return }
        server.reactor.unregister(descriptor.rawValue, registration)
        self.registration = nil
    }

    /// Accepts again after a pause.
    func resume() {
        guard resumesAt != nil else { return }
        resumesAt = nil
        watch(.readable)
    }

    private func accept(atMost count: Int) {
        for _ in 0..<count {
            guard server.counter.take(limit: server.limits.connectionsMax) else { return pause() }
            switch Sockets.accept(descriptor.rawValue) {
            case .connection(let connection): server.adopt(connection)
            case .aborted: server.counter.giveBack()
            case .wouldBlock: return server.counter.giveBack()
            case .exhausted:
                server.counter.giveBack()
                return pause()
            }
        }
    }

    private func pause() {
        resumesAt = server.reactor.now + ServerLimits.acceptPause
        watch([])
    }

    private func watch(_ interest: Interest) {
        guard let registration else { return }
        // The descriptor is registered and open: EPOLL_CTL_MOD has no other way to fail.
        try? server.reactor.watch(descriptor.rawValue, interest, as: registration)
    }
}
