internal import Dispatch
package import POSIX
internal import Synchronization

/// Looks host names up within a time. getaddrinfo(3) has none of its own and cannot be stopped, so
/// it runs on a thread that may outlive the caller's patience; while one does, no other is begun.
package final class HostLookup: Sendable {
    /// The addresses of a host, as `SocketAddress.resolve` has them.
    package typealias Resolve =
        @Sendable (_ host: String, _ port: UInt16) throws(ResolutionError) -> [SocketAddress]

    private let resolve: Resolve
    private let queue = DispatchQueue(label: "churnd.lookup")
    private let isBusy = Atomic(false)

    package init(
        resolve: @escaping Resolve = { (host, port) throws(ResolutionError) in
            try SocketAddress.resolve(host: host, port: port)
        }
    ) { self.resolve = resolve }

    /// The addresses of a host, at least one. Throws also where they were not found in time.
    package func addresses(
        of host: String, port: UInt16, _ deadline: Deadline
    ) throws(ResolutionError) -> [SocketAddress] {
        guard !isBusy.exchange(true, ordering: .sequentiallyConsistent) else {
            throw ResolutionError(host: host, reason: "an earlier lookup has not ended")
        }
        let found = Found()
        queue.async { [self] in
            let result = Result { () throws(ResolutionError) in try resolve(host, port) }
            isBusy.store(false, ordering: .sequentiallyConsistent)
            found.settle(result)
        }
        guard let result = found.wait(atMost: deadline.leftNanoseconds) else {
            throw ResolutionError(
                host: host, reason: "no address within \(deadline.milliseconds) ms")
        }
        let addresses = try result.get()
        guard !addresses.isEmpty else { throw ResolutionError(host: host, reason: "no address") }
        return addresses
    }

    /// What one lookup came to.
    private final class Found: Sendable {
        private let result = Mutex<Result<[SocketAddress], ResolutionError>?>(nil)
        private let settled = DispatchSemaphore(value: 0)

        func settle(_ result: Result<[SocketAddress], ResolutionError>) {
            self.result.withLock { $0 = result }
            settled.signal()
        }

        /// Nil where it has not ended.
        func wait(atMost nanoseconds: Int64) -> Result<[SocketAddress], ResolutionError>? {
            _ = settled.wait(timeout: .now() + .nanoseconds(Int(clamping: nanoseconds)))
            return result.withLock { $0 }
        }
    }
}
