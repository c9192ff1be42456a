internal import Bytes
internal import HTTP
internal import POSIX
internal import Reactor

// How bytes that arrive become requests.
extension HTTPServer {
    /// Reads once what has come; epoll is level-triggered and tells again of what is left.
    func read(_ connection: Connection) {
        switch connection.receive(into: &readBuffer) {
        case .bytes(let count): take(count, for: connection)
        case .wouldBlock: if connection.readsWhenWritable { watch(connection, .writable) }
        case .end:
            connection.peerHasEnded = true
            settle(connection)
        case .failed: close(connection)
        }
    }

    /// Reads and drops what still comes after the last answer.
    func dropInput(of connection: Connection) {
        switch Sockets.receive(connection.descriptor.rawValue, into: &readBuffer) {
        case .bytes(let count):
            connection.lingerBytesLeft -= count
            if connection.lingerBytesLeft <= 0 { close(connection) }
        case .wouldBlock: break
        case .end, .failed: close(connection)
        }
    }

    /// Continues with the requests that followed the one just answered.
    func processPending(of connection: Connection) {
        guard connection.state == .reading, !connection.isTakenUpLater else { return }
        if !connection.pending.isEmpty {
            let bytes = connection.pending
            let start = connection.pendingStart
            connection.pending = []
            connection.pendingStart = 0
            let done =
                start + process(bytes.span.extracting(droppingFirst: start), for: connection)
            if done <= bytes.count / 2 {
                // Not copied, so that neither a head that comes byte by byte nor a long pipeline
                // costs O(n²).
                guard connection.keepsPending else { return }
                connection.pending = bytes
                connection.pendingStart = done
            } else {
                keepPending(bytes.span.extracting(droppingFirst: done), for: connection)
            }
        }
        settle(connection)
    }

    /// Continues pipelines that had their share of an earlier turn, until this one has taken its
    /// time; one of them at least, so that each has its turn in the end.
    package func takeUpPipelines() {
        guard !takeUps.isEmpty else { return }
        let first = takenUpCount
        // After one that has had its share of this turn there are no others.
        while takenUpCount < takeUps.count, let connection = takeUps[takenUpCount],
            connection.turn != turn
        {
            let isLate = parseStartedAt &- loop.now > ServerLimits.turnNanosecondsMax
            if isLate, takenUpCount > first { break }
            takeUps[takenUpCount] = nil
            takenUpCount += 1
            connection.isTakenUpLater = false
            processPending(of: connection)
        }
        if takenUpCount > takeUps.count / 2 {
            takeUps.removeFirst(takenUpCount)
            takenUpCount = 0
        }
    }

    /// Whether a connection may have another request handled in this turn.
    private func mayContinue(_ connection: Connection) -> Bool {
        if connection.turn != turn {
            connection.turn = turn
            connection.requestsInTurn = 0
            connection.turnStartedAt = parseStartedAt
        }
        let isLate =
            parseStartedAt &- loop.now > ServerLimits.turnNanosecondsMax
            || parseStartedAt &- connection.turnStartedAt
                > ServerLimits.connectionTurnNanosecondsMax
        let requestsMax = isLate ? 1 : ServerLimits.requestsPerTurnMax
        guard connection.requestsInTurn < requestsMax else { return false }
        connection.requestsInTurn += 1
        return true
    }

    /// Ends the answer to the current request with 408, 400 and the like.
    func reject(_ connection: Connection, _ rejection: Rejection) {
        let head = connection.partial?.value.head
        let headBytes = connection.partial?.value.headBytes ?? []
        connection.isHead = head?.method == .head
        connection.partial = nil
        connection.pending = []
        connection.pendingStart = 0
        connection.closesAfterAnswer = true
        connection.state = .awaiting
        disarm(connection)
        handlers.reject(
            RejectedRequest(
                rejection: rejection, head: head, headBytes: headBytes.span,
                peer: connection.peer, origin: origin(of: headBytes.span, connection),
                clientName: connection.clientName),
            Exchange(slot: UInt32(connection.slot), number: connection.exchangeNumber), self)
    }

    private func take(_ count: Int, for connection: Connection) {
        // A second reference, so that the handlers may do anything with the server meanwhile.
        let buffer = readBuffer
        let bytes = buffer.span.extracting(first: count)
        if connection.pending.isEmpty {
            let consumed = process(bytes, for: connection)
            keepPending(bytes.extracting(droppingFirst: consumed), for: connection)
            settle(connection)
        } else {
            connection.pending.removeFirst(connection.pendingStart)
            connection.pendingStart = 0
            connection.pending.appendBytes(bytes)
            processPending(of: connection)
        }
    }

    private func keepPending(_ bytes: Span<UInt8>, for connection: Connection) {
        if connection.keepsPending, !bytes.isEmpty { connection.pending.appendBytes(bytes) }
    }

    /// Reads requests from `bytes` until one is not whole or must be answered first, or others must
    /// have their turn first, and returns how many bytes are done with.
    private func process(_ bytes: Span<UInt8>, for connection: Connection) -> Int {
        connection.isProcessing = true
        defer { connection.isProcessing = false }
        var done = 0
        while connection.state == .reading, done < bytes.count {
            parseStartedAt = Clock.monotonicNanoseconds()
            guard mayContinue(connection) else {
                connection.isTakenUpLater = true
                takeUps.append(connection)
                break
            }
            let consumed = readRequest(from: bytes.extracting(droppingFirst: done), connection)
            if consumed == 0 { break }
            done += consumed
        }
        return done
    }

    /// What a connection waits for after its input has been processed.
    private func settle(_ connection: Connection) {
        guard connection.state == .reading else { return }
        if connection.isTakenUpLater { return disarm(connection) }
        if connection.peerHasEnded {
            // A request that has begun can never become whole.
            guard connection.queuedEntries > 0 else { return close(connection) }
            connection.state = .closing
            return
        }
        if let partial = connection.partial {
            // Answers that waited for the client had put their deadline in the place of this one.
            if connection.timer == .none {
                arm(connection, partial.value.head == nil ? .head : .body)
            }
        } else {
            arm(connection, isDraining ? .drain : .idle)
        }
        watch(connection, .readable)
    }

    private func readRequest(from bytes: Span<UInt8>, _ connection: Connection) -> Int {
        if let partial = connection.partial, let head = partial.value.head {
            return readBody(of: head, from: bytes, into: partial, connection)
        }
        var parser =
            connection.partial?.value.parser ?? RequestHeadParser(limits: limits.http)
        let parsed: RequestHead?
        do throws(HTTPError) {
            parsed = try parser.parse(bytes)
        } catch {
            reject(connection, .malformed(error))
            return bytes.count
        }
        guard let head = parsed else {
            if let partial = connection.partial {
                partial.value.parser = parser
            } else {
                connection.partial = Box(Connection.PartialRequest(parser: parser))
                arm(connection, .head)
            }
            return 0
        }
        connection.partial = nil
        let headBytes = bytes.extracting(first: head.byteCount)
        switch head.framing {
        case .none:
            deliver(head, headBytes, body: bytes.extracting(first: 0), connection)
            return head.byteCount
        case .length(let length) where length > limits.http.bodyBytesMax:
            let room = largeRoom(for: head, headBytes, connection)
            guard case .bytes(let bytesMax) = room, length <= bytesMax else {
                deliverTooLarge(head, headBytes, hasNoRoom: room == .taken, connection)
                return bytes.count
            }
            return beginBody(of: head, from: bytes, connection)
        case .length(let length) where length <= bytes.count - head.byteCount:
            let end = head.byteCount + length
            deliver(head, headBytes, body: bytes.extracting(head.byteCount..<end), connection)
            return end
        case .length, .chunked:
            return beginBody(of: head, from: bytes, connection)
        }
    }

    /// How large a content may be that is larger than most.
    private enum LargeRoom: Equatable { case bytes(Int), none, taken }

    private func largeRoom(
        for head: RequestHead, _ headBytes: Span<UInt8>, _ connection: Connection
    ) -> LargeRoom {
        let bytesMax = handlers.largeContentMax(head, headBytes, connection.clientName)
        guard let bytesMax, bytesMax > limits.http.bodyBytesMax else { return .none }
        return takeRoom(for: connection) ? .bytes(bytesMax) : .taken
    }

    private func beginBody(
        of head: RequestHead, from bytes: Span<UInt8>, _ connection: Connection
    ) -> Int {
        var partial = Connection.PartialRequest(
            parser: RequestHeadParser(limits: limits.http), head: head)
        partial.headBytes.appendBytes(bytes.extracting(first: head.byteCount))
        if case .chunked = head.framing {
            var limits = limits.http
            let room = largeRoom(for: head, bytes.extracting(first: head.byteCount), connection)
            if case .bytes(let bytesMax) = room { limits.bodyBytesMax = bytesMax }
            partial.hasNoRoom = room == .taken
            partial.chunks = ChunkedDecoder(limits: limits)
        }
        let box = Box(partial)
        connection.partial = box
        arm(connection, .body)
        let rest = bytes.extracting(droppingFirst: head.byteCount)
        if rest.isEmpty {
            // RFC 9110 §10.1.1: a client that has sent content already waits for nothing.
            if head.expectsContinue {
                enqueue(for: connection) { $0.appendLiteral(ResponseEncoder.continueResponse) }
            }
            return head.byteCount
        }
        return head.byteCount + readBody(of: head, from: rest, into: box, connection)
    }

    private func readBody(
        of head: RequestHead, from bytes: Span<UInt8>, into partial: Box<Connection.PartialRequest>,
        _ connection: Connection
    ) -> Int {
        var consumed = 0
        var isWhole = false
        if case .length(let length) = head.framing {
            consumed = min(bytes.count, length - partial.value.body.count)
            partial.value.body.appendBytes(bytes.extracting(first: consumed))
            isWhole = partial.value.body.count == length
        } else if var chunks = partial.value.chunks {
            do throws(HTTPError) {
                consumed = try chunks.decode(bytes, into: &partial.value.body)
            } catch .bodyTooLarge {
                connection.partial = nil
                let headBytes = partial.value.headBytes
                deliverTooLarge(
                    head, headBytes.span, hasNoRoom: partial.value.hasNoRoom, connection)
                return bytes.count
            } catch {
                reject(connection, .malformed(error))
                return bytes.count
            }
            isWhole = chunks.isComplete
            partial.value.chunks = chunks
        }
        if isWhole {
            connection.partial = nil
            let headBytes = partial.value.headBytes
            let body = partial.value.body
            deliver(head, headBytes.span, body: body.span, connection)
        }
        return consumed
    }

    private func deliverTooLarge(
        _ head: RequestHead, _ headBytes: Span<UInt8>, hasNoRoom: Bool, _ connection: Connection
    ) {
        connection.closesAfterAnswer = true
        deliver(
            head, headBytes, body: headBytes.extracting(first: 0), isTooLarge: true,
            hasNoRoom: hasNoRoom, connection)
    }

    private func deliver(
        _ head: RequestHead, _ headBytes: Span<UInt8>, body: Span<UInt8>, isTooLarge: Bool = false,
        hasNoRoom: Bool = false, _ connection: Connection
    ) {
        connection.state = .awaiting
        connection.isHead = head.method == .head
        connection.knowsChunks = head.versionMinor > 0
        connection.isChunked = false
        connection.connectionOption = ConnectionOption(answering: head, keepsConnection: true)
        // Content that came without a length would be read as the next request.
        if !head.keepAlive || head.mayHaveUnframedContent { connection.closesAfterAnswer = true }
        disarm(connection)
        let request = Request(
            head: head, headBytes: headBytes, body: body, isBodyTooLarge: isTooLarge,
            hasNoRoom: hasNoRoom, peer: connection.peer, origin: origin(of: headBytes, connection),
            clientName: connection.clientName, receivedAt: parseStartedAt,
            parsedAt: Clock.monotonicNanoseconds())
        handlers.handle(
            request, Exchange(slot: UInt32(connection.slot), number: connection.exchangeNumber),
            self)
    }
}

extension RequestHead {
    /// RFC 9112 §6.3: without a length a request has no content. A client that still sends some
    /// uses a method that allows content, so neither GET nor HEAD.
    fileprivate var mayHaveUnframedContent: Bool {
        guard case .none = framing else { return false }
        return method != .get && method != .head
    }
}

extension Connection {
    /// Whether another request may still be read.
    fileprivate var keepsPending: Bool {
        switch state {
        case .reading, .awaiting, .writing: true
        case .handshaking, .closing, .lingering, .closed: false
        }
    }
}
