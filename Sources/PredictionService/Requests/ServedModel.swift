internal import Models

/// The model that one reactor serves. Another one takes its place at the end of a turn; requests
/// that were scored before keep what they were scored with.
final class ServedModel {
    private(set) var scorer: Scorer
    /// How many came before the one that serves.
    private(set) var generation = 0
    private var next: (scorer: Scorer, installed: @Sendable () -> Void)?

    init(scorer: Scorer) { self.scorer = scorer }

    /// Serves with `scorer` from the next turn on, and calls `installed` then.
    func replace(by scorer: Scorer, _ installed: @escaping @Sendable () -> Void) {
        // Of two that come in one turn the later one stays.
        next?.installed()
        next = (scorer, installed)
    }

    /// Lets the latest one take its place.
    func takePublished() {
        guard let next else { return }
        scorer = next.scorer
        generation += 1
        self.next = nil
        next.installed()
    }
}
