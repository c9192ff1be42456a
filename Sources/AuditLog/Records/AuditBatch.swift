/// What one turn of a reactor hands over: the bodies of its records, one after the other, and how
/// many callers it has refused that get no record each.
package struct AuditBatch: Sendable {
    package internal(set) var bytes: [UInt8] = []
    /// Where in `bytes` each body ends.
    package internal(set) var ends: [Int] = []
    package private(set) var refusals = AuditRefusalCounts()

    package init() {}

    package var isEmpty: Bool { ends.isEmpty && refusals.isEmpty }

    /// Appends a whole body.
    mutating func append(body: [UInt8]) {
        bytes += body
        ends.append(bytes.count)
    }

    package mutating func countRefusal(_ reason: AuditRefusalReason) { refusals[reason] += 1 }

    package mutating func removeAll(keepingCapacity: Bool) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        ends.removeAll(keepingCapacity: keepingCapacity)
        refusals = AuditRefusalCounts()
    }
}

/// Why callers without a good token were refused. They get one record a second and reason, so that
/// a client without a token cannot fill the disk.
package enum AuditRefusalReason: String, CaseIterable, Sendable {
    case missingToken = "missing-token"
    case invalidToken = "invalid-token"
    case tokenExpired = "token-expired"

    /// What every one of them is answered with.
    static let status = 401
}

/// How many callers were refused for each reason.
package struct AuditRefusalCounts: Equatable, Sendable {
    private var counts = SIMD4<Int>()

    package init() {}

    package var isEmpty: Bool { counts == .zero }

    package subscript(reason: AuditRefusalReason) -> Int {
        get { counts[reason.index] }
        set { counts[reason.index] = newValue }
    }

    var total: Int { counts.wrappedSum() }

    mutating func add(_ other: AuditRefusalCounts) { counts &+= other.counts }

    mutating func subtract(_ other: AuditRefusalCounts) { counts &-= other.counts }
}

extension AuditRefusalReason {
    fileprivate var index: Int {
        switch self {
        case .missingToken: 0
        case .invalidToken: 1
        case .tokenExpired: 2
        }
    }
}
