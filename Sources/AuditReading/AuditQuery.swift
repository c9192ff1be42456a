package import AuditLog
internal import Bytes
internal import JSON
internal import OpenSSL

/// What records are looked for. A record matches when it meets all conditions.
package struct AuditQuery: Sendable {
    /// Met by a record that has one of these members with its value.
    private struct Condition {
        let alternatives: [(name: [UInt8], value: [UInt8])]
    }

    /// Those of the records that are looked at.
    package var sequences = 1...Int.max
    /// Beginnings of times as `AuditTime.beginning` gives them: from the first one on, before the
    /// second one.
    package var since: [UInt8]?
    package var until: [UInt8]?
    private var conditions: [Condition] = []

    package init() {}

    /// Adds a condition: the member is this text, or a number that is written so.
    package mutating func require(_ name: String, _ value: String) {
        require([(name, Array(value.utf8))])
    }

    /// Adds a condition: one of these members is its text.
    private mutating func require(_ alternatives: [(name: String, value: [UInt8])]) {
        conditions.append(
            Condition(alternatives: alternatives.map { (Array($0.name.utf8), $0.value) }))
    }

    /// Adds a condition: the caller is this subject.
    package mutating func require(subject: String, _ keys: AuditKeys) {
        require([("subject", AuditQuery.pseudonym(subject, keys.subject))])
    }

    /// Adds a condition: the prediction is about this customer.
    package mutating func require(customer: String, _ keys: AuditKeys) {
        require([("customer", AuditQuery.pseudonym(customer, keys.customer))])
    }

    /// Adds a condition: the token had this identifier, or where there are keys, it is the one that
    /// was revoked.
    package mutating func require(tokenIdentifier: String, _ keys: AuditKeys?) {
        var alternatives = [("jti", Array(tokenIdentifier.utf8))]
        if let keys {
            alternatives.append(("name", AuditQuery.pseudonym(tokenIdentifier, keys.name)))
        }
        require(alternatives)
    }

    /// Adds a condition: the model has this name and version, or this SHA-256.
    package mutating func require(model: String) {
        let value = Array(model.utf8)
        require([("model", value), ("model_sha256", value)])
    }

    /// Whether the record of this line, without its line feed, is one that is looked for; nil where
    /// the line is no record. That it is unaltered is not verified.
    package func matches(_ line: Span<UInt8>) -> Bool? {
        guard let sequence = AuditRecordLine.claimedSequence(line) else { return nil }
        do throws(AuditContentFault) {
            return try holds(line) && sequences.contains(sequence)
        } catch {
            return nil
        }
    }

    private func holds(_ line: Span<UInt8>) throws(AuditContentFault) -> Bool {
        var met = conditions.map { _ in false }
        var isInTime = since == nil && until == nil
        var scanner = JSONScanner(line, depthMax: AuditContentReader.depthMax)
        try scanner.enterObject()
        while let name = try scanner.memberName() {
            let member = line.extracting(name.range)
            let start = scanner.offset
            var text: JSONString?
            if try scanner.kind() == .string {
                text = try scanner.anyString()
            } else {
                try scanner.passValue()
            }
            if !isInTime, let text, member.equals("time") {
                isInTime = isWanted(time: line.extracting(text.range))
            }
            for (index, condition) in conditions.enumerated() where !met[index] {
                met[index] = condition.alternatives.contains { alternative in
                    guard member.equals(alternative.name.span) else { return false }
                    if let text { return scanner.equals(text, alternative.value.span) }
                    return line.extracting(start..<scanner.offset).equals(alternative.value.span)
                }
            }
        }
        try scanner.end()
        return isInTime && !met.contains(false)
    }

    private func isWanted(time: Span<UInt8>) -> Bool {
        let bytes = Array(copying: time)
        if let since, bytes.lexicographicallyPrecedes(since) { return false }
        if let until { return bytes.lexicographicallyPrecedes(until) }
        return true
    }

    private static func pseudonym(_ name: String, _ key: [UInt8]) -> [UInt8] {
        var mac = HMACSHA256(key: key.span)
        var digits: [UInt8] = []
        digits.appendPseudonym(mac.digest(of: name.utf8.span))
        return digits
    }
}
