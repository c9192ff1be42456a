/// The lines that functions, initializers and subscripts take, from their keyword to the closing
/// brace.
enum FunctionLines {
    static func all(in tokens: [SwiftLexer.Token]) -> [ClosedRange<Int>] {
        tokens.indices.compactMap { index in
            guard isDeclaration(index, in: tokens), let brace = body(after: index, in: tokens),
                let end = closing(of: brace, in: tokens)
            else { return nil }
            return tokens[index].line...tokens[end].line
        }
    }

    private static func isDeclaration(_ index: Int, in tokens: [SwiftLexer.Token]) -> Bool {
        guard tokens[index].kind == .word else { return false }
        let before = index > 0 ? tokens[index - 1].text : ""
        switch tokens[index].text {
        case "func", "deinit": return true
        // `.init(…)` and `super.init(…)` are calls.
        case "init", "subscript": return before != "."
        case _: return false
        }
    }

    /// The brace that opens the body; nil for a requirement of a protocol.
    private static func body(after index: Int, in tokens: [SwiftLexer.Token]) -> Int? {
        var depth = 0
        for next in tokens.indices[(index + 1)...] where tokens[next].kind != .string {
            switch tokens[next].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return next
            case "}", "func", "init", "var", "let", "subscript", "deinit":
                if depth == 0 && next > index + 1 { return nil }
            case _: continue
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private static func closing(of brace: Int, in tokens: [SwiftLexer.Token]) -> Int? {
        var depth = 0
        for index in tokens.indices[brace...] where tokens[index].kind == .punctuation {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}
