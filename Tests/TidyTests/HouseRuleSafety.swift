/// Rules about what the compiler takes our word for.
extension HouseRule {
    /// How far above its use a SAFETY comment may stand. A use that is covered covers as many lines
    /// again, so that one comment does for a function that keeps to one subject.
    private static let safetyReach = 6

    static let safety = HouseRule(
        statement: "`// SAFETY:` within \(safetyReach) lines says why this is sound"
    ) { file in
        guard file.isSource, let swift = file.swift else { return [] }
        let comments = Set(swift.comments.filter { $0.text.contains("SAFETY:") }.map(\.line))
        var covered: Set<Int> = []
        var broken: [Int] = []
        for (line, promise) in promises(in: swift.tokens) {
            let above = (line - safetyReach)...line
            // What makes a type `@safe` may stand with its properties.
            let below = promise == .type ? line...(line + safetyReach) : line...line
            if comments.contains(where: { above.contains($0) || below.contains($0) })
                || covered.contains(where: above.contains)
            {
                covered.insert(line)
            } else if promise != .bridgedCall {
                broken.append(line)
            }
        }
        return broken
    }

    private enum Promise {
        /// `@safe` before a type.
        case type
        /// `@unchecked`, `nonisolated(unsafe)`, or anything done with a pointer.
        case statement
        /// A call that passes strings, arrays or inout values to C needs `unsafe` as well, but the
        /// compiler keeps those alive for the length of the call.
        case bridgedCall
    }

    /// The lines, in order and once each, that promise something which nobody checks.
    private static func promises(in tokens: [SwiftLexer.Token]) -> [(line: Int, Promise)] {
        let lines = Dictionary(grouping: tokens.filter { $0.kind == .word }, by: \.line)
        return lines.keys.sorted().compactMap { line in
            let words = (lines[line] ?? []).map(\.text)
            if words.contains("@safe") { return (line, .type) }
            if words.contains("@unchecked") { return (line, .statement) }
            guard let unsafe = words.firstIndex(of: "unsafe") else { return nil }
            let isAttribute = unsafe > 0 && words[unsafe - 1] == "nonisolated"
            let isPromise = isAttribute || words.contains(where: isPointerWord)
            return (line, isPromise ? .statement : .bridgedCall)
        }
    }

    private static func isPointerWord(_ word: String) -> Bool {
        let words = [
            "baseAddress", "pointee", "unsafelyUnwrapped", "unchecked", "assumingMemoryBound",
            "bindMemory", "storeBytes", "deallocate", "initialize", "unsafeBitCast",
            "unsafeDowncast", "cString",
        ]
        return words.contains(word) || word.hasPrefix("Unsafe") || word.hasPrefix("withUnsafe")
            || word.hasPrefix("withMemoryRebound")
    }
}
