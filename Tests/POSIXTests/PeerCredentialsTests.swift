import Glibc
import POSIX
import Testing

struct PeerCredentialsTests {
    @Test func `a Unix socket names the process at its other end, and no other socket does`()
        throws
    {
        var ends: [CInt] = [0, 0]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
        let one = FileDescriptor(owning: ends[0])
        let other = FileDescriptor(owning: ends[1])
        let credentials = one.peerCredentials()
        let peer = try #require(credentials)
        #expect(peer.userID == getuid())
        #expect(peer.processID == getpid())
        let same = other.peerCredentials()
        #expect(same == peer)
        let network = FileDescriptor(owning: socket(AF_INET, kind, 0))
        let nobody = network.peerCredentials()
        #expect(nobody == nil)
    }
}
