internal import Bytes
internal import Synchronization

/// A change of a revocation that was made in Redis, not by this process.
package struct NoticedRevocation: Equatable, Sendable {
    package enum Change: Int, CaseIterable, Sendable {
        case revoked
        /// Removed, not expired.
        case restored
        /// Only the time for which it lasts was changed.
        case expiry
    }

    package let change: Change
    /// Whether it is about all tokens of a subject.
    package let isSubject: Bool
    /// A token's identifier or the whole of it, or a subject.
    package let name: [UInt8]

    package init(change: Change, isSubject: Bool, name: [UInt8]) {
        self.change = change
        self.isSubject = isSubject
        self.name = name
    }
}

/// What this process revokes in Redis by itself, so that it is not taken for another's when Redis
/// reports it.
package final class OwnRevocations: Sendable {
    /// Beyond these the one that came first is forgotten, and would be noticed as another's.
    package static let countMax = 10_000

    private struct Names {
        var counts: [[UInt8]: Int] = [:]
        var order: [[UInt8]] = []
        var forgottenCount = 0
    }

    private let names = Mutex(Names())

    package init() {}

    /// To be called before Redis is asked.
    package func add(_ name: [UInt8]) {
        names.withLock { names in
            names.counts[name, default: 0] += 1
            names.order.append(name)
            guard names.order.count - names.forgottenCount > OwnRevocations.countMax else { return }
            let oldest = names.order[names.forgottenCount]
            names.forgottenCount += 1
            if names.forgottenCount == OwnRevocations.countMax {
                names.order.removeFirst(names.forgottenCount)
                names.forgottenCount = 0
            }
            OwnRevocations.remove(oldest, from: &names)
        }
    }

    /// Whether it is one of them, which is forgotten then.
    func take(_ name: [UInt8]) -> Bool {
        names.withLock { OwnRevocations.remove(name, from: &$0) }
    }

    @discardableResult
    private static func remove(_ name: [UInt8], from names: inout Names) -> Bool {
        guard let count = names.counts[name] else { return false }
        names.counts[name] = count > 1 ? count - 1 : nil
        return true
    }
}

/// Tells what events of Redis mean for revocations.
package struct RevocationEvents {
    /// What they are about.
    package static let prefixes = [AdmissionKeys.revocation, AdmissionKeys.revokedBefore]

    private let own: OwnRevocations
    /// The key that was set last: with an expiry Redis reports that too.
    private var latestSet: ArraySlice<UInt8> = []

    package init(own: OwnRevocations) { self.own = own }

    /// Nil for what changes no revocation, or was done by this process.
    package mutating func change(
        _ key: ArraySlice<UInt8>, _ event: [UInt8]
    ) -> NoticedRevocation? {
        let isSubject = RevocationEvents.begins(key, with: AdmissionKeys.revokedBefore)
        let prefix = isSubject ? AdmissionKeys.revokedBefore : AdmissionKeys.revocation
        guard RevocationEvents.begins(key, with: prefix) else { return nil }
        let name = Array(key.dropFirst(prefix.utf8CodeUnitCount))
        let previous = latestSet
        latestSet = []
        let change: NoticedRevocation.Change
        switch String(decoding: event, as: UTF8.self) {
        case "expired": return nil
        case "del", "rename_from", "move_from", "evicted": change = .restored
        case "expire", "persist":
            if previous == key { return nil }
            change = .expiry
        // `set`, `rename_to` and `restore`, and whatever else makes such a key exist or changes
        // it: each value revokes, or is later than any time.
        case _:
            latestSet = key
            change = .revoked
            if !isSubject, own.take(name) { return nil }
        }
        return NoticedRevocation(change: change, isSubject: isSubject, name: name)
    }

    private static func begins(_ key: ArraySlice<UInt8>, with prefix: StaticString) -> Bool {
        key.starts(with: "\(prefix)".utf8)
    }
}
