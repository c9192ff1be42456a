import Configuration
import POSIX
import Testing

@Suite struct ListeningAddressTests {
    private func listener(sharesPort: Bool) throws -> FileDescriptor {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        return try Sockets.listen(on: any[0], sharesPort: sharesPort, backlog: 1)
    }

    private func port(_ socket: borrowing FileDescriptor) throws -> UInt16 {
        try Sockets.localAddress(of: socket.rawValue).port
    }

    @Test(arguments: [true, false])
    func `a port that somebody listens on is refused, also where he would share it`(
        sharesPort: Bool
    ) throws {
        let other = try listener(sharesPort: sharesPort)
        let port = try port(other)
        #expect {
            _ = try ListeningAddress.claim(host: "127.0.0.1", port: port)
        } throws: { error in
            guard case .portTaken(host: "127.0.0.1", port: port) = error as? ListeningError else {
                return false
            }
            return "\(error)" == "cannot listen on 127.0.0.1 port \(port): another program has it"
        }
        withExtendedLifetime(other) {}
    }

    @Test func `port 0 becomes a port of the kernel's choice, on which several can listen`() throws
    {
        let address = try ListeningAddress.claim(host: "127.0.0.1", port: 0)
        #expect(address.port > 0)
        let first = try address.listen()
        let second = try address.listen()
        #expect(try port(first) == address.port)
        #expect(try port(second) == address.port)
    }

    @Test(arguments: 0...ListeningAddress.portTriesMax)
    func `a port of the kernel's choice is not the public listener's, if 8 tries find another`(
        refusedCount: Int
    ) throws {
        let http = try ListeningAddress.claim(host: "127.0.0.1", port: 0)
        let other = try ListeningAddress.claim(host: "127.0.0.1", port: 0)
        // The kernel has one port for http and may choose it again: nothing listens there.
        try #require(http.port != other.port)
        var tries = 0
        let result = Result { () throws(ListeningError) in
            try ListeningAddress.claim(host: "127.0.0.1", port: 0, beside: http) { _, _ in
                tries += 1
                return tries <= refusedCount ? http : other
            }
        }
        if refusedCount < ListeningAddress.portTriesMax {
            #expect(try result.get().port == other.port)
            #expect(tries == refusedCount + 1)
        } else {
            #expect {
                try result.get()
            } throws: { error in
                guard case .portOfHTTP(http.port) = error as? ListeningError else { return false }
                return true
            }
            #expect(tries == ListeningAddress.portTriesMax)
        }
    }

    @Test func `a port that was asked for is tried once`() throws {
        let http = try ListeningAddress.claim(host: "127.0.0.1", port: 0)
        #expect {
            try ListeningAddress.claim(host: "127.0.0.1", port: http.port, beside: http)
        } throws: { error in
            guard case .portOfHTTP(http.port) = error as? ListeningError else { return false }
            return true
        }
    }

    @Test func `a port can be claimed again once nobody listens`() throws {
        let port: UInt16
        do {
            let address = try ListeningAddress.claim(host: "127.0.0.1", port: 0)
            port = address.port
            _ = try address.listen()
        }
        #expect(try ListeningAddress.claim(host: "127.0.0.1", port: port).port == port)
    }

    @Test func `an address that is not this machine's is refused with the system's words`() {
        // RFC 5737: nobody has an address of this block.
        #expect {
            _ = try ListeningAddress.claim(host: "192.0.2.1", port: 0)
        } throws: { error in
            "\(error)" == "cannot listen on 192.0.2.1: bind: Cannot assign requested address"
        }
    }

    @Test func `a name without an address is refused`() {
        // RFC 6761 §6.4: no name under .invalid has one.
        #expect {
            _ = try ListeningAddress.claim(host: "nowhere.invalid", port: 0)
        } throws: { error in
            "\(error)".hasPrefix("cannot listen on nowhere.invalid: ")
        }
    }
}
