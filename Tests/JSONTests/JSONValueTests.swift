import JSON
import Testing

@Suite struct JSONValueTests {
    @Test func `a text is read into the tree it spells`() throws {
        let text = Array(#" {"b":[1,-2.5,"x\n",true,false,null,[],{}],"a":{"\u0061":"é"}} "#.utf8)
        let value = try JSONValue(parsing: text.span)
        let expected = JSONValue.object(
            JSONObject(members: [
                (
                    "b",
                    .array([
                        .number(1), .number(-2.5), .string("x\n"), .bool(true), .bool(false), .null,
                        .array([]), .object(JSONObject()),
                    ])
                ),
                ("a", .object(JSONObject(members: [("a", .string("é"))]))),
            ]))
        #expect(value == expected)
    }

    @Test func `a value gives what it is and nothing else`() throws {
        let text = Array(#"{"o":{},"a":[null],"s":"x","n":1,"t":true,"z":null}"#.utf8)
        let object = try #require(try JSONValue(parsing: text.span).asObject)
        #expect(object.members.map(\.name) == ["o", "a", "s", "n", "t", "z"])
        #expect(
            object.members.map { $0.value.asObject } == [JSONObject(), nil, nil, nil, nil, nil])
        #expect(object.members.map { $0.value.asArray } == [nil, [.null], nil, nil, nil, nil])
        #expect(object.members.map { $0.value.asString } == [nil, nil, "x", nil, nil, nil])
        #expect(object.members.map { $0.value.asNumber } == [nil, nil, nil, 1, nil, nil])
        #expect(object.members.map { $0.value.asBool } == [nil, nil, nil, nil, true, nil])
        #expect(object["n"] == .number(1))
        #expect(object["missing"] == nil)
    }

    @Test func `names and strings are told apart by their bytes`() {
        let composed = JSONObject(members: [("\u{E9}", .null)])
        #expect(composed["\u{E9}"] == .null)
        #expect(composed["e\u{301}"] == nil)
        #expect(composed != JSONObject(members: [("e\u{301}", .null)]))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func `the order of members counts`() {
        let members: [(name: String, value: JSONValue)] = [("a", .null), ("b", .bool(true))]
        #expect(JSONObject(members: members) != JSONObject(members: members.reversed()))
        #expect(JSONObject(members: members) == JSONObject(members: members))
        #expect(JSONObject(members: members) != JSONObject(members: [members[0]]))
    }

    @Test func `a number beyond the Doubles, a long tail and a deep tree are refused`() {
        #expect(tree(Array("[1e400]".utf8)) == .failure(.numberOutOfRange(offset: 1)))
        #expect(tree(Array("1 2".utf8)) == .failure(.trailingBytes(offset: 2)))
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 17)
        #expect(tree(deep) == .failure(.tooDeep(limit: 16, offset: 16)))
    }

    @Test func `the deepest tree that can be asked for is read and freed`() throws {
        let count = JSONValue.depthCeiling
        let text =
            [UInt8](repeating: UInt8(ascii: "["), count: count)
            + [UInt8](repeating: UInt8(ascii: "]"), count: count)
        var value = try JSONValue(parsing: text.span, depthMax: count)
        var depth = 1
        while let inner = value.asArray?.first {
            value = inner
            depth += 1
        }
        #expect(depth == count)
    }
}
