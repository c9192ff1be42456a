import Configuration
import TestSupport
import Testing

/// The documents that list the keys, compared with the code's table.
@Suite struct ConfigurationDocumentsTests {
    @Test func `the file in Config has every key once, in order, commented out, with its default`()
        throws
    {
        var found: [String] = []
        for line in try DocumentTable.lines(of: "Config/churnd.conf") {
            guard line.hasPrefix("# "), let equals = line.firstIndex(of: "=") else { continue }
            let name = String(line[line.index(line.startIndex, offsetBy: 2)..<equals].dropLast())
            let isName = name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x5F
            }
            if isName { found.append(line) }
        }
        let expected = ConfigurationTable.keys.map { key in
            key.defaultText.map { "# \(key.name) = \($0)" } ?? "# \(key.name) ="
        }
        #expect(found == expected)
    }

    @Test func `every line of the file in Config is empty or a comment`() throws {
        for line in try DocumentTable.lines(of: "Config/churnd.conf") {
            #expect(line.isEmpty || line.hasPrefix("#"))
        }
    }

    @Test func `the table in Docs is the one of the code`() throws {
        let found = try DocumentTable("keys", of: "Docs/reference/configuration.md").lines
        let expected = table().joined(separator: "\n")
        #expect(
            found.joined(separator: "\n") == expected,
            "the table in Docs/reference/configuration.md has to be:\n\(expected)\n")
    }

    private func table() -> [String] {
        let rows = ConfigurationTable.keys.map { key in
            let unit = key.kind.unit == .none ? "" : ", in \(key.kind.unit.rawValue)"
            let standard = key.defaultText.map { "`\($0)`" } ?? "not set"
            return "| `\(key.name)` | \(standard) | \(key.kind.wanted)\(unit) | \(key.meaning) |"
        }
        return ["| key | default | values | meaning |", "|---|---|---|---|"] + rows
    }
}
