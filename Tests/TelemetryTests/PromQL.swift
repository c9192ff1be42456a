import Metrics
import Telemetry

/// The names in an expression of PromQL.
struct PromQL {
    /// Metrics and records.
    private(set) var metrics: Set<String> = []
    /// Labels that are matched or grouped by.
    private(set) var labels: Set<String> = []

    private static let groupings: Set = ["by", "without", "on", "ignoring", "group_left"]
    private static let operators: Set = ["and", "or", "unless", "offset", "bool"]

    init(_ expression: String) {
        let tokens = PromQL.tokens(of: expression)
        // What the innermost bracket holds: labels, a range, or an expression.
        var brackets: [Character] = []
        for (index, token) in tokens.enumerated() {
            let previous = index > 0 ? tokens[index - 1] : ""
            switch token {
            case "(": brackets.append(PromQL.groupings.contains(previous) ? "l" : "(")
            case "{": brackets.append("l")
            case "[": brackets.append("[")
            case ")", "}", "]": _ = brackets.popLast()
            default:
                guard let first = token.first, first.isLetter || first == "_" else { continue }
                if brackets.last == "l" {
                    labels.insert(token)
                } else if brackets.last != "[", !PromQL.isWord(token, in: tokens, at: index) {
                    metrics.insert(token)
                }
            }
        }
    }

    /// What is not there: metrics that are neither of the table, nor `up`, nor one of `records`,
    /// and labels that are neither of the table nor Prometheus' own.
    func unknownNames(records: Set<String> = []) -> Set<String> {
        var known = records.union(["up"])
        for family in MetricTable.all {
            if family.kind == .histogram {
                for suffix in ["_bucket", "_sum", "_count"] { known.insert(family.name + suffix) }
            } else {
                known.insert(family.name)
            }
        }
        let labelsKnown = Set(MetricTable.all.flatMap(\.labels) + ["job", "instance", "le"])
        return metrics.subtracting(known).union(labels.subtracting(labelsKnown))
    }

    /// A function, a keyword, or the unit of a duration.
    private static func isWord(_ token: String, in tokens: [String], at index: Int) -> Bool {
        let next = index + 1 < tokens.count ? tokens[index + 1] : ""
        let isGrouping = groupings.contains(token)
        let isGrouped = groupings.contains(next)
        return isGrouping || operators.contains(token) || next == "(" || isGrouped
    }

    /// Names, numbers with their units, and single characters; what stands between quotation marks
    /// is left out.
    private static func tokens(of text: String) -> [String] {
        var tokens: [String] = []
        var word = ""
        var isQuoted = false
        for character in text + " " {
            if character == "\"" { isQuoted.toggle() }
            if isQuoted { continue }
            let isWord = character.isLetter || character.isNumber || "_:$".contains(character)
            if isWord {
                word.append(character)
                continue
            }
            if !word.isEmpty { tokens.append(word) }
            word = ""
            if !character.isWhitespace, character != "\"" { tokens.append(String(character)) }
        }
        return tokens
    }
}
