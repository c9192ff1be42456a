import JSON
import Testing

struct IndentedJSONTests {
    @Test func `members stand on lines of their own, lists of plain values on one`() throws {
        let text = #"{"a":1,"b":{"c":[1,"x",null],"d":{},"e":[]},"f":[{"g":true},[2]]}"#
        let value = try JSONValue(parsing: Array(text.utf8).span)
        let indented = IndentedJSON.bytes(value)
        #expect(
            String(decoding: indented, as: UTF8.self) == """
                {
                  "a": 1,
                  "b": {
                    "c": [1,"x",null],
                    "d": {},
                    "e": []
                  },
                  "f": [
                    {
                      "g": true
                    },
                    [2]
                  ]
                }

                """)
        #expect(try JSONValue(parsing: indented.span) == value)
    }
}
