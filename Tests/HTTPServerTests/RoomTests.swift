import HTTPServer
import POSIX
import TestSupport
import Testing

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

/// Which connection gives way when there are too many.
struct RoomTests {
    private let short = ServerLimits.second / 5

    private func answered(_ server: TestServer, _ target: String = "/") throws -> ClientSocket {
        let client = try ClientSocket(port: server.port)
        try client.send(get(target))
        _ = try client.readAnswer()
        return client
    }

    /// Waits until what idles now has idled for long enough to make room.
    private func haveIdled() throws {
        let end = Clock.monotonicNanoseconds() + ServerLimits.idleMin
        try eventually("some time has passed") { Clock.monotonicNanoseconds() > end }
    }

    @Test func `a client that comes a moment after others waits for them to idle`() throws {
        let server = try TestServer(.patient { $0.connectionsMax = 1 })
        let (first, second) = (
            try ClientSocket(port: server.port), try ClientSocket(port: server.port)
        )
        try second.send(get("/2"))
        // The first would lose its connection here if it had to make room already.
        try first.send(get("/1"))
        #expect(try first.readAnswer().text == "GET /1 ")
        #expect(try second.readAnswer().text == "GET /2 ")
        #expect(try first.readToEnd() == "")
    }

    @Test func `a connection that never sends a byte has the time of a head`() throws {
        let server = try TestServer(.patient { $0.headTimeout = short })
        let idle = try answered(server)
        let silent = try ClientSocket(port: server.port)
        #expect(try silent.readToEnd() == "", "it is closed without an answer")
        #expect(!idle.hasNews, "one that has sent a request has the idle timeout")
        #expect(server.requests == ["GET /"])
    }

    @Test func `silent connections give way first, then the one that idles longest`() throws {
        let server = try TestServer(.patient { $0.connectionsMax = 4 })
        let (first, second) = (try answered(server), try answered(server))
        let (silent, later) = (
            try ClientSocket(port: server.port), try ClientSocket(port: server.port)
        )
        try eventually("all are accepted") { server.counter.value == 4 }
        // The one that answered first is no longer the one that idles longest.
        try first.send(get("/again"))
        _ = try first.readAnswer()
        try haveIdled()
        var newcomers: [ClientSocket] = []
        for gone in [silent, later, second, first] {
            #expect(!gone.hasNews)
            newcomers.append(try answered(server, "/new"))
            #expect(try gone.readToEnd() == "")
        }
        #expect(server.counter.value == 4)
        #expect(server.onReactor { $0.figures.displaced } == 4)
        #expect(newcomers.allSatisfy { !$0.hasNews })
    }

    @Test func `a connection whose request is still in the kernel does not give way`() throws {
        let server = try TestServer(.patient { $0.connectionsMax = 2 })
        let (first, second) = (try answered(server), try answered(server))
        try haveIdled()
        let handed = Handed((first, second))
        let port = server.port
        // The client comes, and then the first one's request, before the server looks again.
        let newcomer = try server.onReactor { _ in
            Result {
                let newcomer = try ClientSocket(port: port)
                try handed.value.0.send(get("/sent"))
                return Handed(newcomer)
            }
        }.get().value
        try newcomer.send(get("/new"))
        #expect(try newcomer.readAnswer().text == "GET /new ")
        #expect(try first.readAnswer().text == "GET /sent ")
        #expect(try second.readToEnd() == "")
    }

    @Test func `thousands of silent connections lock nobody out`() throws {
        let server = try TestServer(.patient { $0.connectionsMax = 50 })
        let strangers = try (0..<500).map { _ in try ClientSocket(port: server.port) }
        for number in 0..<20 { _ = try answered(server, "/\(number)") }
        #expect(server.counter.value <= 50)
        try eventually("all but 50 are closed") { strangers.count(where: \.hasNews) >= 450 }
    }

    @Test func `a reactor without an idle connection gets the room of another's`() throws {
        let limits = ServerLimits.patient { $0.connectionsMax = 6 }
        let one = try TestServer(limits)
        let other = try TestServer(limits, sharing: one)
        let clients = try (0..<6).map { _ in try ClientSocket(port: one.port) }
        try eventually("all are accepted") { one.counter.value == 6 }
        for client in clients { try client.send(get("/hold")) }
        try eventually("all are held") { one.heldCount + other.heldCount == 6 }
        // Now those of one reactor idle. Newcomers fall to either; as many as idle find room.
        let released = other.release().count
        try eventually("they are answered") { clients.count(where: \.hasNews) == released }
        let idle = clients.filter(\.hasNews)
        for client in idle { #expect(try client.readAnswer().text == "held") }
        var newcomers: [ClientSocket] = []
        for _ in idle {
            let client = try ClientSocket(port: one.port)
            try client.send(get("/hold/new"))
            newcomers.append(client)
        }
        try eventually("the newcomers are in") { one.heldCount + other.heldCount == 6 }
        for client in idle { #expect(try client.readToEnd() == "") }
        one.release()
        other.release()
        for client in newcomers { #expect(try client.readAnswer().text == "held") }
    }
}

struct AddressShareTests {
    @Test(arguments: [1, 3])
    func `an address has its share and no more`(share: Int) throws {
        let server = try TestServer(perAddressMax: share)
        var clients = try (0..<share).map { _ in try ClientSocket(port: server.port) }
        for client in clients {
            try client.send(get("/"))
            _ = try client.readAnswer()
        }
        for number in 1...3 {
            let refused = try ClientSocket(port: server.port)
            #expect(try refused.readToEnd() == "")
            #expect(server.onReactor { $0.figures.overShare } == number)
        }
        #expect(server.counter.value == share)
        let stranger = try ClientSocket(port: server.port, source: 2)
        try stranger.send(get("/peer"))
        #expect(try stranger.readAnswer().text == "127.0.0.2")
        #expect(server.counter.addressCount == 2)
        clients.removeLast().close()
        try eventually("one has left") { server.counter.value == share }
        let next = try ClientSocket(port: server.port)
        try next.send(get("/peer"))
        #expect(try next.readAnswer().text == "127.0.0.1")
    }

    @Test func `addresses are forgotten with their last connection`() throws {
        let server = try TestServer(perAddressMax: 2)
        let clients = try (2..<52).map { try ClientSocket(port: server.port, source: $0) }
        for client in clients {
            try client.send(get("/"))
            _ = try client.readAnswer()
        }
        #expect(server.counter.addressCount == 50)
        for client in clients { client.close() }
        try eventually("all have left") { server.counter.value == 0 }
        #expect(server.counter.addressCount == 0)
    }

    @Test func `without a share addresses are not counted`() throws {
        let server = try TestServer()
        let clients = try (0..<20).map { _ in try ClientSocket(port: server.port) }
        for client in clients {
            try client.send(get("/"))
            _ = try client.readAnswer()
        }
        #expect(server.counter.addressCount == 0)
        #expect(server.onReactor { $0.figures.overShare } == 0)
    }
}
