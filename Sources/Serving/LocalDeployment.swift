package import Bundle
package import Deployment
package import Reactor

/// The deployment as one worker serves it. Another one takes its place at the end of a turn;
/// requests that were scored before keep what they were scored with.
package final class LocalDeployment {
    private(set) var scorer: Scorer
    private var reader: PublishedReader<Deployment>
    private let makeScorer: (ModelBundle) -> Scorer

    /// - Parameters:
    ///   - mailbox: of the worker, which a publication ends a turn of.
    ///   - makeScorer: called on the worker's loop.
    package init(
        of deployed: Published<Deployment>, mailbox: Mailbox<Worker>,
        makeScorer: @escaping (ModelBundle) -> Scorer
    ) {
        reader = deployed.subscribe { mailbox.post { _ in } }
        self.makeScorer = makeScorer
        scorer = makeScorer(reader.value.primary)
    }

    /// Tells one model's time from another's.
    var generation: Int { reader.generation }

    /// Takes the latest deployment, if there is another.
    func takePublished() { reader.take { scorer = makeScorer($0.primary) } }
}
