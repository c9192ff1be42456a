internal import POSIX

/// One line on a terminal that shows the progress of long work; nothing elsewhere.
struct Progress {
    private static let intervalNanoseconds: Int64 = 200_000_000
    /// Back to the beginning of the line, and clear it (ECMA-48).
    private static let lineStart = "\r\u{1B}[K"

    private let isShown = StandardStream.error.isTerminal
    private var shownAt: Int64?

    /// Shows the text, if the last one was shown long enough ago.
    mutating func show(_ text: () -> String) {
        guard isShown else { return }
        let now = Clock.monotonicNanoseconds()
        if let shownAt, now - shownAt < Progress.intervalNanoseconds { return }
        shownAt = now
        write(Progress.lineStart + text())
    }

    /// Leaves the line free for other output.
    mutating func clear() {
        guard shownAt != nil else { return }
        shownAt = nil
        write(Progress.lineStart)
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        StandardStream.error.write(bytes.span)
    }
}
