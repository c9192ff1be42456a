internal import Bytes
internal import HTTP

/// Makes content part by part, as the client takes it, so that one that reads slowly costs no more
/// memory than a part: appends the next part, which is empty only where it is the last, and returns
/// whether another follows.
package typealias ContentSource = (inout [UInt8]) -> Bool

extension HTTPServer {
    /// Answers a request with content that `source` makes. `write` appends the head, which says
    /// that the content is chunked, or, for a client that does not know chunks, nothing of its
    /// length. Returns false, and writes nothing, when the client has gone.
    @discardableResult
    package func answer(
        _ exchange: Exchange, from source: @escaping ContentSource,
        _ write: (inout [UInt8], AnswerContext) -> Void
    ) -> Bool {
        guard let connection = awaiting(exchange) else { return false }
        connection.isChunked = connection.knowsChunks
        if !connection.isChunked || isDraining { connection.closesAfterAnswer = true }
        let context = context(of: connection)
        enqueue(for: connection) { write(&$0, context) }
        connection.exchangeNumber &+= 1
        connection.state = .writing
        connection.source = source
        return true
    }

    /// Makes the next part of each content whose client has taken the part before.
    func makeParts() {
        guard !sources.isEmpty else { return }
        let connections = sources
        sources.removeAll(keepingCapacity: true)
        for connection in connections { makePart(for: connection) }
    }

    /// Has the next part made at the end of this turn, or of the next.
    func wantPart(of connection: Connection) {
        guard !connection.wantsPart else { return }
        connection.wantsPart = true
        sources.append(connection)
    }

    private func makePart(for connection: Connection) {
        connection.wantsPart = false
        guard let source = connection.source, connection.state == .writing else { return }
        var part: [UInt8] = []
        let hasMore = source(&part)
        enqueue(for: connection) { output in
            if connection.isChunked {
                output.appendChunk(part.span)
                if !hasMore { output.appendLiteral(ResponseEncoder.lastChunk) }
            } else {
                output.appendBytes(part.span)
            }
        }
        if hasMore { return }
        connection.source = nil
        giveBackRoom(of: connection)
        if connection.output.isEmpty {
            connection.state = connection.closesAfterAnswer ? .closing : .reading
        }
        if !connection.isProcessing { processPending(of: connection) }
    }

    /// Whether there is room for one more large content, which it then takes.
    func takeRoom(for connection: Connection) -> Bool {
        guard largeContents < ServerLimits.largeContentsMax else { return false }
        largeContents += 1
        connection.holdsLargeContent = true
        return true
    }

    func giveBackRoom(of connection: Connection) {
        guard connection.holdsLargeContent else { return }
        connection.holdsLargeContent = false
        largeContents -= 1
    }
}
