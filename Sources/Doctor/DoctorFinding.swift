/// What one check has found.
package struct DoctorFinding: Equatable, Sendable, CustomStringConvertible {
    package enum Verdict: String, Sendable {
        case good = "ok"
        /// It works, and is not as it should be in production.
        case warning = "warn"
        /// churnd does not start, or refuses or admits whom it should not.
        case failure = "FAIL"
    }

    package let verdict: Verdict
    package let subject: String
    /// Holds no secret, and may hold what the machine and Redis say.
    package let text: String

    package init(_ verdict: Verdict, _ subject: String, _ text: String) {
        self.verdict = verdict
        self.subject = subject
        self.text = text
    }

    /// For example `warn  redis memory: 3 keys were evicted`.
    package var description: String {
        let word = verdict.rawValue
        let gap = String(repeating: " ", count: DoctorFinding.verdictWidth - word.utf8.count)
        return "\(word)\(gap)\(subject): \(text)"
    }

    private static let verdictWidth = 6
}
