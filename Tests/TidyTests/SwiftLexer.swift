/// Swift's text in the pieces that the rules look at: enough of its grammar to tell code from
/// comments and literals, no more.
struct SwiftLexer {
    struct Token: Equatable {
        enum Kind { case word, punctuation, string }

        let kind: Kind
        /// A word with its `@`, `#` or backticks; a string without its quotes.
        let text: String
        /// From 1.
        let line: Int
    }

    struct Comment: Equatable {
        let text: String
        let line: Int
    }

    private(set) var tokens: [Token] = []
    /// One for each line of a comment.
    private(set) var comments: [Comment] = []

    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
        while offset < bytes.count { lexNext() }
    }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        offset + ahead < bytes.count ? bytes[offset + ahead] : 0
    }

    private func starts(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    }

    private mutating func lexNext() {
        if starts("//") {
            lexLineComment()
        } else if starts("/*") {
            lexBlockComment()
        } else if byte() == UInt8(ascii: "\"") {
            lexString(hashes: 0)
        } else if byte() == UInt8(ascii: "#"), let hashes = hashesBeforeQuote() {
            offset += hashes
            lexString(hashes: hashes)
        } else if byte() == UInt8(ascii: "`") {
            lexBackticks()
        } else if isWord(byte()) || (isSigil(byte()) && isWord(byte(1))) {
            let start = offset
            offset += 1
            while isWord(byte()) { offset += 1 }
            add(.word, bytes[start..<offset])
        } else {
            if byte() == UInt8(ascii: "\n") {
                line += 1
            } else if byte() > 0x20 {
                add(.punctuation, bytes[offset...offset])
            }
            offset += 1
        }
    }

    private mutating func add(_ kind: Token.Kind, _ text: some Collection<UInt8>) {
        tokens.append(Token(kind: kind, text: String(decoding: text, as: UTF8.self), line: line))
    }

    private mutating func addComment(from start: Int) {
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        comments.append(Comment(text: text, line: line))
    }

    private mutating func lexLineComment() {
        let start = offset
        while offset < bytes.count, byte() != UInt8(ascii: "\n") { offset += 1 }
        addComment(from: start)
    }

    /// Block comments nest.
    private mutating func lexBlockComment() {
        var start = offset
        var depth = 0
        while offset < bytes.count {
            if starts("/*") {
                depth += 1
                offset += 2
            } else if starts("*/") {
                depth -= 1
                offset += 2
                if depth == 0 { break }
            } else {
                if byte() == UInt8(ascii: "\n") {
                    addComment(from: start)
                    line += 1
                    start = offset + 1
                }
                offset += 1
            }
        }
        addComment(from: start)
    }

    private mutating func lexBackticks() {
        let start = offset
        offset += 1
        while offset < bytes.count, byte() != UInt8(ascii: "`"), byte() != UInt8(ascii: "\n") {
            offset += 1
        }
        offset += 1
        add(.word, bytes[start..<min(offset, bytes.count)])
    }

    private func hashesBeforeQuote() -> Int? {
        var count = 0
        while byte(count) == UInt8(ascii: "#") { count += 1 }
        return byte(count) == UInt8(ascii: "\"") ? count : nil
    }

    /// Stands on the opening quote. Code in an interpolation is lexed as code.
    private mutating func lexString(hashes: Int) {
        let quotes = starts("\"\"\"") ? 3 : 1
        offset += quotes
        let startLine = line
        var content: [UInt8] = []
        while offset < bytes.count {
            if isDelimiter(quotes: quotes, hashes: hashes) {
                offset += quotes + hashes
                break
            }
            if byte() == UInt8(ascii: "\\"), hashesFollow(hashes, after: 1) {
                offset += 1 + hashes
                if byte() == UInt8(ascii: "(") { lexInterpolation() } else { skipStringByte() }
                continue
            }
            content.append(byte())
            skipStringByte()
        }
        let text = String(decoding: content, as: UTF8.self)
        tokens.append(Token(kind: .string, text: text, line: startLine))
    }

    private mutating func skipStringByte() {
        if byte() == UInt8(ascii: "\n") { line += 1 }
        offset += 1
    }

    private mutating func lexInterpolation() {
        var depth = 0
        while offset < bytes.count {
            if byte() == UInt8(ascii: "(") { depth += 1 }
            if byte() == UInt8(ascii: ")") { depth -= 1 }
            lexNext()
            if depth == 0 { return }
        }
    }

    private func hashesFollow(_ hashes: Int, after ahead: Int) -> Bool {
        (0..<hashes).allSatisfy { byte(ahead + $0) == UInt8(ascii: "#") }
    }

    private func isDelimiter(quotes: Int, hashes: Int) -> Bool {
        (0..<quotes).allSatisfy { byte($0) == UInt8(ascii: "\"") }
            && hashesFollow(hashes, after: quotes)
    }

    private func isSigil(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "@") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "$")
    }

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
