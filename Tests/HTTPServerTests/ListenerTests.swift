import Glibc
import HTTPServer
import POSIX
import Synchronization
import TestSupport
import Testing

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

struct ListenerTests {
    @Test(arguments: [1, 3])
    func `a client beyond the limit waits while all connections have a request`(
        limit: Int
    ) throws {
        let server = try TestServer(.patient { $0.connectionsMax = limit })
        // One request is held, the others are not whole.
        let begun = [
            get("/hold"), "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
        ]
        let clients = try begun.prefix(limit).map { text in
            let client = try ClientSocket(port: server.port)
            try client.send(text)
            return client
        }
        try eventually("all are accepted") { server.counter.value == limit }
        try eventually("one is held") { server.heldCount == 1 }
        let waiting = try ClientSocket(port: server.port)
        try waiting.send(get("/waiting"))
        let turnsBefore = server.turnCount
        for _ in 0..<200 { server.onReactor { _ in } }
        #expect(server.turnCount - turnsBefore < 600)
        #expect(server.counter.value == limit)
        #expect(!waiting.hasNews)
        #expect(clients.allSatisfy { !$0.hasNews })
        server.release()
        #expect(try clients[0].readAnswer().text == "held")
        // Now that it idles it gives way.
        #expect(try waiting.readAnswer().text == "GET /waiting ")
        #expect(try clients[0].readToEnd() == "")
        #expect(server.counter.value == limit)
        #expect(server.onReactor { $0.figures.displaced } == 1)
    }

    @Test func `clients that come before the server is ready wait, and are then served`() throws {
        let isReady = Atomic(false)
        try withExtendedLifetime(isReady) {
            let server = try TestServer(acceptsAfter: .max / 2) {
                isReady.load(ordering: .relaxed)
            }
            let client = try ClientSocket(port: server.port)
            try client.send(get("/early"))
            for _ in 0..<20 { server.onReactor { _ in } }
            #expect(server.counter.value == 0)
            #expect(!client.hasNews)
            isReady.store(true, ordering: .relaxed)
            server.onReactor { _ in }
            #expect(try client.readAnswer().text == "GET /early ")
        }
    }

    @Test func `a server that is never ready accepts after its time`() throws {
        let server = try TestServer(acceptsAfter: 20_000_000)
        let client = try ClientSocket(port: server.port)
        try client.send(get("/late"))
        #expect(try client.readAnswer().text == "GET /late ")
    }

    @Test func `a flood of clients beyond the limit is served one by one`() throws {
        let server = try TestServer(.patient { $0.connectionsMax = 1 })
        let start = Clock.monotonicNanoseconds()
        let clients = try (0..<200).map { _ in try ClientSocket(port: server.port) }
        for client in clients { try client.send("GET / HTTP/1.0\r\n\r\n") }
        for client in clients {
            #expect(try client.readAnswer().text == "GET / ")
            #expect(try client.readToEnd() == "")
            client.close()
        }
        // Each comes when the one before has gone, and not when a pause is over.
        #expect(Clock.monotonicNanoseconds() - start < 100 * ServerLimits.acceptPause)
        try eventually("all have ended") { server.counter.value == 0 }
    }

    @Test func `servers that share a counter share the limit`() throws {
        let limits = ServerLimits.patient { $0.connectionsMax = 4 }
        let one = try TestServer(limits)
        let other = try TestServer(limits, sharing: one)
        let clients = try (0..<12).map { _ in try ClientSocket(port: one.port) }
        for client in clients { try client.send(get("/hold")) }
        try eventually("as many as may be are held") { one.heldCount + other.heldCount == 4 }
        #expect(one.counter.value <= 4)
        var answered = 0
        try eventually("all are answered") {
            #expect(one.heldCount + other.heldCount <= 4)
            one.release()
            other.release()
            for client in clients where client.hasNews {
                let answer = try client.readAnswer()
                #expect(answer.text == "held")
                client.close()
                answered += 1
            }
            return answered == clients.count
        }
        try eventually("all have ended") { one.counter.value == 0 }
    }

    @Test func `a server that is out of descriptors sleeps, and accepts when there are some`()
        async throws
    {
        // In a process of its own: the limit concerns all that happens there.
        await #expect(processExitsWith: .success) {
            let server = try TestServer()
            let client = try ClientSocket(port: server.port)
            try client.send(get("/1"))
            _ = try client.readAnswer()
            // It must not idle when the others come, or it would make room for one.
            try client.send(get("/hold") + get("/2"))
            try eventually("a request is held") { server.heldCount == 1 }
            let waiting = try DescriptorLimit.exhaust(whileClientsConnectTo: server, count: 5)
            for client in waiting { try client.send(get("/waiting")) }
            let turnsBefore = server.turnCount
            for _ in 0..<1000 { server.onReactor { _ in } }
            #expect(server.turnCount - turnsBefore < 3000)
            #expect(server.counter.value == 1)
            #expect(waiting.allSatisfy { !$0.hasNews })
            try DescriptorLimit.lift()
            for client in waiting {
                #expect(try client.readAnswer().text == "GET /waiting ")
            }
            #expect(server.counter.value == 6)
        }
    }

    @Test(.disabled(if: isAddressSanitized, "the sanitizer's memory would be measured"))
    func `10,000 idle connections cost less than 2 KiB each`() async throws {
        await #expect(processExitsWith: .success) {
            let limit = try ProcessLimits.raiseDescriptorLimit()
            // Both ends are in this process.
            let count = min(10_000, (Int(limit) - 100) / 2)
            try #require(count >= 400)
            let server = try TestServer(.patient { $0.connectionsMax = count })
            var clients: [ClientSocket] = []
            clients.reserveCapacity(count)
            let warmUp = 100
            var before = 0
            while clients.count < count {
                if clients.count == warmUp { before = try residentBytes() }
                let client = try ClientSocket(port: server.port)
                try client.send(get("/\(clients.count)"))
                _ = try client.readAnswer()
                clients.append(client)
            }
            #expect(server.counter.value == count)
            let bytesEach = (try residentBytes() - before) / (count - warmUp)
            #expect(bytesEach < 2048)
            for client in clients[..<10] {
                try client.send(get("/again"))
                #expect(try client.readAnswer().text == "GET /again ")
            }
            clients = []
            try eventually("all have ended") { server.counter.value == 0 }
        }
    }
}

/// Whether every allocation is padded by AddressSanitizer.
private var isAddressSanitized: Bool { dlsym(nil, "__asan_init") != nil }

/// The resident set of this process, as proc(5) tells it in pages.
private func residentBytes() throws -> Int {
    let text = String(
        decoding: try Files.read("/proc/self/statm", bytesMax: 4096), as: UTF8.self)
    let pages = try #require(Int(text.split(separator: " ")[1]))
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}

private enum DescriptorLimit {
    private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Lets clients connect, but leaves the server no descriptor to accept them with.
    static func exhaust(
        whileClientsConnectTo server: TestServer, count: Int
    ) throws -> [ClientSocket] {
        let port = server.port
        return try server.onReactor { _ in
            Result {
                // While the reactor is here it accepts nobody.
                let clients = try (0..<count).map { _ in try ClientSocket(port: port) }
                let highest = try Files.names(in: "/proc/self/fd").compactMap { UInt($0) }.max()
                var limit = rlimit()
                try #require(getrlimit(kind, &limit) == 0)
                limit.rlim_cur = try #require(highest) + 1
                try #require(setrlimit(kind, &limit) == 0)
                while dup(0) != -1 {}
                try #require(errno == EMFILE)
                return Handed(clients)
            }
        }.get().value
    }

    static func lift() throws {
        var limit = rlimit()
        try #require(getrlimit(kind, &limit) == 0)
        limit.rlim_cur = limit.rlim_max
        try #require(setrlimit(kind, &limit) == 0)
    }
}
