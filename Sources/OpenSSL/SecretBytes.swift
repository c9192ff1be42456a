internal import COpenSSL
internal import Synchronization

/// Bytes of which all holders share one copy. It is overwritten by `wipe`, or when the last holder
/// is gone.
package final class SecretBytes: Sendable {
    package let count: Int
    private let buffer: Mutex<Buffer>

    /// Copies the bytes; wiping the original is its owner's task.
    package init(copying bytes: Span<UInt8>) {
        count = bytes.count
        buffer = Mutex(Buffer(copying: bytes))
    }

    /// Calls `body` with the bytes, which it must not copy. Traps once they are wiped, so that
    /// zeros are never used as a key.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var result: Result?
        try buffer.withLock { (buffer) throws(Failure) in
            precondition(!buffer.isWiped, "the secret was wiped")
            result = try buffer.withBytes(body)
        }
        guard let result = result.take() else { preconditionFailure("body gives a result") }
        return result
    }

    /// Overwrites the bytes for all holders.
    package func wipe() { buffer.withLock { $0.wipe() } }

    /// Overwrites an array that shares its memory with nothing else, and empties it.
    package static func wipe(_ bytes: inout [UInt8]) {
        // SAFETY: OPENSSL_cleanse writes the bytes that the array holds.
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
        }
        bytes = []
    }

    // SAFETY: the memory is this value's own, so that it goes where the value goes.
    @safe private struct Buffer: ~Copyable, @unchecked Sendable {
        // SAFETY: allocated by `init`, freed by `deinit` alone, and never handed out.
        private let start: UnsafeMutablePointer<UInt8>
        private let count: Int
        private(set) var isWiped = false

        init(copying bytes: Span<UInt8>) {
            count = bytes.count
            unsafe start = .allocate(capacity: max(count, 1))
            // SAFETY: there is room for as many bytes as are copied.
            for index in 0..<count { unsafe (start + index).initialize(to: bytes[index]) }
        }

        deinit {
            wipeBytes()
            // SAFETY: this value's own, and nothing else refers to it.
            unsafe start.deallocate()
        }

        func withBytes<Result: ~Copyable, Failure: Error>(
            _ body: (Span<UInt8>) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            // SAFETY: `count` bytes that were initialized and are there during the call.
            let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
            return try unsafe body(Span(_unsafeElements: bytes))
        }

        mutating func wipe() {
            isWiped = true
            wipeBytes()
        }

        private func wipeBytes() {
            // SAFETY: it writes the `count` bytes that are there.
            unsafe OPENSSL_cleanse(start, count)
        }
    }
}

/// A description and a mirror that show nothing.
extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
