internal import Bytes
internal import HTTP
internal import OpenSSL
package import POSIX
internal import Reactor

/// The answers of one turn, encoded one after the other, each with the connection it is for.
struct AnswerQueue {
    struct Entry {
        let connection: Connection
        var range: Range<Int>
    }

    var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    /// Notes that the bytes from `start` on are for a connection.
    mutating func noteAnswer(from start: Int, for connection: Connection) {
        if let last = entries.last, last.connection === connection, last.range.upperBound == start {
            entries[entries.count - 1].range = last.range.lowerBound..<bytes.count
        } else {
            entries.append(Entry(connection: connection, range: start..<bytes.count))
            connection.queuedEntries += 1
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 2 * ServerLimits.answerBytesMax)
        entries.removeAll(keepingCapacity: true)
    }
}

extension HTTPServer {
    /// Answers a request. `write` appends the whole response to the bytes it is given, as the
    /// context tells. Returns false, and writes nothing, when the client has gone.
    @discardableResult
    package func answer(
        _ exchange: Exchange, closes: Bool = false,
        _ write: (inout [UInt8], AnswerContext) -> Void
    ) -> Bool {
        guard let connection = awaiting(exchange) else { return false }
        if closes || isDraining { connection.closesAfterAnswer = true }
        let context = context(of: connection)
        enqueue(for: connection) { write(&$0, context) }
        connection.exchangeNumber &+= 1
        giveBackRoom(of: connection)
        if connection.output.isEmpty {
            connection.state = connection.closesAfterAnswer ? .closing : .reading
        } else {
            connection.state = .writing
        }
        if answers.bytes.count > ServerLimits.answerBytesMax { sendAnswers() }
        if !connection.isProcessing { processPending(of: connection) }
        return true
    }

    /// The connection of a request that is not answered yet; nil when the client has gone.
    func awaiting(_ exchange: Exchange) -> Connection? {
        let slot = Int(exchange.slot)
        guard slot < connections.count, let connection = connections[slot],
            connection.exchangeNumber == exchange.number, connection.state == .awaiting
        else { return nil }
        return connection
    }

    func context(of connection: Connection) -> AnswerContext {
        AnswerContext(
            connection: connection.closesAfterAnswer ? .close : connection.connectionOption,
            answersHEAD: connection.isHead, isChunked: connection.isChunked,
            unixMilliseconds: loop.unixMilliseconds)
    }

    /// The process that sent a request which is not answered yet; nil unless it came over a Unix
    /// socket.
    package func peerCredentials(of exchange: Exchange) -> PeerCredentials? {
        let slot = Int(exchange.slot)
        guard slot < connections.count, let connection = connections[slot],
            connection.exchangeNumber == exchange.number
        else { return nil }
        return connection.descriptor.peerCredentials()
    }

    package func endTurn() {
        makeParts()
        sendAnswers()
        acceptIfReady()
        turn &+= 1
    }

    func enqueue(for connection: Connection, _ write: (inout [UInt8]) -> Void) {
        let start = answers.bytes.count
        write(&answers.bytes)
        answers.noteAnswer(from: start, for: connection)
    }

    /// Sends what the turn has gathered, one call a connection.
    func sendAnswers() {
        guard !answers.entries.isEmpty else { return }
        var sending = AnswerQueue()
        swap(&sending, &answers)
        for entry in sending.entries where entry.connection.state != .closed {
            entry.connection.queuedEntries -= 1
            send(sending.bytes.span.extracting(entry.range), to: entry.connection)
        }
        sending.removeAll()
        if answers.entries.isEmpty { answers = sending }
    }

    private func send(_ bytes: Span<UInt8>, to connection: Connection) {
        guard connection.output.isEmpty else { return keep(bytes, for: connection) }
        switch connection.send(bytes) {
        case .bytes(bytes.count): finishSending(to: connection)
        case .bytes(let count): keep(bytes.extracting(droppingFirst: count), for: connection)
        case .wouldBlock: keep(bytes, for: connection)
        case .end, .failed: close(connection)
        }
    }

    private func keep(_ bytes: Span<UInt8>, for connection: Connection) {
        connection.output.appendBytes(bytes)
        if connection.state == .reading || connection.state == .closing {
            connection.state = .writing
        }
        if connection.timer != .write { arm(connection, .write) }
        watch(connection, .writable)
    }

    /// Sends what a client was too slow to take, now that it takes more.
    func sendRest(of connection: Connection) {
        let output = connection.output
        let rest = output.span.extracting(droppingFirst: connection.outputSent)
        switch connection.send(rest) {
        case .bytes(rest.count):
            connection.output = []
            connection.outputSent = 0
            disarm(connection)
            watch(connection, .readable)
            if connection.source != nil { return wantPart(of: connection) }
            guard connection.state == .writing else { return }
            connection.state = connection.closesAfterAnswer ? .closing : .reading
            finishSending(to: connection)
            processPending(of: connection)
        case .bytes(let sent): connection.outputSent += sent
        case .wouldBlock: break
        case .end, .failed: close(connection)
        }
    }

    /// The bytes sent so far are with the kernel.
    private func finishSending(to connection: Connection) {
        if connection.source != nil, connection.queuedEntries == 0 { wantPart(of: connection) }
        guard connection.state == .closing, connection.queuedEntries == 0 else { return }
        if connection.peerHasEnded { return close(connection) }
        connection.tls?.shutDown()
        Sockets.shutDownWriting(connection.descriptor.rawValue)
        connection.state = .lingering
        arm(connection, .linger)
        watch(connection, .readable)
    }
}
