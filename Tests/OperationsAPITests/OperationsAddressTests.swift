import OperationsAPI
import POSIX
import Testing

struct OperationsAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9464", OperationsAddress.tcp(host: "127.0.0.1", port: 9464)),
        ("localhost:0", .tcp(host: "localhost", port: 0)),
        ("my-host_1.example:65535", .tcp(host: "my-host_1.example", port: 65535)),
        ("[::1]:9464", .tcp(host: "::1", port: 9464)),
        ("[::ffff:127.0.0.1]:80", .tcp(host: "::ffff:127.0.0.1", port: 80)),
        ("unix:/run/churnd.sock", .unix(path: "/run/churnd.sock")),
        ("unix:a:1", .unix(path: "a:1")),
    ])
    func `an address is read, and written as it is read`(
        text: String, address: OperationsAddress
    ) throws {
        #expect(try OperationsAddress(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        ("", OperationsAddressError.noPort), ("localhost", .noPort), ("9464", .noPort),
        (":9464", .host), ("[]:9464", .host), ("::1:9464", .host), ("[::1:9464", .host),
        ("[127.0.0.1]:9464", .host), ("[localhost]:1", .host), ("a b:1", .host),
        ("http://h:1", .host), ("h\r\n:1", .host), ("user@h:1", .host), ("[fe80::1%lo]:1", .host),
        ("h:", .port), ("h:65536", .port), ("h:-1", .port), ("h:+1", .port), ("h: 1", .port),
        ("h:000001", .port), ("h:1x", .port), ("[::1]", .host), ("h:１", .port),
        ("unix:", .path(.emptyPath)), ("unix:/a\0b", .path(.pathHoldsNUL)),
    ])
    func `what is no address is told by its part`(text: String, error: OperationsAddressError) {
        #expect(throws: error) { try OperationsAddress(parsing: text) }
    }

    @Test(arguments: [(254, true), (255, true), (256, false)])
    func `a host has at most 255 bytes`(count: Int, isAccepted: Bool) {
        let text = String(repeating: "h", count: count) + ":1"
        #expect(((try? OperationsAddress(parsing: text)) != nil) == isAccepted)
    }

    @Test(arguments: [(106, true), (107, true), (108, false)])
    func `a path has at most what the kernel takes`(count: Int, isAccepted: Bool) {
        let path = String(repeating: "p", count: count)
        if isAccepted {
            #expect(throws: Never.self) { try OperationsAddress(parsing: "unix:" + path) }
        } else {
            #expect(
                throws: OperationsAddressError.path(
                    .pathTooLong(bytes: count, bytesMax: SocketAddress.unixPathBytesMax))
            ) { try OperationsAddress(parsing: "unix:" + path) }
        }
    }
}
