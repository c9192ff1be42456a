/// Words of the project's old private English, and what they say for other words. `behind` is right
/// for a place, as behind a proxy, and refused for an order by review alone.
enum PlainEnglish {
    private static let refused: Set<String> = [
        "anew", "foretell", "foretells", "foretold", "proven", "whoever", "somebody", "told",
        "goes on", "go on", "went on", "of ours", "is none", "are none", "passed over",
        "tells of", "tell of", "lies there", "lie there", "learning rows", "made-up rows",
        "he", "him", "his", "himself", "at once",
    ]
    /// At the beginning of a clause these lack their noun: "anyone who has it" is right.
    private static let headless: Set<String> = [
        "who has", "who does", "who asks", "who waits", "who comes", "who wants",
    ]

    /// The first words of `text` that are refused.
    static func refusedWords(in text: String) -> String? {
        var words: [(text: String, startsClause: Bool)] = []
        var word: [UInt8] = []
        var startsClause = true
        func end() {
            if !word.isEmpty {
                words.append((String(decoding: word, as: UTF8.self), startsClause))
                startsClause = false
            }
            word = []
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "'"),
                0x80...:
                word.append(byte)
            case UInt8(ascii: " "): end()
            default:
                end()
                startsClause = true
            }
        }
        end()
        for index in words.indices {
            if refused.contains(words[index].text) { return words[index].text }
            guard index + 1 < words.count, !words[index + 1].startsClause else { continue }
            let pair = "\(words[index].text) \(words[index + 1].text)"
            let isOfThere = index > 0 && words[index - 1].text == "there"
            if refused.contains(pair), !isOfThere { return pair }
            if headless.contains(pair), words[index].startsClause { return pair }
        }
        return nil
    }
}

extension HouseRule {
    static let plainEnglish = HouseRule(
        statement: "plain English: not told, behind, goes on, is none, anew, who has, he"
    ) { file in
        guard file.target != "TidyTests" else { return [] }
        let texts =
            if let swift = file.swift {
                swift.comments.map { ($0.text, $0.line) }
                    + swift.tokens.filter { $0.kind == .string }.map { ($0.text, $0.line) }
            } else {
                zip(file.lines, 1...).map { ($0, $1) }
            }
        return texts.filter { PlainEnglish.refusedWords(in: $0.0) != nil }.map(\.1)
    }
}
