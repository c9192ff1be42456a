internal import CLinux
internal import Glibc

/// The process that connected to a Unix socket, as it was then.
package struct PeerCredentials: Equatable, Sendable {
    package let userID: UInt32
    /// 0 for one of another process namespace.
    package let processID: Int32
}

extension FileDescriptor {
    /// The process at the other end; nil for a socket that is not of the Unix domain, for which the
    /// kernel knows none.
    package borrowing func peerCredentials() -> PeerCredentials? {
        var user: CUnsignedInt = 0
        var process: CInt = 0
        // Of a socket of another domain the call gives an invalid user and process 0.
        guard unsafe clinux_peer(rawValue, &user, &process) == 0, user != .max else { return nil }
        return PeerCredentials(userID: user, processID: process)
    }
}
