internal import CLinux
internal import Glibc

/// What became of one attempt to accept a connection.
package enum Acceptance: ~Copyable {
    case connection(FileDescriptor, from: PeerAddress)
    /// Nobody waits.
    case wouldBlock
    /// The peer left before it was accepted, or the network failed for it alone (accept(2)): try
    /// the next one.
    case aborted
    /// The process or the system is out of descriptors or memory: wait before trying again.
    case exhausted(code: CInt)
}

extension Sockets {
    package static func accept(_ listener: CInt) -> Acceptance {
        var peer = sockaddr_storage()
        // SAFETY: accept4 writes at most the storage's size, during the call.
        let rawValue = unsafe clinux_accept(listener, &peer)
        if rawValue != -1 {
            return .connection(FileDescriptor(owning: rawValue), from: PeerAddress(peer))
        }
        return switch errno {
        case EAGAIN: .wouldBlock
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted(code: errno)
        default: .aborted
        }
    }
}
