import Dispatch
import Glibc
import HTTP
import HTTPServer
import OpenSSL
import POSIX
import Reactor
import Serving
import Synchronization
import TestSupport
import Testing

/// A server of a test's own, on a port of its own, whose handlers tell what reached them.
///
/// A path that begins with `/hold` is answered when the test says so, `/later` in a later turn,
/// `/big/N` with N bytes, `/slow/N` after N busy nanoseconds, `/peer` with the client's address,
/// `/parts/N` with N parts of 1,000 bytes, `/large` takes a MiB of content, `/close` with an answer
/// that closes, and everything else immediately with `method target
/// content`. All ends with the owner.
final class TestServer: Sendable {
    /// What the handlers leave for the test.
    private final class Observations: Sendable {
        let port = Mutex<UInt16>(0)
        let requests = Mutex<[String]>([])
        let held = Mutex<[Exchange]>([])
        let turnCount = Atomic<Int>(0)
        let partCount = Atomic<Int>(0)
        let drainedCount = Atomic<Int>(0)
        let releasesBehindTurn = Atomic<Bool>(false)
    }

    /// A loop's owner that has nothing but a server.
    private final class Owner: LoopOwner {
        let loop: Loop
        let server: HTTPServer
        private let notes: Observations

        init(_ loop: Loop, _ server: HTTPServer, _ notes: Observations) {
            self.loop = loop
            self.server = server
            self.notes = notes
        }

        var deadline: Int64? { server.deadline }
        var isBusy: Bool { server.isBusy }
        func deadlinePassed() { server.deadlinePassed() }

        func endTurn() {
            server.takeUpPipelines()
            server.endTurn()
            notes.turnCount.wrappingAdd(1, ordering: .relaxed)
            if notes.releasesBehindTurn.exchange(false, ordering: .relaxed) {
                TestServer.release(server, notes)
            }
        }
    }

    let counter: ConnectionCounter
    private let mailbox: Mailbox<Owner>
    private let notes = Observations()
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - sendBufferBytes: SO_SNDBUF of the connections, where the kernel's own choice would hold
    ///     more than a test cares to send.
    ///   - receiveBufferBytes: SO_RCVBUF of the connections.
    ///   - perAddressMax: the connections that one address may have; 0: any number.
    ///   - tls: nil: without TLS.
    ///   - sharing: a server whose counter of connections and whose port this one shares.
    ///   - nanoseconds: how long it accepts no connection, unless `isReady` returns true before.
    init(
        _ limits: ServerLimits = .patient, sendBufferBytes: CInt? = nil,
        receiveBufferBytes: CInt? = nil, perAddressMax: Int = 0,
        tls: TLSContext? = nil, sharing other: TestServer? = nil,
        acceptsAfter nanoseconds: Int64? = nil,
        isReady: @escaping @Sendable () -> Bool = { false }
    ) throws {
        if tls != nil { Signals.ignoreBrokenPipes() }
        let counter = other?.counter ?? ConnectionCounter(perAddressMax: perAddressMax)
        self.counter = counter
        let notes = notes
        let ended = ended
        let started = DispatchSemaphore(value: 0)
        let port = other?.port ?? 0
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)
        mailbox = try Reactor.start(label: "test.server") {
            (loop, mailbox) throws(SystemError) in
            defer { started.signal() }
            let listener = try Sockets.listen(on: any[0], sharesPort: true, backlog: 4096)
            // Accepted connections inherit both.
            for (option, value) in [(SO_SNDBUF, sendBufferBytes), (SO_RCVBUF, receiveBufferBytes)] {
                guard var value else { continue }
                setsockopt(
                    listener.rawValue, SOL_SOCKET, option, &value,
                    socklen_t(MemoryLayout<CInt>.size))
            }
            let port = try Sockets.localAddress(of: listener.rawValue).port
            notes.port.withLock { $0 = port }
            let server = try HTTPServer(
                loop: loop, door: Door(mailbox) { $0.server }, listener: listener,
                tlsContext: tls, limits: limits, counter: counter,
                acceptingAfter: nanoseconds.map {
                    AcceptingWait(nanosecondsMax: $0, isReady: isReady)
                },
                handlers: TestServer.handlers(Door(mailbox) { $0.server }, notes))
            return Owner(loop, server, notes)
        } ended: { _ in
            ended.signal()
        }
        started.wait()
        guard self.port != 0 else { throw SystemError(call: "listen", code: 0) }
    }

    deinit {
        mailbox.post { owner in
            owner.server.drain {}
            owner.loop.stop()
        }
        ended.wait()
    }

    var port: UInt16 { notes.port.withLock { $0 } }

    /// `method target` of every request that reached a handler, and the status of every rejection.
    var requests: [String] { notes.requests.withLock { $0 } }

    var heldCount: Int { notes.held.withLock { $0.count } }

    /// The turns the reactor has taken.
    var turnCount: Int { notes.turnCount.load(ordering: .relaxed) }

    /// The parts of contents that have been made.
    var partCount: Int { notes.partCount.load(ordering: .relaxed) }

    /// How often the server has said that it has drained.
    var drainedCount: Int { notes.drainedCount.load(ordering: .relaxed) }

    /// Answers the held requests in the order of their arrival, and those that are held because of
    /// that as well, all in one turn. Tells which of the answers found their client.
    @discardableResult
    func release() -> [Bool] {
        let notes = notes
        return onReactor { TestServer.release($0, notes) }
    }

    /// The same, when the server has ended its part of the turn.
    func releaseBehindTurn() {
        let notes = notes
        onReactor { _ in notes.releasesBehindTurn.store(true, ordering: .relaxed) }
    }

    @discardableResult
    private static func release(_ server: HTTPServer, _ notes: Observations) -> [Bool] {
        var results: [Bool] = []
        while let exchange = notes.held.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            results.append(answer(server, exchange, 200, Array("held".utf8)))
        }
        return results
    }

    /// Answers the held request twice in one turn.
    func releaseTwice() -> [Bool] {
        let notes = notes
        return onReactor { server in
            let exchange = notes.held.withLock { $0.removeFirst() }
            return (0..<2).map { _ in
                TestServer.answer(server, exchange, 200, Array("held".utf8))
            }
        }
    }

    func drain() { onReactor { self.drain($0) } }

    /// For a message that runs on the reactor already.
    func drain(_ server: HTTPServer) {
        let notes = notes
        server.drain { notes.drainedCount.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Runs `body` on the reactor and waits for its result.
    @discardableResult
    func onReactor<Value: Sendable>(_ body: @escaping @Sendable (HTTPServer) -> Value) -> Value {
        let result = Handover<Value>()
        mailbox.post { result.set(body($0.server)) }
        return result.wait()
    }

    /// What one thread makes and another one waits for.
    private final class Handover<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        private let isSet = DispatchSemaphore(value: 0)

        func set(_ value: Value) {
            self.value.withLock { $0 = value }
            isSet.signal()
        }

        func wait() -> Value {
            isSet.wait()
            guard let value = value.withLock({ $0 }) else { preconditionFailure("it is set") }
            return value
        }
    }
}

// Handlers.
extension TestServer {
    private static func handlers(_ door: Door<HTTPServer>, _ notes: Observations) -> RequestHandlers
    {
        RequestHandlers(
            handle: { request, exchange, server in
                handle(request, exchange, server, door, notes)
            },
            reject: { request, exchange, server in
                let rejection = request.rejection
                let status = ServiceFailure.rejected(rejection).row.problem.status
                notes.requests.withLock { $0.append("\(status)") }
                answer(server, exchange, status, Array("\(rejection)".utf8))
            },
            largeContentMax: { head, headBytes, _ in
                let target = text(headBytes.extracting(head.target))
                return target.hasPrefix("/large") || target.hasPrefix("/hold-large")
                    ? 1 << 20 : nil
            })
    }

    private static func handle(
        _ request: borrowing Request, _ exchange: Exchange, _ server: HTTPServer,
        _ door: Door<HTTPServer>, _ notes: Observations
    ) {
        let method = text(request.headBytes.extracting(request.head.methodRange))
        let target = text(request.headBytes.extracting(request.head.target))
        notes.requests.withLock { $0.append("\(method) \(target)") }
        if request.isBodyTooLarge {
            answer(server, exchange, request.hasNoRoom ? 503 : 413, [])
        } else if target.hasPrefix("/large") {
            answer(server, exchange, 200, Array("\(request.body.count)".utf8))
        } else if target.hasPrefix("/parts/"), let count = Int(target.dropFirst(7)) {
            answer(server, exchange, from: content(count, notes))
        } else if target.hasPrefix("/hold") {
            notes.held.withLock { $0.append(exchange) }
        } else if target.hasPrefix("/later") {
            door.post { server in answer(server, exchange, 200, Array("later \(target)".utf8)) }
        } else if target.hasPrefix("/slow/"), let nanoseconds = Int64(target.dropFirst(6)) {
            let end = Clock.monotonicNanoseconds() + nanoseconds
            while Clock.monotonicNanoseconds() < end {}
            answer(server, exchange, 200, Array(target.utf8))
        } else if target.hasPrefix("/peer") {
            answer(server, exchange, 200, Array(text(request.peer.bytes).utf8))
        } else if target.hasPrefix("/big/"), let count = Int(target.dropFirst(5)) {
            answer(server, exchange, 200, [UInt8](repeating: UInt8(ascii: "b"), count: count))
        } else {
            let body = text(request.body)
            let closes = target.hasPrefix("/close")
            answer(
                server, exchange, 200, Array("\(method) \(target) \(body)".utf8), closes: closes)
        }
    }

    /// Content of so many parts of 1,000 bytes.
    private static func content(_ count: Int, _ notes: Observations) -> ContentSource {
        var left = count
        return { output in
            guard left > 0 else { return false }
            left -= 1
            notes.partCount.wrappingAdd(1, ordering: .relaxed)
            output.append(contentsOf: repeatElement(UInt8(ascii: "p"), count: 1000))
            return left > 0
        }
    }

    private static func answer(
        _ server: HTTPServer, _ exchange: Exchange, from source: @escaping ContentSource
    ) {
        server.answer(exchange, from: source) { output, context in
            let requestID = Array("1".utf8)
            ResponseEncoder.appendHead(
                ResponseHead(
                    status: 200, contentType: "text/plain", connection: context.connection,
                    answersHEAD: false), isChunked: context.isChunked,
                date: HTTPDate(unixSeconds: context.unixMilliseconds / 1000),
                requestID: requestID.span, fields: [UInt8]().span, to: &output)
        }
    }

    @discardableResult
    private static func answer(
        _ server: HTTPServer, _ exchange: Exchange, _ status: UInt16, _ body: [UInt8],
        closes: Bool = false
    ) -> Bool {
        server.answer(exchange, closes: closes) { output, context in
            let requestID = Array("1".utf8)
            ResponseEncoder.append(
                ResponseHead(
                    status: status, contentType: "text/plain", connection: context.connection,
                    answersHEAD: context.answersHEAD),
                date: HTTPDate(unixSeconds: context.unixMilliseconds / 1000),
                requestID: requestID.span, fields: [UInt8]().span, body: body.span, to: &output)
        }
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}

/// Something that one thread makes and leaves to another one.
struct Handed<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}

extension ServerLimits {
    /// The contract's bounds, with times that no test waits for.
    static let patient = ServerLimits(
        http: .contract, connectionsMax: 1000, headTimeout: 600 * second,
        bodyTimeout: 600 * second, idleTimeout: 600 * second, writeTimeout: 600 * second)

    static let second: Int64 = 1_000_000_000

    /// `patient` with some of them changed.
    static func patient(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = patient
        change(&limits)
        return limits
    }
}

extension TestServer {
    /// Whether another client is served.
    func expectHealthy(_ tls: TLSContext? = nil) throws {
        let other = try ClientSocket(port: port)
        if let tls { try other.startTLS(tls) }
        try other.send("GET /healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let answer = try other.readAnswer()
        #expect(answer.text == "GET /healthy ")
    }

    /// Whether nobody listens any more.
    func expectRefusal() throws {
        #expect(throws: ClientSocket.Failure.refused(code: ECONNREFUSED)) {
            try ClientSocket(port: port)
        }
    }

    /// Whether the reactor sleeps when there is nothing to do: another client's requests, one after
    /// the other, take it about a turn each, where a descriptor that is ready for ever takes many.
    func expectNoSpinning(_ tls: TLSContext? = nil) throws {
        let requests = 100
        let other = try ClientSocket(port: port)
        if let tls { try other.startTLS(tls) }
        try other.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try other.readAnswer()
        let before = turnCount
        for _ in 0..<requests {
            try other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try other.readAnswer()
        }
        #expect(turnCount - before < 3 * requests)
    }
}
