import AuditLog
import AuditReading
import TestSupport
import Testing

/// Docs/reference/audit-format.md, compared with the code's own list of events and members.
@Suite struct AuditFormatDocumentTests {
    private static let path = "Docs/reference/audit-format.md"

    @Test func `the document of the audit log has every event with its members in their order`()
        throws
    {
        let found = try DocumentTable("events", of: AuditFormatDocumentTests.path).lines
        let expected = AuditEvent.allCases.map { event in
            let members = event.members.map { $0.isOptional ? "[`\($0.name)`]" : "`\($0.name)`" }
            return "| `\(event.rawValue)` | \(members.joined(separator: ", ")) |"
        }
        #expect(
            Array(found.dropFirst(2)) == expected,
            "the rows have to be:\n\(expected.joined(separator: "\n"))\n")
    }

    @Test func `the document of the audit log tells of every member once`() throws {
        let rows = try DocumentTable("members", of: AuditFormatDocumentTests.path).rows
        let found = rows.map { $0[0] }
        let own = (AuditEvent.allCases.flatMap(\.members) + AuditFormat.linkMembers).map(\.name)
        let all = Set(["sequence", "time", "event", "prev", "hash", "mac"] + own)
        #expect(found.count == all.count)
        #expect(Set(found) == Set(all.map { "`\($0)`" }))
    }
}
