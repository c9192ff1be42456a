internal import CHiredis

/// What came is not a reply, or is a larger one than is taken.
package enum RedisProtocolError: Error, Equatable, Sendable {
    /// Not RESP2, an array of more elements than are taken, or arrays nested more than 7 deep.
    case malformed
    case replyTooLarge(bytesMax: Int)
}

/// Replies out of the bytes that come from Redis, by hiredis' parser, which holds what is
/// incomplete.
///
/// hiredis is given functions of our own to build with, so that a reply becomes its Swift value at
/// once, without hiredis' tree of allocations, and so that an array is refused before it is stored.
/// After an error it cannot be used any more.
@safe
package struct RedisReplyReader: ~Copyable {
    // SAFETY: made by `init`, freed by `deinit` alone, and never handed out.
    private let reader: UnsafeMutablePointer<redisReader>
    private let builder: ReplyBuilder
    private let bytesMax: Int
    /// Bytes fed since the latest complete reply ended.
    private var replyBytes = 0

    package init(limits: RedisLimits) {
        builder = ReplyBuilder(elementsMax: limits.replyElementsMax)
        bytesMax = limits.replyBytesMax
        // SAFETY: the functions are never freed. The reader keeps the builder's address, and self,
        // which frees the reader, keeps the builder.
        guard let created = unsafe redisReaderCreateWithFunctions(ReplyBuilder.functions) else {
            preconditionFailure("no memory for a redisReader")
        }
        unsafe created.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
        unsafe reader = created
    }

    deinit {
        // SAFETY: the reader is this value's own.
        unsafe redisReaderFree(reader)
    }

    /// Takes bytes as they came. Fetch all replies before feeding again: what is not fetched counts
    /// as part of the next one.
    package mutating func feed(_ bytes: Span<UInt8>) throws(RedisProtocolError) {
        replyBytes += bytes.count
        // SAFETY: hiredis copies the bytes during the call.
        let status = unsafe bytes.withUnsafeBytes { raw in
            unsafe redisReaderFeed(
                reader, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
        }
        guard status == REDIS_OK else { throw .malformed }
    }

    /// The next complete reply; nil when more bytes are needed.
    package mutating func nextReply() throws(RedisProtocolError) -> RedisReply? {
        var root: UnsafeMutableRawPointer?
        // SAFETY: the parser works on its own buffer; what it returns is no object of its own but
        // the builder's address, which only tells that a reply is complete.
        guard unsafe redisReaderGetReply(reader, &root) == REDIS_OK else { throw .malformed }
        guard unsafe root != nil else {
            guard replyBytes <= bytesMax else { throw .replyTooLarge(bytesMax: bytesMax) }
            return nil
        }
        let unread = unsafe reader.pointee.len - reader.pointee.pos
        guard replyBytes - unread <= bytesMax else { throw .replyTooLarge(bytesMax: bytesMax) }
        replyBytes = unread
        return builder.takeReply()
    }

    /// Takes back the memory of a reply that is done with, for the next array.
    package func reuse(_ reply: consuming RedisReply) { builder.reuse(reply) }
}

/// Puts a reply together as hiredis finds its parts, which it reports in the order of the bytes.
private final class ReplyBuilder {
    private struct OpenArray {
        let count: Int
        var elements: [RedisReply]
    }

    private let elementsMax: Int
    private var openArrays: [OpenArray] = []
    private var reply: RedisReply?
    /// Empty memory of an earlier array.
    private var spare: [RedisReply] = []

    init(elementsMax: Int) { self.elementsMax = elementsMax }

    func takeReply() -> RedisReply? {
        defer { reply = nil }
        return reply
    }

    func add(_ part: RedisReply) {
        var part = part
        while let innermost = openArrays.indices.last {
            openArrays[innermost].elements.append(part)
            guard openArrays[innermost].elements.count == openArrays[innermost].count else {
                return
            }
            part = .array(openArrays.removeLast().elements)
        }
        reply = part
    }

    func beginArray(count: Int) -> Bool {
        guard count <= elementsMax else { return false }
        if count == 0 {
            add(.array([]))
            return true
        }
        var elements: [RedisReply] = []
        swap(&elements, &spare)
        elements.reserveCapacity(count)
        openArrays.append(OpenArray(count: count, elements: elements))
        return true
    }

    func reuse(_ reply: consuming RedisReply) {
        guard case .array(var elements) = reply else { return }
        // Dropped, so that the elements are this variable's own and keep their memory.
        reply = .null
        elements.removeAll(keepingCapacity: true)
        spare = elements
    }

    /// What hiredis calls; each function returns the builder's address for success and nil for a
    /// part that is not taken. Made once and never freed, because readers keep the address.
    // SAFETY: written once, before any reader has it, and only read afterwards.
    nonisolated(unsafe) static let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        unsafe functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, count in
                    // SAFETY: the text is in the reader's buffer, and copied during the call.
                    let bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: count))
                    return switch unsafe task?.pointee.type {
                    case REDIS_REPLY_STATUS: unsafe add(.status(bytes), for: task)
                    case REDIS_REPLY_ERROR: unsafe add(.error(bytes), for: task)
                    default: unsafe add(.bulk(bytes), for: task)
                    }
                },
                createArray: { task, count in
                    let isTaken = unsafe builder(for: task)?.beginArray(count: Int(count)) == true
                    return unsafe isTaken ? task?.pointee.privdata : nil
                },
                createInteger: { task, value in unsafe add(.integer(value), for: task) },
                createNil: { task in unsafe add(.null, for: task) },
                freeObject: { _ in }))
        return unsafe functions
    }()

    private static func add(
        _ part: RedisReply, for task: UnsafePointer<redisReadTask>?
    ) -> UnsafeMutableRawPointer? {
        unsafe builder(for: task)?.add(part)
        return unsafe task?.pointee.privdata
    }

    private static func builder(for task: UnsafePointer<redisReadTask>?) -> ReplyBuilder? {
        // SAFETY: the reader was given the address of its builder, which outlives it, and hands it
        // on in every task.
        guard let address = unsafe task?.pointee.privdata else { return nil }
        return unsafe Unmanaged<ReplyBuilder>.fromOpaque(address).takeUnretainedValue()
    }
}
