import Bundle
import Features
import JSON
import Testing

struct GoldenRequestsTests {
    private func schema() throws -> Schema {
        try Schema(json: Array(SyntheticBundle.schemaText.utf8).span)
    }

    @Test func `requests reach every value, every alias and both ends of every range`() throws {
        let bodies = GoldenRequests(schema: try schema(), seed: 1).bodies
        #expect(bodies.count == 100)
        let objects = try bodies.map { try #require(JSONValue(parsing: $0.span).asObject) }
        #expect(
            Set(objects.compactMap { $0["plan"]?.asString }) == ["basic", "plus", "all", "full"])
        let months = objects.compactMap { $0["months"]?.asNumber }
        let prices = objects.compactMap { $0["price"]?.asNumber }
        #expect(months.min() == 0 && months.max() == 60)
        #expect(prices.min() == 0 && prices.max() == 150)
        #expect(Set(months).count > 20 && Set(prices).count > 90)
    }

    @Test func `requests are valid, without an identifier, and repeat by their seed`() throws {
        let schema = try schema()
        var decoder = RecordDecoder(schema: schema)
        let bodies = GoldenRequests(schema: schema, seed: 1).bodies
        for body in bodies {
            #expect(try decoder.decode(body.span))
            #expect(decoder.identifier == nil)
        }
        #expect(GoldenRequests(schema: schema, seed: 1).bodies == bodies)
        #expect(GoldenRequests(schema: schema, seed: 2).bodies != bodies)
    }

    @Test func `a category of more values than requests makes more requests`() throws {
        let values = (0..<150).map { "\"v\($0)\"" }.joined(separator: ",")
        let text = """
            {"type":"object","properties":{"v":{"type":"string","enum":[\(values)]},
            "n":{"type":"integer","minimum":1,"maximum":1}},
            "required":["v","n"],"additionalProperties":false}
            """
        let schema = try Schema(json: Array(text.utf8).span)
        let bodies = GoldenRequests(schema: schema, seed: 1).bodies
        #expect(bodies.count == 150)
        let objects = try bodies.map { try #require(JSONValue(parsing: $0.span).asObject) }
        #expect(Set(objects.compactMap { $0["v"]?.asString }).count == 150)
        #expect(objects.allSatisfy { $0["n"]?.asNumber == 1 })
    }
}
