package import AuditLog
internal import Bytes
package import JSON

/// What a record must not hold although its hash is right. Values are not repeated.
package enum AuditContentFault: Error, Equatable, Sendable {
    case notJSON(JSONError)
    /// White space between two tokens.
    case whiteSpace(offset: Int)
    /// A string that is not spelled as records spell it.
    case spelling(offset: Int)
    case time(offset: Int)
    case unknownEvent(offset: Int)
    /// A member that the event does not have, or not here.
    case unexpectedMember(AuditEvent, offset: Int)
    case missingMember(AuditEvent, name: String)
    /// A value of another form than `name` has.
    case value(name: String, offset: Int)
}

/// What a record says that matters to a reader of the log.
package struct AuditContent: Equatable, Sendable {
    package let event: AuditEvent
    /// Of the line.
    package let time: Range<Int>
    /// Of a `start`: what was cut from the end of the last segment; of others 0.
    package fileprivate(set) var tornBytes = 0
    /// Of a `start`: records that a checkpoint names and that were not there; of others 0.
    package fileprivate(set) var missing = 0
    /// Of a `start`: missing checkpoints that records name; of others 0.
    package fileprivate(set) var missingCheckpoints = 0
    /// Of a `start`: records before it that nothing made with the key covers; of others 0.
    package fileprivate(set) var unproven = 0
}

/// Reads what is in records as strictly as they are written: members known and in their order, each
/// with a value of its form, strings in one spelling.
package struct AuditContentReader {
    private struct Member {
        let name: String
        let bytes: [UInt8]
        let isOptional: Bool
        let form: AuditValueForm
    }

    /// The record and the object of its features.
    static let depthMax = 2

    private static let members: [AuditEvent: [Member]] = {
        var members: [AuditEvent: [Member]] = [:]
        for event in AuditEvent.allCases {
            members[event] = (event.members + AuditFormat.linkMembers).map { member in
                Member(
                    name: member.name, bytes: Array(member.name.utf8),
                    isOptional: member.isOptional, form: AuditValueForm(of: member.name))
            }
        }
        return members
    }()

    package init() {}

    /// - Parameter line: a record's, without its line feed, its sequence and its hashes known to be
    ///   well-formed.
    package func read(_ line: Span<UInt8>) throws(AuditContentFault) -> AuditContent {
        var scanner = JSONScanner(line, depthMax: AuditContentReader.depthMax)
        try scanner.enterObject()
        _ = try scanner.memberName()
        try scanner.passValue()
        var content = try readStart(&scanner, of: line)
        try readMembers(&scanner, of: line, into: &content)
        try scanner.end()
        if let offset = whiteSpace(in: line) { throw .whiteSpace(offset: offset) }
        return content
    }

    /// Time and event.
    private func readStart(
        _ scanner: inout JSONScanner, of line: Span<UInt8>
    ) throws(AuditContentFault) -> AuditContent {
        let timeOffset = scanner.offset
        guard let name = try scanner.memberName(), scanner.equals(name, "time"),
            let time = try scanner.plainString(), AuditTime.isTime(line.extracting(time.range))
        else { throw .time(offset: timeOffset) }
        let eventOffset = scanner.offset
        guard let name = try scanner.memberName(), scanner.equals(name, "event"),
            let text = try scanner.plainString(),
            let event = AuditEvent(rawValue: scanner.text(text))
        else { throw .unknownEvent(offset: eventOffset) }
        return AuditContent(event: event, time: time.range)
    }

    /// The event's own members, and the two hashes after them.
    private func readMembers(
        _ scanner: inout JSONScanner, of line: Span<UInt8>, into content: inout AuditContent
    ) throws(AuditContentFault) {
        let event = content.event
        let members = AuditContentReader.members[event] ?? []
        var next = 0
        while true {
            let offset = scanner.offset
            guard let name = try scanner.memberName() else {
                throw .missingMember(event, name: "hash")
            }
            if scanner.equals(name, "prev") { break }
            let bytes = line.extracting(name.range)
            guard let index = members[next...].firstIndex(where: { bytes.equals($0.bytes.span) })
            else { throw .unexpectedMember(event, offset: offset) }
            if let left = members[next..<index].first(where: { !$0.isOptional }) {
                throw .missingMember(event, name: left.name)
            }
            let start = scanner.offset
            guard try members[index].form.read(&scanner, of: line) else {
                throw .value(name: members[index].name, offset: start)
            }
            note(members[index].name, line.naturalNumber(at: start)?.value ?? 0, in: &content)
            next = index + 1
        }
        if let left = members[next...].first(where: { !$0.isOptional }) {
            throw .missingMember(event, name: left.name)
        }
        try scanner.passValue()
        let offset = scanner.offset
        guard let name = try scanner.memberName(), scanner.equals(name, "hash") else {
            throw .unexpectedMember(event, offset: offset)
        }
        try scanner.passValue()
        let macOffset = scanner.offset
        guard let name = try scanner.memberName() else { return }
        guard scanner.equals(name, "mac") else {
            throw .unexpectedMember(event, offset: macOffset)
        }
        try scanner.passValue()
        guard try scanner.memberName() == nil else {
            throw .unexpectedMember(event, offset: scanner.offset)
        }
    }

    private func note(_ name: String, _ value: Int, in content: inout AuditContent) {
        guard content.event == .start else { return }
        switch name {
        case "torn_bytes": content.tornBytes = value
        case "missing": content.missing = value
        case "checkpoints_missing": content.missingCheckpoints = value
        case "unproven": content.unproven = value
        case _: break
        }
    }

    /// Where white space is between the tokens of a text that is JSON.
    private func whiteSpace(in line: Span<UInt8>) -> Int? {
        var isInString = false
        var escaped = -1
        for index in 0..<line.count {
            let byte = line[index]
            guard byte <= UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"), index != escaped else {
                continue
            }
            if byte == UInt8(ascii: "\\") {
                escaped = index + 1
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if byte <= 0x20, !isInString {
                return index
            }
        }
        return nil
    }
}
