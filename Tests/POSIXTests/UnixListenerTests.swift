import Glibc
import POSIX
import Synchronization
import TestSupport
import Testing

struct UnixListenerTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path(of: "s") }

    init() throws { directory = try TemporaryDirectory() }

    private static func kind(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private func listen(mode: UInt32 = 0o600) throws -> FileDescriptor {
        try Sockets.listenUnix(path: path, mode: mode, backlog: 16)
    }

    /// What `listenUnix` refuses the path with.
    private func refusal() -> UnixSocketError? {
        do throws(UnixSocketError) {
            _ = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 16)
            return nil
        } catch { return error }
    }

    @Test func `a client and its listener exchange bytes`() throws {
        let listener = try listen()
        let address = try SocketAddress.unix(path: path)
        let client = try Sockets.connect(to: address)
        #expect(Sockets.connectResult(of: client.rawValue) == 0)
        guard case .connection(let server, let peer) = Sockets.accept(listener.rawValue) else {
            Issue.record("nobody connected")
            return
        }
        let hasNoAddress = peer.bytes.isEmpty && peer.network == nil
        #expect(hasNoAddress)
        for (from, to) in [
            (client.rawValue, server.rawValue), (server.rawValue, client.rawValue),
        ] {
            #expect(Sockets.send(from, [1, 2, 3].span) == .bytes(3))
            var buffer = [UInt8](repeating: 0, count: 8)
            var span = buffer.mutableSpan
            #expect(Sockets.receive(to, into: &span) == .bytes(3))
            #expect(buffer.prefix(3) == [1, 2, 3])
        }
        #expect(fcntl(server.rawValue, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(listener.rawValue, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `an address of a Unix socket has no port and is found again`() throws {
        let listener = try listen()
        let address = try SocketAddress.unix(path: path)
        #expect(address.isUnix)
        #expect(address.port == 0)
        #expect(try Sockets.localAddress(of: listener.rawValue) == address)
        #expect(try SocketAddress.unix(path: directory.path(of: "t")) != address)
    }

    @Test func `the unnamed end of a connection has an address as well`() throws {
        let listener = try listen()
        let client = try Sockets.connect(to: SocketAddress.unix(path: path))
        let address = try Sockets.localAddress(of: client.rawValue)
        #expect(address.isUnix)
        #expect(address.port == 0)
        withExtendedLifetime(listener) {}
    }

    @Test(arguments: [106, 107, 108])
    func `a path has at most 107 bytes`(count: Int) throws {
        let path = directory.path(
            of: String(repeating: "s", count: count - directory.path.utf8.count - 1))
        try #require(path.utf8.count == count)
        if count <= SocketAddress.unixPathBytesMax {
            let listener = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 1)
            let address = try SocketAddress.unix(path: path)
            #expect(try Sockets.localAddress(of: listener.rawValue) == address)
            let client = try Sockets.connect(to: address)
            #expect(Sockets.connectResult(of: client.rawValue) == 0)
        } else {
            #expect(throws: UnixSocketError.pathTooLong(bytes: 108, bytesMax: 107)) {
                _ = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 1)
            }
        }
    }

    @Test func `an empty path and an abstract one are refused`() {
        #expect(throws: UnixSocketError.emptyPath) { try SocketAddress.unix(path: "") }
        #expect(throws: UnixSocketError.pathHoldsNUL) { try SocketAddress.unix(path: "\0name") }
        #expect(throws: UnixSocketError.pathHoldsNUL) { try SocketAddress.unix(path: "/s\0t") }
    }

    @Test(arguments: [0o600, 0o660, 0o666, 0o000, 0o777] as [UInt32])
    func `the file has exactly the mode that was asked for`(mode: UInt32) throws {
        let listener = try listen(mode: mode)
        #expect(UnixListenerTests.mode(path) == mode)
        withExtendedLifetime(listener) {}
    }

    @Test func `the file never has a wider mode, seen by one who looks all the time`() throws {
        let path = path
        let isDone = Atomic(false)
        let seen = try withExtendedLifetime(directory) {
            let watching = Running(1) { _ in
                var seen: Set<UInt32> = []
                while !isDone.load(ordering: .relaxed) {
                    if let mode = UnixListenerTests.mode(path) { seen.insert(mode) }
                }
                return seen
            }
            for _ in 0..<500 {
                _ = try Sockets.listenUnix(path: path, mode: 0o640, backlog: 1)
                try UnixSocketFile(path: path)?.unlink()
            }
            _ = try Sockets.listenUnix(path: path, mode: 0o640, backlog: 1)
            isDone.store(true, ordering: .relaxed)
            return try watching.values()[0]
        }
        #expect(seen.allSatisfy { $0 & ~0o640 == 0 }, "\(seen)")
    }

    @Test func `what a process left behind is replaced`() throws {
        // Closed without unlink, as by the end of a process.
        _ = try listen()
        try #require(UnixListenerTests.kind(path) == S_IFSOCK)
        let listener = try listen(mode: 0o660)
        let client = try Sockets.connect(to: SocketAddress.unix(path: path))
        #expect(Sockets.connectResult(of: client.rawValue) == 0)
        #expect(UnixListenerTests.mode(path) == 0o660)
        withExtendedLifetime(listener) {}
    }

    @Test func `a socket that somebody listens on is in use, also when too many wait`() throws {
        let listener = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 0)
        #expect(refusal() == .inUse(path: path))
        let address = try SocketAddress.unix(path: path)
        var isFull = false
        for _ in 0..<16 where !isFull {
            do {
                _ = try Sockets.connect(to: address)
            } catch {
                #expect(error.code == EAGAIN)
                isFull = true
            }
        }
        #expect(isFull)
        #expect(refusal() == .inUse(path: path))
        withExtendedLifetime(listener) {}
    }

    @Test func `anything else at the path is left alone`() throws {
        let bytes = Array("mine".utf8)
        try Files.writeAtomically(bytes.span, to: path)
        #expect(refusal() == .notASocket(path: path))
        #expect(try Files.read(path, bytesMax: 10) == bytes)

        try #require(unlink(path) == 0 && mkdir(path, 0o700) == 0)
        #expect(refusal() == .notASocket(path: path))
        #expect(UnixListenerTests.kind(path) == S_IFDIR)

        try #require(rmdir(path) == 0 && mkfifo(path, 0o600) == 0)
        #expect(refusal() == .notASocket(path: path))

        // A link, also to a stale socket, is somebody's intention.
        let target = directory.path(of: "target")
        _ = try Sockets.listenUnix(path: target, mode: 0o600, backlog: 1)
        try #require(unlink(path) == 0 && symlink(target, path) == 0)
        #expect(refusal() == .notASocket(path: path))
        #expect(UnixListenerTests.kind(target) == S_IFSOCK)
    }

    @Test func `a path's state is told, and asking leaves it as it is`() throws {
        func expect(_ state: UnixPathState) throws {
            let names = try Files.names(in: directory.path)
            #expect(try Sockets.unixState(path: path) == state)
            #expect(try Files.names(in: directory.path) == names)
        }
        try expect(.nothing)
        do {
            let listener = try listen()
            try expect(.listening)
            try expect(.listening)
            withExtendedLifetime(listener) {}
        }
        try expect(.stale)
        try #require(unlink(path) == 0 && symlink("nowhere", path) == 0)
        #expect(throws: UnixSocketError.notASocket(path: path)) {
            try Sockets.unixState(path: path)
        }
    }

    @Test func `a directory that is not there is an error that names it`() {
        let path = directory.path(of: "none/s")
        #expect(
            throws: UnixSocketError.system(
                path: directory.path(of: "none"), SystemError(call: "open", code: ENOENT))
        ) {
            _ = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 1)
        }
    }

    @Test func `a directory that somebody has locked is waited for, but not for ever`() throws {
        let lock = FileDescriptor(owning: open(directory.path, O_RDONLY | O_DIRECTORY))
        // Shared, so that only one who wants it alone has to wait.
        try #require(flock(lock.rawValue, LOCK_SH) == 0)
        #expect(refusal() == .inUse(path: path))
        try #require(flock(lock.rawValue, LOCK_UN) == 0)
        #expect(refusal() == nil)
    }

    @Test func `of many that start at once on a stale socket one listens and can be reached`()
        throws
    {
        for round in 0..<100 {
            let path = directory.path(of: "\(round)")
            _ = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 1)
            let ends = try concurrently(4) { _ -> End? in
                do throws(UnixSocketError) {
                    return End(try Sockets.listenUnix(path: path, mode: 0o600, backlog: 4))
                } catch {
                    #expect(error == .inUse(path: path))
                    return nil
                }
            }
            let listening = ends.compactMap { $0 }
            try #require(listening.count == 1)
            _ = try Sockets.connect(to: SocketAddress.unix(path: path))
            guard case .connection = Sockets.accept(listening[0].descriptor.rawValue) else {
                Issue.record("the file leads to another socket")
                return
            }
        }
    }

    private final class End: Sendable {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    @Test func `a file that is unlinked is gone, and one that is gone already is no error`() throws
    {
        let listener = try listen()
        let file = try #require(try UnixSocketFile(path: path))
        try file.unlink()
        #expect(UnixListenerTests.kind(path) == nil)
        try file.unlink()
        #expect(try UnixSocketFile(path: path) == nil)
        withExtendedLifetime(listener) {}
    }

    @Test func `what has taken a socket's path since is left alone`() throws {
        let listener = try listen()
        let file = try #require(try UnixSocketFile(path: path))
        try #require(unlink(path) == 0)
        let successor = try listen()
        try file.unlink()
        #expect(UnixListenerTests.kind(path) == S_IFSOCK)
        #expect(refusal() == .inUse(path: path))

        try #require(unlink(path) == 0)
        try Files.writeAtomically(Array("mine".utf8).span, to: path)
        try file.unlink()
        #expect(UnixListenerTests.kind(path) == S_IFREG)
        withExtendedLifetime((listener.rawValue, successor.rawValue)) {}
    }
}
