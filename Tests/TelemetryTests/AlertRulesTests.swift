import Telemetry
import TestSupport
import Testing

/// The rules for Prometheus that ship in `Config`.
@Suite struct AlertRulesTests {
    private static let path = "Config/prometheus-alerts.yaml"

    private let lines: [String]

    init() throws { lines = try DocumentTable.lines(of: AlertRulesTests.path) }

    /// What stands after `key:`, on one line or folded into those below it that are indented more.
    private func values(of key: String) -> [String] {
        lines.indices.compactMap { index in
            let line = lines[index]
            let text = line.drop { $0 == " " || $0 == "-" }
            guard text.hasPrefix("\(key): ") else { return nil }
            let value = text.dropFirst(key.count + 2)
            guard value == ">-" else { return String(value) }
            let indent = line.count - text.count
            return lines[(index + 1)...].prefix { $0.prefix { $0 == " " }.count > indent }
                .map { $0.drop { $0 == " " } }.joined(separator: " ")
        }
    }

    @Test func `promtool takes the rules`() throws {
        let output = try Promtool.check(["check", "rules", "prometheus-alerts.yaml"])
        let count = values(of: "alert").count + values(of: "record").count
        #expect(count >= 14)
        #expect(output.contains("SUCCESS: \(count) rules found"))
    }

    @Test func `the rules do what their tests say`() throws {
        let output = try Promtool.check(["test", "rules", "prometheus-alerts.test.yaml"])
        #expect(output.contains("SUCCESS"))
    }

    @Test func `every alert is tested, firing and not`() throws {
        let tests = try DocumentTable.lines(of: "Config/prometheus-alerts.test.yaml")
        for alert in values(of: "alert") {
            let mentions = tests.indices.filter { index in
                tests[index].split(separator: " ").contains { $0 == alert }
            }
            let firing = mentions.filter { tests[$0 + 1].contains("exp_alerts:") }
            #expect(!firing.isEmpty, "\(alert) does not fire in a test")
            #expect(firing.count < mentions.count, "\(alert) always fires")
        }
    }

    @Test func `the rules name only metrics that there are`() throws {
        let expressions = values(of: "expr")
        let records = Set(values(of: "record"))
        #expect(expressions.count == values(of: "alert").count + records.count)
        for expression in expressions {
            let names = PromQL(expression)
            #expect(!names.metrics.isEmpty)
            #expect(names.unknownNames(records: records).isEmpty, "\(expression)")
        }
    }

    @Test func `every alert has a chapter of its own and says where to read`() throws {
        let alerts = values(of: "alert")
        let chapters = try DocumentTable.lines(of: "Docs/operating/alerts.md").filter {
            $0.hasPrefix("### ")
        }
        #expect(Set(chapters) == Set(alerts.map { "### \($0)" }))
        let descriptions = values(of: "description")
        #expect(descriptions.count == alerts.count)
        for description in descriptions {
            // As in: Docs/operating/alerts.md, "ChurndDown"
            let place = try #require(description.ranges(of: "Docs/").last?.lowerBound)
            let words = description[place...].split(separator: "\"", maxSplits: 2)
            let heading = try #require(words.count > 1 ? words[1] : nil)
            let document = String(description[place...].prefix { $0 != "," && $0 != ":" })
            let headings = try DocumentTable.lines(of: document)
            #expect(
                headings.contains { $0.hasPrefix("#") && $0.hasSuffix("# \(heading)") },
                "\(document) has no \(heading)")
        }
    }
}
