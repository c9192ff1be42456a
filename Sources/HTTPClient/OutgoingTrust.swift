package import OpenSSL
package import POSIX
internal import Synchronization

/// Which servers outgoing requests believe: those whose certificate one of the authorities in a
/// file has signed, or one of the system's. A file that has changed is read again.
package final class OutgoingTrust: Sendable {
    /// What the file of authorities may hold: more than a system's.
    private static let bytesMax = 1 << 20

    private struct State {
        var identity: FileIdentity?
        var context: TLSContext?
    }

    /// Nil: the system's.
    private let path: String?
    private let state = Mutex(State())

    package init(path: String?) { self.path = path }

    /// For one connection.
    package func context() throws(OutgoingTrustError) -> TLSContext {
        let identity = path.flatMap { Files.identity(of: $0) }
        if let context = state.withLock({ $0.identity == identity ? $0.context : nil }) {
            return context
        }
        let context = try read()
        state.withLock { $0 = State(identity: identity, context: context) }
        return context
    }

    private func read() throws(OutgoingTrustError) -> TLSContext {
        guard let path else {
            do throws(TLSContextError) { return try TLSContext(trustingSystemWith: nil) } catch {
                throw .unusable(path: "the system's authorities", error)
            }
        }
        let authorities: [UInt8]
        do throws(FileError) {
            authorities = try Files.read(path, bytesMax: OutgoingTrust.bytesMax)
        } catch { throw .unreadable(error) }
        do throws(TLSContextError) { return try TLSContext(trusting: authorities) } catch {
            throw .unusable(path: path, error)
        }
    }
}

/// Why authorities cannot be trusted.
package enum OutgoingTrustError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(FileError)
    case unusable(path: String, TLSContextError)

    package var description: String {
        switch self {
        case .unreadable(let error): "outgoing.ca: \(error)"
        case .unusable(let path, let error): "outgoing.ca: \(path): \(error)"
        }
    }
}
