import TestSupport
import Testing

/// What programs have written, and what of it may be there.
struct SearchedOutput {
    private(set) var texts: [(name: String, text: String)] = []

    mutating func add(_ name: String, _ text: String, allowing allowed: [String] = []) {
        var text = text
        for allowed in allowed { text = text.replacing(allowed, with: "") }
        texts.append((name, text))
    }

    mutating func add(_ answer: HTTPAnswer, allowing allowed: [String] = []) {
        let fields = answer.fields.map { "\($0.name): \($0.value)\n" }.joined()
        add("an answer of \(answer.status)", fields + answer.text, allowing: allowed)
    }

    mutating func add(_ child: ChildProcess, allowing allowed: [String] = []) {
        add("a program", child.output + child.errors, allowing: allowed)
    }

    func expectNone(of planted: [String]) {
        for (name, text) in texts {
            for secret in planted where text.contains(secret) {
                let lines = text.split(separator: "\n").filter { $0.contains(secret) }
                Issue.record("\(name) holds \(secret): \(lines.joined().prefix(1000))")
            }
        }
    }
}
