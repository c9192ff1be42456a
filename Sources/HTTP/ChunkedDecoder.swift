internal import Bytes

/// Decodes a chunked body (RFC 9112 §7.1) as its bytes arrive. Extensions and trailers are held to
/// their syntax and limits, then dropped.
package struct ChunkedDecoder: Sendable {
    /// What the next byte belongs to.
    private enum State {
        case size
        case chunkExtension(ChunkExtensionState)
        case sizeLineFeed, data, dataCarriageReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
        case complete
    }

    private let limits: HTTPLimits
    private var state = State.size
    private var sizeDigits = 0
    /// What is left of the chunk that is being read; the size so far while its digits are.
    private var chunkBytesLeft = 0
    private var bodyBytes = 0
    private var extensionLineBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0

    private static let sizeDigitsMax = 16

    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether the last chunk, the trailers and the line that ends them were read.
    package private(set) var isComplete = false

    /// Consumes the bytes that follow those consumed before, up to the end of the body, and appends
    /// what they decode to. Returns how many were consumed: all, unless the body ended before; the
    /// rest is the next request's. After an error the decoder must not be used again.
    package mutating func decode(
        _ bytes: Span<UInt8>, into body: inout [UInt8]
    ) throws(HTTPError) -> Int {
        var offset = 0
        while offset < bytes.count, !isComplete {
            if case .data = state {
                let count = min(chunkBytesLeft, bytes.count - offset)
                body.appendBytes(bytes.extracting(offset..<offset + count))
                offset += count
                chunkBytesLeft -= count
                if chunkBytesLeft == 0 { state = .dataCarriageReturn }
            } else {
                state = try state(after: bytes[offset])
                offset += 1
            }
        }
        return offset
    }

    private mutating func state(after byte: UInt8) throws(HTTPError) -> State {
        switch state {
        case .size: return try sizeState(after: byte)
        case .chunkExtension(let place): return try extensionState(place, after: byte)
        case .sizeLineFeed:
            guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
            bodyBytes += chunkBytesLeft
            sizeDigits = 0
            extensionLineBytes = 0
            return chunkBytesLeft == 0 ? .trailerStart : .data
        case .dataCarriageReturn:
            guard byte == ASCII.carriageReturn else { throw .malformedChunkEnd }
            return .dataLineFeed
        case .dataLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformedChunkEnd }
            return .size
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed:
            return try trailerState(after: byte)
        case .lastLineFeed:
            guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
            isComplete = true
            return .complete
        case .data, .complete: return state
        }
    }

    private mutating func sizeState(after byte: UInt8) throws(HTTPError) -> State {
        if let digit = ASCII.hexadecimalValue(byte) {
            guard sizeDigits < Self.sizeDigitsMax else { throw .malformedChunkSize }
            sizeDigits += 1
            // Asked before the multiplication, which thus cannot overflow.
            let room = limits.bodyBytesMax - bodyBytes - Int(digit)
            guard room >= 0, chunkBytesLeft <= room / 16 else {
                throw .bodyTooLarge(limit: limits.bodyBytesMax)
            }
            chunkBytesLeft = chunkBytesLeft * 16 + Int(digit)
            return .size
        }
        guard sizeDigits > 0 else { throw .control(byte, else: .malformedChunkSize) }
        if byte == ASCII.carriageReturn { return .sizeLineFeed }
        guard byte == ASCII.semicolon || ASCII.isBlank(byte) else {
            throw .control(byte, else: .malformedChunkSize)
        }
        return try extensionState(.semicolon, after: byte)
    }

    private mutating func extensionState(
        _ place: ChunkExtensionState, after byte: UInt8
    ) throws(HTTPError) -> State {
        if place.mayEnd, byte == ASCII.carriageReturn { return .sizeLineFeed }
        extensionLineBytes += 1
        guard extensionLineBytes <= limits.chunkExtensionLineBytesMax else {
            throw .chunkExtensionLineTooLong(limit: limits.chunkExtensionLineBytesMax)
        }
        extensionBytes += 1
        guard extensionBytes <= limits.chunkExtensionBytesMax else {
            throw .chunkExtensionsTooLarge(limit: limits.chunkExtensionBytesMax)
        }
        guard let next = place.after(byte) else {
            throw byte == ASCII.carriageReturn
                ? .malformedChunkExtension : .control(byte, else: .malformedChunkExtension)
        }
        return .chunkExtension(next)
    }

    /// RFC 9112 §7.1.2: trailers have the syntax of fields, and may be dropped.
    private mutating func trailerState(after byte: UInt8) throws(HTTPError) -> State {
        if case .trailerStart = state, byte == ASCII.carriageReturn { return .lastLineFeed }
        trailerBytes += 1
        guard trailerBytes <= limits.trailerBytesMax else {
            throw .trailersTooLarge(limit: limits.trailerBytesMax)
        }
        switch state {
        case .trailerStart:
            guard !ASCII.isBlank(byte) else { throw .obsoleteLineFolding }
            guard ASCII.isToken(byte) else { throw .fieldNameByte(byte) }
            return .trailerName
        case .trailerName where byte == ASCII.colon: return .trailerValue
        case .trailerName:
            guard ASCII.isToken(byte) else { throw .fieldNameByte(byte) }
            return .trailerName
        case .trailerValue where byte == ASCII.carriageReturn: return .trailerLineFeed
        case .trailerValue:
            guard !ASCII.isControlButTab(byte) else {
                throw .control(byte, else: .invalidFieldValue)
            }
            return .trailerValue
        default:
            guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
            return .trailerStart
        }
    }
}
