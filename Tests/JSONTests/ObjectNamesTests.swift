import JSON
import Testing

@Suite struct ObjectNamesTests {
    @Test(arguments: [
        ("{\"a\":1,\"a\":2}", 8), ("{\"a\":1,\"\\u0061\":2}", 8), ("{\"\\u0061\":1,\"a\":2}", 13),
        ("{\"\\u0061\":1,\"\\u0061\":2}", 13), ("{\"\":1,\"\":2}", 7),
        ("{\"a\":1,\"b\":2,\"a\":3}", 14),
        ("{\"é\":1,\"\\u00e9\":2}", 9), ("{\"\\ud83d\\ude00\":1,\"😀\":2}", 19),
        ("{\"x\":{\"b\":1,\"b\":2}}", 13), ("{\"x\":{\"x\":1},\"x\":2}", 14),
        ("[{\"a\":1},{\"a\":1,\"a\":1}]", 17), ("{\"a/b\":1,\"a\\/b\":2}", 10),
        ("{\"a\":[{\"a\":1}],\"a\":2}", 16), ("{\"long name of it\":1,\"long name of it\":1}", 22),
    ])
    func `a name that an object has is refused, however it is spelled`(text: String, offset: Int) {
        #expect(refusal(of: text) == .duplicateName(offset: offset))
    }

    @Test(arguments: [
        "{\"a\":1,\"A\":2}", "{\"a\":1,\"a \":2}", "{\"a\":1,\"aa\":2}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "[{\"a\":1},{\"a\":1}]", "{\"x\":{\"a\":1},\"y\":{\"a\":1},\"a\":1}",
        "{\"\":1,\"\\u0000\":1}",
        "{\"\\u00e9\":1,\"e\\u0301\":2}", "{\"a\":1,\"\\\\u0061\":1}",
        "{\"12345678a\":1,\"12345678b\":1,\"a12345678\":1,\"12345678\":1}",
    ])
    func `names that differ in a byte are two`(text: String) {
        #expect(refusal(of: text) == nil)
    }

    /// Around 32 the names are no longer compared one by one, but looked up.
    @Test(arguments: [1, 2, 16, 31, 32, 33, 34, 64, 65, 500])
    func `the last name is compared with every other`(count: Int) {
        let names = (0..<count).map { "\"name \($0)\":0" }
        #expect(refusal(of: "{" + names.joined(separator: ",") + "}") == nil)
        let prefix = "{" + names.joined(separator: ",") + ","
        for repeated in 0..<count {
            for first in ["n", "\\u006e"] {
                let text = prefix + "\"\(first)ame \(repeated)\":0}"
                #expect(
                    refusal(of: text) == .duplicateName(offset: prefix.utf8.count + 1),
                    "\(repeated) of \(count)")
            }
        }
    }

    @Test func `escaped names among many are compared by their value`() {
        let names = (0..<100).map { "\"n\\u0061me \($0)\":0" }.joined(separator: ",")
        #expect(refusal(of: "{\(names)}") == nil)
        for repeated in [0, 31, 32, 33, 99] {
            #expect(
                refusal(of: "{\(names),\"name \(repeated)\":0}")
                    == .duplicateName(offset: names.utf8.count + 3))
        }
    }

    @Test func `large objects may hold the same names side by side and inside each other`() {
        let names = (0..<50).map { "\"name \($0)\":0" }.joined(separator: ",")
        let object = "{\(names)}"
        #expect(refusal(of: "[\(object),\(object),{\(names),\"in\":\(object),\"at\":0}]") == nil)
        let prefix = "{\(names),\"in\":\(object),"
        for name in ["name 0", "name 31", "name 49", "in"] {
            #expect(
                refusal(of: prefix + "\"\(name)\":0}")
                    == .duplicateName(offset: prefix.utf8.count + 1))
        }
    }

    @Test func `a name seen before a nested object is remembered after it`() {
        let inner = "{" + (0..<40).map { "\"i\($0)\":0" }.joined(separator: ",") + "}"
        #expect(refusal(of: "{\"a\":\(inner),\"b\":0,\"i0\":0}") == nil)
        let prefix = "{\"a\":\(inner),"
        #expect(
            refusal(of: prefix + "\"a\":0}") == .duplicateName(offset: prefix.utf8.count + 1))
    }

    @Test func `the names of large objects take time in proportion to their number`() {
        // Compared pairwise these would be 1e10 comparisons, which no test run would sit through.
        let names = (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",")
        let prefix = "[{\(names)},{\(names),"
        #expect(refusal(of: prefix + "\"a\":0}]") == nil)
        #expect(
            refusal(of: prefix + "\"99999\":0}]") == .duplicateName(offset: prefix.utf8.count + 1))
    }
}
