package import Access

/// The subjects that the store has refused recently, on one reactor, and how long it is likely to
/// refuse them. It decides nothing: it only makes their requests cheap, and the store is still
/// asked. They are not scored before it has admitted them, and those of a turn that have the same
/// token share one question.
package final class RefusedSubjects {
    /// A subject may have tokens with different limits, of which only some are used up.
    private struct Name: Hashable {
        let subject: [UInt8]
        let limit: Int?
    }

    private struct Entry {
        var name: Name
        /// Nanoseconds of the monotonic clock.
        var until: Int64
    }

    /// Subjects that are known; a further one takes the place of the one that came first. With
    /// names of 256 bytes they take 1.5 MB.
    package static let countMax = 4096
    /// When a revocation ends is not known: after so long a request of its subject is scored again.
    package static let revokedNanoseconds: Int64 = 1_000_000_000

    private var entries: [Entry] = []
    private var places: [Name: Int] = [:]
    /// The place that is given away next once there are as many as may be.
    private var oldest = 0
    /// The ticket of the question that others of this turn may share: the latest that was asked
    /// for one of these subjects.
    package private(set) var leaderOfTurn: UInt64?

    package init() {}

    /// Whether a request of the subject with this limit, nil for the usual one, is likely to be
    /// refused now.
    package func contains(_ subject: [UInt8], limit: Int?, now: Int64) -> Bool {
        // Almost always it is empty, and then a subject need not be hashed.
        guard !places.isEmpty, let place = places[Name(subject: subject, limit: limit)] else {
            return false
        }
        return now < entries[place].until
    }

    /// Makes a question the one that others of this turn may share.
    package func lead(_ ticket: UInt64) { leaderOfTurn = ticket }

    /// A question has been answered, so that no other shares it.
    package func dismiss(_ ticket: UInt64) {
        if leaderOfTurn == ticket { leaderOfTurn = nil }
    }

    /// Takes the store's decision on a request of the subject with this limit.
    ///
    /// - Parameter isAllOrNone: whether the request asked for several admissions, all or none of
    ///   which are given: where they do not fit, fewer may.
    package func note(
        _ decision: AdmissionDecision, on subject: [UInt8], limit: Int?, isAllOrNone: Bool = false,
        now: Int64
    ) {
        let name = Name(subject: subject, limit: limit)
        switch decision {
        case .refused where isAllOrNone: break
        case .refused(let seconds), .partly(_, let seconds),
            .admitted(left: 0, resetSeconds: let seconds):
            set(name, until: now + Int64(seconds) * 1_000_000_000)
        case .revoked: set(name, until: now + RefusedSubjects.revokedNanoseconds)
        case .admitted:
            if !places.isEmpty, let place = places[name] { entries[place].until = .min }
        case .uncharged, .beyondLimit, .unavailable: break
        }
    }

    /// To be called before the question is asked: no later request may share it, for what it
    /// decides may be older than that request.
    package func endTurn() { leaderOfTurn = nil }

    private func set(_ name: Name, until: Int64) {
        if let place = places[name] {
            entries[place].until = until
        } else if entries.count < RefusedSubjects.countMax {
            places[name] = entries.count
            entries.append(Entry(name: name, until: until))
        } else {
            places[entries[oldest].name] = nil
            places[name] = oldest
            entries[oldest] = Entry(name: name, until: until)
            oldest = (oldest + 1) % RefusedSubjects.countMax
        }
    }
}

extension AdmissionDecision {
    /// What a decision means for another request of the same turn with the same token; nil when the
    /// store must be asked about that one too.
    ///
    /// - Parameters:
    ///   - charges: how many admissions the other asks for.
    ///   - isAlike: whether it asks for as many as the one that was decided, and takes a part of
    ///     them if that one does. Otherwise fewer may be admitted, or one has to wait longer.
    package func ofFollower(charges: Int, isAlike: Bool) -> AdmissionDecision? {
        switch self {
        case .refused, .beyondLimit: charges == 0 ? .uncharged : isAlike ? self : nil
        case .admitted, .partly: charges == 0 ? .uncharged : nil
        case .revoked, .unavailable, .uncharged: self
        }
    }
}
