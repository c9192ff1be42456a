/// What one request of a subject shows of its behaviour; of fixed size, but for the subject's name,
/// which is shared with the request.
package struct Observation: Sendable {
    /// `sub` of the token.
    package let subject: [UInt8]
    package let unixMilliseconds: Int64
    /// Of the record that was answered; nil for a request that was refused.
    package let traits: RecordTraits?

    package init(subject: [UInt8], unixMilliseconds: Int64, traits: RecordTraits?) {
        self.subject = subject
        self.unixMilliseconds = unixMilliseconds
        self.traits = traits
    }
}

/// What is kept of an answered record, without its values.
package struct RecordTraits: Equatable, Sendable {
    /// A probability is close to a threshold from so far away.
    package static let closeness: Float = 0.02

    /// A hash of the customer's identifier, or of the record that has none.
    package let customer: UInt64
    package let sketch: RecordSketch
    /// Whether the probability is within `closeness` of where the risk's level changes.
    package let isNearThreshold: Bool

    package init(customer: UInt64, sketch: RecordSketch, isNearThreshold: Bool) {
        self.customer = customer
        self.sketch = sketch
        self.isNearThreshold = isNearThreshold
    }

    /// - Parameters:
    ///   - identifier: of the customer; empty where the record has none.
    ///   - key: random, of the process: hashes mean nothing outside it.
    package init(
        identifier: Span<UInt8>, sketch: RecordSketch, isNearThreshold: Bool, key: UInt64
    ) {
        let customer =
            identifier.isEmpty ? sketch.digest : RecordTraits.hash(identifier, key: key)
        self.init(customer: customer, sketch: sketch, isNearThreshold: isNearThreshold)
    }

    private static func hash(_ bytes: Span<UInt8>, key: UInt64) -> UInt64 {
        var state = key
        for index in 0..<bytes.count {
            state = (state ^ UInt64(bytes[index])) &* 0x9E37_79B9_7F4A_7C15
            state ^= state >> 29
        }
        return state
    }
}

/// A hash of eight bits for each field of a record, so that it can be counted in how many fields
/// two records differ, and nothing else. Fields beyond the 32nd share the places of the first.
package struct RecordSketch: Equatable, Sendable {
    private static let places = 32

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Of a record without values.
    init() {}

    /// - Parameters:
    ///   - values: a record's; the first `fieldCount` count.
    ///   - key: random, of the process.
    package init(of values: Span<Double>, fieldCount: Int, key: UInt64) {
        for index in 0..<min(fieldCount, values.count) {
            // -0 is 0.
            var bits = (values[index] + 0).bitPattern ^ key &+ UInt64(index)
            bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
            let byte = (bits >> 56) << UInt64(index % 8 * 8)
            switch index % RecordSketch.places / 8 {
            case 0: words.0 ^= byte
            case 1: words.1 ^= byte
            case 2: words.2 ^= byte
            case _: words.3 ^= byte
            }
        }
    }

    /// In how many places two sketches differ: at most the fields in which the records do.
    package func differences(from other: RecordSketch) -> Int {
        RecordSketch.unequalBytes(words.0 ^ other.words.0)
            + RecordSketch.unequalBytes(words.1 ^ other.words.1)
            + RecordSketch.unequalBytes(words.2 ^ other.words.2)
            + RecordSketch.unequalBytes(words.3 ^ other.words.3)
    }

    private static func unequalBytes(_ difference: UInt64) -> Int {
        var bits = difference | difference >> 4
        bits |= bits >> 2
        bits |= bits >> 1
        return (bits & 0x0101_0101_0101_0101).nonzeroBitCount
    }

    /// Of the whole record.
    var digest: UInt64 {
        var state = words.0
        for word in [words.1, words.2, words.3] {
            state = (state ^ state >> 32) &* 0x9E37_79B9_7F4A_7C15 ^ word
        }
        return (state ^ state >> 32) &* 0x94D0_49BB_1331_11EB
    }

    package static func == (one: RecordSketch, other: RecordSketch) -> Bool {
        one.words == other.words
    }
}
