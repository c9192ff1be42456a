import Bundle
import JSON
import Models
import TestSupport
import Testing

/// Docs/reference/bundle.md against the code.
struct ModelFormatDocumentTests {
    private func document() throws -> String {
        String(
            decoding: try contents(of: "\(ProjectPlaces.root)/Docs/reference/bundle.md"),
            as: UTF8.self)
    }

    /// The first two cells of each row of the table under a heading of this line.
    private func rows(after heading: String) throws -> [(name: Substring, value: Substring)] {
        let lines = try document().split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: Substring(heading)))
        return lines[(start + 2)...].prefix { $0.hasPrefix("| ") }.map { line in
            let cells = line.split(separator: "|").map { $0.trimmingSpaces() }
            return (cells[0], cells[1])
        }
    }

    @Test func `the limits are those of the code`() throws {
        let limits = ModelLimits()
        let stated = try rows(after: "| limit | value |").map { row in
            "\(row.name.split(separator: "`")[0])=\(row.value)"
        }
        let fields = Mirror(reflecting: limits).children.map { "\($0.label ?? "")=\($0.value)" }
        #expect(stated == fields)
    }

    @Test func `the members of the manifest are those of the code`() throws {
        let stated = try rows(after: "| member | what it holds |").flatMap { row in
            row.name.split(separator: ",").map { $0.trimmingSpaces().filter { $0 != "`" } }
        }
        let bytes = try contents(of: "\(ProjectPlaces.root)/Models/telco-churn/3/manifest.json")
        let manifest = try Manifest(parsing: bytes.span)
        #expect(stated == manifest.document.asObject?.members.map(\.name))
    }

    @Test func `the files are those of the code`() throws {
        for file in [BundleFile.manifest, .model, .golden] {
            #expect(try document().contains("## \(file.rawValue)\n"))
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
