internal import POSIX
internal import Synchronization
internal import Training

/// Shows the progress of a training: on a terminal in one line that changes, elsewhere in a line
/// for each fifth of a candidate's folds and of the fields, and for each other stage.
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
        let (done, count) =
            switch state.stage {
            case .folds(_, let done, let count), .importance(let done, let count): (done, count)
            case .fit, .holdOut, .effects: (1, 1)
            }
        let lines = TrainingDisplay.linesPerCandidate
        return done * lines / count > (done - 1) * lines / count
    }

    private func text(_ state: TrainingProgress) -> String {
        let elapsed =
            Double(Clock.monotonicNanoseconds() - begin) / TrainingDisplay.nanosecondsPerSecond
        let left = elapsed * (1 - state.shareDone) / state.shareDone
        let done =
            switch state.stage {
            case .folds(let candidate, let done, let count):
                "\(candidate.title), \(done) of \(count) folds"
            case .fit(let candidate): "\(candidate.title), fitted"
            case .holdOut: "hold-out measured"
            case .importance(let done, let count): "importance of \(done) of \(count) fields"
            case .effects: "effects of values"
            }
        // Rounded down, so that 100 % means all and nothing less.
        return "\(done), \(Int(100 * state.shareDone)) % done, "
            + "about \(Int(left.rounded(.up))) s left"
    }
}
