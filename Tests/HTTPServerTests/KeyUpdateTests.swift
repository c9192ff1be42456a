import COpenSSL
import Glibc
import HTTPServer
import OpenSSL
import POSIX
import TestSupport
import Testing

/// A client of TLS 1.3 that changes keys, and asks the server to (RFC 8446 §4.6.3). It shares no
/// code with the server.
private final class KeyUpdatingClient {
    struct Failure: Error { let call: String }

    private let context: OpaquePointer
    private let ssl: OpaquePointer
    private let descriptor: FileDescriptor
    /// Key updates that the server has sent.
    private(set) var updatesSeen = 0

    init(port: UInt16, receiveBufferBytes: CInt? = nil) throws {
        Signals.ignoreBrokenPipes()
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)
        descriptor = try Sockets.connect(to: address[0])
        for (option, size) in [(SO_RCVBUF, receiveBufferBytes), (SO_SNDBUF, 1 << 20)] {
            guard var size else { continue }
            setsockopt(
                descriptor.rawValue, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        context = try #require(SSL_CTX_new(TLS_client_method()))
        ssl = try #require(SSL_new(context))
        SSL_set_fd(ssl, descriptor.rawValue)
        SSL_set_connect_state(ssl)
        // SAFETY: libssl calls back only during calls of this object, which outlives the session.
        SSL_ctrl(
            ssl, SSL_CTRL_SET_MSG_CALLBACK_ARG, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_set_msg_callback(ssl) { isWritten, _, contentType, bytes, count, _, client in
            guard isWritten == 0, contentType == SSL3_RT_HANDSHAKE, count > 0, let client,
                bytes?.load(as: UInt8.self) == UInt8(SSL3_MT_KEY_UPDATE)
            else { return }
            Unmanaged<KeyUpdatingClient>.fromOpaque(client).takeUnretainedValue().updatesSeen += 1
        }
        try wait("SSL_do_handshake") { SSL_do_handshake(ssl) }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Has the next record sent under other keys.
    func updateKeys(asksServer: Bool) throws {
        let kind = asksServer ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED
        guard SSL_key_update(ssl, kind) == 1 else { throw Failure(call: "SSL_key_update") }
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        try wait("SSL_write") { SSL_write(ssl, bytes, CInt(bytes.count)) }
    }

    /// What has come, at least a byte.
    func receive() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = try wait("SSL_read") { SSL_read(ssl, &bytes, CInt(bytes.count)) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @discardableResult
    private func wait(_ call: String, _ attempt: () -> CInt) throws -> Int {
        while true {
            let result = attempt()
            if result > 0 { return Int(result) }
            let error = SSL_get_error(ssl, result)
            let interest: Interest = error == SSL_ERROR_WANT_WRITE ? .writable : .readable
            guard error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE,
                Sockets.wait(for: interest, on: descriptor.rawValue, 60_000)
            else { throw Failure(call: call) }
        }
    }
}

@Suite struct KeyUpdateTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority.shared.get() }

    private func request(_ number: Int) -> String {
        "GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    @Test(arguments: [false, true])
    func `a client may change keys between requests and inside them`(asksServer: Bool) throws {
        let server = try TestServer(tls: authority.serverContext())
        let client = try KeyUpdatingClient(port: server.port)
        for number in 0..<20 {
            let request = request(number)
            let middle = request.index(request.startIndex, offsetBy: 9)
            try client.updateKeys(asksServer: asksServer)
            try client.send(String(request[..<middle]))
            try client.updateKeys(asksServer: asksServer)
            try client.send(String(request[middle...]))
            var answer = ""
            while !answer.hasSuffix("GET /\(number) ") { answer += try client.receive() }
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        #expect((client.updatesSeen > 0) == asksServer)
        #expect(server.requests.count == 20)
    }

    /// The server has to send its own change of keys before the next answer, and cannot, since the
    /// client does not read.
    @Test func `a change of keys that the server cannot answer yet loses no request`() throws {
        let server = try TestServer(
            sendBufferBytes: 4096, tls: authority.serverContext())
        let client = try KeyUpdatingClient(port: server.port, receiveBufferBytes: 4096)
        // Fewer bytes than the kernel takes, so that this client need not wait for the server.
        for number in 0..<1500 {
            try client.updateKeys(asksServer: true)
            try client.send(request(number))
        }
        let context = try authority.clientContext()
        var handled = -1
        try eventually("the server waits for the client to read") {
            let before = handled
            // A turn more at least.
            try server.expectHealthy(context)
            handled = server.requests.count { $0 != "GET /healthy" }
            return handled == before
        }
        try server.expectNoSpinning(context)
        #expect(handled < 1500)
        var answers = ""
        while !answers.hasSuffix("GET /1499 ") { answers += try client.receive() }
        let numbers = answers.split(separator: "GET /").dropFirst().map { part in
            part.prefix { $0 != " " }
        }
        #expect(numbers == (0..<1500).map { Substring("\($0)") })
        #expect(client.updatesSeen > 100)
    }
}
