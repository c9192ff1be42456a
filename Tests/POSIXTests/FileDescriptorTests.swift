import Glibc
import POSIX
import Testing

struct FileDescriptorTests {
    /// Keeps a descriptor that it was handed.
    private final class Owner {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    @Test func `a descriptor is closed when its last owner ends, and not before`() async {
        // In a process of its own, where nobody else opens and closes descriptors meanwhile.
        await #expect(processExitsWith: .success) {
            func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) != -1 }
            let rawValue = open("/dev/null", O_RDONLY | O_CLOEXEC)
            try #require(rawValue != -1)
            var owner: Owner? = {
                let descriptor = FileDescriptor(owning: rawValue)
                return Owner(descriptor)
            }()
            #expect(isOpen(rawValue))
            #expect(owner?.descriptor.rawValue == rawValue)
            owner = nil
            #expect(!isOpen(rawValue))

            // The next owner of the number keeps it.
            let next = open("/dev/null", O_RDONLY | O_CLOEXEC)
            #expect(next == rawValue)
            do { _ = FileDescriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC)) }
            #expect(isOpen(next))
        }
    }

    @Test func `an initializer that fails closes what it had opened`() async {
        await #expect(processExitsWith: .success) {
            let any = try SocketAddress.resolve(host: "192.0.2.1", port: 0, numericOnly: true)
            let before = try Files.names(in: "/proc/self/fd").count
            for _ in 0..<10 {
                #expect(throws: SystemError.self) {
                    _ = try Sockets.listen(on: any[0], sharesPort: false, backlog: 1)
                }
                #expect(throws: FileError.self) { try Files.read("/proc", bytesMax: 1) }
            }
            // The test library may open a descriptor of its own; twenty were opened here.
            #expect(try Files.names(in: "/proc/self/fd").count < before + 10)
        }
    }
}
