internal import POSIX
internal import Synchronization
internal import Training

/// Tells how far a training has come: on a terminal in one line that changes, elsewhere in a line
/// for each fifth of a candidate's folds.
final class TrainingDisplay: Sendable {
    private static let linesPerCandidate = 5
    private static let nanosecondsPerSecond = 1e9

    private let begin = Clock.monotonicNanoseconds()
    private let progress = Mutex(Progress())
    private let isTerminal = StandardStream.error.isTerminal

    func show(_ state: TrainingProgress) {
        let text = text(state)
        if isTerminal {
            progress.withLock { $0.show { text } }
        } else if isMilestone(state) {
            complain(text)
        }
    }

    /// Leaves the terminal's line free.
    func clear() { progress.withLock { $0.clear() } }

    private func isMilestone(_ state: TrainingProgress) -> Bool {
        let lines = TrainingDisplay.linesPerCandidate
        let (now, before) = (state.foldsDone * lines, (state.foldsDone - 1) * lines)
        return now / state.foldCount > before / state.foldCount
    }

    private func text(_ state: TrainingProgress) -> String {
        let elapsed =
            Double(Clock.monotonicNanoseconds() - begin) / TrainingDisplay.nanosecondsPerSecond
        let left = elapsed * (1 - state.shareDone) / state.shareDone
        return "\(state.candidate.title), \(state.foldsDone) of \(state.foldCount) folds, "
            + "\(Int((100 * state.shareDone).rounded())) % done, "
            + "about \(Int(left.rounded(.up))) s left"
    }
}
