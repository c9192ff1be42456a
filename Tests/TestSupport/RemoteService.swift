internal import Synchronization

/// A service that requests are sent to over TLS: a stand-in that a test lets go away and come back.
/// It begins away.
package final class RemoteService: Sendable {
    private let steps = Mutex<[StandInServer.Step]>([])
    private let server: Mutex<StandInServer?>
    private let authority: TestAuthority
    package let port: UInt16

    package init() throws {
        authority = try TestAuthority.shared.get()
        let server = try StandInServer(tls: authority.serverContext()) { _ in [] }
        port = server.port
        self.server = Mutex(server)
        goAway()
    }

    /// What lets a churnd send requests to it.
    package var settings: [String: String] {
        [
            "outgoing.ca": authority.path, "outgoing.networks": "127.0.0.0/8 ::1/128",
            "outgoing.ports": "\(port)",
        ]
    }

    package func comeBack() throws {
        let context = try authority.serverContext()
        let opened = try StandInServer(tls: context, port: port) { [weak self] _ in
            self?.steps.withLock { $0 } ?? []
        }
        server.withLock { $0 = opened }
    }

    package func goAway() {
        server.withLock {
            $0?.close()
            $0 = nil
        }
    }

    /// What each request is answered with from now on.
    package func answer(_ steps: [StandInServer.Step]) { self.steps.withLock { $0 = steps } }

    /// Since it came back.
    package var requests: [String] { server.withLock { $0?.requests ?? [] } }

    /// Lets every `hold` end.
    package func release() { server.withLock { $0?.release() } }
}
