import JSON
import Metrics
import POSIX
import Telemetry
import TestSupport
import Testing

/// The dashboard for Grafana that ships in `Config`.
@Suite struct DashboardMetricsTests {
    private let dashboard: JSONObject

    init() throws {
        let bytes = try Files.read(
            "\(ProjectPlaces.root)/Config/grafana-dashboard.json", bytesMax: 1 << 20)
        dashboard = try #require(try JSONValue(parsing: bytes.span).asObject)
    }

    /// All values of members of this name, at any depth.
    private func values(of name: String, in value: JSONValue) -> [JSONValue] {
        switch value {
        case .object(let object):
            object.members.flatMap { member in
                (member.name == name ? [member.value] : []) + values(of: name, in: member.value)
            }
        case .array(let elements): elements.flatMap { values(of: name, in: $0) }
        case .string, .number, .bool, .null: []
        }
    }

    private func panels() throws -> [JSONObject] {
        try #require(dashboard["panels"]?.asArray).map { try #require($0.asObject) }
    }

    @Test func `its expressions name only metrics and labels that there are`() throws {
        let expressions = values(of: "expr", in: .object(dashboard)).compactMap(\.asString)
        #expect(expressions.count >= 30)
        for expression in expressions {
            #expect(PromQL(expression).unknownNames().isEmpty, "\(expression)")
        }
    }

    @Test func `it shows every family of the table`() throws {
        let expressions = values(of: "expr", in: .object(dashboard)).compactMap(\.asString)
        let shown = expressions.map { PromQL($0).metrics }.reduce(into: Set()) { $0.formUnion($1) }
        let hidden = MetricTable.all.map(\.name).filter { name in
            !shown.contains { $0 == name || $0.hasPrefix("\(name)_") }
        }
        #expect(hidden == ["process_virtual_memory_bytes"])
    }

    @Test func `its source of data is a variable everywhere`() throws {
        let sources = values(of: "datasource", in: .object(dashboard))
        #expect(sources.count >= 30)
        for source in sources { #expect(source.asObject?["uid"] == .string("${datasource}")) }
        let variables = values(of: "list", in: dashboard["templating"] ?? .null)
        let names = values(of: "name", in: .array(variables)).compactMap(\.asString)
        #expect(names == ["datasource", "job", "instance"])
    }

    @Test func `its panels have each their number and place`() throws {
        let panels = try panels()
        let numbers = panels.compactMap { $0["id"]?.asNumber }
        #expect(numbers == (1...panels.count).map(Double.init))
        var taken: Set<[Int]> = []
        for panel in panels {
            let place = try #require(panel["gridPos"]?.asObject)
            let sides = try ["x", "y", "w", "h"].map { name in
                Int(try #require(place[name]?.asNumber))
            }
            #expect(sides[0] + sides[2] <= 24)
            for column in sides[0]..<(sides[0] + sides[2]) {
                for line in sides[1]..<(sides[1] + sides[3]) {
                    let isFree = taken.insert([column, line]).inserted
                    #expect(isFree, "\(panel["title"] ?? .null) covers another panel")
                }
            }
            #expect(panel["title"]?.asString?.isEmpty == false)
        }
    }
}
