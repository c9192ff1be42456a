package import Redis

/// Why nothing could be decided.
package enum AdmissionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    case redis(RedisFailure)
    /// The subject's key holds something that is no list of admission times.
    case foreignQuotaKey
    /// Redis answered in a form that the script does not have.
    case unexpectedReply
    /// The store in memory follows as many subjects as it may, and each of them has admissions
    /// within the window.
    case storeFull(subjectsMax: Int)

    package var description: String {
        switch self {
        case .redis(let failure): "Redis: \(failure)"
        case .foreignQuotaKey: "a quota key holds something else than admission times"
        case .unexpectedReply: "Redis answered the admission script in another form"
        case .storeFull(let subjectsMax): "the store follows its \(subjectsMax) subjects already"
        }
    }
}
