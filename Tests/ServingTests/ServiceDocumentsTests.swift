import Configuration
import Features
import HTTP
import JSON
import POSIX
import Serving
import ServiceTestSupport
import Telemetry
import TestSupport
import Testing

/// The documents for callers and operators, compared with the code's own lists.
@Suite struct ServiceDocumentsTests {
    @Test func `the document of the interface has every route with its methods`() throws {
        let found = try DocumentTable("routes", of: "Docs/reference/http.md").rows.map {
            $0.prefix(2)
        }
        let expected = Route.table.map { ["`\($0.path)`", $0.allowedMethods] }
        #expect(found.map(Array.init) == expected)
    }

    @Test func `the document of the interface has every type of problem, its status and title`()
        throws
    {
        let found = try DocumentTable("problems", of: "Docs/reference/http.md").rows.map {
            $0.prefix(3)
        }
        let expected = ProblemType.allCases.map { ["`\($0.uri)`", "\($0.status)", $0.title] }
        #expect(
            found.map(Array.init) == expected,
            "the rows have to begin: \(expected.map { $0.joined(separator: " | ") })")
    }

    @Test func `the document of the interface has every code of a violation`() throws {
        let found = try DocumentTable("codes", of: "Docs/reference/http.md").rows.map { $0[0] }
        #expect(found == ViolationCode.allCases.map { "`\($0.rawValue)`" })
    }

    @Test func `idle connections outlast those of the load balancers that need no setting`() throws
    {
        let rows = try DocumentTable("load balancers", of: "Docs/operating/connections.md").rows
        let standard = try #require(
            Double(ConfigurationTable.key(named: "http.idle_timeout")?.defaultText ?? ""))
        #expect(rows.count >= 8)
        for row in rows {
            let kept = try #require(Double(row[1].replacing(",", with: "")), "\(row)")
            #expect((row[2] == "the default") == (kept < standard), "\(row[0])")
        }
    }
}
