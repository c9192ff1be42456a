import HTTP
import Testing

private func head(_ lines: String...) -> [UInt8] {
    Array((["GET / HTTP/1.1", "Host: a"] + lines + ["", ""]).joined(separator: "\r\n").utf8)
}

/// The elements in the order in which they are handed out; `until` needs no more.
private func hops(_ head: [UInt8], until last: String? = nil) -> [String] {
    var found: [String] = []
    _ = ForwardedFields(inHead: head.span) { element in
        let text = String(decoding: element.indices.map { element[$0] }, as: UTF8.self)
        found.append(text)
        return text != last
    }
    return found
}

@Suite struct ForwardedFieldsTests {
    @Test(
        arguments: [
            ([], []), (["X-Forwarded-For: a"], ["a"]), (["X-Forwarded-For:a"], ["a"]),
            (["x-forwarded-FOR: \t a ,\tb,c \t"], ["c", "b", "a"]),
            (["X-Forwarded-For: a, b", "X-Forwarded-For: c", "Via: v"], ["c", "b", "a"]),
            (["X-Forwarded-For:", "X-Forwarded-For: ,, a,,"], ["a"]),
            (["X-Forwarded-Fo: a", "X-Forwarded-Fors: a", "Xx-Forwarded-For: a"], []),
            (["X-Forwarded-For2: a", "Forwarded: for=a", "A: X-Forwarded-For: a"], []),
            (["X-Forwarded-For: \"a, b\""], ["b\"", "\"a"]),
        ] as [([String], [String])])
    func `elements come from the last on, of all lines as one list`(
        lines: [String], expected: [String]
    ) {
        let text = (["GET / HTTP/1.1"] + lines + ["Host: a", "", ""]).joined(separator: "\r\n")
        #expect(hops(Array(text.utf8)) == expected)
    }

    @Test func `nothing is read beyond the element that was looked for`() {
        let head = head("X-Forwarded-For: a, b", "X-Forwarded-For: c, d")
        #expect(hops(head, until: "d") == ["d"])
        #expect(hops(head, until: "c") == ["d", "c"])
        #expect(hops(head, until: "b") == ["d", "c", "b"])
    }

    @Test(arguments: [15, 16, 17]) func `at most 16 elements are read`(count: Int) {
        let numbers = (0..<count).map(String.init)
        let list = head("X-Forwarded-For: \(numbers.joined(separator: ","))")
        #expect(hops(list) == Array(numbers.reversed().prefix(16)))
        let lines = numbers.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        let apart = Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
        #expect(hops(apart) == Array(numbers.reversed().prefix(16)))
        let empty = head("X-Forwarded-For: a\(String(repeating: ",", count: count))")
        #expect(hops(empty) == (count < 16 ? ["a"] : []))
    }

    @Test(
        arguments: [
            ([], false), (["X-Forwarded-Proto: https"], false), (["X-Forwarded-Proto: http"], true),
            (["x-forwarded-proto:HTTP"], true), (["X-Forwarded-Proto: https, http"], true),
            (["X-Forwarded-Proto: http, https"], true), (["X-Forwarded-Proto: httpss"], false),
            (["X-Forwarded-Proto: http", "X-Forwarded-Proto: https"], true),
            (["X-Forwarded-Proto:"], false), (["X-Forwarded-Protos: http"], false),
            (["X-Forwarded-For: http"], false), (["Forwarded: proto=http"], false),
        ] as [([String], Bool)])
    func `plain HTTP is whatever line names it`(lines: [String], isPlain: Bool) {
        let text = (["GET / HTTP/1.1"] + lines + ["", ""]).joined(separator: "\r\n")
        #expect(ForwardedFields(inHead: Array(text.utf8).span) { _ in false }.isPlain == isPlain)
    }
}
